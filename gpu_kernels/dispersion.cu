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

KERNEL_ITEMS(disperse) {
  FOR_EACH_ITEM(n) {
    const real* single = a.table + a.material[n] * (3 * a.n_single + 6 * a.n_pairs);  // keep, gain, share
    const real* pair = single + 3 * a.n_single;
    real *q = a.state + n, *u = q + a.n_single * a.count;
    real e = a.field[a.offset[n]];
    for (Index p = 0; p < a.n_single; ++p) e += single[3 * p + 2] * q[p * a.count];
    for (Index p = 0; p < a.n_pairs; ++p)
      e += pair[6 * p + 4] * u[2 * p * a.count] + pair[6 * p + 5] * u[(2 * p + 1) * a.count];
    const real drive = e + a.before[n];
    for (Index p = 0; p < a.n_single; ++p)
      q[p * a.count] = single[3 * p] * q[p * a.count] + single[3 * p + 1] * drive;
    for (Index p = 0; p < a.n_pairs; ++p) {
      const real *c = pair + 6 * p, x = u[2 * p * a.count], y = u[(2 * p + 1) * a.count];
      u[2 * p * a.count] = c[0] * x - c[1] * y + c[2] * drive;
      u[(2 * p + 1) * a.count] = c[1] * x + c[0] * y + c[3] * drive;
    }
    a.before[n] = e;
    a.field[a.offset[n]] = e;
  }
}
