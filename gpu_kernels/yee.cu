// The Yee update on a graded grid with the absorber folded in.
//
//        H_z(i+1/2, j+1/2, k)          e_x at (i+1/2, j, k)     h_x at (i, j+1/2, k+1/2)
//      +-----------------+             e_y at (i, j+1/2, k)     h_y at (i+1/2, j, k+1/2)
//      |        o        | E_y         e_z at (i, j, k+1/2)     h_z at (i+1/2, j+1/2, k)
//      +-------E_x-------+
//
// Time: yee_h takes h from n - 1/2 to n + 1/2 with e at n; yee_e takes e from n to n + 1 with h at
// n + 1/2. The curl is a difference of differences divided by spacings: cell sizes for h, distances
// of cell centres for e, both divided by the absorber's kappa (Taflove and Hagness, Computational
// Electrodynamics, 3rd ed., eqs. 3.29 to 3.31 and 7.105).
//
// A perfect conductor is row 0 of the coefficient table, ca = cb = 0, and so is every element of the
// arrays that is no edge of the grid: nothing here asks where it is. An edge that an element of its
// own advances (a port, a load) has the row `held`, ca = 1 and cb = 0.
//
// The absorber (CPML, Roden and Gedney 2000) keeps psi = b psi + c d, with d the unscaled difference,
// in slabs at both ends of an axis: elements below `low` and from `high` on, stored one after another.
#include "launch.cuh"

#define ABSORBER_FIELDS(FIELD)                                                                      \
  FIELD(const real*, b_x) FIELD(const real*, c_x) FIELD(Index, low_x) FIELD(Index, high_x)          \
  FIELD(const real*, b_y) FIELD(const real*, c_y) FIELD(Index, low_y) FIELD(Index, high_y)          \
  FIELD(const real*, b_z) FIELD(const real*, c_z) FIELD(Index, low_z) FIELD(Index, high_z)          \
  FIELD(real*, psi_xy) FIELD(real*, psi_xz) FIELD(real*, psi_yx) FIELD(real*, psi_yz)               \
  FIELD(real*, psi_zx) FIELD(real*, psi_zy) FIELD(Index, slab_y) FIELD(Index, slab_z)

#define CURL_E_FIELDS(FIELD)                                                                        \
  FIELD(const real*, e_x) FIELD(const real*, e_y) FIELD(const real*, e_z)                           \
  FIELD(real*, h_x) FIELD(real*, h_y) FIELD(real*, h_z)                                             \
  FIELD(const real*, inv_dx) FIELD(const real*, inv_dy) FIELD(const real*, inv_dz)                  \
  FIELD(Index, plane) FIELD(Index, row) FIELD(Index, n_rows) FIELD(Index, pitch)                    \
  ABSORBER_FIELDS(FIELD)

#define YEE_H_ARGUMENTS(FIELD) CURL_E_FIELDS(FIELD) FIELD(real, db)

#define YEE_H_TABLED_ARGUMENTS(FIELD)                                                               \
  CURL_E_FIELDS(FIELD) FIELD(const real*, da) FIELD(const real*, db)                                \
  FIELD(const row_id*, id_x) FIELD(const row_id*, id_y) FIELD(const row_id*, id_z)

#define YEE_E_ARGUMENTS(FIELD)                                                                      \
  FIELD(real*, e_x) FIELD(real*, e_y) FIELD(real*, e_z)                                             \
  FIELD(const real*, h_x) FIELD(const real*, h_y) FIELD(const real*, h_z)                           \
  FIELD(const row_id*, id_x) FIELD(const row_id*, id_y) FIELD(const row_id*, id_z)                  \
  FIELD(const real*, ca) FIELD(const real*, cb)                                                     \
  FIELD(const real*, inv_dx) FIELD(const real*, inv_dy) FIELD(const real*, inv_dz)                  \
  FIELD(const int32*, run_first) FIELD(const int32*, run_last) FIELD(const flag*, run_uniform)      \
  FIELD(Index, plane) FIELD(Index, row) FIELD(Index, n_rows) FIELD(Index, pitch)                    \
  ABSORBER_FIELDS(FIELD)

DECLARE_ARGUMENTS(yee_h, YEE_H_ARGUMENTS)
DECLARE_ARGUMENTS(yee_h_tabled, YEE_H_TABLED_ARGUMENTS)
DECLARE_ARGUMENTS(yee_e, YEE_E_ARGUMENTS)

// Position of plane, row or element n of an axis inside its absorber slabs.
INLINE Index in_slab(Index n, Index low, Index high) { return n < low ? n : low + n - high; }
INLINE bool absorbs(Index n, Index low, Index high) { return n < low || n >= high; }

// Faces that all have the permeability of vacuum.
struct VacuumFaces {
  real db;
  INLINE_MEMBER real kept_x(real h, Index) const { return h; }
  INLINE_MEMBER real kept_y(real h, Index) const { return h; }
  INLINE_MEMBER real kept_z(real h, Index) const { return h; }
  INLINE_MEMBER real db_x(Index) const { return db; }
  INLINE_MEMBER real db_y(Index) const { return db; }
  INLINE_MEMBER real db_z(Index) const { return db; }
};

// Faces with a row of their own: magnetic materials, and faces that an element advances (da = 1, db = 0).
struct TabledFaces {
  const real *da, *db;
  const row_id *x, *y, *z;
  INLINE_MEMBER real kept_x(real h, Index k) const { return da[x[k]] * h; }
  INLINE_MEMBER real kept_y(real h, Index k) const { return da[y[k]] * h; }
  INLINE_MEMBER real kept_z(real h, Index k) const { return da[z[k]] * h; }
  INLINE_MEMBER real db_x(Index k) const { return db[x[k]]; }
  INLINE_MEMBER real db_y(Index k) const { return db[y[k]]; }
  INLINE_MEMBER real db_z(Index k) const { return db[z[k]]; }
};

// One row of faces; both kernels of h share it.
template <typename Arguments, typename Table>
INLINE void advance_h(const Arguments& a, [[maybe_unused]] const Box& box, Index i, Index j, const Table& face) {
  const Index o = i * a.plane + j * a.row;
  real *h_x = a.h_x + o, *h_y = a.h_y + o, *h_z = a.h_z + o;
  const real *e_x = a.e_x + o, *e_y = a.e_y + o, *e_z = a.e_z + o;
  const real *e_x_j = e_x + a.row, *e_z_j = e_z + a.row;      // at j + 1
  const real *e_y_i = e_y + a.plane, *e_z_i = e_z + a.plane;  // at i + 1
  const real* inv_dz = a.inv_dz;
  const real inv_dx = a.inv_dx[i], inv_dy = a.inv_dy[j];
  FOR_EACH_Z(k, 0, a.pitch) {
    h_x[k] = face.kept_x(h_x[k], k) - face.db_x(k) * ((e_z_j[k] - e_z[k]) * inv_dy - (e_y[k + 1] - e_y[k]) * inv_dz[k]);
    h_y[k] = face.kept_y(h_y[k], k) - face.db_y(k) * ((e_x[k + 1] - e_x[k]) * inv_dz[k] - (e_z_i[k] - e_z[k]) * inv_dx);
    h_z[k] = face.kept_z(h_z[k], k) - face.db_z(k) * ((e_y_i[k] - e_y[k]) * inv_dx - (e_x_j[k] - e_x[k]) * inv_dy);
  }
  if (absorbs(i, a.low_x, a.high_x)) {
    const Index s = in_slab(i, a.low_x, a.high_x) * a.plane + j * a.row;
    real *psi_yx = a.psi_yx + s, *psi_zx = a.psi_zx + s;
    const real b = a.b_x[i], c = a.c_x[i];
    FOR_EACH_Z(k, 0, a.pitch) {
      psi_yx[k] = b * psi_yx[k] + c * (e_z_i[k] - e_z[k]);
      psi_zx[k] = b * psi_zx[k] + c * (e_y_i[k] - e_y[k]);
      h_y[k] += face.db_y(k) * psi_yx[k];
      h_z[k] -= face.db_z(k) * psi_zx[k];
    }
  }
  if (absorbs(j, a.low_y, a.high_y)) {
    const Index s = (i * a.slab_y + in_slab(j, a.low_y, a.high_y)) * a.row;
    real *psi_xy = a.psi_xy + s, *psi_zy = a.psi_zy + s;
    const real b = a.b_y[j], c = a.c_y[j];
    FOR_EACH_Z(k, 0, a.pitch) {
      psi_xy[k] = b * psi_xy[k] + c * (e_z_j[k] - e_z[k]);
      psi_zy[k] = b * psi_zy[k] + c * (e_x_j[k] - e_x[k]);
      h_x[k] -= face.db_x(k) * psi_xy[k];
      h_z[k] += face.db_z(k) * psi_zy[k];
    }
  }
  const Index slab = (i * a.n_rows + j) * a.slab_z;
  for (int end = 0; end < 2; ++end) {
    const Index first = end ? a.high_z : 0, last = end ? a.pitch : a.low_z;
    real* psi_xz = a.psi_xz + slab + (end ? a.low_z - a.high_z : 0);
    real* psi_yz = a.psi_yz + slab + (end ? a.low_z - a.high_z : 0);
    FOR_EACH_Z(k, first, last) {
      psi_xz[k] = a.b_z[k] * psi_xz[k] + a.c_z[k] * (e_y[k + 1] - e_y[k]);
      psi_yz[k] = a.b_z[k] * psi_yz[k] + a.c_z[k] * (e_x[k + 1] - e_x[k]);
      h_x[k] += face.db_x(k) * psi_xz[k];
      h_y[k] -= face.db_y(k) * psi_yz[k];
    }
  }
}

// h^(n+1/2) = h^(n-1/2) - (dt / mu0) curl e^n
KERNEL_ROWS(yee_h) {
  FOR_EACH_ROW(i, j) {
    const VacuumFaces faces = {a.db};
    advance_h(a, box, i, j, faces);
  }
}

// h^(n+1/2) = da h^(n-1/2) - db curl e^n
KERNEL_ROWS(yee_h_tabled) {
  FOR_EACH_ROW(i, j) {
    const Index o = i * a.plane + j * a.row;
    const TabledFaces faces = {a.da, a.db, a.id_x + o, a.id_y + o, a.id_z + o};
    advance_h(a, box, i, j, faces);
  }
}

// Coefficients of a run of one material: the same for every k.
struct UniformRun {
  real a_x, a_y, a_z, b_x, b_y, b_z;
  INLINE_MEMBER real ca_x(Index) const { return a_x; }
  INLINE_MEMBER real ca_y(Index) const { return a_y; }
  INLINE_MEMBER real ca_z(Index) const { return a_z; }
  INLINE_MEMBER real cb_x(Index) const { return b_x; }
  INLINE_MEMBER real cb_y(Index) const { return b_y; }
  INLINE_MEMBER real cb_z(Index) const { return b_z; }
};

// Coefficients looked up edge by edge.
struct MixedRun {
  const real *ca, *cb;
  const row_id *x, *y, *z;
  INLINE_MEMBER real ca_x(Index k) const { return ca[x[k]]; }
  INLINE_MEMBER real ca_y(Index k) const { return ca[y[k]]; }
  INLINE_MEMBER real ca_z(Index k) const { return ca[z[k]]; }
  INLINE_MEMBER real cb_x(Index k) const { return cb[x[k]]; }
  INLINE_MEMBER real cb_y(Index k) const { return cb[y[k]]; }
  INLINE_MEMBER real cb_z(Index k) const { return cb[z[k]]; }
};

template <typename Run>
INLINE void advance_e(const yee_e_arguments& a, [[maybe_unused]] const Box& box, Index i, Index j, Index first, Index last,
                      const Run& run) {
  const Index o = i * a.plane + j * a.row;
  real *e_x = a.e_x + o, *e_y = a.e_y + o, *e_z = a.e_z + o;
  const real *h_x = a.h_x + o, *h_y = a.h_y + o, *h_z = a.h_z + o;
  const real *h_x_j = h_x - a.row, *h_z_j = h_z - a.row;      // at j - 1
  const real *h_y_i = h_y - a.plane, *h_z_i = h_z - a.plane;  // at i - 1
  const real* inv_dz = a.inv_dz;
  const real inv_dx = a.inv_dx[i], inv_dy = a.inv_dy[j];
  FOR_EACH_Z(k, first, last) {
    e_x[k] = run.ca_x(k) * e_x[k] +
             run.cb_x(k) * ((h_z[k] - h_z_j[k]) * inv_dy - (h_y[k] - h_y[k - 1]) * inv_dz[k]);
    e_y[k] = run.ca_y(k) * e_y[k] +
             run.cb_y(k) * ((h_x[k] - h_x[k - 1]) * inv_dz[k] - (h_z[k] - h_z_i[k]) * inv_dx);
    e_z[k] = run.ca_z(k) * e_z[k] +
             run.cb_z(k) * ((h_y[k] - h_y_i[k]) * inv_dx - (h_x[k] - h_x_j[k]) * inv_dy);
  }
  if (absorbs(i, a.low_x, a.high_x)) {
    const Index s = in_slab(i, a.low_x, a.high_x) * a.plane + j * a.row;
    real *psi_yx = a.psi_yx + s, *psi_zx = a.psi_zx + s;
    const real b = a.b_x[i], c = a.c_x[i];
    FOR_EACH_Z(k, first, last) {
      psi_yx[k] = b * psi_yx[k] + c * (h_z[k] - h_z_i[k]);
      psi_zx[k] = b * psi_zx[k] + c * (h_y[k] - h_y_i[k]);
      e_y[k] -= run.cb_y(k) * psi_yx[k];
      e_z[k] += run.cb_z(k) * psi_zx[k];
    }
  }
  if (absorbs(j, a.low_y, a.high_y)) {
    const Index s = (i * a.slab_y + in_slab(j, a.low_y, a.high_y)) * a.row;
    real *psi_xy = a.psi_xy + s, *psi_zy = a.psi_zy + s;
    const real b = a.b_y[j], c = a.c_y[j];
    FOR_EACH_Z(k, first, last) {
      psi_xy[k] = b * psi_xy[k] + c * (h_z[k] - h_z_j[k]);
      psi_zy[k] = b * psi_zy[k] + c * (h_x[k] - h_x_j[k]);
      e_x[k] += run.cb_x(k) * psi_xy[k];
      e_z[k] -= run.cb_z(k) * psi_zy[k];
    }
  }
  const Index slab = (i * a.n_rows + j) * a.slab_z;
  for (int end = 0; end < 2; ++end) {
    const Index from = larger(first, end ? a.high_z : 0), to = smaller(last, end ? a.pitch : a.low_z);
    real* psi_xz = a.psi_xz + slab + (end ? a.low_z - a.high_z : 0);
    real* psi_yz = a.psi_yz + slab + (end ? a.low_z - a.high_z : 0);
    FOR_EACH_Z(k, from, to) {
      psi_xz[k] = a.b_z[k] * psi_xz[k] + a.c_z[k] * (h_y[k] - h_y[k - 1]);
      psi_yz[k] = a.b_z[k] * psi_yz[k] + a.c_z[k] * (h_x[k] - h_x[k - 1]);
      e_x[k] -= run.cb_x(k) * psi_xz[k];
      e_y[k] += run.cb_y(k) * psi_yz[k];
    }
  }
}

// e^(n+1) = ca e^n + cb curl h^(n+1/2)
KERNEL_ROWS(yee_e) {
  FOR_EACH_ROW(i, j) {
    const Index o = i * a.plane + j * a.row;
    const row_id *id_x = a.id_x + o, *id_y = a.id_y + o, *id_z = a.id_z + o;
    FOR_EACH_RUN(a, i, j, first, last, uniform) {
      if (uniform) {
        const row_id x = id_x[first], y = id_y[first], z = id_z[first];
        const UniformRun run = {a.ca[x], a.ca[y], a.ca[z], a.cb[x], a.cb[y], a.cb[z]};
        advance_e(a, box, i, j, first, last, run);
      } else {
        const MixedRun run = {a.ca, a.cb, id_x, id_y, id_z};
        advance_e(a, box, i, j, first, last, run);
      }
    }
  }
}
