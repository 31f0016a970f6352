// Every kernel as a host function, compiled once per precision and instruction set.
#include <cstddef>

#include "all_kernels.h"
#include "library.h"

namespace {

template <typename Arguments, void (*kernel)(const Arguments&, const Box&, Index)>
void call(const void* arguments, const Box& box, Index step) {
  kernel(*static_cast<const Arguments*>(arguments), box, step);
}

#define ENTRY(name) {#name, sizeof(name##_arguments), call<name##_arguments, name>},

const KernelEntry entries[] = {ALL_KERNELS(ENTRY)};

}  // namespace

#define CONCATENATE_(a, b) a##b
#define CONCATENATE(a, b) CONCATENATE_(a, b)

extern const KernelTable CONCATENATE(kernels_, EMTWIN_VARIANT);
const KernelTable CONCATENATE(kernels_, EMTWIN_VARIANT) = {entries, sizeof(entries) / sizeof(entries[0])};
