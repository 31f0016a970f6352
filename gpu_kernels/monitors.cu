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

// What elements k ... k + count - 1 of a row add, each to a sum of its own.
template <Index count, typename Row>
INLINE void add_energies(const energy_arguments& a, Index i, Index j, Index k, double* sums) {
  const Index o = i * a.plane + j * a.row + k;
  const Row *id_x = static_cast<const Row*>(a.id_x) + o, *id_y = static_cast<const Row*>(a.id_y) + o,
            *id_z = static_cast<const Row*>(a.id_z) + o;
  const real *e_x = a.e_x + o, *e_y = a.e_y + o, *e_z = a.e_z + o, *h_x = a.h_x + o, *h_y = a.h_y + o, *h_z = a.h_z + o;
  const double x = a.dx[i], y = a.dy[j], dual_x = a.dual_dx[i], dual_y = a.dual_dy[j];
  FOR_EACH_OF(m, count) {
    const double z = a.dz[k + m], dual_z = a.dual_dz[k + m];
    const double along_x = x * dual_y * dual_z, along_y = dual_x * y * dual_z, along_z = dual_x * dual_y * z;
    const double across_x = dual_x * y * z, across_y = x * dual_y * z, across_z = x * y * dual_z;
    sums[m] += a.permittivity[id_x[m]] * squared(e_x[m]) * along_x + a.permittivity[id_y[m]] * squared(e_y[m]) * along_y +
               a.permittivity[id_z[m]] * squared(e_z[m]) * along_z +
               a.permeability * (squared(h_x[m]) * across_x + squared(h_y[m]) * across_y + squared(h_z[m]) * across_z);
  }
}

template <typename Row>
INLINE double row_energy(const energy_arguments& a, Index i, Index j, Index first, Index last) {
  double sums[LANES] = {}, sum = 0;
  Index k = first;
  for (; k + LANES <= last; k += LANES) add_energies<LANES, Row>(a, i, j, k, sums);
  for (; k < last; ++k) add_energies<1, Row>(a, i, j, k, sums);
  FOR_EACH_OF(m, LANES) sum += sums[m];
  return sum;
}

KERNEL_ROWS(energy) {
  FOR_EACH_ROW(i, j) {
    ONCE_PER_ROW {
      a.energy[i * a.n_rows + j] = a.narrow ? row_energy<unsigned char>(a, i, j, box.lo[2], box.hi[2])
                                            : row_energy<row_id>(a, i, j, box.lo[2], box.hi[2]);
    }
  }
}
