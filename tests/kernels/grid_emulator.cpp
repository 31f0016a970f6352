// A GPU of loops: the device branch of launch.cuh, executed thread by thread on the host.
//
// Built by test_grid_emulator.py with EMTWIN_EMULATE_GRID and one EMTWIN_REAL. Kernels use no shared
// memory and no barriers, so threads may run one after another, in any order.
#include <cstring>

struct ThreadIndex {
  unsigned x, y, z;
};
static ThreadIndex blockIdx, threadIdx, blockDim;

#include "native/all_kernels.h"

namespace {

template <typename Arguments, void (*kernel)(Arguments, Box, Index, const Index*)>
void thread(const void* arguments, const Box& box, Index ahead, const Index* counter) {
  kernel(*static_cast<const Arguments*>(arguments), box, ahead, counter);
}

struct Entry {
  const char* name;
  size_t arguments_size;
  void (*run)(const void*, const Box&, Index, const Index*);
};

#define ENTRY(name) {#name, sizeof(name##_arguments), thread<name##_arguments, name>},
const Entry entries[] = {ALL_KERNELS(ENTRY)};

const Entry* find(const char* name) {
  for (const Entry& entry : entries)
    if (!std::strcmp(entry.name, name)) return &entry;
  return nullptr;
}

unsigned pick(unsigned n, unsigned count, int reversed) { return reversed ? count - 1 - n : n; }

}  // namespace

extern "C" long long arguments_size(const char* name) {
  const Entry* entry = find(name);
  return entry ? (long long)entry->arguments_size : -1;
}

// Launches a kernel on grid x block threads; `reversed` runs the last thread first.
extern "C" void launch(const char* name, const void* arguments, const Box* box, Index ahead, const Index* counter,
                       const unsigned* grid, const unsigned* block, int reversed) {
  const Entry* entry = find(name);
  blockDim = {block[0], block[1], block[2]};
  const unsigned long long blocks = 1ull * grid[0] * grid[1] * grid[2];
  const unsigned threads = block[0] * block[1] * block[2];
  for (unsigned b = 0; b < blocks; ++b) {
    const unsigned here = pick(b, (unsigned)blocks, reversed);
    blockIdx = {here % grid[0], here / grid[0] % grid[1], here / grid[0] / grid[1]};
    for (unsigned t = 0; t < threads; ++t) {
      const unsigned lane = pick(t, threads, reversed);
      threadIdx = {lane % block[0], lane / block[0] % block[1], lane / block[0] / block[1]};
      entry->run(arguments, *box, ahead, counter);
    }
  }
}
