"""What a reader takes out of a file, before units and names of parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.geometry.surface import Surface

Blocks = dict[str, NDArray[np.int64]]
"""Corner indices per kind of cell, shapes (m, corners)."""


@dataclass(frozen=True)
class Cells:
    """Cells over shared points, by region.

    Parameters
    ----------
    points : ndarray of float64
        Coordinates in the unit of the file, shape (n, 3).
    groups : mapping of str to Blocks
        Triangles, quadrilaterals, polygons or volume cells of each region.
    notices : tuple of Notice
        What was decided while reading.
    """

    points: NDArray[np.float64]
    groups: Mapping[str, Blocks]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Shapes:
    """Surfaces by region.

    Parameters
    ----------
    surfaces : mapping of str to Surface
        Surfaces as read.
    unit : float or None
        Size in metres of the unit that the surfaces are in; None where the file does not say it.
    stated : float or None
        Size of the unit that the file states, where the reader has turned it into another.
    notices : tuple of Notice
        What was decided while reading.
    """

    surfaces: Mapping[str, Surface]
    unit: float | None = None
    stated: float | None = None
    notices: tuple[Notice, ...] = ()
