"""The convolutional perfectly matched layer (CPML) on any of the six faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, ETA0, TWO_PI
from emtwin.grid import Grid

_VECTOR = 16
Lines = NDArray[np.float64]
Layers = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Absorber:
    """Thickness and grading of the absorber; a face without cells has none.

    Waves shorter than `alpha_wavelength` cells are absorbed by sigma, longer ones and near fields
    fade by kappa. The default is for pulses whose waves reach the absorber as waves, `evanescent`
    for near fields of something electrically small or long that stands close to it; see there.

    Parameters
    ----------
    cells : tuple of (int, int)
        Number of absorbing cells at the low and high end of x, y, z.
    order : float
        Exponent of the polynomial grading.
    kappa_max : float
        Largest stretch of the coordinate.
    alpha_max : float or None
        Frequency shift at the inner surface, S/m; from `alpha_wavelength` where None.
    alpha_wavelength : float
        Wavelength in absorber cells at which the shift equals omega eps0.
    strength : float
        Peak conductivity as a multiple of the optimum of eq. 7.67 of the reference.

    References
    ----------
    Roden and Gedney, Microwave Opt. Technol. Lett. 27 (2000) 334-339; Taflove and Hagness,
    Computational Electrodynamics, 3rd ed., sections 7.7 to 7.9.
    """

    cells: Layers = ((10, 10),) * 3
    order: float = 3.0
    kappa_max: float = 8.0
    alpha_max: float | None = None
    alpha_wavelength: float = 160.0
    strength: float = 1.0

    @classmethod
    def none(cls) -> Absorber:
        """No absorber: a closed box of perfect conductor."""
        return cls(((0, 0),) * 3)

    @classmethod
    def evanescent(cls, cells: Layers = ((10, 10),) * 3, f_min: float | None = None) -> Absorber:
        """Absorber for near fields: a plate, a wire or a board a few cells before it.

        Parameters
        ----------
        cells : tuple of (int, int)
            As in the class.
        f_min : float, optional
            Lowest frequency in Hz at which waves have to be absorbed as waves. By default waves
            shorter than 80 cells are.

        Returns
        -------
        Absorber
            With a stretch of 15 and alpha = 2 pi f_min eps0.
        """
        alpha = None if f_min is None else TWO_PI * f_min * EPS0
        return cls(cells, kappa_max=15.0, alpha_max=alpha, alpha_wavelength=80.0)

    def alpha(self, cell: float) -> float:
        """Largest alpha in S/m of a face whose absorbing cells measure `cell` metres."""
        if self.alpha_max is not None:
            return self.alpha_max
        return TWO_PI / (ETA0 * self.alpha_wavelength * cell)


class AxisProfile(NamedTuple):
    """Absorber along one axis, for the e or the h updates.

    `kappa`, `b` and `c` have one value per node index; slabs are ``[0, low)`` and ``[high, n)``.
    """

    kappa: Lines
    b: Lines
    c: Lines
    low: int
    high: int


def axis_profile(
    grid: Grid, axis: int, absorber: Absorber, dt: float, *, magnetic: bool
) -> AxisProfile:
    """Recursive-convolution coefficients along one axis.

    Parameters
    ----------
    grid : Grid
        The grid.
    axis : int
        0, 1 or 2.
    absorber : Absorber
        Thickness and grading.
    dt : float
        Time step in seconds.
    magnetic : bool
        True for positions of h (cell centres), False for e (nodes).

    Returns
    -------
    AxisProfile
        Arrays of the number of nodes along the axis (Taflove and Hagness, eqs. 7.102 to 7.105).
    """
    lines = grid.lines[axis]
    position = np.append(grid.centres[axis], lines[-1]) if magnetic else lines
    spacing = (
        np.append(grid.spacings[axis], grid.spacings[axis][-1])
        if magnetic
        else grid.dual_spacings[axis]
    )
    sigma, kappa, alpha = (np.zeros(lines.size), np.ones(lines.size), np.zeros(lines.size))
    for end, cells in enumerate(absorber.cells[axis]):
        if cells:
            _grade(lines, position, end, cells, absorber, sigma, kappa, alpha)
    b = np.exp(-(sigma / kappa + alpha) * dt / EPS0)
    depth = kappa * (sigma + kappa * alpha)
    c = np.divide(sigma * (b - 1.0), depth, out=np.zeros_like(b), where=depth > 0)
    inside = sigma > 0
    if magnetic:
        inside[-1] = False  # behind the last cell there is no h
    b, c = np.where(inside, b, 0.0), np.where(inside, c / spacing, 0.0)
    return AxisProfile(kappa, b, c, *_slabs(absorber.cells[axis], lines.size))


def _grade(
    lines: Lines,
    position: Lines,
    end: int,
    cells: int,
    absorber: Absorber,
    sigma: Lines,
    kappa: Lines,
    alpha: Lines,
) -> None:
    """Fill the profile of one face: depth 0 at its inner surface, 1 at the outer."""
    outer, inner = (lines[0], lines[cells]) if end == 0 else (lines[-1], lines[-1 - cells])
    depth = (position - inner) / (outer - inner)
    where = (depth > 1e-9) & (depth <= 1.0 + 1e-9)
    step = abs(outer - inner) / cells
    sigma_max = absorber.strength * 0.8 * (absorber.order + 1) / (ETA0 * step)
    graded = depth[where] ** absorber.order
    sigma[where] = sigma_max * graded
    kappa[where] = 1.0 + (absorber.kappa_max - 1.0) * graded
    alpha[where] = absorber.alpha(step) * np.clip(1.0 - depth[where], 0.0, 1.0)


def _slabs(cells: tuple[int, int], n: int) -> tuple[int, int]:
    low = cells[0] + 1 if cells[0] else 0
    high = n - cells[1] - 1 if cells[1] else n
    return low, high


def widen_to_vectors(profile: AxisProfile, pitch: int) -> AxisProfile:
    """The z profile padded to `pitch`, its slabs widened to whole vectors.

    The added elements have b = c = 0, so that psi stays zero there.
    """
    kappa, b, c = (np.zeros(pitch) for _ in range(3))
    kappa[:] = 1.0
    for padded, values in ((kappa, profile.kappa), (b, profile.b), (c, profile.c)):
        padded[: values.size] = values
    low = -(-profile.low // _VECTOR) * _VECTOR
    high = profile.high // _VECTOR * _VECTOR if profile.high < profile.kappa.size else pitch
    if low > high:  # thin grids: the two slabs meet
        low, high = pitch, pitch
    return AxisProfile(kappa, b, c, low, high)
