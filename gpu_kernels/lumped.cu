// Lumped one-ports along a row of edges, in double whatever the fields are in: they are few, and their
// states may have to hold for 1e6 steps.
#include "launch.cuh"

// Voltage along the row of edges of item n: sum of reach e.
INLINE double row_voltage(const real* field, const Index* edge, const double* reach, Index first, Index last) {
  double sum = 0;
  for (Index q = first; q < last; ++q) sum += reach[q] * (double)field[edge[q]];
  return sum;
}

//   before = sum of reach e, at n
#define EDGE_VOLTAGE_ARGUMENTS(FIELD)                                                               \
  FIELD(const real*, field) FIELD(const Index*, first_edge) FIELD(const Index*, edge)               \
  FIELD(const double*, reach) FIELD(double*, before)
DECLARE_ARGUMENTS(edge_voltage, EDGE_VOLTAGE_ARGUMENTS)

KERNEL_ITEMS(edge_voltage) {
  FOR_EACH_ITEM(n) {
    a.before[n] = row_voltage(a.field, a.edge, a.reach, a.first_edge[n], a.first_edge[n + 1]);
  }
}

// One current i at n + 1/2 through all edges of an item, from the voltages at n and (swept, not yet
// loaded) at n + 1 and the item's states x:
//   i = k_new v_swept + k_old v_n + output x + drive(step),   e += push i,
//   x = P x + Q ((v_n + v) / 2 - emf(step)),                  reading = (v at n + 1, i at n + 1/2)
#define ONE_PORT_ARGUMENTS(FIELD)                                                                   \
  FIELD(real*, field) FIELD(const Index*, first_edge) FIELD(const Index*, edge)                     \
  FIELD(const double*, reach) FIELD(const double*, push) FIELD(const double*, before)               \
  FIELD(const double*, k_new) FIELD(const double*, k_old) FIELD(const Index*, first_state)          \
  FIELD(const Index*, first_entry) FIELD(const double*, transition) FIELD(const double*, input)     \
  FIELD(const double*, output) FIELD(double*, state) FIELD(double*, following)                      \
  FIELD(const double*, drive) FIELD(const double*, emf) FIELD(Index, length) FIELD(real*, reading)
DECLARE_ARGUMENTS(one_port, ONE_PORT_ARGUMENTS)

KERNEL_ITEMS(one_port) {
  FOR_EACH_ITEM(n) {
    const Index first = a.first_edge[n], last = a.first_edge[n + 1];
    const Index low = a.first_state[n], high = a.first_state[n + 1];
    const bool live = step < a.length;
    double i = a.k_new[n] * row_voltage(a.field, a.edge, a.reach, first, last);
    i += a.k_old[n] * a.before[n];
    for (Index s = low; s < high; ++s) i += a.output[s] * a.state[s];
    i += live ? a.drive[n * a.length + step] : 0.0;
    for (Index q = first; q < last; ++q) {
      real* e = a.field + a.edge[q];
      *e = (real)((double)*e + a.push[q] * i);
    }
    const double v = row_voltage(a.field, a.edge, a.reach, first, last);
    const double u = 0.5 * (a.before[n] + v) - (live ? a.emf[n * a.length + step] : 0.0);
    for (Index s = low; s < high; ++s) {
      double sum = a.input[s] * u;
      const double* row = a.transition + a.first_entry[n] + (s - low) * (high - low);
      for (Index t = low; t < high; ++t) sum += row[t - low] * a.state[t];
      a.following[s] = sum;
    }
    for (Index s = low; s < high; ++s) a.state[s] = a.following[s];
    a.reading[2 * n] = (real)v;
    a.reading[2 * n + 1] = (real)i;
  }
}

// Last of the pieces first ... last - 1 that begins at or below t; the first one if none does.
INLINE Index piece_at(const double* begin, Index first, Index last, double t) {
  while (last - first > 1) {
    const Index middle = first + (last - first) / 2;
    if (begin[middle] <= t) {
      first = middle;
    } else {
      last = middle;
    }
  }
  return first;
}

// A junction with capacitance and series resistance. With a the mean of the voltages at n and
// (swept) at n + 1, R the load, G the memory and w the voltage of the capacitance at n:
//   t = a + R G w,   i = pieces(t),   u = (t - R i) / (1 + R G),   i += G (u - w),   e += push i,
//   w = 2 u - w,   reading = (v at n + 1, i at n + 1/2)
#define JUNCTION_ARGUMENTS(FIELD)                                                                   \
  FIELD(real*, field) FIELD(const Index*, first_edge) FIELD(const Index*, edge)                     \
  FIELD(const double*, reach) FIELD(const double*, push) FIELD(const double*, before)               \
  FIELD(const double*, load) FIELD(const double*, memory) FIELD(double*, charged)                   \
  FIELD(const Index*, first_piece) FIELD(const double*, begin) FIELD(const double*, value)          \
  FIELD(const double*, slope) FIELD(const double*, bend) FIELD(const double*, twist)                \
  FIELD(real*, reading)
DECLARE_ARGUMENTS(junction, JUNCTION_ARGUMENTS)

KERNEL_ITEMS(junction) {
  FOR_EACH_ITEM(n) {
    const Index first = a.first_edge[n], last = a.first_edge[n + 1];
    const double r = a.load[n], g = a.memory[n], w = a.charged[n];
    const double mean = 0.5 * (a.before[n] + row_voltage(a.field, a.edge, a.reach, first, last));
    const double t = mean + r * g * w;
    const Index k = piece_at(a.begin, a.first_piece[n], a.first_piece[n + 1], t);
    const double s = t - a.begin[k];
    double i = a.value[k] + s * (a.slope[k] + s * (a.bend[k] + s * a.twist[k]));
    const double u = (t - r * i) / (1.0 + r * g);
    i += g * (u - w);
    for (Index q = first; q < last; ++q) {
      real* e = a.field + a.edge[q];
      *e = (real)((double)*e + a.push[q] * i);
    }
    a.charged[n] = 2.0 * u - w;
    a.reading[2 * n] = (real)row_voltage(a.field, a.edge, a.reach, first, last);
    a.reading[2 * n + 1] = (real)i;
  }
}
