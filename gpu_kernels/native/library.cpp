// The native executor: binds stages to kernels and runs many time steps in one call.
//
// A stage's planes are shared out among threads; a barrier follows each stage, except between stages
// that one thread runs alone. Threads live for one call, which lasts hundreds of steps. Denormals are
// flushed for the duration of a call: a field that has died down would otherwise run 37 times slower.
#include "library.h"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "launch.cuh"

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#define EMTWIN_X86 1
#endif

#ifndef EMTWIN_SOURCE_SHA256
#define EMTWIN_SOURCE_SHA256 "unknown"
#endif

#if EMTWIN_X86
extern const KernelTable kernels_float_v2, kernels_float_v3, kernels_float_v4;
extern const KernelTable kernels_double_v2, kernels_double_v3, kernels_double_v4;
#else
extern const KernelTable kernels_float_base, kernels_double_base;
#endif

namespace {

struct Stage {
  void (*run)(const void*, const Box&, Index);
  const void* arguments;
  Box box;
  Index serial;  // 1: one thread runs the whole box
};

class Barrier {
 public:
  explicit Barrier(unsigned count) : count_(count) {}
  void wait() {
    if (count_ == 1) return;
    const unsigned turn = turn_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
      arrived_.store(0, std::memory_order_relaxed);
      turn_.store(turn + 1, std::memory_order_release);
      return;
    }
    for (unsigned spin = 0; turn_.load(std::memory_order_acquire) == turn; ++spin) {
      if (spin > 500) std::this_thread::yield();  // a core of ours may be lent to somebody else
#if EMTWIN_X86
      else _mm_pause();
#endif
    }
  }

 private:
  const unsigned count_;
  alignas(64) std::atomic<unsigned> arrived_{0};
  alignas(64) std::atomic<unsigned> turn_{0};
};

class FlushDenormals {
 public:
#if EMTWIN_X86
  FlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040u); }
  ~FlushDenormals() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
#elif defined(__aarch64__)
  FlushDenormals() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved_));
    __asm__ volatile("msr fpcr, %0" : : "r"(saved_ | (1ull << 24)));
  }
  ~FlushDenormals() { __asm__ volatile("msr fpcr, %0" : : "r"(saved_)); }

 private:
  uint64_t saved_ = 0;
#endif
};

void work(const Stage* stages, Index count, Index first_step, Index n_steps, Index thread, Index threads,
          Barrier& barrier) {
  FlushDenormals flush;
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

const KernelTable* table(const char* variant) {
#define VARIANT(name) \
  if (!std::strcmp(variant, #name)) return &kernels_##name;
#if EMTWIN_X86
  VARIANT(float_v2) VARIANT(float_v3) VARIANT(float_v4) VARIANT(double_v2) VARIANT(double_v3) VARIANT(double_v4)
#else
  VARIANT(float_base) VARIANT(double_base)
#endif
#undef VARIANT
  return nullptr;
}

}  // namespace

#if defined(_WIN32)
#define API extern "C" __declspec(dllexport)
#else
#define API extern "C" __attribute__((visibility("default")))
#endif

// SHA-256 of the kernel sources this library was built from.
API const char* emtwin_source_sha256() { return EMTWIN_SOURCE_SHA256; }

// Best instruction set of this processor: "v4", "v3", "v2" or "base"; "" where none is good enough.
API const char* emtwin_instruction_set() {
#if EMTWIN_X86
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512cd");
  return v4 ? "v4" : v3 ? "v3" : __builtin_cpu_supports("sse4.2") ? "v2" : "";
#else
  return "base";
#endif
}

// Number of kernels of a variant, or -1 where the variant was not built.
API Index emtwin_kernel_count(const char* variant) {
  const KernelTable* kernels = table(variant);
  return kernels ? (Index)kernels->count : -1;
}

API const char* emtwin_kernel_name(const char* variant, Index n) { return table(variant)->entries[n].name; }

API Index emtwin_kernel_arguments_size(const char* variant, Index n) {
  return (Index)table(variant)->entries[n].arguments_size;
}

API const void* emtwin_kernel_function(const char* variant, Index n) {
  return reinterpret_cast<const void*>(table(variant)->entries[n].run);
}

API Index emtwin_stage_size() { return (Index)sizeof(Stage); }

// Runs `n_steps` time steps of all stages on `threads` threads.
API void emtwin_run(const void* stages, Index count, Index first_step, Index n_steps, Index threads) {
  Barrier barrier((unsigned)threads);
  const Stage* list = static_cast<const Stage*>(stages);
  std::vector<std::thread> others;
  for (Index t = 1; t < threads; ++t)
    others.emplace_back(work, list, count, first_step, n_steps, t, threads, std::ref(barrier));
  work(list, count, first_step, n_steps, 0, threads, barrier);
  for (std::thread& other : others) other.join();
}
