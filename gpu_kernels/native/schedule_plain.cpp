// One stage after the other: what every other schedule is held to, bit by bit.
#include "schedule.h"
#include "threads.h"

namespace {

// All planes of a band of rows, then the next band.
void run_in_bands(const Stage& stage, const Box& box, Index step) {
  const Index rows = box.hi[1] - box.lo[1], most = rows_of_band(box);
  const Index bands = (rows + most - 1) / most;
  for (Index band = 0; band < bands; ++band) {
    Box part = box;
    part.lo[1] = box.lo[1] + rows * band / bands;
    part.hi[1] = box.lo[1] + rows * (band + 1) / bands;
    stage.run(stage.arguments, part, step);
  }
}

void work(const Stage* stages, Index count, Index first_step, Index n_steps, Index thread, Index threads,
          Barrier& barrier) {
  for (Index step = first_step; step < first_step + n_steps; ++step) {
    for (Index s = 0; s < count; ++s) {
      const Stage& stage = stages[s];
      if (!stage.serial) {
        Box box = stage.box;
        const Index planes = box.hi[0] - box.lo[0];
        box.hi[0] = stage.box.lo[0] + planes * (thread + 1) / threads;
        box.lo[0] = stage.box.lo[0] + planes * thread / threads;
        run_in_bands(stage, box, step);
      } else if (thread == 0) {
        stage.run(stage.arguments, stage.box, step);
      }
      if (!(stage.serial && stages[(s + 1) % count].serial)) barrier.wait();
    }
    if (count && stages[count - 1].serial && stages[0].serial) barrier.wait();
  }
}

}  // namespace

void run_plain(const Stage* stages, Index count, Index first_step, Index n_steps, Index threads) {
  Barrier barrier((unsigned)threads);
  on_threads(threads, [&](Index thread) { work(stages, count, first_step, n_steps, thread, threads, barrier); });
}
