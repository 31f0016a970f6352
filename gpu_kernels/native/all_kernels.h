// Every kernel file and every kernel, for the host: kernels.cpp compiles them, and the tests' emulator
// of a GPU runs the device branch of the same list.
#ifndef EMTWIN_ALL_KERNELS_H
#define EMTWIN_ALL_KERNELS_H

#include "boundaries.cu"
#include "elements.cu"
#include "lumped.cu"
#include "monitors.cu"
#include "plane_wave.cu"
#include "yee.cu"

#define ALL_KERNELS(ENTRY)                                   \
  ENTRY(yee_h) ENTRY(yee_h_tabled) ENTRY(yee_e)              \
  ENTRY(impress) ENTRY(held_edge)                            \
  ENTRY(wire_current) ENTRY(wire_charge) ENTRY(wire_deposit) \
  ENTRY(edge_voltage) ENTRY(one_port)                        \
  ENTRY(record) ENTRY(energy) ENTRY(transfer)      \
  ENTRY(impress_lines)

#endif
