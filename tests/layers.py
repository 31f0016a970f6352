"""Whether two sets of cells agree but for one layer of cells at the surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion

_BOX = np.ones((3, 3, 3), dtype=bool)


def within_one_layer(found: NDArray[np.bool_], sound: NDArray[np.bool_]) -> bool:
    """Whether every cell that differs touches, by face, edge or corner, the sound surface."""
    return (
        not (binary_erosion(sound, _BOX) & ~found).any()
        and not (found & ~binary_dilation(sound, _BOX)).any()
    )
