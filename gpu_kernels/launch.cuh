// The only file that knows what a thread is.
//
// A kernel body is written once. Under NVRTC or nvcc a kernel is a grid of threads; under a host
// compiler the same text is a pair of loops over rows with a vectorised loop along z inside, which a
// thread of the native library calls with its own share of the planes. `EMTWIN_EMULATE_GRID` compiles
// the device branch on the host, so that tests can execute it without a GPU.
//
// Arrays are indexed [i][j][k] with k (z) contiguous; `row` is the distance between j and j + 1, `plane`
// between i and i + 1. Every field array is surrounded by guard elements, so that neighbours of the
// first and last element may be read; what they hold is multiplied by zero.
#ifndef EMTWIN_LAUNCH_CUH
#define EMTWIN_LAUNCH_CUH

#ifndef EMTWIN_REAL
#define EMTWIN_REAL float
#endif

typedef EMTWIN_REAL real;
typedef long long Index;  // 64 bits on every platform; `long` is 32 bits on Windows
typedef int int32;
typedef unsigned char flag;
typedef unsigned short row_id;  // row of a table
typedef void row_ids;           // rows of a table, a byte each or two, see `row_at`

[[maybe_unused]] constexpr Index VECTOR = 16;  // elements of a row that start on a common boundary: rows are multiples of it

struct Box {
  Index lo[3], hi[3];
};

// One list of FIELD(type, name) declares a kernel's arguments; Python reads the same list.
#define DECLARE_FIELD(type, name) type name;
#define DECLARE_ARGUMENTS(kernel, LIST) \
  struct kernel##_arguments {           \
    LIST(DECLARE_FIELD)                 \
  };

#if defined(__CUDACC__) || defined(EMTWIN_EMULATE_GRID)

#ifndef EMTWIN_EMULATE_GRID
#define INLINE [[maybe_unused]] static __device__ __forceinline__
#define INLINE_MEMBER __device__ __forceinline__
#else
#define INLINE [[maybe_unused]] static inline
#define INLINE_MEMBER inline
#define __global__
#define __launch_bounds__(...)
#endif

// A block has at most 256 threads. In float 1024 threads of a multiprocessor must be resident, which
// leaves each of them 64 registers; in double 512, with 128. A file whose kernels compute in double
// whatever `real` is defines ARITHMETIC before it includes this one.
#ifndef ARITHMETIC
#define ARITHMETIC real
#endif
#define BLOCK_THREADS 256
template <typename>
struct Resident;
template <>
struct Resident<float> {
  static constexpr int blocks = 4;
  static constexpr int sharing = 512;  // threads of a block that shares memory, two of which are resident
};
template <>
struct Resident<double> {
  static constexpr int blocks = 2;
  static constexpr int sharing = 256;
};

// The step is what the device counts plus what the launch adds: a captured graph of launches is
// replayed with the same arguments, and only the counter moves on.
#define KERNEL_BOUNDED(name, threads, blocks)                                                           \
  INLINE void name##_of_thread(const name##_arguments& a, const Box& box, const Index step);            \
  extern "C" __global__ void __launch_bounds__(threads, blocks)                                         \
      name(const name##_arguments a, const Box box, const Index ahead, const Index* counter) {          \
    name##_of_thread(a, box, *counter + ahead);                                                         \
  }                                                                                                     \
  INLINE void name##_of_thread(const name##_arguments& a, [[maybe_unused]] const Box& box,              \
                               [[maybe_unused]] const Index step)
#define KERNEL_ROWS(name) KERNEL_BOUNDED(name, BLOCK_THREADS, Resident<ARITHMETIC>::blocks)
#define KERNEL_ITEMS(name) KERNEL_ROWS(name)

// A block whose threads share memory works in phases: each ends when all threads have done it. In a
// phase a thread reads only what others have shared in phases before. What it keeps for later phases
// is its own (`Own`); everything else that a phase declares is gone with it.
#define KERNEL_BLOCKS(name) KERNEL_BOUNDED(name, Resident<real>::sharing, 2)
#ifndef EMTWIN_EMULATE_GRID
#define PHASE for (bool once_ = true; once_; once_ = false, __syncthreads())
#define SHARED(type, name) __shared__ type name
template <typename Type>
struct Own {
  Type value;
  INLINE_MEMBER Type& mine() { return value; }
};
#else
#define PHASE for (unsigned thread_ = 0; next_thread(thread_); ++thread_)
#define SHARED(type, name) \
  type name;               \
  spoil(&name, sizeof(type))
template <typename Type>
struct Own {
  Type values[Resident<real>::sharing];
  Own() { spoil(values, sizeof(values)); }
  Type& mine() { return values[thread_in_block()]; }
};
#endif

// Where a thread of such a block is. Tiles cover the rows and places of a box; each has `before` more of
// both ahead of its own, and `after` behind them, which the tiles beside it have as well.
struct Place {
  Index j, k;        // row and place
  int y, z;          // the same, counted from the tile's first
  int rows, places;  // of the tile
  INLINE_MEMBER int number() const { return y * places + z; }
  // Whether that many rows and places of the tile come before it.
  INLINE_MEMBER bool has_before(int count) const { return y >= count && z >= count; }
  INLINE_MEMBER bool has_after(int count) const { return y < rows - count && z < places - count; }
};

INLINE Place place_in_tile(const Box& box, int before, int after) {
  const int y = threadIdx.y, z = threadIdx.x, rows = blockDim.y, places = blockDim.x, shared = before + after;
  return {box.lo[1] - before + (Index)blockIdx.y * (rows - shared) + y,
          box.lo[2] - before + (Index)blockIdx.x * (places - shared) + z, y, z, rows, places};
}

// First plane of a block that goes through some planes one after another.
INLINE Index first_plane(const Box& box, Index planes) { return box.lo[0] + blockIdx.z * planes; }

#define THREAD_Z(box) ((box).lo[2] + (Index)blockIdx.x * blockDim.x + threadIdx.x)

#define FOR_EACH_ROW(i, j)                                                        \
  const Index i = box.lo[0] + (Index)blockIdx.z * blockDim.z + threadIdx.z;       \
  const Index j = box.lo[1] + (Index)blockIdx.y * blockDim.y + threadIdx.y;       \
  if (i < box.hi[0] && j < box.hi[1])

#define FOR_EACH_ITEM(n)                                                          \
  for (Index n = box.lo[0] + (Index)blockIdx.x * blockDim.x + threadIdx.x, once_ = 1; \
       once_ && n < box.hi[0]; once_ = 0)

// One thread of a row does a serial sum.
#define ONCE_PER_ROW if (blockIdx.x == 0 && threadIdx.x == 0)

// Each thread works on one place, and looks its own coefficients up.
#define BY_VECTOR 0
#define LANES 1
#define FOR_EACH_OF(m, count) for (Index m = 0; m < (count); ++m)
#define FOR_EACH_VECTOR(v, first, last) for (Index v = (first), one_ = 1; one_; one_ = 0)
// The host takes whole rows up to `last`, a launch what its box holds of them.
#define FOR_EACH_LANE(k, v, last) \
  for (Index k = ((void)(last), THREAD_Z(box)), once_ = 1; once_ && k < box.hi[2]; once_ = 0)

#else

#define INLINE static inline __attribute__((always_inline))
#define INLINE_MEMBER inline __attribute__((always_inline))
#define KERNEL_ROWS(name) static void name(const name##_arguments& a, [[maybe_unused]] const Box& box, [[maybe_unused]] const Index step)
#define KERNEL_ITEMS(name) KERNEL_ROWS(name)

#define FOR_EACH_ROW(i, j)                     \
  for (Index i = box.lo[0]; i < box.hi[0]; ++i) \
    for (Index j = box.lo[1]; j < box.hi[1]; ++j)

#define FOR_EACH_ITEM(n) for (Index n = box.lo[0]; n < box.hi[0]; ++n)

#define ONCE_PER_ROW

// Rows are cut into vectors, which look their coefficients up as a whole.
#define BY_VECTOR 1
#define LANES VECTOR
#define FOR_EACH_OF(m, count) _Pragma("GCC ivdep") for (Index m = 0; m < (count); ++m)
#define FOR_EACH_VECTOR(v, first, last) for (Index v = (first); v < (last); v += VECTOR)
#define FOR_EACH_LANE(k, v, last) _Pragma("GCC ivdep") for (Index k = (v); k < (v) + VECTOR; ++k)

#endif

// Row of the n-th place: `narrow` says that a byte holds it, as is enough for 256 rows. A GPU's kernels
// are compiled for one of the two: to ask would cost them registers.
INLINE Index row_at(const row_ids* rows, [[maybe_unused]] Index narrow, Index n) {
#ifdef EMTWIN_NARROW
  constexpr bool byte = EMTWIN_NARROW;
#else
  const bool byte = narrow;
#endif
  return byte ? static_cast<const unsigned char*>(rows)[n] : static_cast<const row_id*>(rows)[n];
}

#endif
