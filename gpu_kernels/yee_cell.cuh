// The Yee update of one place, in values: every sweep loads and stores in its own way, and calls this.
#ifndef EMTWIN_YEE_CELL_CUH
#define EMTWIN_YEE_CELL_CUH

#include "launch.cuh"

struct Components {
  real x, y, z;
};

// The six values that a curl takes across an axis: x_y is that of the y component along x.
struct Across {
  real x_y, x_z, y_x, y_z, z_x, z_y;
};

// Differences of e beside a face: `next` holds e one further along each axis.
INLINE Across ahead(const Components& e, const Across& next) {
  return {next.x_y - e.y, next.x_z - e.z, next.y_x - e.x, next.y_z - e.z, next.z_x - e.x, next.z_y - e.y};
}

// Differences of h beside an edge: `before` holds h one before along each axis.
INLINE Across behind(const Components& h, const Across& before) {
  return {h.y - before.x_y, h.z - before.x_z, h.x - before.y_x, h.z - before.y_z, h.x - before.z_x, h.y - before.z_y};
}

// keep h - gain curl e, from the differences of e.
template <typename Coefficients>
INLINE Components less_curl(const Coefficients& face, Index k, const Components& h, const Across& d, real inv_dx,
                            real inv_dy, real inv_dz) {
  return {face.keep_x(h.x, k) - face.gain_x(k) * (d.y_z * inv_dy - d.z_y * inv_dz),
          face.keep_y(h.y, k) - face.gain_y(k) * (d.z_x * inv_dz - d.x_z * inv_dx),
          face.keep_z(h.z, k) - face.gain_z(k) * (d.x_y * inv_dx - d.y_x * inv_dy)};
}

// keep e + gain curl h, from the differences of h.
template <typename Coefficients>
INLINE Components plus_curl(const Coefficients& edge, Index k, const Components& e, const Across& d, real inv_dx,
                            real inv_dy, real inv_dz) {
  return {edge.keep_x(e.x, k) + edge.gain_x(k) * (d.y_z * inv_dy - d.z_y * inv_dz),
          edge.keep_y(e.y, k) + edge.gain_y(k) * (d.z_x * inv_dz - d.x_z * inv_dx),
          edge.keep_z(e.z, k) + edge.gain_z(k) * (d.x_y * inv_dx - d.y_x * inv_dy)};
}

// Places that all have the coefficients of vacuum.
struct Vacuum {
  real db;
  INLINE_MEMBER real keep_x(real h, Index) const { return h; }
  INLINE_MEMBER real keep_y(real h, Index) const { return h; }
  INLINE_MEMBER real keep_z(real h, Index) const { return h; }
  INLINE_MEMBER real gain_x(Index) const { return db; }
  INLINE_MEMBER real gain_y(Index) const { return db; }
  INLINE_MEMBER real gain_z(Index) const { return db; }
};

// Coefficients looked up place by place, as a GPU does.
struct Rows {
  const real *keep, *gain;
  const row_ids *x, *y, *z;
  Index narrow, begin;
  INLINE_MEMBER real keep_x(real f, Index k) const { return keep[row_at(x, narrow, begin + k)] * f; }
  INLINE_MEMBER real keep_y(real f, Index k) const { return keep[row_at(y, narrow, begin + k)] * f; }
  INLINE_MEMBER real keep_z(real f, Index k) const { return keep[row_at(z, narrow, begin + k)] * f; }
  INLINE_MEMBER real gain_x(Index k) const { return gain[row_at(x, narrow, begin + k)]; }
  INLINE_MEMBER real gain_y(Index k) const { return gain[row_at(y, narrow, begin + k)]; }
  INLINE_MEMBER real gain_z(Index k) const { return gain[row_at(z, narrow, begin + k)]; }
};

#endif
