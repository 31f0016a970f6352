// One stage after the other: what every other schedule is held to, bit by bit.
#include "schedule.h"
#include "threads.h"

namespace {

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
        stage.run(stage.arguments, box, step);
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
