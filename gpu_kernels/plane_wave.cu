// The plane wave at any angle: values on the surface of its box as sums over spectral lines.
#include "launch.cuh"

//   field += weight * sum_l row[l] turns[step - first][l], for `length` steps from `first` on.
// A row holds the real and imaginary parts of all lines at one place, `turns` the cosine and minus
// the sine of w t of each line at each step; so the sum is the real part of sum_l z_l exp(j w_l t).
#define IMPRESS_LINES_ARGUMENTS(FIELD)                                                              \
  FIELD(real*, field) FIELD(const Index*, offset) FIELD(const real*, weight)                        \
  FIELD(const Index*, first) FIELD(const Index*, row) FIELD(const real*, rows)                      \
  FIELD(const real*, turns) FIELD(Index, length) FIELD(Index, width)
DECLARE_ARGUMENTS(impress_lines, IMPRESS_LINES_ARGUMENTS)

KERNEL_ITEMS(impress_lines) {
  FOR_EACH_ITEM(n) {
    const Index at = step - a.first[n];
    if (at >= 0 && at < a.length) {
      const real *row = a.rows + a.row[n] * a.width, *turns = a.turns + at * a.width;
      real sum = 0;
      for (Index l = 0; l < a.width; ++l) sum += row[l] * turns[l];
      a.field[a.offset[n]] += a.weight[n] * sum;
    }
  }
}
