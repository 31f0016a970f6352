// A GPU of loops: the device branch of launch.cuh, executed thread by thread on the host.
//
// Built by test_grid_emulator.py with EMTWIN_EMULATE_GRID and one EMTWIN_REAL. Threads run one after
// another, in either order; those of a block that shares memory do so in each of its phases.
#include <cstring>

struct ThreadIndex {
  unsigned x, y, z;
};
static ThreadIndex blockIdx, threadIdx, blockDim;
static int last_first;

static unsigned pick(unsigned n, unsigned count) { return last_first ? count - 1 - n : n; }

// The n-th thread of a block to run; false where there is none.
static bool next_thread(unsigned n) {
  const unsigned threads = blockDim.x * blockDim.y * blockDim.z;
  const unsigned lane = n < threads ? pick(n, threads) : 0;
  threadIdx = {lane % blockDim.x, lane / blockDim.x % blockDim.y, lane / blockDim.x / blockDim.y};
  return n < threads;
}

static unsigned thread_in_block() {
  return threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
}

// Memory that nobody has written: not a number.
static void spoil(void* memory, size_t size) { std::memset(memory, 0xff, size); }

#include "native/all_kernels.h"
#include "experiments/yee_passes.cu"

namespace {

template <typename Arguments, void (*kernel)(Arguments, Box, Index, const Index*)>
void thread(const void* arguments, const Box& box, Index ahead, const Index* counter) {
  kernel(*static_cast<const Arguments*>(arguments), box, ahead, counter);
}

struct Entry {
  const char* name;
  size_t arguments_size;
  void (*run)(const void*, const Box&, Index, const Index*);
  bool is_whole_block = false;  // the kernel runs its block's threads itself
};

#define ENTRY(name) {#name, sizeof(name##_arguments), thread<name##_arguments, name>},
#define BLOCK_ENTRY(name) {#name, sizeof(name##_arguments), thread<name##_arguments, name>, true},
const Entry entries[] = {ALL_KERNELS(ENTRY) BLOCK_ENTRY(one_step_pass) BLOCK_ENTRY(two_step_pass)};

const Entry* find(const char* name) {
  for (const Entry& entry : entries)
    if (!std::strcmp(entry.name, name)) return &entry;
  return nullptr;
}

}  // namespace

extern "C" long long arguments_size(const char* name) {
  const Entry* entry = find(name);
  return entry ? (long long)entry->arguments_size : -1;
}

// Threads that a block of the kernel may have, as __launch_bounds__ says.
extern "C" int most_threads(const char* name) {
  return find(name)->is_whole_block ? Resident<real>::sharing : BLOCK_THREADS;
}

// Launches a kernel on grid x block threads; `reversed` runs the last thread first.
extern "C" void launch(const char* name, const void* arguments, const Box* box, Index ahead, const Index* counter,
                       const unsigned* grid, const unsigned* block, int reversed) {
  const Entry* entry = find(name);
  blockDim = {block[0], block[1], block[2]};
  last_first = reversed;
  const unsigned long long blocks = 1ull * grid[0] * grid[1] * grid[2];
  for (unsigned b = 0; b < blocks; ++b) {
    const unsigned here = pick(b, (unsigned)blocks);
    blockIdx = {here % grid[0], here / grid[0] % grid[1], here / grid[0] / grid[1]};
    if (entry->is_whole_block)
      entry->run(arguments, *box, ahead, counter);
    else
      for (unsigned t = 0; next_thread(t); ++t) entry->run(arguments, *box, ahead, counter);
  }
}
