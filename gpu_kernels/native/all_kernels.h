// Every kernel file and every kernel, for the host: kernels.cpp compiles them, and the tests' emulator
// of a GPU runs the device branch of the same list.
#ifndef EMTWIN_ALL_KERNELS_H
#define EMTWIN_ALL_KERNELS_H

#include "boundaries.cu"
#include "clock.cu"
#include "conformal.cu"
#include "dispersion.cu"
#include "elements.cu"
#include "energies.cu"
#include "lumped.cu"
#include "monitors.cu"
#include "plane_wave.cu"
#include "prisms.cu"
#include "sheets.cu"
#include "winding_number.cu"
#include "winding_votes.cu"
#include "yee.cu"

#define ALL_KERNELS(ENTRY)                                                                   \
  ENTRY(yee_h) ENTRY(yee_h_tabled) ENTRY(yee_e)                                              \
  ENTRY(yee_h_inner) ENTRY(yee_h_tabled_inner) ENTRY(yee_e_inner)                            \
  ENTRY(transfer)                                                                            \
  ENTRY(count_steps)                                                                         \
  ENTRY(cut_face)                                                                            \
  ENTRY(disperse)                                                                            \
  ENTRY(impress) ENTRY(held_edge) ENTRY(wire_current) ENTRY(wire_charge) ENTRY(wire_deposit) \
  ENTRY(row_squares) ENTRY(totals)                                                           \
  ENTRY(edge_voltage) ENTRY(one_port) ENTRY(junction)                                        \
  ENTRY(record) ENTRY(energy)                                                                \
  ENTRY(impress_lines)                                                                       \
  ENTRY(prism_volumes)                                                                       \
  ENTRY(sheet_face) ENTRY(sheet_beside) ENTRY(sheet_edge) ENTRY(sheet_step)           \
  ENTRY(winding_number)                                                                      \
  ENTRY(winding_votes)

#endif
