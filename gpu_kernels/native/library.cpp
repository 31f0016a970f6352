// What Python calls: kernels by name, and programs of stages under one of the schedules.
#include "library.h"

#include <cstdint>
#include <cstring>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "schedule.h"
#include "threads.h"

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

constexpr Index HUGE_PAGE = 2 << 20;

// Without them a tile spans more pages than a processor remembers addresses of.
void ask_for_huge_pages([[maybe_unused]] char* first, [[maybe_unused]] Index bytes) {
#if defined(__linux__)
  char* const aligned = first + (-(intptr_t)first & (HUGE_PAGE - 1));
  const Index left = bytes - (aligned - first);
  if (left >= HUGE_PAGE) madvise(aligned, (size_t)left, MADV_HUGEPAGE);
#endif
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

// Sizes of what Python packs, so that it can refuse another layout.
API Index emtwin_size_of(const char* name) {
  if (!std::strcmp(name, "stage")) return (Index)sizeof(Stage);
  if (!std::strcmp(name, "piece")) return (Index)sizeof(Piece);
  return !std::strcmp(name, "tiling") ? (Index)sizeof(Tiling) : -1;
}

// Sets memory to zero for the first time. Chunks of a huge page are dealt out to the threads in turn, as
// tiles are: on a machine with several memories the pages then lie with all of them.
API void emtwin_clear(void* memory, Index bytes, Index threads) {
  char* const first = static_cast<char*>(memory);
  ask_for_huge_pages(first, bytes);
  on_threads(threads, [&](Index thread) {
    for (Index at = thread * HUGE_PAGE; at < bytes; at += threads * HUGE_PAGE)
      std::memset(first + at, 0, (size_t)(bytes - at < HUGE_PAGE ? bytes - at : HUGE_PAGE));
  });
}

API void emtwin_run_plain(const void* stages, Index count, Index first_step, Index n_steps, Index threads) {
  run_plain(static_cast<const Stage*>(stages), count, first_step, n_steps, threads);
}

API void emtwin_run_fused(const void* tiling, Index first_step, Index n_steps, Index rows, Index threads) {
  run_fused(*static_cast<const Tiling*>(tiling), first_step, n_steps, rows, threads);
}

API void emtwin_run_tiled(const void* tiling, Index first_step, Index n_steps, Index width, Index rows,
                          Index threads) {
  run_tiled(*static_cast<const Tiling*>(tiling), first_step, n_steps, width, rows, threads);
}
