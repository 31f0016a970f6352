// Faces that a conductor cuts: h from the edges around the face and around those it shares flux with.
#include "launch.cuh"

//   h -= sum of weight e over the edges first[n] .. first[n + 1]; no face may be listed twice
#define CUT_FACE_ARGUMENTS(FIELD)                                                                   \
  FIELD(real*, field) FIELD(const Index*, face) FIELD(const Index*, first) FIELD(const Index*, edge) \
  FIELD(const real*, weight)
DECLARE_ARGUMENTS(cut_face, CUT_FACE_ARGUMENTS)

KERNEL_ITEMS(cut_face) {
  FOR_EACH_ITEM(n) {
    real change = 0;
    for (Index q = a.first[n]; q < a.first[n + 1]; ++q) change += a.weight[q] * a.field[a.edge[q]];
    a.field[a.face[n]] -= change;
  }
}
