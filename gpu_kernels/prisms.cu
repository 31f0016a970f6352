// How much of each cell lies inside a surface: the prisms below its triangles, exact to rounding.
//
// A triangle adds what lies below it, with the sign of its normal along z; around a closed surface what is
// outside cancels. A thread takes one column of cells and cuts every triangle to the column's rectangle.
#ifndef ARITHMETIC
#define ARITHMETIC double
#endif
#include "launch.cuh"

// Adds to `volume` of each cell of a column. `area` holds, for each cell, the area of what begins there:
// the cells below lie under the whole of it; a thread leaves zeros there. Columns are counted with y
// running faster; `points`, `triangles`, `first`, `listed`, `tile`, `tiles_q` as for `winding_votes`, tiles
// of rectangles.
#define PRISM_VOLUMES_ARGUMENTS(FIELD)                                                              \
  FIELD(const double*, points) FIELD(const Index*, triangles)                                       \
  FIELD(const Index*, first) FIELD(const int32*, listed)                                            \
  FIELD(const double*, lines_x) FIELD(const double*, lines_y) FIELD(const double*, lines_z)         \
  FIELD(double*, volume) FIELD(double*, area)                                                       \
  FIELD(Index, n_y) FIELD(Index, n_z) FIELD(Index, tile) FIELD(Index, tiles_q)
DECLARE_ARGUMENTS(prism_volumes, PRISM_VOLUMES_ARGUMENTS)

constexpr int32 MOST_CORNERS = 8;  // a triangle cut by four lines has at most 7

struct Outline {
  double at[MOST_CORNERS][3];
  int32 count;
};

INLINE void append(Outline& outline, double x, double y, double z) {
  outline.at[outline.count][0] = x;
  outline.at[outline.count][1] = y;
  outline.at[outline.count][2] = z;
  ++outline.count;
}

// Leaves of an outline what has sign * (coordinate - limit) >= 0.
INLINE void cut(Outline& outline, int32 axis, double limit, double sign) {
  int32 kept = 0;
  for (int32 i = 0; i < outline.count; ++i) kept += sign * (outline.at[i][axis] - limit) >= 0;
  if (kept == outline.count) return;
  const Outline from = outline;
  outline.count = 0;
  for (int32 i = 0; kept && i < from.count; ++i) {
    const double *p = from.at[i], *q = from.at[i + 1 < from.count ? i + 1 : 0];
    const double at_p = sign * (p[axis] - limit), at_q = sign * (q[axis] - limit);
    if (at_p >= 0) append(outline, p[0], p[1], p[2]);
    if ((at_p > 0 && at_q < 0) || (at_p < 0 && at_q > 0)) {
      const double share = at_p / (at_p - at_q);
      const double x = p[0] + share * (q[0] - p[0]), y = p[1] + share * (q[1] - p[1]), z = p[2] + share * (q[2] - p[2]);
      append(outline, axis == 0 ? limit : x, axis == 1 ? limit : y, z);
    }
  }
}

// Mean over a triangle of what rises above zero, for heights a >= b >= c at its corners.
INLINE double mean_above(double a, double b, double c) {
  if (c >= 0) return (a + b + c) / 3;
  if (a <= 0) return 0;
  if (b <= 0) return a * (a / (a - b)) * (a / (a - c)) / 3;
  return (a + b + c) / 3 - c * (c / (a - c)) * (c / (b - c)) / 3;
}

// Adds what lies below a triangle of `area` with heights a >= b >= c to a column; returns the area if all
// cells of the column lie under the whole of it, else 0.
INLINE double add_prism(double area, double a, double b, double c, const double* lines, Index n_z, double* volume,
                        double* begins) {
  if (c >= lines[n_z]) return area;
  Index before = 0, beyond = n_z;  // the last line that is not above c, or the first of all
  while (before + 1 < beyond) {
    const Index k = (before + beyond) / 2;
    if (lines[k] <= c)
      before = k;
    else
      beyond = k;
  }
  begins[before] += area;
  double above = mean_above(a - lines[before], b - lines[before], c - lines[before]);
  for (Index k = before; k < n_z && above > 0; ++k) {
    const double rest = mean_above(a - lines[k + 1], b - lines[k + 1], c - lines[k + 1]);
    volume[k] += area * (above - rest);
    above = rest;
  }
  return 0;
}

KERNEL_ITEMS(prism_volumes) {
  FOR_EACH_ITEM(n) {
    const Index i = n / a.n_y, j = n % a.n_y, t = i / a.tile * a.tiles_q + j / a.tile;
    double *const volume = a.volume + n * a.n_z, *const area = a.area + n * a.n_z;
    double below = 0;
    for (Index m = a.first[t]; m < a.first[t + 1]; ++m) {
      const Index* corners = a.triangles + 3 * a.listed[m];
      Outline outline;
      outline.count = 0;
      for (int32 c = 0; c < 3; ++c) {
        const double* point = a.points + 3 * corners[c];
        append(outline, point[0], point[1], point[2]);
      }
      cut(outline, 0, a.lines_x[i], 1);
      cut(outline, 0, a.lines_x[i + 1], -1);
      cut(outline, 1, a.lines_y[j], 1);
      cut(outline, 1, a.lines_y[j + 1], -1);
      for (int32 c = 1; c + 1 < outline.count; ++c) {
        const double *o = outline.at[0], *p = outline.at[c], *q = outline.at[c + 1];
        const double size = ((p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0])) / 2;
        const double high = o[2] > p[2] ? o[2] : p[2], low = o[2] > p[2] ? p[2] : o[2];
        const double top = high > q[2] ? high : q[2], bottom = low < q[2] ? low : q[2];
        const double middle = q[2] > high ? high : q[2] < low ? low : q[2];
        below += add_prism(size, top, middle, bottom, a.lines_z, a.n_z, volume, area);
      }
    }
    for (Index k = a.n_z - 1; k >= 0; --k) {
      volume[k] += below * (a.lines_z[k + 1] - a.lines_z[k]);
      below += area[k];
      area[k] = 0;
    }
  }
}
