"""How thick the metal is that passes through each metal face, and which way it faces.

A staircase has more area than the wall that it stands for. Of a wall of unit normal n there is the
share |n_x| in faces normal to x, and so on, so that the edges along x have |n_y| + |n_z| of its
area for their sheet, the others likewise. A uniform field e along the wall puts e_x, e_y, e_z on
them, and the sheet G loses G |e|^2 a square. So every edge along x gets the conductance
G / (|n_y| + |n_z|): the losses are then G (e_x^2 + e_y^2 + e_z^2), whichever way the field points.
In the plane of a step that is more than G, since the current's way is longer by |n_x| + |n_z|;
along the step it is less, since the sheet is wider. A wall that is oblique in space conducts some
3 % less, since no uniform field is left on its staircase: nodes at the corners of steps would be
sources of current.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_AREA = 0.1
"""Share of a wall's area below which the edges along an axis are lone steps. They then conduct ten
times as well as the sheet, which is off by at most 0.25 % of the current's way."""


@dataclass(frozen=True, eq=False)
class Skin:
    """The metal in faces normal to one axis.

    Parameters
    ----------
    flat : ndarray of int64
        Faces, as those of a sheet, rising and distinct, shape (n,).
    thickness : ndarray of float64
        Thickness of the metal in each along its normal in metres, shape (n,); nan where a ray only
        cuts off an edge of a body, and the metal there has no thickness.
    normal : ndarray of float64
        Absolute components of its unit normal, shape (n, 3).
    """

    flat: Ints
    thickness: Floats
    normal: Floats

    @classmethod
    def joined(cls, flat: Ints, thickness: Floats, normals: Floats) -> Skin:
        """Skin of pieces of metal, several of which may lie in one face; their conductances add.

        Parameters
        ----------
        flat : ndarray of int64
            Face of each piece, shape (m,).
        thickness : ndarray of float64
            Its thickness in metres, nan where it has none, shape (m,).
        normals : ndarray of float64
            Normal of each, of any sign and length above 0, shape (m, 3).
        """
        faces, number = np.unique(flat, return_inverse=True)
        number = number.ravel()
        known = np.isfinite(thickness)
        total = np.bincount(number[known], thickness[known], faces.size)
        count = np.bincount(number[known], minlength=faces.size)
        weight = np.where(known, np.where(known, thickness, 1.0), 1e-30)
        sums = np.column_stack(
            [np.bincount(number, weight * np.abs(normals[:, n]), faces.size) for n in range(3)]
        )
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        return cls(faces, np.where(count > 0, total, np.nan), sums / np.maximum(length, 1e-300))

    def facing(self, flat: Ints) -> Floats:
        """Absolute components of the normal of some of the faces, shape (m, 3)."""
        return np.asarray(self.normal[np.searchsorted(self.flat, flat)])

    def at(self, flat: Ints, usual: float) -> tuple[Floats, Floats]:
        """Thickness (`usual`, in metres, where it is unknown) and widening of some of the faces.

        Parameters
        ----------
        flat : ndarray of int64
            Faces, each of them known, shape (m,).
        usual : float
            Thickness where there is none.

        Returns
        -------
        thickness : ndarray of float64, shape (m,)
            Metres.
        widening : ndarray of float64, shape (m, 3)
            Factor on the sheet's width for the edges along x, y and z.
        """
        place = np.searchsorted(self.flat, flat)
        thickness, normal = self.thickness[place], self.normal[place]
        area = normal.sum(axis=1, keepdims=True) - normal
        return (
            np.where(np.isfinite(thickness), thickness, usual),
            1.0 / np.maximum(area, _LEAST_AREA),
        )


def both(one: Skin, other: Skin) -> Skin:
    """Skin of the faces of both."""
    pairs: Sequence[Skin] = (one, other)
    return Skin.joined(
        np.concatenate([skin.flat for skin in pairs]),
        np.concatenate([skin.thickness for skin in pairs]),
        np.concatenate([skin.normal for skin in pairs]),
    )
