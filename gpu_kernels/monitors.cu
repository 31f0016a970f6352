// What is taken out of a run: samples of any array, and the stored energy.
#include "launch.cuh"

// Every `every` steps the values at `offset` become one line of a ring of `lines` lines.
#define RECORD_ARGUMENTS(FIELD)                                                                     \
  FIELD(const real*, source) FIELD(const Index*, offset) FIELD(real*, ring)                         \
  FIELD(Index, every) FIELD(Index, lines) FIELD(Index, width)
DECLARE_ARGUMENTS(record, RECORD_ARGUMENTS)

KERNEL_ITEMS(record) {
  if (step % a.every == 0) {
    real* line = a.ring + (step / a.every) % a.lines * a.width;
    FOR_EACH_ITEM(n) line[n] = a.source[a.offset[n]];
  }
}

// Twice the stored energy of each row in joules: sum of (eps e^2 + mu h^2) times the volume each value
// stands for. e and h are half a step apart: good enough to see a decay, not to prove conservation.
#define ENERGY_ARGUMENTS(FIELD)                                                                     \
  FIELD(const real*, e_x) FIELD(const real*, e_y) FIELD(const real*, e_z)                           \
  FIELD(const real*, h_x) FIELD(const real*, h_y) FIELD(const real*, h_z)                           \
  FIELD(const row_ids*, id_x) FIELD(const row_ids*, id_y) FIELD(const row_ids*, id_z) FIELD(Index, narrow)\
  FIELD(const double*, permittivity) FIELD(double, permeability)                                    \
  FIELD(const double*, dx) FIELD(const double*, dy) FIELD(const double*, dz)                        \
  FIELD(const double*, dual_dx) FIELD(const double*, dual_dy) FIELD(const double*, dual_dz)         \
  FIELD(double*, energy) FIELD(Index, plane) FIELD(Index, row) FIELD(Index, n_rows)
DECLARE_ARGUMENTS(energy, ENERGY_ARGUMENTS)

INLINE double squared(real value) { return (double)value * (double)value; }

KERNEL_ROWS(energy) {
  FOR_EACH_ROW(i, j) {
    ONCE_PER_ROW {
      const Index o = i * a.plane + j * a.row;
      const double x = a.dx[i], y = a.dy[j], dual_x = a.dual_dx[i], dual_y = a.dual_dy[j];
      double sum = 0;
      for (Index k = box.lo[2]; k < box.hi[2]; ++k) {
        const double z = a.dz[k], dual_z = a.dual_dz[k];
        sum += a.permittivity[row_at(a.id_x, a.narrow, o + k)] * squared(a.e_x[o + k]) * x * dual_y * dual_z +
               a.permittivity[row_at(a.id_y, a.narrow, o + k)] * squared(a.e_y[o + k]) * dual_x * y * dual_z +
               a.permittivity[row_at(a.id_z, a.narrow, o + k)] * squared(a.e_z[o + k]) * dual_x * dual_y * z +
               a.permeability * (squared(a.h_x[o + k]) * dual_x * y * z + squared(a.h_y[o + k]) * x * dual_y * z +
                                 squared(a.h_z[o + k]) * x * y * dual_z);
      }
      a.energy[i * a.n_rows + j] = sum;
    }
  }
}
