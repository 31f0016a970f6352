// Schedules that use what a cache holds before it is lost: E and H fused, and several steps per sweep.
//
// Both phases work unit by unit, see schedule.h. In the plane of rows and time, with the h phase of unit
// u in step t at (2 u + 1, 2 t + 1) and the e phase at (2 u, 2 t + 2), every phase needs what lies one
// to the left and one to the right below it. So diamonds, |y| + |t| < width about their centres, need only
// the two diamonds below them (Malas et al., SIAM J. Sci. Comput. 37 (2015) C439). Inside a diamond the
// planes follow as a wavefront: a step is one plane behind the step before it.
#include <algorithm>
#include <memory>

#include "schedule.h"
#include "threads.h"

namespace {

Index clamp(Index n, Index low, Index high) { return std::min(std::max(n, low), high); }

void run_rows(const Stage& stage, Box box, Index step) {
  for (int axis = 0; axis < 2; ++axis) {
    box.lo[axis] = std::max(box.lo[axis], stage.box.lo[axis]);
    box.hi[axis] = std::min(box.hi[axis], stage.box.hi[axis]);
    if (box.lo[axis] >= box.hi[axis]) return;
  }
  box.lo[2] = stage.box.lo[2];
  box.hi[2] = stage.box.hi[2];
  stage.run(stage.arguments, box, step);
}

// One phase of unit x of planes and units y ... y_end - 1 of rows.
void run_phase(const Tiling& tiling, const Phase& phase, Index x, Index y, Index y_end, Index step) {
  const Box box = {{tiling.planes[x], tiling.rows[y], 0}, {tiling.planes[x + 1], tiling.rows[y_end], 0}};
  run_rows(tiling.stages[phase.sweep], box, step);
  const Piece* end = phase.pieces + phase.first_piece[x * tiling.n_y + y_end];
  for (const Piece* piece = phase.pieces + phase.first_piece[x * tiling.n_y + y]; piece < end; ++piece) {
    const Stage& stage = tiling.stages[piece->stage];
    stage.run(stage.arguments, {{piece->first, 0, 0}, {piece->last, 1, 1}}, step);
  }
  for (Index s = 0; s < phase.n_sums; ++s) run_rows(tiling.stages[phase.sums[s]], box, step);
}

// Steps from `step` on, `left` at most, until some stage needs a whole step to be done.
Index steps_together(const Tiling& tiling, Index step, Index left) {
  for (Index n = 0; n < tiling.n_last; ++n) {
    const Index every = tiling.stages[tiling.last[n]].every;
    left = std::min(left, (every - step % every) % every + 1);
  }
  return left;
}

void run_last(const Tiling& tiling, Index step) {
  for (Index n = 0; n < tiling.n_last; ++n) {
    const Stage& stage = tiling.stages[tiling.last[n]];
    stage.run(stage.arguments, stage.box, step);
  }
}

struct Units {
  Index begin, end;
};

void run_part(const Tiling& tiling, const Phase& phase, Index x, Units part, Index low, Index high, Index step) {
  const Index y = std::max(part.begin, low), y_end = std::min(part.end, high);
  if (y < y_end) run_phase(tiling, phase, x, y, y_end, step);
}

// A whole step of a plane: h in some of its units of rows and e in some, `rows` of both at a time.
void run_plane(const Tiling& tiling, Index x, Units h, Units e, Index rows, Index step) {
  const Index end = std::max(h.end, e.end);
  for (Index y = std::min(h.begin, e.begin); y < end; y += rows) {
    run_part(tiling, tiling.h, x, h, y, y + rows, step);
    run_part(tiling, tiling.e, x, e, y, y + rows, step);
  }
}

// Each thread has a slab of planes. The last h of a slab comes first: it reads e of the slab behind.
void fused_step(const Tiling& tiling, Index step, Index rows, Index thread, Index threads, Barrier& barrier) {
  const Index first = tiling.n_x * thread / threads, end = tiling.n_x * (thread + 1) / threads;
  if (first < end) run_phase(tiling, tiling.h, end - 1, 0, tiling.n_y, step);
  barrier.wait();
  const Index band = rows_of_band(tiling.stages[tiling.h.sweep].box) * tiling.n_y / tiling.rows[tiling.n_y] + 1;
  for (Index y = 0; y < tiling.n_y; y += band) {
    const Units both = {y, std::min(y + band, tiling.n_y)};
    for (Index x = first; x < end; ++x) run_plane(tiling, x, x < end - 1 ? both : Units{y, y}, both, rows, step);
  }
  barrier.wait();
}

struct Tile {
  Index u, v;  // y + t in [u, u + 1) width, t - y in [v, v + 1) width
};

Index floor_half(Index n) { return n >= 0 ? n / 2 : -((1 - n) / 2); }

// The diamonds of some steps, those that others need before them, and which are done.
class Tiles {
 public:
  Tiles(Index n_y, Index n_steps, Index width) : width_(width), top_(2 * n_steps), right_(2 * n_y - 1) {
    u_end_ = (right_ + top_) / width + 1;
    v_first_ = -(right_ / width) - 1;
    v_end_ = top_ / width + 1;
    state_ = std::make_unique<std::atomic<bool>[]>((size_t)(u_end_ * (v_end_ - v_first_)));
    for (Index level = v_first_; level < u_end_ + v_end_; ++level)
      for (Index u = 0; u < u_end_; ++u) {
        const Tile tile = {u, level - u};
        if (tile.v < v_first_ || tile.v >= v_end_) continue;
        const bool empty = first_time(tile) > last_time(tile) || !meets(tile);
        state(tile).store(empty, std::memory_order_relaxed);
        if (!empty) list_.push_back(tile);
      }
  }

  // The next diamond that nobody has taken, once those below it are done; false when none is left.
  bool take(Tile& tile) {
    const size_t n = next_.fetch_add(1, std::memory_order_relaxed);
    if (n >= list_.size()) return false;
    tile = list_[n];
    await({tile.u - 1, tile.v});
    await({tile.u, tile.v - 1});
    await({tile.u - 1, tile.v - 1});  // where the grid has fewer rows than a diamond, nothing lies between
    return true;
  }

  void done(const Tile& tile) { state(tile).store(true, std::memory_order_release); }

  // Half steps of a diamond: odd for h, even for e.
  Index first_time(const Tile& tile) const { return std::max<Index>(1, floor_half((tile.u + tile.v) * width_ + 1)); }
  Index last_time(const Tile& tile) const {
    return std::min(top_, floor_half((tile.u + tile.v + 2) * width_ - 2));
  }

  // Units of a diamond in a half step.
  Units units(const Tile& tile, Index time) const {
    const Index low = std::max(tile.u * width_ - time, time - (tile.v + 1) * width_ + 1);
    const Index high = std::min((tile.u + 1) * width_ - 1 - time, time - tile.v * width_);
    const Index half = time & 1;  // h lies at odd places, e at even ones
    const Index n_y = (right_ + 1) / 2;
    return {clamp(floor_half(low - half + 1), 0, n_y), clamp(floor_half(high - half) + 1, 0, n_y)};
  }

 private:
  bool meets(const Tile& tile) const {
    for (Index time = first_time(tile); time <= last_time(tile); ++time) {
      const Units rows = units(tile, time);
      if (rows.begin < rows.end) return true;
    }
    return false;
  }

  std::atomic<bool>& state(const Tile& tile) {
    return state_[(size_t)(tile.u * (v_end_ - v_first_) + tile.v - v_first_)];
  }

  void await(const Tile& tile) {
    if (tile.u < 0 || tile.v < v_first_) return;
    for (unsigned spin = 0; !state(tile).load(std::memory_order_acquire); ++spin) pause_at(spin);
  }

  const Index width_, top_, right_;
  Index u_end_, v_first_, v_end_;
  std::unique_ptr<std::atomic<bool>[]> state_;
  std::vector<Tile> list_;
  std::atomic<size_t> next_{0};
};

void run_tile(const Tiling& tiling, const Tiles& tiles, const Tile& tile, Index rows, Index first_step) {
  const Index first = (tiles.first_time(tile) - 1) / 2, last = (tiles.last_time(tile) - 1) / 2;
  for (Index front = 0; front < tiling.n_x + last - first; ++front)
    for (Index t = first; t <= last; ++t) {
      const Index x = front - (t - first);
      if (x < 0 || x >= tiling.n_x) continue;
      run_plane(tiling, x, tiles.units(tile, 2 * t + 1), tiles.units(tile, 2 * t + 2), rows, first_step + t);
    }
}

}  // namespace

void run_fused(const Tiling& tiling, Index first_step, Index n_steps, Index rows, Index threads) {
  Barrier barrier((unsigned)threads);
  on_threads(threads, [&](Index thread) {
    for (Index step = first_step; step < first_step + n_steps; ++step) {
      fused_step(tiling, step, rows, thread, threads, barrier);
      if (steps_together(tiling, step, 2) > 1) continue;
      if (thread == 0) run_last(tiling, step);
      barrier.wait();
    }
  });
}

void run_tiled(const Tiling& tiling, Index first_step, Index n_steps, Index width, Index rows, Index threads) {
  Barrier barrier((unsigned)threads);
  std::unique_ptr<Tiles> tiles;
  on_threads(threads, [&](Index thread) {
    for (Index step = first_step, left = n_steps; left > 0;) {
      const Index together = steps_together(tiling, step, left);
      if (thread == 0) tiles = std::make_unique<Tiles>(tiling.n_y, together, width);
      barrier.wait();
      for (Tile tile; tiles->take(tile); tiles->done(tile)) run_tile(tiling, *tiles, tile, rows, step);
      barrier.wait();
      step += together;
      left -= together;
      if (thread == 0) run_last(tiling, step - 1);
    }
  });
}
