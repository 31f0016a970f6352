"""What the grid sees of a conductor thinner than its cells.

A current on one edge has, on the grid, a finite inductance: the grid stands for a wire of an
effective radius of about a fifth of a cell. A real wire differs from it by a logarithm, which
becomes the wire's in-cell inductance. On a graded grid the effective radius is found from the
discrete Laplace problem of the cells around the wire, so that no formula for square cells is
stretched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from emtwin.constants import C0, ETA0, MU0, TWO_PI

_WINDOW = 12  # cells on each side
Lines = NDArray[np.float64]


def grid_inductance(u: Lines, v: Lines, at: tuple[int, int], plane: int | None = None) -> float:
    """Inductance per metre of an edge current, as the grid sees it.

    Parameters
    ----------
    u, v : ndarray
        Lines of the grid across the wire, in metres.
    at : tuple of int
        Indices of the lines on which the wire runs.
    plane : int or None
        Index in `v` of a perfectly conducting plane that carries the return current. Without a
        plane the result is relative to a return at a distance of one metre.

    Returns
    -------
    float
        H/m. The outer boundary of the window is held at the potential of a line current (and of
        its image), the standard far field of the discrete problem.
    """
    u, iu = _window(u, at[0])
    low = max(at[1] - _WINDOW, 0) if plane is None else plane
    v, iv = v[low : at[1] + _WINDOW + 1], at[1] - low
    if plane is None:
        v, iv = _extend(v, iv)
    du, dv = u - u[iu], v - v[iv]
    distance = np.hypot(du[:, None], dv[None, :])
    image = 1.0 if plane is None else np.hypot(du[:, None], (v + v[iv] - 2 * v[0])[None, :])
    with np.errstate(divide="ignore"):
        far = np.log(image / distance) / TWO_PI
    return float(MU0 * _potential(u, v, far)[iu, iv])


def spread_share(u: Lines, v: Lines, at: tuple[int, int], wanted: float) -> float:
    """Share of a current that four neighbouring lines take over to bring its inductance down.

    With the share s on the four lines beside `at`, a quarter each, the grid's inductance is
    (1 - s)^2 L_00 + 2 s (1 - s) mean L_0n + s^2 mean L_nm: a tube instead of a line. On square
    cells that is L_00 - mu0 (s / 2 - s^2 / 4).

    Parameters
    ----------
    u, v : ndarray
        Lines of the grid across the wire, in metres.
    at : tuple of int
        Indices of the lines on which the wire runs, none the first or last.
    wanted : float
        Inductance per metre with the return at a distance of one metre, H/m.

    Returns
    -------
    float
        0 where the line alone has less than `wanted`; at most 1.
    """
    u, iu = _window(u, at[0])
    v, iv = _window(v, at[1])
    places = np.array([(iu, iv), (iu - 1, iv), (iu + 1, iv), (iu, iv - 1), (iu, iv + 1)])
    mutual = np.array([_around(u, v, (int(i), int(j)))[tuple(places.T)] for i, j in places])
    own, beside, among = mutual[0, 0], mutual[0, 1:].mean(), mutual[1:, 1:].mean()
    roots = np.roots([own - 2 * beside + among, 2 * (beside - own), own - wanted / MU0])
    real = roots[np.isreal(roots)].real
    if own <= wanted / MU0:
        return 0.0
    return float(min(real[real > 0], default=1.0))


def _around(u: Lines, v: Lines, at: tuple[int, int]) -> NDArray[np.float64]:
    """Potential of a unit line source in a window, held at that of the continuum on its rim."""
    distance = np.hypot((u - u[at[0]])[:, None], (v - v[at[1]])[None, :])
    with np.errstate(divide="ignore"):
        return _potential(u, v, np.log(1 / distance) / TWO_PI)


def _window(lines: Lines, at: int) -> tuple[Lines, int]:
    low = max(at - _WINDOW, 0)
    return _extend(lines[low : at + _WINDOW + 1], at - low)


def _extend(lines: Lines, at: int) -> tuple[Lines, int]:
    """Continue the lines with their last spacing where the grid ends inside the window."""
    before, after = max(0, 4 - at), max(0, 4 - (lines.size - 1 - at))
    head = lines[0] - (lines[1] - lines[0]) * np.arange(before, 0, -1)
    tail = lines[-1] + (lines[-1] - lines[-2]) * np.arange(1, after + 1)
    return np.concatenate((head, lines, tail)), at + before


def _potential(u: Lines, v: Lines, boundary: NDArray[np.float64]) -> NDArray[np.float64]:
    """Five-point solution for a unit line source; `boundary` holds the outer values."""
    shape = (u.size, v.size)
    inner = np.zeros(shape, bool)
    inner[1:-1, 1:-1] = True
    number = np.cumsum(inner).reshape(shape) - 1
    dual_u, dual_v = (np.convolve(np.diff(lines), (0.5, 0.5), "valid") for lines in (u, v))
    rows, columns, values = [], [], []
    right = np.zeros(inner.sum())
    source = ~np.isfinite(boundary)
    right[number[source & inner]] = 1.0
    for axis, shift in ((0, -1), (0, 1), (1, -1), (1, 1)):
        spacing = np.diff((u, v)[axis])
        step = spacing[:-1] if shift < 0 else spacing[1:]
        weight = (
            (dual_v[None, :] / step[:, None]) if axis == 0 else (dual_u[:, None] / step[None, :])
        )
        neighbour = np.roll(np.arange(inner.size).reshape(shape), -shift, axis)[1:-1, 1:-1].ravel()
        own, weight = number[1:-1, 1:-1].ravel(), weight.ravel()
        inside = inner.ravel()[neighbour]
        rows += [own, own[inside]]
        columns += [own, number.ravel()[neighbour[inside]]]
        values += [weight, -weight[inside]]
        np.add.at(right, own[~inside], weight[~inside] * boundary.ravel()[neighbour[~inside]])
    matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))))
    solution = np.where(source, 0.0, boundary)
    solution[inner] = spsolve(matrix.tocsc(), right)
    return solution


def wire_inductance(radius: float) -> float:
    """Inductance per metre of a round wire with its return at a distance of one metre, H/m."""
    return MU0 / TWO_PI * float(np.log(1.0 / radius))


def strip_inductance(width: float, height: float) -> float:
    """Inductance per metre of a flat strip of `width` at `height` over a plane (m), H/m.

    The impedance in air by Hammerstad and Jensen (IEEE MTT-S 1980), good to 0.1 %, divided by
    the speed of light; a dielectric does not change it.
    """
    ratio = width / height
    f = 6 + (TWO_PI - 6) * np.exp(-((30.666 / ratio) ** 0.7528))
    impedance = ETA0 / TWO_PI * np.log(f / ratio + np.sqrt(1 + (2 / ratio) ** 2))
    return float(impedance / C0)


def stripline_inductance(width: float, below: float, above: float) -> float:
    """Inductance per metre of a flat strip between two planes, H/m.

    The charge on the strip is a sum of Chebyshev polynomials over the square root of its edges.
    The potential of a line charge between two planes, b apart and the charge at height h,

        ln[(cosh(pi x / b) - cos(2 pi h / b)) / (cosh(pi x / b) - 1)] / (4 pi),

    is the logarithm of the distance, which those polynomials integrate exactly, and a smooth rest.
    In the middle between the planes this is Cohn's closed form (IRE Trans. MTT-2, 1954, p. 52).

    Parameters
    ----------
    width : float
        Of the strip in metres.
    below, above : float
        Distances to the planes in metres.

    Returns
    -------
    float
        In H/m; a dielectric between the planes does not change it.
    """
    b, half = below + above, width / 2
    count = 24 + int(np.ceil(8 * width / b))
    angle = np.pi * (np.arange(count) + 0.5) / count
    at, order = np.cos(angle), np.arange(count)
    polynomials = np.cos(angle[:, None] * order)
    exact = np.r_[np.log(2 / half), 1 / order[1:]] * polynomials / 2
    distance = half * np.abs(at[:, None] - at)
    one = 1 - np.cos(TWO_PI * below / b)
    with np.errstate(divide="ignore", invalid="ignore"):
        bent = np.cosh(np.minimum(np.pi * distance / b, 500)) - 1
        rest = np.log1p(one / bent) / (2 * TWO_PI) + np.log(distance) / TWO_PI
    rest[distance == 0] = np.log(2 * one * (b / np.pi) ** 2) / (2 * TWO_PI)
    smooth = rest @ polynomials * (np.pi / count)
    charge = np.pi * np.linalg.solve(exact + smooth, np.ones(count))[0]
    return float(MU0 / charge)
