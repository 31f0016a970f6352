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
#include "yee_cell.cuh"

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

#define COEFFICIENT_FIELDS(FIELD)                                                                   \
  FIELD(const row_ids*, id_x) FIELD(const row_ids*, id_y) FIELD(const row_ids*, id_z) FIELD(Index, narrow)\
  FIELD(const int32*, pattern_x) FIELD(const int32*, pattern_y) FIELD(const int32*, pattern_z)      \
  FIELD(const real*, keep) FIELD(const real*, gain)

#define YEE_H_ARGUMENTS(FIELD) CURL_E_FIELDS(FIELD) FIELD(real, db)

#define YEE_H_TABLED_ARGUMENTS(FIELD)                                                               \
  CURL_E_FIELDS(FIELD) FIELD(const real*, da) FIELD(const real*, db) COEFFICIENT_FIELDS(FIELD)

#define YEE_E_ARGUMENTS(FIELD)                                                                      \
  FIELD(real*, e_x) FIELD(real*, e_y) FIELD(real*, e_z)                                             \
  FIELD(const real*, h_x) FIELD(const real*, h_y) FIELD(const real*, h_z)                           \
  FIELD(const real*, inv_dx) FIELD(const real*, inv_dy) FIELD(const real*, inv_dz)                  \
  FIELD(Index, plane) FIELD(Index, row) FIELD(Index, n_rows) FIELD(Index, pitch)                    \
  ABSORBER_FIELDS(FIELD) FIELD(const real*, ca) FIELD(const real*, cb) COEFFICIENT_FIELDS(FIELD)

DECLARE_ARGUMENTS(yee_h, YEE_H_ARGUMENTS)
DECLARE_ARGUMENTS(yee_h_tabled, YEE_H_TABLED_ARGUMENTS)
DECLARE_ARGUMENTS(yee_e, YEE_E_ARGUMENTS)

// The kernels of boxes that the absorber does not touch take the same arguments.
#define YEE_H_INNER_ARGUMENTS(FIELD) YEE_H_ARGUMENTS(FIELD)
#define YEE_H_TABLED_INNER_ARGUMENTS(FIELD) YEE_H_TABLED_ARGUMENTS(FIELD)
#define YEE_E_INNER_ARGUMENTS(FIELD) YEE_E_ARGUMENTS(FIELD)
typedef yee_h_arguments yee_h_inner_arguments;
typedef yee_h_tabled_arguments yee_h_tabled_inner_arguments;
typedef yee_e_arguments yee_e_inner_arguments;

// Position of plane, row or element n of an axis inside its absorber slabs.
INLINE Index in_slab(Index n, Index low, Index high) { return n < low ? n : low + n - high; }
INLINE bool absorbs(Index n, Index low, Index high) { return n < low || n >= high; }

// Rows of the absorber's memory at (i, j), for elements from `first` on: those of the z slabs lie one
// after the other.
struct Slabs {
  real *xy, *xz, *yx, *yz, *zx, *zy;
};

template <typename Arguments>
INLINE Slabs slabs(const Arguments& a, Index i, Index j, Index first) {
  const Index x = in_slab(i, a.low_x, a.high_x) * a.plane + j * a.row;
  const Index y = (i * a.slab_y + in_slab(j, a.low_y, a.high_y)) * a.row;
  const Index z = (i * a.n_rows + j) * a.slab_z + (first < a.low_z ? 0 : a.low_z - a.high_z);
  return {a.psi_xy + y, a.psi_xz + z, a.psi_yx + x, a.psi_yz + z, a.psi_zx + x, a.psi_zy + y};
}

// Coefficients of one vector of places, from `begin` on: a row of the table of patterns for each
// component. A look-up for each place would cost a processor as much as the whole update.
struct Pattern {
  Index begin;
  const real *a_x, *a_y, *a_z, *b_x, *b_y, *b_z;
  INLINE_MEMBER real keep_x(real f, Index k) const { return a_x[k - begin] * f; }
  INLINE_MEMBER real keep_y(real f, Index k) const { return a_y[k - begin] * f; }
  INLINE_MEMBER real keep_z(real f, Index k) const { return a_z[k - begin] * f; }
  INLINE_MEMBER real gain_x(Index k) const { return b_x[k - begin]; }
  INLINE_MEMBER real gain_y(Index k) const { return b_y[k - begin]; }
  INLINE_MEMBER real gain_z(Index k) const { return b_z[k - begin]; }
};

#if BY_VECTOR
template <typename Arguments>
INLINE Pattern coefficients(const Arguments& a, const real*, const real*, Index o, Index k) {
  const Index v = (Index)((unsigned long long)(o + k) / VECTOR);  // a shift; never negative
  const Index x = a.pattern_x[v] * VECTOR, y = a.pattern_y[v] * VECTOR, z = a.pattern_z[v] * VECTOR;
  return {k, a.keep + x, a.keep + y, a.keep + z, a.gain + x, a.gain + y, a.gain + z};
}
#else
template <typename Arguments>
INLINE Rows coefficients(const Arguments& a, const real* keep, const real* gain, Index o, Index) {
  return {keep, gain, a.id_x, a.id_y, a.id_z, a.narrow, o};
}
#endif

INLINE Vacuum faces(const yee_h_arguments& a, Index, Index) { return {a.db}; }
INLINE auto faces(const yee_h_tabled_arguments& a, Index o, Index k) { return coefficients(a, a.da, a.db, o, k); }

// Whether places absorb along an axis, known when compiling; where a thread has to ask, it is a bool.
template <bool answer>
struct Known {
  INLINE_MEMBER constexpr operator bool() const { return answer; }
};

// Faces first ... last - 1 of a row, inside the absorber along x, y and z or not.
template <typename InX, typename InY, typename InZ, typename Arguments>
INLINE void advance_h(InX in_x, InY in_y, InZ in_z, const Arguments& a, [[maybe_unused]] const Box& box, Index i,
                      Index j, Index first, Index last) {
  const Index o = i * a.plane + j * a.row;
  real *h_x = a.h_x + o, *h_y = a.h_y + o, *h_z = a.h_z + o;
  const real *e_x = a.e_x + o, *e_y = a.e_y + o, *e_z = a.e_z + o;
  const real *e_x_j = e_x + a.row, *e_z_j = e_z + a.row;      // at j + 1
  const real *e_y_i = e_y + a.plane, *e_z_i = e_z + a.plane;  // at i + 1
  const real *inv_dz = a.inv_dz, *b_z = a.b_z, *c_z = a.c_z;
  const real inv_dx = a.inv_dx[i], inv_dy = a.inv_dy[j];
  const Slabs psi = slabs(a, i, j, first);
  const real b_x = a.b_x[i], c_x = a.c_x[i], b_y = a.b_y[j], c_y = a.c_y[j];
  FOR_EACH_VECTOR(v, first, last) {
    const auto face = faces(a, o, v);
    FOR_EACH_LANE(k, v, last) {
      const Across d = ahead({e_x[k], e_y[k], e_z[k]},
                             {e_y_i[k], e_z_i[k], e_x_j[k], e_z_j[k], e_x[k + 1], e_y[k + 1]});
      auto [x, y, z] = less_curl(face, k, {h_x[k], h_y[k], h_z[k]}, d, inv_dx, inv_dy, inv_dz[k]);
      if (in_x) {
        psi.yx[k] = b_x * psi.yx[k] + c_x * d.x_z;
        psi.zx[k] = b_x * psi.zx[k] + c_x * d.x_y;
        y += face.gain_y(k) * psi.yx[k];
        z -= face.gain_z(k) * psi.zx[k];
      }
      if (in_y) {
        psi.xy[k] = b_y * psi.xy[k] + c_y * d.y_z;
        psi.zy[k] = b_y * psi.zy[k] + c_y * d.y_x;
        x -= face.gain_x(k) * psi.xy[k];
        z += face.gain_z(k) * psi.zy[k];
      }
      if (in_z) {
        psi.xz[k] = b_z[k] * psi.xz[k] + c_z[k] * d.z_y;
        psi.yz[k] = b_z[k] * psi.yz[k] + c_z[k] * d.z_x;
        x += face.gain_x(k) * psi.xz[k];
        y -= face.gain_y(k) * psi.yz[k];
      }
      h_x[k] = x;
      h_y[k] = y;
      h_z[k] = z;
    }
  }
}

// Edges first ... last - 1 of a row, likewise.
template <typename InX, typename InY, typename InZ>
INLINE void advance_e(InX in_x, InY in_y, InZ in_z, const yee_e_arguments& a, [[maybe_unused]] const Box& box, Index i,
                      Index j, Index first, Index last) {
  const Index o = i * a.plane + j * a.row;
  real *e_x = a.e_x + o, *e_y = a.e_y + o, *e_z = a.e_z + o;
  const real *h_x = a.h_x + o, *h_y = a.h_y + o, *h_z = a.h_z + o;
  const real *h_x_j = h_x - a.row, *h_z_j = h_z - a.row;      // at j - 1
  const real *h_y_i = h_y - a.plane, *h_z_i = h_z - a.plane;  // at i - 1
  const real *inv_dz = a.inv_dz, *b_z = a.b_z, *c_z = a.c_z;
  const real inv_dx = a.inv_dx[i], inv_dy = a.inv_dy[j];
  const Slabs psi = slabs(a, i, j, first);
  const real b_x = a.b_x[i], c_x = a.c_x[i], b_y = a.b_y[j], c_y = a.c_y[j];
  FOR_EACH_VECTOR(v, first, last) {
    const auto edge = coefficients(a, a.ca, a.cb, o, v);
    FOR_EACH_LANE(k, v, last) {
      const Across d = behind({h_x[k], h_y[k], h_z[k]},
                              {h_y_i[k], h_z_i[k], h_x_j[k], h_z_j[k], h_x[k - 1], h_y[k - 1]});
      auto [x, y, z] = plus_curl(edge, k, {e_x[k], e_y[k], e_z[k]}, d, inv_dx, inv_dy, inv_dz[k]);
      if (in_x) {
        psi.yx[k] = b_x * psi.yx[k] + c_x * d.x_z;
        psi.zx[k] = b_x * psi.zx[k] + c_x * d.x_y;
        y -= edge.gain_y(k) * psi.yx[k];
        z += edge.gain_z(k) * psi.zx[k];
      }
      if (in_y) {
        psi.xy[k] = b_y * psi.xy[k] + c_y * d.y_z;
        psi.zy[k] = b_y * psi.zy[k] + c_y * d.y_x;
        x += edge.gain_x(k) * psi.xy[k];
        z -= edge.gain_z(k) * psi.zy[k];
      }
      if (in_z) {
        psi.xz[k] = b_z[k] * psi.xz[k] + c_z[k] * d.z_y;
        psi.yz[k] = b_z[k] * psi.yz[k] + c_z[k] * d.z_x;
        x -= edge.gain_x(k) * psi.xz[k];
        y += edge.gain_y(k) * psi.yz[k];
      }
      e_x[k] = x;
      e_y[k] = y;
      e_z[k] = z;
    }
  }
}

#if BY_VECTOR
// A row in three parts, so that no place asks whether it absorbs.
#define ADVANCE_PARTS(advance, in_x, in_y)                                                  \
  advance(Known<in_x>(), Known<in_y>(), Known<true>(), a, box, i, j, 0, a.low_z);           \
  advance(Known<in_x>(), Known<in_y>(), Known<false>(), a, box, i, j, a.low_z, a.high_z);   \
  advance(Known<in_x>(), Known<in_y>(), Known<true>(), a, box, i, j, a.high_z, a.pitch);

#define ADVANCE_ROWS(advance)                              \
  FOR_EACH_ROW(i, j) {                                     \
    const bool in_x = absorbs(i, a.low_x, a.high_x);       \
    if (absorbs(j, a.low_y, a.high_y)) {                   \
      if (in_x) {                                          \
        ADVANCE_PARTS(advance, true, true)                 \
      } else {                                             \
        ADVANCE_PARTS(advance, false, true)                \
      }                                                    \
    } else if (in_x) {                                     \
      ADVANCE_PARTS(advance, true, false)                  \
    } else {                                               \
      ADVANCE_PARTS(advance, false, false)                 \
    }                                                      \
  }
#else
// A thread asks once for its place; a copy of the update for each answer would cost it registers.
#define ADVANCE_ROWS(advance)                                                                            \
  FOR_EACH_ROW(i, j) {                                                                                   \
    const Index k = THREAD_Z(box);                                                                       \
    advance(absorbs(i, a.low_x, a.high_x), absorbs(j, a.low_y, a.high_y), absorbs(k, a.low_z, a.high_z), \
            a, box, i, j, k, k + 1);                                                                     \
  }
#endif

// h^(n+1/2) = h^(n-1/2) - (dt / mu0) curl e^n
KERNEL_ROWS(yee_h) { ADVANCE_ROWS(advance_h) }

// h^(n+1/2) = da h^(n-1/2) - db curl e^n
KERNEL_ROWS(yee_h_tabled) { ADVANCE_ROWS(advance_h) }

// e^(n+1) = ca e^n + cb curl h^(n+1/2)
KERNEL_ROWS(yee_e) { ADVANCE_ROWS(advance_e) }

// The same in a box outside the absorber, along z a whole number of vectors: nothing is asked there.
#define ADVANCE_INNER(advance)                                                                   \
  FOR_EACH_ROW(i, j) {                                                                           \
    advance(Known<false>(), Known<false>(), Known<false>(), a, box, i, j, box.lo[2], box.hi[2]); \
  }

KERNEL_ROWS(yee_h_inner) { ADVANCE_INNER(advance_h) }
KERNEL_ROWS(yee_h_tabled_inner) { ADVANCE_INNER(advance_h) }
KERNEL_ROWS(yee_e_inner) { ADVANCE_INNER(advance_e) }
