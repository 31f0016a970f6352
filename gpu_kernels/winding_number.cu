// Winding number of a triangulated surface around points: how often it goes around each of them.
//
// A closed surface with outward normals has 1 inside and 0 outside; one with holes something between. Sum
// of solid angles over 4 pi (Jacobson et al., ACM Trans. Graph. 32:33, 2013). Far triangles are taken
// together as a dipole (Barill et al., ACM Trans. Graph. 37:43, 2018).
#include "launch.cuh"

// Nodes of a tree, parents before children: node k and what is below it end before node `skip`[k]. A node
// stands for triangles `begin` to `end`, and may be taken as a whole from points whose distance from its
// `centre` is more than the root of `far_squared`. `dipole` is its sum of area vectors N; about the centre,
// which is weighted with area, the next term of the expansion vanishes for a flat node.
//   far = sum of r . N / |r|^3 over the nodes taken as a whole, r from the point to the node
//   (re, im) = product of numbers whose angle is half the solid angle of each other triangle, and
//   turned = how often their sum passed pi
#define WINDING_NUMBER_ARGUMENTS(FIELD)                                                             \
  FIELD(const double*, points)                                                                      \
  FIELD(const double*, centre) FIELD(const double*, far_squared)                                    \
  FIELD(const double*, dipole)                                                                      \
  FIELD(const int32*, skip) FIELD(const int32*, begin) FIELD(const int32*, end) FIELD(Index, nodes) \
  FIELD(const double*, corners)                                                                     \
  FIELD(double*, far) FIELD(double*, re) FIELD(double*, im) FIELD(int32*, turned)
DECLARE_ARGUMENTS(winding_number, WINDING_NUMBER_ARGUMENTS)

INLINE double root(double value) {
#if defined(__CUDACC__)
  return sqrt(value);
#else
  return __builtin_sqrt(value);
#endif
}

struct Angle {
  double re, im;
  int32 turned;
};

// Adds half the solid angle of a triangle seen from (x, y, z), Van Oosterom and Strackee, IEEE Trans.
// Biomed. Eng. 30:125, 1983. A point in the triangle's plane sees nothing of it.
INLINE Angle add_triangle(Angle sum, const double* corner, double x, double y, double z) {
  const double a_x = corner[0] - x, a_y = corner[1] - y, a_z = corner[2] - z;
  const double b_x = corner[3] - x, b_y = corner[4] - y, b_z = corner[5] - z;
  const double c_x = corner[6] - x, c_y = corner[7] - y, c_z = corner[8] - z;
  const double across = a_x * (b_y * c_z - b_z * c_y) + a_y * (b_z * c_x - b_x * c_z) + a_z * (b_x * c_y - b_y * c_x);
  if (across == 0) return sum;
  const double a = root(a_x * a_x + a_y * a_y + a_z * a_z), b = root(b_x * b_x + b_y * b_y + b_z * b_z),
               c = root(c_x * c_x + c_y * c_y + c_z * c_z);
  const double along = a * b * c + (a_x * b_x + a_y * b_y + a_z * b_z) * c + (b_x * c_x + b_y * c_y + b_z * c_z) * a +
                       (c_x * a_x + c_y * a_y + c_z * a_z) * b;
  const double re = sum.re * along - sum.im * across, im = sum.re * across + sum.im * along;
  const double size = (re < 0 ? -re : re) + (im < 0 ? -im : im);  // of the order of their root mean square, and cheap
  const int32 up = across > 0 && sum.im >= 0 && im < 0, down = across < 0 && sum.im < 0 && im >= 0;
  return {re / size, im / size, sum.turned + up - down};
}

KERNEL_ITEMS(winding_number) {
  FOR_EACH_ITEM(n) {
    const double x = a.points[3 * n], y = a.points[3 * n + 1], z = a.points[3 * n + 2];
    Angle near = {1, 0, 0};
    double far = 0;
    for (int32 k = 0; k < a.nodes;) {
      const double r_x = a.centre[3 * k] - x, r_y = a.centre[3 * k + 1] - y, r_z = a.centre[3 * k + 2] - z;
      const double squared = r_x * r_x + r_y * r_y + r_z * r_z;
      int32 next = a.skip[k];
      if (squared > a.far_squared[k]) {
        const double along = r_x * a.dipole[3 * k] + r_y * a.dipole[3 * k + 1] + r_z * a.dipole[3 * k + 2];
        far += along / (squared * root(squared));
      } else if (next == k + 1) {
        for (int32 m = a.begin[k]; m < a.end[k]; ++m)
          near = add_triangle(near, a.corners + 9 * (Index)m, x, y, z);
      } else {
        next = k + 1;
      }
      k = next;
    }
    a.far[n] = far;
    a.re[n] = near.re;
    a.im[n] = near.im;
    a.turned[n] = near.turned;
  }
}
