"""Where a board stands in the device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUARTERS = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}


@dataclass(frozen=True)
class Placement:
    """From the board's frame to the device's.

    The middle of the outline's bounding box comes to `at`, in x and y, and the board's lower
    face to its z. A board that lies with its front down is turned about its own y axis first.

    Parameters
    ----------
    middle : tuple of float
        Middle of the outline's bounding box in the board's frame, metres.
    thickness : float
        Of the board, metres.
    at : tuple of float
        In the device, metres.
    degrees : int
        Counter-clockwise seen from above: 0, 90, 180 or 270.
    down : bool
        Whether the front (F.Cu) is below.
    """

    middle: tuple[float, float]
    thickness: float
    at: tuple[float, float, float]
    degrees: int = 0
    down: bool = False

    def points(self, flat: NDArray[np.float64], height: float) -> NDArray[np.float64]:
        """Points of the board in the device.

        Parameters
        ----------
        flat : ndarray of float64, shape (n, 2)
            In the board's frame, metres.
        height : float
            Over the lower face of the board with its front up, metres.

        Returns
        -------
        ndarray of float64, shape (n, 3)
            In metres.
        """
        x, y = (np.asarray(flat, np.float64).reshape(-1, 2) - np.array(self.middle)).T
        if self.down:
            x, height = -x, self.thickness - height
        cos, sin = _QUARTERS[self.degrees]
        turned = np.column_stack([cos * x - sin * y, sin * x + cos * y])
        level = np.full((len(turned), 1), self.at[2] + height)
        return np.hstack([turned + np.array(self.at[:2]), level])

    def flat(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places on the board of points in the device; the opposite of `points`.

        Parameters
        ----------
        points : ndarray of float64, shape (n, 2)
            x and y in the device, metres.

        Returns
        -------
        ndarray of float64, shape (n, 2)
            In the board's frame, metres.
        """
        x, y = (np.asarray(points, np.float64)[:, :2] - np.array(self.at[:2])).T
        cos, sin = _QUARTERS[self.degrees]
        back = np.column_stack([cos * x + sin * y, cos * y - sin * x])
        if self.down:
            back[:, 0] *= -1
        return np.asarray(back + np.array(self.middle))
