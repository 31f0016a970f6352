// Elements that live on single edges: impressed fields, ports and loads, thin wires.
//
// All of them are lists; an item writes only its own values. `field` is the one allocation that holds
// the six components, so that an offset names a component and a place at once.
#include "launch.cuh"

// Value of a waveform table at step n; zero after its end.
INLINE real sample(const real* waveform, Index length, Index n) {
  return n < length ? waveform[n] : (real)0;
}

// field += weight * waveform(step - delay), the waveform a row of a table, sampled `oversampling` times
// per step and interpolated linearly. Serves current sources and the corrections of the plane wave.
#define IMPRESS_ARGUMENTS(FIELD)                                                                    \
  FIELD(real*, field) FIELD(const Index*, offset) FIELD(const real*, weight)                        \
  FIELD(const double*, delay) FIELD(const Index*, row) FIELD(const real*, waveform)                 \
  FIELD(Index, length) FIELD(Index, oversampling)
DECLARE_ARGUMENTS(impress, IMPRESS_ARGUMENTS)

KERNEL_ITEMS(impress) {
  FOR_EACH_ITEM(n) {
    const double position = ((double)step - a.delay[n]) * (double)a.oversampling;
    const Index at = (Index)position;
    if (position >= 0 && at + 1 < a.length) {
      const real fraction = (real)(position - (double)at);
      const real* waveform = a.waveform + a.row[n] * a.length;
      const real value = waveform[at] + fraction * (waveform[at + 1] - waveform[at]);
      a.field[a.offset[n]] += a.weight[n] * value;
    }
  }
}

// A held edge with a lumped resistor and a current source in parallel (Taflove and Hagness,
// 3rd ed., eq. 15.24): e = ca e + cb curl h - cs i_s. The four h around the edge lie at
// offset_1 and offset_1 - step_1, offset_2 and offset_2 - step_2.
#define HELD_EDGE_ARGUMENTS(FIELD)                                                                  \
  FIELD(real*, field) FIELD(const Index*, offset) FIELD(const Index*, offset_1)                     \
  FIELD(const Index*, offset_2) FIELD(const Index*, step_1) FIELD(const Index*, step_2)             \
  FIELD(const real*, inv_d1) FIELD(const real*, inv_d2) FIELD(const real*, ca)                      \
  FIELD(const real*, cb) FIELD(const real*, cs) FIELD(const real*, waveform) FIELD(Index, length)
DECLARE_ARGUMENTS(held_edge, HELD_EDGE_ARGUMENTS)

KERNEL_ITEMS(held_edge) {
  FOR_EACH_ITEM(n) {
    const real *h_1 = a.field + a.offset_1[n], *h_2 = a.field + a.offset_2[n];
    const real curl = (h_1[0] - h_1[-a.step_1[n]]) * a.inv_d1[n] - (h_2[0] - h_2[-a.step_2[n]]) * a.inv_d2[n];
    real* e = a.field + a.offset[n];
    *e = a.ca[n] * *e + a.cb[n] * curl - a.cs[n] * sample(a.waveform, a.length, step);
  }
}

// Thin wires (Holland and Simpson 1981): a transmission line along the edges, with the inductance
// and capacitance that the grid does not see. Current at n + 1/2 on segments, potential at n on nodes.
//   i = alpha i + beta (u[from] - u[to] + sum of reach e + drive v_s - stored), edges first[n] .. first[n + 1]
//   stored += uptake (i + i before): the voltage of a capacitor in series, by the trapezoidal rule
#define WIRE_CURRENT_ARGUMENTS(FIELD)                                                               \
  FIELD(real*, current) FIELD(const real*, potential) FIELD(const real*, field)                     \
  FIELD(const Index*, first) FIELD(const Index*, edge) FIELD(const Index*, from_node)               \
  FIELD(const Index*, to_node)                                                                      \
  FIELD(const real*, alpha) FIELD(const real*, beta) FIELD(const real*, reach)                      \
  FIELD(const real*, drive) FIELD(real*, stored) FIELD(const real*, uptake)                         \
  FIELD(const real*, waveform) FIELD(Index, length)
DECLARE_ARGUMENTS(wire_current, WIRE_CURRENT_ARGUMENTS)

KERNEL_ITEMS(wire_current) {
  const real v_s = sample(a.waveform, a.length, step);
  FOR_EACH_ITEM(n) {
    const real drop = a.potential[a.from_node[n]] - a.potential[a.to_node[n]];
    real along = 0;
    for (Index q = a.first[n]; q < a.first[n + 1]; ++q) along += a.reach[q] * a.field[a.edge[q]];
    const real emf = drop + along + a.drive[n] * v_s - a.stored[n];
    const real before = a.current[n], after = a.alpha[n] * before + a.beta[n] * emf;
    a.stored[n] += a.uptake[n] * (after + before);
    a.current[n] = after;
  }
}

//   u = gamma u + delta (sum of the currents that flow in), segments first[n] .. first[n + 1]
#define WIRE_CHARGE_ARGUMENTS(FIELD)                                                                \
  FIELD(real*, potential) FIELD(const real*, current) FIELD(const Index*, first)                    \
  FIELD(const Index*, segment) FIELD(const real*, sign) FIELD(const real*, gamma)                   \
  FIELD(const real*, delta)
DECLARE_ARGUMENTS(wire_charge, WIRE_CHARGE_ARGUMENTS)

KERNEL_ITEMS(wire_charge) {
  FOR_EACH_ITEM(n) {
    real inflow = 0;
    for (Index q = a.first[n]; q < a.first[n + 1]; ++q) inflow += a.sign[q] * a.current[a.segment[q]];
    a.potential[n] = a.gamma[n] * a.potential[n] + a.delta[n] * inflow;
  }
}

//   e -= sum of share i over the segments that run along the edge
#define WIRE_DEPOSIT_ARGUMENTS(FIELD)                                                               \
  FIELD(real*, field) FIELD(const real*, current) FIELD(const Index*, edge)                         \
  FIELD(const Index*, first) FIELD(const Index*, segment) FIELD(const real*, share)
DECLARE_ARGUMENTS(wire_deposit, WIRE_DEPOSIT_ARGUMENTS)

KERNEL_ITEMS(wire_deposit) {
  FOR_EACH_ITEM(n) {
    real drawn = 0;
    for (Index q = a.first[n]; q < a.first[n + 1]; ++q) drawn += a.share[q] * a.current[a.segment[q]];
    a.field[a.edge[n]] -= drawn;
  }
}
