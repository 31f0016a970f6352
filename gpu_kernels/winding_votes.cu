// Which cells lie inside a surface, as the rays along one axis through all cell centres see it.
//
// A ray adds up the sides from which it crosses the triangles: that is the winding number, once seen from
// the low end and once from the high end. Where a centre lies on an edge or a triangle, to rounding, all
// decide as if the centre were shifted by (1, 1, 1) times an infinitely small length, and where that is
// along the surface too, a little more along x, then y, then z.
#ifndef ARITHMETIC
#define ARITHMETIC double
#endif
#include "launch.cuh"

// Votes of a column of cells. A cell's byte holds its votes (0 to 7) and, times 8, what changes between the
// centre before and this one; a thread writes the bytes of its own column only, and leaves no change there.
// Columns are counted with the later of the two axes across running fastest. `triangles` are three numbers
// of `points` each; those of tile t are `listed` from `first`[t] on.
#define WINDING_VOTES_ARGUMENTS(FIELD)                                                              \
  FIELD(const double*, points) FIELD(const Index*, triangles)                                       \
  FIELD(const Index*, first) FIELD(const int32*, listed)                                            \
  FIELD(const double*, centres_p) FIELD(const double*, centres_q) FIELD(const double*, centres_w)   \
  FIELD(flag*, state) FIELD(Index, stride_p) FIELD(Index, stride_q) FIELD(Index, stride_w)          \
  FIELD(Index, n_q) FIELD(Index, n_w) FIELD(Index, tile) FIELD(Index, tiles_q) FIELD(Index, axis)
DECLARE_ARGUMENTS(winding_votes, WINDING_VOTES_ARGUMENTS)

constexpr double ON_SURFACE = 1e-12;  // share of its terms below which a difference is rounding

INLINE double magnitude(double value) { return value < 0 ? -value : value; }

// Whether the point (x, y) is left of the line a -> b.
INLINE bool left_of(double ap, double aq, double bp, double bq, double x, double y) {
  const double p = bp - ap, q = bq - aq, one = p * (y - aq), other = q * (x - ap);
  if (magnitude(one - other) > ON_SURFACE * (magnitude(one) + magnitude(other))) return one > other;
  return magnitude(p - q) > ON_SURFACE * (magnitude(p) + magnitude(q)) ? p > q : q < 0;
}

// What the directed edge a -> b adds to the winding number of a triangle's outline around (x, y).
INLINE Index turns(double ap, double aq, double bp, double bq, double x, double y) {
  if ((aq <= y) == (bq <= y)) return 0;
  const bool left = left_of(ap, aq, bp, bq, x, y);
  return aq <= y ? (left ? 1 : 0) : (left ? 0 : -1);
}

// Side of the plane with normal n (along x, y, z) to which a point on it is shifted, 1 or -1.
INLINE Index shifted_side(double n_x, double n_y, double n_z) {
  const double all = ON_SURFACE * (magnitude(n_x) + magnitude(n_y) + magnitude(n_z)), sum = n_x + n_y + n_z;
  const double decides = magnitude(sum) > all ? sum : magnitude(n_x) > all ? n_x : magnitude(n_y) > all ? n_y : n_z;
  return decides > 0 ? 1 : -1;
}

// First cell of the column at (x, y) whose centre is beyond a triangle that the column's ray crosses towards
// `side` of the normal of the order of its corners a, b, c.
INLINE Index first_beyond(const double* a, const double* b, const double* c, Index side, double x, double y, Index p,
                          Index q, Index w, const double* centres, Index count) {
  const double u_x = b[0] - a[0], u_y = b[1] - a[1], u_z = b[2] - a[2];
  const double v_x = c[0] - a[0], v_y = c[1] - a[1], v_z = c[2] - a[2];
  const double n_x = u_y * v_z - u_z * v_y, n_y = u_z * v_x - u_x * v_z, n_z = u_x * v_y - u_y * v_x;
  const double n_p = p == 0 ? n_x : n_y, n_q = q == 1 ? n_y : n_z, n_w = w == 0 ? n_x : w == 1 ? n_y : n_z;
  const double one = n_p * (x - a[p]), other = n_q * (y - a[q]), across = one + other;
  const double size = magnitude(one) + magnitude(other);
  const double bc_low = b[w] < c[w] ? b[w] : c[w], bc_high = b[w] < c[w] ? c[w] : b[w];
  const double low = a[w] < bc_low ? a[w] : bc_low, high = a[w] > bc_high ? a[w] : bc_high;
  const bool on_it_counts = side * shifted_side(n_x, n_y, n_z) > 0;
  Index before = 0, beyond = count;
  while (before < beyond) {
    const Index k = (before + beyond) / 2;
    const double along = n_w * (centres[k] - a[w]), height = (double)side * (across + along);
    bool is_beyond = centres[k] > high;
    if (centres[k] >= low && !is_beyond) {
      const bool near = magnitude(height) <= ON_SURFACE * (size + magnitude(along));
      is_beyond = near ? on_it_counts : height > 0;
    }
    if (is_beyond)
      beyond = k;
    else
      before = k + 1;
  }
  return before;
}

// The corners of a triangle in rising order of their numbers, so that both triangles of an edge see it alike.
struct Ordered {
  const double *one, *two, *three;
  Index turn;  // 1 if that order turns as the triangle does, else -1
};

INLINE Ordered ordered(const double* points, const Index* numbers) {
  const Index a = numbers[0], b = numbers[1], c = numbers[2];
  const bool ba = b < a, cb = c < b, ca = c < a, odd = (ba != cb) != ca;
  const Index low = ba ? (cb ? c : b) : (ca ? c : a), high = ba ? (ca ? a : c) : (cb ? b : c);
  return {points + 3 * low, points + 3 * (a + b + c - low - high), points + 3 * high, odd ? -1 : 1};
}

KERNEL_ITEMS(winding_votes) {
  FOR_EACH_ITEM(n) {
    const Index w = a.axis, p = w == 0 ? 1 : 0, q = w == 2 ? 1 : 2;
    const Index at_p = n / a.n_q, at_q = n % a.n_q, t = at_p / a.tile * a.tiles_q + at_q / a.tile;
    const double x = a.centres_p[at_p], y = a.centres_q[at_q];
    flag* const column = a.state + at_p * a.stride_p + at_q * a.stride_q;
    Index total = 0, below = 0, low = a.n_w, high = 0;  // crossings lie before cells `low` to `high` - 1
    for (Index m = a.first[t]; m < a.first[t + 1]; ++m) {
      const Ordered c = ordered(a.points, a.triangles + 3 * a.listed[m]);
      const double *one = c.one, *two = c.two, *three = c.three;
      const Index around = turns(one[p], one[q], two[p], two[q], x, y) + turns(two[p], two[q], three[p], three[q], x, y) -
                           turns(one[p], one[q], three[p], three[q], x, y);
      if (around) {
        // x, z turn as -y does: across y the outline's sense is opposite to the normal's.
        const Index side = w == 1 ? -around : around, leaves = side * c.turn;
        const Index k = first_beyond(one, two, three, side, x, y, p, q, w, a.centres_w, a.n_w);
        if (k == 0)
          below -= leaves;  // not in a byte: all that lies before a part of a grid may come together here
        else if (k < a.n_w)
          column[k * a.stride_w] = (flag)(column[k * a.stride_w] - 8 * leaves);
        total -= leaves;
        low = k < low ? k : low;
        high = k < high ? high : k + 1;
      }
    }
    // Around a closed surface nothing is inside before the first crossing or beyond the last.
    const Index begin = total ? 0 : low, end = total || high > a.n_w ? a.n_w : high;
    for (Index k = begin; k < end; ++k) {
      flag* const cell = column + k * a.stride_w;
      const Index change = (*cell >> 3) - (*cell >> 7) * 32;
      below += change;
      const int votes = (*cell & 7) + (below > 0) + (below > total);
      *cell = (flag)(votes & 7);
    }
  }
}
