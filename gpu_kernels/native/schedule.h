// The stages of a time step as the executor's schedules take them. emtwin/backends/native.py packs them.
#pragma once

#include "launch.cuh"

struct Stage {
  void (*run)(const void* arguments, const Box& box, Index step);
  const void* arguments;
  Box box;
  Index serial;  // 1: one thread runs the whole box
  Index every;   // of a stage that is run when all others have ended a step: in which steps
};

// Items first ... last - 1 of a list.
struct Piece {
  Index stage, first, last;
};

// What carries one field half a step on: a sweep over all cells, then lists, then sums over rows.
// Lists are cut into pieces by the unit of planes and the unit of rows in which their items lie.
struct Phase {
  Index sweep;
  const Index* first_piece;  // of unit (x, y) at x * n_y + y, one more at the end
  const Piece* pieces;
  const Index* sums;
  Index n_sums;
};

// A unit is one plane, or one row, or several that an item of a list ties together. The h phase of a
// unit reads e of its own and of the next unit, the e phase h of its own and of the unit before.
struct Tiling {
  const Stage* stages;
  const Index *planes, *rows;  // where each unit begins, one more at the end
  Index n_x, n_y;
  Phase h, e;
  const Index* last;  // stages that need a whole step to be done
  Index n_last;
};

// Rows of a sweep after which it goes back to its first plane: it reads three components of the plane
// before again, so two planes of all six should stay in the cache that a core has to itself.
inline Index rows_of_band(const Box& box) {
  constexpr Index BAND_BYTES = Index(1) << 19, COMPONENTS_HELD = 2 * 6;
  const Index row_bytes = COMPONENTS_HELD * (Index)sizeof(real) * (box.hi[2] - box.lo[2]);
  return BAND_BYTES / (row_bytes > 0 ? row_bytes : 1) + 1;
}

// Runs the stages one after the other, a barrier after each.
void run_plain(const Stage* stages, Index count, Index first_step, Index n_steps, Index threads);

// Runs both phases of a plane, `rows` units of rows of each at a time, so that each value is fetched once in
// a step.
void run_fused(const Tiling& tiling, Index first_step, Index n_steps, Index rows, Index threads);

// Runs several steps in tiles of about `width` / 2 units of rows, so that each value is fetched once in
// about `width` / 2 steps. `width` is a multiple of 4.
void run_tiled(const Tiling& tiling, Index first_step, Index n_steps, Index width, Index rows, Index threads);
