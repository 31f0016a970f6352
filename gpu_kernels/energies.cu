// Energies by material while a run goes on: squares of a field times a weight of its material and the
// volume that each value stands for, summed in double precision, first along z, then over the rows.
#include "launch.cuh"

// Every `every` steps: sum over a row of weight * field^2 * volume. A value of component x stands for
// along_x * across_y * across_z; sizes are zero where a component has no value.
#define ROW_SQUARES_ARGUMENTS(FIELD)                                                                \
  FIELD(const real*, field_x) FIELD(const real*, field_y) FIELD(const real*, field_z)               \
  FIELD(const row_ids*, id_x) FIELD(const row_ids*, id_y) FIELD(const row_ids*, id_z) FIELD(Index, narrow)\
  FIELD(const double*, weight)                                                                      \
  FIELD(const double*, along_x) FIELD(const double*, along_y) FIELD(const double*, along_z)         \
  FIELD(const double*, across_x) FIELD(const double*, across_y) FIELD(const double*, across_z)      \
  FIELD(double*, sums) FIELD(Index, every)                                                          \
  FIELD(Index, plane) FIELD(Index, row) FIELD(Index, n_rows)
DECLARE_ARGUMENTS(row_squares, ROW_SQUARES_ARGUMENTS)

INLINE double weighted_square(double weight, real value) { return weight * ((double)value * (double)value); }

KERNEL_ROWS(row_squares) {
  if (step % a.every == 0) {
    FOR_EACH_ROW(i, j) {
      ONCE_PER_ROW {
        const Index o = i * a.plane + j * a.row;
        const double x = a.along_x[i] * a.across_y[j], y = a.across_x[i] * a.along_y[j],
                     z = a.across_x[i] * a.across_y[j];
        double sum = 0;
        for (Index k = box.lo[2]; k < box.hi[2]; ++k)
          sum += weighted_square(a.weight[row_at(a.id_x, a.narrow, o + k)], a.field_x[o + k]) * (x * a.across_z[k]) +
                 weighted_square(a.weight[row_at(a.id_y, a.narrow, o + k)], a.field_y[o + k]) * (y * a.across_z[k]) +
                 weighted_square(a.weight[row_at(a.id_z, a.narrow, o + k)], a.field_z[o + k]) * (z * a.along_z[k]);
        a.sums[i * a.n_rows + j] = sum;
      }
    }
  }
}

// Every `every` steps: total[n] = sum of the n-th `count` values.
#define TOTALS_ARGUMENTS(FIELD) \
  FIELD(const double*, sums) FIELD(real*, total) FIELD(Index, count) FIELD(Index, every)
DECLARE_ARGUMENTS(totals, TOTALS_ARGUMENTS)

KERNEL_ITEMS(totals) {
  if (step % a.every == 0) {
    FOR_EACH_ITEM(n) {
      double sum = 0;
      for (Index m = n * a.count; m < (n + 1) * a.count; ++m) sum += a.sums[m];
      a.total[n] = (real)sum;
    }
  }
}
