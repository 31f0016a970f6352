// Polarisation of dispersive edges, by poles, with the trapezoidal rule.
//
// The sweep has carried e from n to n + 1 with what the poles do at once (in ca and cb); what they
// remember is added here, after everything else that changes e, and then they are brought to n + 1:
//   e      += sum of share q                      q at n
//   q       = keep q + gain (e + before)          e at n + 1, before = e at n
//   before  = e
// A complex pair has the two states u + jv and complex keep and gain. All edges of a call have the same
// number of real poles and of pairs; states lie one after another, each for all edges.
#include "launch.cuh"

#define DISPERSE_ARGUMENTS(FIELD)                                                                   \
  FIELD(real*, field) FIELD(const Index*, offset) FIELD(const row_id*, material) FIELD(real*, before)    \
  FIELD(real*, state) FIELD(const real*, table) FIELD(Index, count) FIELD(Index, n_single)          \
  FIELD(Index, n_pairs)
DECLARE_ARGUMENTS(disperse, DISPERSE_ARGUMENTS)

// Edges n ... n + count - 1; where there are several they lie side by side in one material.
template <Index count>
INLINE void disperse_edges(const disperse_arguments& a, Index n) {
  const real* single = a.table + a.material[n] * (3 * a.n_single + 6 * a.n_pairs);  // keep, gain, share
  const real* pair = single + 3 * a.n_single;
  real *field = a.field + a.offset[n], *before = a.before + n, *q = a.state + n, *u = q + a.n_single * a.count;
  real e[count], drive[count];
  for (Index m = 0; m < count; ++m) e[m] = field[m];
  for (Index p = 0; p < a.n_single; ++p)
    for (Index m = 0; m < count; ++m) e[m] += single[3 * p + 2] * q[p * a.count + m];
  for (Index p = 0; p < a.n_pairs; ++p) {
    const real *c = pair + 6 * p, *x = u + 2 * p * a.count, *y = x + a.count;
    for (Index m = 0; m < count; ++m) e[m] += c[4] * x[m] + c[5] * y[m];
  }
  for (Index m = 0; m < count; ++m) drive[m] = e[m] + before[m];
  for (Index p = 0; p < a.n_single; ++p) {
    const real keep = single[3 * p], gain = single[3 * p + 1];
    real* state = q + p * a.count;
    for (Index m = 0; m < count; ++m) state[m] = keep * state[m] + gain * drive[m];
  }
  for (Index p = 0; p < a.n_pairs; ++p) {
    const real c_0 = pair[6 * p], c_1 = pair[6 * p + 1], c_2 = pair[6 * p + 2], c_3 = pair[6 * p + 3];
    real *x = u + 2 * p * a.count, *y = x + a.count;
    for (Index m = 0; m < count; ++m) {
      const real x_m = x[m], y_m = y[m];
      x[m] = c_0 * x_m - c_1 * y_m + c_2 * drive[m];
      y[m] = c_1 * x_m + c_0 * y_m + c_3 * drive[m];
    }
  }
  for (Index m = 0; m < count; ++m) before[m] = field[m] = e[m];
}

#if BY_VECTOR
// A list names no edge twice and is in ascending order, or the stretch is not taken as a whole.
INLINE bool side_by_side(const disperse_arguments& a, Index n) {
  Index apart = 0;
  for (Index m = 0; m < VECTOR; ++m) {
    apart += a.offset[n + m] != a.offset[n] + m;
    apart += a.material[n + m] != a.material[n];
  }
  return apart == 0;
}

KERNEL_ITEMS(disperse) {
  for (Index n = box.lo[0]; n < box.hi[0];) {
    if (n + VECTOR <= box.hi[0] && side_by_side(a, n)) {
      disperse_edges<VECTOR>(a, n);
      n += VECTOR;
    } else {
      disperse_edges<1>(a, n++);
    }
  }
}
#else
KERNEL_ITEMS(disperse) { FOR_EACH_ITEM(n) disperse_edges<1>(a, n); }
#endif
