"""Line integrals of the vector potential: the flux through whatever the line goes round."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import RunError
from emtwin.quasistatic.coils import Circle, Polyline
from emtwin.quasistatic.sources import Numbers, Source

Real = NDArray[np.float64]

TOLERANCE = 1e-10
"""Largest error of a line integral, as a share of the integral of |A|."""

_MOST_HALVINGS = 40
_MOST_POINTS = 2**16  # on a circle


def along_segments(
    source: Source,
    starts: ArrayLike,
    ends: ArrayLike,
    tolerance: float = TOLERANCE,
    order: int = 6,
) -> Numbers:
    """Integral of A along straight pieces.

    Gauss-Legendre on each piece and on its halves; where they differ, both halves go on by
    themselves, so that a piece may pass close to a wire.

    Parameters
    ----------
    source : Source
        What has the vector potential.
    starts, ends : array_like
        Ends of the pieces in metres, shape (n, 3).
    tolerance : float
        Largest error of a piece, as a share of its integral of |A|.
    order : int
        Points of the rule, few for pieces far from all wires.

    Returns
    -------
    ndarray
        In Wb, shape (n,).

    Raises
    ------
    InputError
        If a point of a piece lies on a wire of the source.
    RunError
        If halving the pieces does not end.
    """
    begin, end = (np.atleast_2d(np.asarray(p, dtype=np.float64)) for p in (starts, ends))
    owner, total = np.arange(len(begin)), np.zeros(len(begin), dtype=np.complex128)
    whole, size = _gauss(source, begin, end, order)
    scale = np.maximum(size, float(size.max(initial=0.0)) * 1e-6)
    lengths = np.linalg.norm(end - begin, axis=1)
    real = not np.iscomplexobj(whole)
    for _ in range(_MOST_HALVINGS):
        middle = (begin + end) / 2.0
        halves = [_gauss(source, *ends, order)[0] for ends in ((begin, middle), (middle, end))]
        refined = halves[0] + halves[1]
        share = np.linalg.norm(end - begin, axis=1) / lengths[owner]
        good = np.abs(refined - whole) <= tolerance * scale[owner] * np.sqrt(share)
        np.add.at(total, owner[good], refined[good])
        if good.all():
            return total.real if real else total
        bad = ~good
        begin, end = (
            np.concatenate(p) for p in ((begin[bad], middle[bad]), (middle[bad], end[bad]))
        )
        owner = np.tile(owner[bad], 2)
        whole = np.concatenate([half[bad] for half in halves])
    x, y, z = begin[0]
    raise RunError(
        f"the flux along a line does not settle near ({x:g}, {y:g}, {z:g}) m, after "
        f"{_MOST_HALVINGS} halvings: move the line off the wires of the source"
    )


def round_loop(source: Source, loop: Polyline | Circle) -> float | complex:
    """Flux in Wb of a source through one turn of a loop.

    Parameters
    ----------
    source : Source
        What has the vector potential.
    loop : Polyline or Circle
        The loop, positive by the right-hand rule; its turns and current do not enter. A path that
        is not closed gives its own part of the line integral.

    Returns
    -------
    float or complex
        Line integral of A; for a Circle by the trapezoidal rule, which converges geometrically.

    Raises
    ------
    InputError, RunError
        If the loop touches a wire of the source.
    """
    if isinstance(loop, Polyline):
        total = along_segments(source, *loop.segments).sum()
        return complex(total) if np.iscomplexobj(total) else float(total)
    count, before = 16, None
    while count <= _MOST_POINTS:
        found, size = _trapezoid(source, loop, count)
        if before is not None and abs(found - before) <= TOLERANCE * size:
            return found
        before, count = found, 2 * count
    raise RunError(
        f"the loop at {loop.centre} m of radius {loop.radius:g} m touches a wire of the source: "
        f"the flux did not settle with {_MOST_POINTS} points"
    )


def _gauss(source: Source, begin: Real, end: Real, order: int) -> tuple[Numbers, Real]:
    """Integral of A . dl over pieces, and that of |A| dl."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    share = (1.0 + nodes)[None, :, None] / 2.0
    at = begin[:, None, :] + share * (end - begin)[:, None, :]
    potential = source.potential(at.reshape(-1, 3)).reshape(at.shape)
    half = (end - begin) / 2.0
    value = np.einsum("g,ngi,ni->n", weights, potential, half)
    modulus = np.linalg.norm(potential, axis=2) @ weights * np.linalg.norm(half, axis=1)
    return value, modulus


def _trapezoid(source: Source, loop: Circle, count: int) -> tuple[float | complex, float]:
    angle = 2.0 * np.pi * np.arange(count) / count
    x, y, _ = loop.frame
    out = np.cos(angle)[:, None] * x + np.sin(angle)[:, None] * y
    along = np.cos(angle)[:, None] * y - np.sin(angle)[:, None] * x
    potential = source.potential(np.asarray(loop.centre) + loop.radius * out)
    step = 2.0 * np.pi * loop.radius / count
    value = np.sum(potential * along) * step
    size = float(np.linalg.norm(potential, axis=1).sum() * step)
    return (complex(value) if np.iscomplexobj(value) else float(value)), size
