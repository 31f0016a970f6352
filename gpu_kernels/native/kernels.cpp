// Every kernel as a host function, compiled once per precision and instruction set.
#include <cstddef>

#include "elements.cu"
#include "library.h"
#include "monitors.cu"
#include "yee.cu"

namespace {

template <typename Arguments, void (*kernel)(const Arguments&, const Box&, Index)>
void call(const void* arguments, const Box& box, Index step) {
  kernel(*static_cast<const Arguments*>(arguments), box, step);
}

#define ENTRY(name) {#name, sizeof(name##_arguments), call<name##_arguments, name>}

const KernelEntry entries[] = {
    ENTRY(yee_h),        ENTRY(yee_e),       ENTRY(impress),      ENTRY(held_edge), ENTRY(wire_current),
    ENTRY(wire_charge),  ENTRY(wire_deposit), ENTRY(record),      ENTRY(energy),
};

}  // namespace

#define CONCATENATE_(a, b) a##b
#define CONCATENATE(a, b) CONCATENATE_(a, b)

extern const KernelTable CONCATENATE(kernels_, EMTWIN_VARIANT);
const KernelTable CONCATENATE(kernels_, EMTWIN_VARIANT) = {entries, sizeof(entries) / sizeof(entries[0])};
