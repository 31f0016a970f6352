// Threads that live for one call: where they meet, how they treat denormals, how they are started.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#define EMTWIN_X86 1
#endif

// Waits a moment; a core of ours may be lent to somebody else, so that spinning for long is no use.
inline void pause_at(unsigned spin) {
  if (spin > 500) std::this_thread::yield();
#if EMTWIN_X86
  else _mm_pause();
#endif
}

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
    for (unsigned spin = 0; turn_.load(std::memory_order_acquire) == turn; ++spin) pause_at(spin);
  }

 private:
  const unsigned count_;
  alignas(64) std::atomic<unsigned> arrived_{0};
  alignas(64) std::atomic<unsigned> turn_{0};
};

// A field that has died down would otherwise run 37 times slower.
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

// work(thread) on every thread, the caller's among them.
template <typename Work>
void on_threads(long long threads, const Work& work) {
  const auto flushed = [&work](long long thread) {
    FlushDenormals flush;
    work(thread);
  };
  std::vector<std::thread> others;
  for (long long t = 1; t < threads; ++t) others.emplace_back(flushed, t);
  flushed(0);
  for (std::thread& other : others) other.join();
}
