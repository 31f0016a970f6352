// Metallic sheets with two sides. The field array holds e of side 1 on the sheet's edges and h of side 1 on
// its faces; `e_2` and `h_2` are those of side 2, one per listed edge and face of the sheet. On an edge of
// the rim both sides are one, e_2 = e. Lists of four per item are stored one fourth after another, so that
// element q of item n lies at q * count + n; an entry that is not needed has the weight zero.
//
// Time: both h kernels run when h has reached n + 1/2, with e and e_2 at n; the edges go from n to n + 1.
#include "launch.cuh"

// h of side 2 on the faces of the sheet: h_2 = keep h_2 + sum of weight e_2 around the face.
#define SHEET_FACE_ARGUMENTS(FIELD)                                                                 \
  FIELD(real*, h_2) FIELD(const real*, e_2) FIELD(const Index*, edge) FIELD(const real*, weight)    \
  FIELD(const real*, keep) FIELD(Index, count)
DECLARE_ARGUMENTS(sheet_face, SHEET_FACE_ARGUMENTS)

KERNEL_ITEMS(sheet_face) {
  FOR_EACH_ITEM(n) {
    real change = 0;
    for (Index q = n; q < 4 * a.count; q += a.count) change += a.weight[q] * a.e_2[a.edge[q]];
    a.h_2[n] = a.keep[n] * a.h_2[n] + change;
  }
}

// Faces beside the sheet on side 2, which the sweep advanced with e of side 1: h += sum of weight (e_2 - e).
#define SHEET_BESIDE_ARGUMENTS(FIELD)                                                               \
  FIELD(real*, field) FIELD(const real*, e_2) FIELD(const Index*, face) FIELD(const Index*, place)  \
  FIELD(const Index*, edge) FIELD(const real*, weight) FIELD(Index, count)
DECLARE_ARGUMENTS(sheet_beside, SHEET_BESIDE_ARGUMENTS)

KERNEL_ITEMS(sheet_beside) {
  FOR_EACH_ITEM(n) {
    real change = 0;
    for (Index q = n; q < 4 * a.count; q += a.count) {
      change += a.weight[q] * (a.e_2[a.edge[q]] - a.field[a.place[q]]);
    }
    a.field[a.face[n]] += change;
  }
}

// Edges of the sheet: the Ampere law on each side, and the sheet as a network of branches between them.
//   i' = keep i + gain (u + u')       per branch, u = e + e_2 (even) or e - e_2 (odd)
//   r  = kept e + circulation of h - width (sum of (1 + keep) i + conductance u)
//   (e, e_2)' = inverse (r_1, r_2)    the trapezoidal rule, solved for both sides
// The faces and weights are `around` per item: two edges that have one field are one item.
#define SHEET_EDGE_ARGUMENTS(FIELD)                                                                 \
  FIELD(real*, field) FIELD(real*, e_2) FIELD(const real*, h_2) FIELD(real*, current)               \
  FIELD(const Index*, place) FIELD(const Index*, face) FIELD(const Index*, face_2)                  \
  FIELD(const real*, weight_1) FIELD(const real*, weight_2) FIELD(const real*, weight_3)            \
  FIELD(const real*, kept_1) FIELD(const real*, kept_2) FIELD(const real*, width)                   \
  FIELD(const real*, inverse_11) FIELD(const real*, inverse_12) FIELD(const real*, inverse_21)      \
  FIELD(const real*, inverse_22) FIELD(const real*, keep) FIELD(const real*, gain)                  \
  FIELD(real, even) FIELD(real, odd) FIELD(Index, n_even) FIELD(Index, n_odd) FIELD(Index, around)  \
  FIELD(Index, count)
DECLARE_ARGUMENTS(sheet_edge, SHEET_EDGE_ARGUMENTS)

KERNEL_ITEMS(sheet_edge) {
  FOR_EACH_ITEM(n) {
    real around_1 = 0, around_2 = 0;
    for (Index q = n; q < a.around * a.count; q += a.count) {
      const real h = a.field[a.face[q]];
      around_1 += a.weight_1[q] * h;
      around_2 += a.weight_2[q] * h + a.weight_3[q] * a.h_2[a.face_2[q]];
    }
    const real e_1 = a.field[a.place[n]], e_2 = a.e_2[n];
    real sum = e_1 + e_2, difference = e_1 - e_2;
    real drawn_even = a.even * sum, drawn_odd = a.odd * difference;
    real* i = a.current + n;
    for (Index k = 0; k < a.n_even; ++k) drawn_even += ((real)1 + a.keep[k]) * i[k * a.count];
    for (Index k = a.n_even; k < a.n_even + a.n_odd; ++k) drawn_odd += ((real)1 + a.keep[k]) * i[k * a.count];
    const real r_1 = a.kept_1[n] * e_1 + around_1 - a.width[n] * (drawn_even + drawn_odd);
    const real r_2 = a.kept_2[n] * e_2 + around_2 - a.width[n] * (drawn_even - drawn_odd);
    const real new_1 = a.inverse_11[n] * r_1 + a.inverse_12[n] * r_2;
    const real new_2 = a.inverse_21[n] * r_1 + a.inverse_22[n] * r_2;
    sum += new_1 + new_2;
    difference += new_1 - new_2;
    for (Index k = 0; k < a.n_even; ++k) i[k * a.count] = a.keep[k] * i[k * a.count] + a.gain[k] * sum;
    for (Index k = a.n_even; k < a.n_even + a.n_odd; ++k) {
      i[k * a.count] = a.keep[k] * i[k * a.count] + a.gain[k] * difference;
    }
    a.field[a.place[n]] = new_1;
    a.e_2[n] = new_2;
  }
}

// The two edges beside a step of a staircase have one e: what the law of Ampere gives both together.
//   e = share_1 e_1 + share_2 e_2 on both; `place` and `share` hold the first edges, then the second ones
#define SHEET_STEP_ARGUMENTS(FIELD)                                                                 \
  FIELD(real*, field) FIELD(const Index*, place) FIELD(const real*, share) FIELD(Index, count)
DECLARE_ARGUMENTS(sheet_step, SHEET_STEP_ARGUMENTS)

KERNEL_ITEMS(sheet_step) {
  FOR_EACH_ITEM(n) {
    real* e_1 = a.field + a.place[n];
    real* e_2 = a.field + a.place[n + a.count];
    const real e = a.share[n] * *e_1 + a.share[n + a.count] * *e_2;
    *e_1 = e;
    *e_2 = e;
  }
}
