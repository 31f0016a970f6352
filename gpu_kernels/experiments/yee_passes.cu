// Whole time steps of vacuum and materials, outside the absorber, in one pass over memory.
//
// A block takes a tile of rows and places and goes through its planes along x. What a thread needs of
// its own column stays in registers; what its neighbours along y and z need of it goes through shared
// memory, two planes of each field, so that a plane is read while the next one is written. Old fields are
// read, new ones written elsewhere: a tile's neighbours read the old values of its rim too, and compute
// the steps in between there a second time.
//
//     h^(n+1/2) at c    needs e^n at c and one ahead,          h^(n-1/2) at c
//     e^(n+1)   at c    needs h^(n+1/2) at c and one before,   e^n at c
//
// One step: h from one before on, e^n one before to one ahead. Two steps: h^(n+1/2) from two before to one
// ahead, e^(n+1) from one before to one ahead, h^(n+3/2) from one before on, e^n two before to two ahead.
#include "yee_cell.cuh"

// e and h are read, new_e and new_h written; inv_d are the cells' sizes inverted, inv_c the distances of
// their centres. A block takes `planes` planes.
#define ONE_STEP_PASS_ARGUMENTS(FIELD)                                                              \
  FIELD(const real*, e_x) FIELD(const real*, e_y) FIELD(const real*, e_z)                           \
  FIELD(const real*, h_x) FIELD(const real*, h_y) FIELD(const real*, h_z)                           \
  FIELD(real*, new_e_x) FIELD(real*, new_e_y) FIELD(real*, new_e_z)                                 \
  FIELD(real*, new_h_x) FIELD(real*, new_h_y) FIELD(real*, new_h_z)                                 \
  FIELD(const real*, inv_dx) FIELD(const real*, inv_dy) FIELD(const real*, inv_dz)                  \
  FIELD(const real*, inv_cx) FIELD(const real*, inv_cy) FIELD(const real*, inv_cz)                  \
  FIELD(Index, plane) FIELD(Index, row) FIELD(Index, planes) FIELD(real, db)                        \
  FIELD(const real*, ca) FIELD(const real*, cb)                                                     \
  FIELD(const row_ids*, id_x) FIELD(const row_ids*, id_y) FIELD(const row_ids*, id_z) FIELD(Index, narrow)

#define TWO_STEP_PASS_ARGUMENTS(FIELD) ONE_STEP_PASS_ARGUMENTS(FIELD)

DECLARE_ARGUMENTS(one_step_pass, ONE_STEP_PASS_ARGUMENTS)
typedef one_step_pass_arguments two_step_pass_arguments;
typedef one_step_pass_arguments Pass;

// Two planes of a field in shared memory, even ones and odd ones.
struct Planes {
  real x[2][Resident<real>::sharing], y[2][Resident<real>::sharing], z[2][Resident<real>::sharing];
  INLINE_MEMBER void put(Index i, int thread, const Components& field) {
    x[i & 1][thread] = field.x;
    y[i & 1][thread] = field.y;
    z[i & 1][thread] = field.z;
  }
};

INLINE Index offset(const Pass& a, Index i, const Place& p) { return i * a.plane + p.j * a.row + p.k; }
INLINE Components old_e(const Pass& a, Index o) { return {a.e_x[o], a.e_y[o], a.e_z[o]}; }
INLINE Components old_h(const Pass& a, Index o) { return {a.h_x[o], a.h_y[o], a.h_z[o]}; }

INLINE Components next_h(const Pass& a, Index i, const Place& p, const Components& h, const Across& difference) {
  return less_curl(Vacuum{a.db}, 0, h, difference, a.inv_dx[i], a.inv_dy[p.j], a.inv_dz[p.k]);
}

// h half a step later, from the old fields; `e_i` is e at i + 1.
INLINE Components first_h(const Pass& a, Index i, const Place& p, const Components& e, const Components& e_i) {
  const Index o = offset(a, i, p), o_j = o + a.row, o_k = o + 1;
  const Across next = {e_i.y, e_i.z, a.e_x[o_j], a.e_z[o_j], a.e_x[o_k], a.e_y[o_k]};
  return next_h(a, i, p, old_h(a, o), ahead(e, next));
}

// The same from the e of plane i that the block shares.
INLINE Components second_h(const Pass& a, Index i, const Place& p, const Components& h, const Components& e,
                           const Components& e_i, const Planes& shared) {
  const int turn = i & 1, n_j = p.number() + p.places, n_k = p.number() + 1;
  const Across next = {e_i.y, e_i.z, shared.x[turn][n_j], shared.z[turn][n_j], shared.x[turn][n_k], shared.y[turn][n_k]};
  return next_h(a, i, p, h, ahead(e, next));
}

// e a step later, from the h of plane i that the block shares; `h_i` is h at i - 1.
INLINE Components next_e(const Pass& a, Index i, const Place& p, const Components& e, const Components& h,
                         const Components& h_i, const Planes& shared) {
  const int turn = i & 1, n_j = p.number() - p.places, n_k = p.number() - 1;
  const Across before = {h_i.y, h_i.z, shared.x[turn][n_j], shared.z[turn][n_j], shared.x[turn][n_k], shared.y[turn][n_k]};
  const Rows edge = {a.ca, a.cb, a.id_x, a.id_y, a.id_z, a.narrow, offset(a, i, p)};
  return plus_curl(edge, 0, e, behind(h, before), a.inv_cx[i], a.inv_cy[p.j], a.inv_cz[p.k]);
}

INLINE void store(const Pass& a, Index i, const Place& p, const Components& e, const Components& h) {
  const Index o = offset(a, i, p);
  a.new_e_x[o] = e.x;
  a.new_e_y[o] = e.y;
  a.new_e_z[o] = e.z;
  a.new_h_x[o] = h.x;
  a.new_h_y[o] = h.y;
  a.new_h_z[o] = h.z;
}

INLINE Index last_plane(const Box& box, Index first, Index planes) {
  return first + planes < box.hi[0] ? first + planes : box.hi[0];
}

// What a thread keeps of its column: the number is that of planes behind plane i.
struct FirstStep {
  Components e_next, e_0, e_1;  // e^n, `e_next` at plane i + 1
  Components h_0, h_1, h_2;     // h^(n+1/2)
  INLINE_MEMBER void move_on() {
    e_1 = e_0, e_0 = e_next;
    h_2 = h_1, h_1 = h_0;
  }
};

struct SecondStep {
  Components e_1, e_2, e_3;  // e^(n+1)
  Components h_2, h_3, h_4;  // h^(n+3/2)
  INLINE_MEMBER void move_on() {
    e_3 = e_2, e_2 = e_1;
    h_4 = h_3, h_3 = h_2;
  }
};

// e^n, h^(n-1/2) to e^(n+1), h^(n+1/2)
KERNEL_BLOCKS(one_step_pass) {
  SHARED(Planes, h);
  Own<FirstStep> columns;
  const Index first = first_plane(box, a.planes), last = last_plane(box, first, a.planes);
  for (Index i = first - 2; i <= last; ++i) PHASE {
      const Place p = place_in_tile(box, 1, 0);
      if (p.j >= box.hi[1] || p.k >= box.hi[2]) continue;
      FirstStep& c = columns.mine();
      c.move_on();
      if (i > first && p.has_before(1)) store(a, i - 1, p, next_e(a, i - 1, p, c.e_1, c.h_1, c.h_2, h), c.h_1);
      if (i == last) continue;
      c.e_next = old_e(a, offset(a, i + 1, p));
      if (i < first - 1) continue;
      c.h_0 = first_h(a, i, p, c.e_0, c.e_next);
      h.put(i, p.number(), c.h_0);
    }
}

// e^n, h^(n-1/2) to e^(n+2), h^(n+3/2). Ahead of a block's first plane and behind its last one a little is
// computed from nothing, and stored nowhere: to ask each time would cost as much.
KERNEL_BLOCKS(two_step_pass) {
  SHARED(Planes, h);
  SHARED(Planes, e);
  SHARED(Planes, second);
  Own<FirstStep> columns;
  Own<SecondStep> later;
  const Index first = first_plane(box, a.planes), last = last_plane(box, first, a.planes);
  for (Index i = first - 3; i <= last + 2; ++i) PHASE {
      const Place p = place_in_tile(box, 2, 1);
      if (p.j > box.hi[1] || p.k > box.hi[2]) continue;
      const bool is_inside = p.j < box.hi[1] && p.k < box.hi[2] && p.has_after(1);
      FirstStep& c = columns.mine();
      SecondStep& d = later.mine();
      c.move_on();
      d.move_on();
      if (i >= first + 3 && is_inside && p.has_before(2))
        store(a, i - 3, p, next_e(a, i - 3, p, d.e_3, d.h_3, d.h_4, second), d.h_3);
      if (i >= first) {
        if (p.has_before(1)) {
          d.e_1 = next_e(a, i - 1, p, c.e_1, c.h_1, c.h_2, h);
          e.put(i - 1, p.number(), d.e_1);
          if (is_inside) {
            d.h_2 = second_h(a, i - 2, p, c.h_2, d.e_2, d.e_1, e);
            second.put(i - 2, p.number(), d.h_2);
          }
        }
      }
      if (i > last) continue;
      c.e_next = old_e(a, offset(a, i + 1, p));
      if (i < first - 2) continue;
      c.h_0 = first_h(a, i, p, c.e_0, c.e_next);
      h.put(i, p.number(), c.h_0);
    }
}
