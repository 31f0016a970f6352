// What the compiled kernels and the library that runs them share.
#pragma once

#include <cstddef>

struct Box;

struct KernelEntry {
  const char* name;
  size_t arguments_size;
  void (*run)(const void* arguments, const Box& box, long long step);
};

struct KernelTable {
  const KernelEntry* entries;
  size_t count;
};
