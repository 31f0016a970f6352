// The step number where a GPU keeps it. A captured graph of launches is replayed with the arguments it
// was captured with; that its kernels see other steps each time is this kernel's work, at its end.
#include "launch.cuh"

#define COUNT_STEPS_ARGUMENTS(FIELD) FIELD(Index*, counter) FIELD(Index, by)
DECLARE_ARGUMENTS(count_steps, COUNT_STEPS_ARGUMENTS)

KERNEL_ITEMS(count_steps) {
  FOR_EACH_ITEM(n) a.counter[n] += a.by;
}
