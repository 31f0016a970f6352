// Periodic faces: values carried across the seam.
#include "launch.cuh"

//   field[target] = field[source]; no target is named twice, and none is a source
#define TRANSFER_ARGUMENTS(FIELD)                                                                   \
  FIELD(real*, field) FIELD(const Index*, source) FIELD(const Index*, target)
DECLARE_ARGUMENTS(transfer, TRANSFER_ARGUMENTS)

KERNEL_ITEMS(transfer) {
  FOR_EACH_ITEM(n) a.field[a.target[n]] = a.field[a.source[n]];
}
