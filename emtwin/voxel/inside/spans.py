"""Which stretches of the rays through the cell centres lie inside a body, and whose they are.

Along a ray a body begins where its winding number rises above zero, and ends where it falls back
to it: shells of one body that overlap are one span. What bodies of higher priority leave of such a
span is what is there: it can be thinner than a cell, and end on a facet of its own body or of
another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry import Surface
from emtwin.voxel.inside.scanline import crossings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOTHING = 1e-6
"""Share of the smallest cell: what is shorter comes from rounding."""


@dataclass(frozen=True, eq=False)
class Spans:
    """Stretches of rays along one axis, each inside one body.

    Parameters
    ----------
    ray : ndarray of int64
        Flat index of the ray among the cells (u, v) of the two axes that follow, shape (n,).
    low, high : ndarray of float64
        Where they begin and end along the axis in metres, shape (n,).
    low_normal, high_normal : ndarray of float64
        Unit normals there that point out of the span, shape (n, 3).
    """

    ray: Ints
    low: Floats
    high: Floats
    low_normal: Floats
    high_normal: Floats

    def __getitem__(self, chosen: NDArray[np.bool_] | Ints) -> Spans:
        """Some of them."""
        return Spans(
            self.ray[chosen],
            self.low[chosen],
            self.high[chosen],
            self.low_normal[chosen],
            self.high_normal[chosen],
        )

    @property
    def size(self) -> int:
        """Their number."""
        return int(self.ray.size)

    @property
    def length(self) -> Floats:
        """Lengths in metres, shape (n,)."""
        length: Floats = self.high - self.low
        return length

    @property
    def facing(self) -> Floats:
        """Cosine between the normals of both ends: -1 for a wall of even thickness, shape (n,)."""
        return np.asarray(np.einsum("ij,ij->i", self.low_normal, self.high_normal))


def spans_of(surface: Surface, axis: int, centres: tuple[Floats, ...]) -> Spans:
    """Spans of all rays along `axis` inside `surface`, in the order of ray and height.

    Parameters
    ----------
    surface : Surface
        Closed surface, in metres.
    axis : int
        Direction of the rays, 0 to 2.
    centres : tuple of ndarray of float64
        Cell centres per axis in metres.

    Returns
    -------
    Spans
        One for each entry and exit. A ray with an odd number of crossings meets a hole of the
        surface: each of its crossings is a span without length. Where the normals of an even
        number contradict each other, the crossings are taken in pairs.
    """
    hits = crossings(surface, axis, centres)
    ray = hits.u * centres[(axis + 2) % 3].size + hits.v
    # At one place what begins comes first: pieces that touch are one span.
    order = np.lexsort((hits.side, hits.height, ray))
    ray, height, triangle = ray[order], hits.height[order], hits.triangle[order]
    odd, enters, leaves = ends_of_spans(ray, hits.side[order])
    low, high = np.flatnonzero(enters), np.flatnonzero(leaves)
    alone = np.flatnonzero(odd)
    low, high = np.concatenate([low, alone]), np.concatenate([high, alone])
    sorted_again = np.argsort(low)
    low, high = low[sorted_again], high[sorted_again]
    normals = surface.normals
    return Spans(
        ray[low],
        height[low],
        height[high],
        _turned(normals[triangle[low]], axis, -1.0),
        _turned(normals[triangle[high]], axis, 1.0),
    )


def ends_of_spans(ray: Ints, side: Ints) -> tuple[NDArray[np.bool_], ...]:
    """Which crossings are on a ray with an odd number, and which of the others begin or end spans.

    Parameters
    ----------
    ray : ndarray of int64
        Ray of each crossing, in the order of ray and height, shape (n,).
    side : ndarray of int64
        As in `Crossings`, shape (n,).

    Returns
    -------
    tuple of ndarray of bool
        On an odd ray, begins a span, ends a span; each of shape (n,).
    """
    _, first, number, counts = np.unique(
        ray, return_index=True, return_inverse=True, return_counts=True
    )
    number = number.ravel()
    odd = (counts % 2 == 1)[number]
    total = np.cumsum(-side)
    after = total - (total[first] + side[first])[number]
    before = after + side
    clear = np.ones(counts.size, dtype=bool)
    clear[number[after < 0]] = False
    clear &= after[first + counts - 1] == 0
    rank = np.arange(ray.size) - first[number]
    enters = np.where(clear[number], (before == 0) & (after == 1), rank % 2 == 0)
    leaves = np.where(clear[number], (before == 1) & (after == 0), rank % 2 == 1)
    return odd, enters & ~odd, leaves & ~odd


def oblique_triangles(surface: Surface) -> NDArray[np.bool_]:
    """Triangles whose normal is along no axis, shape (m,)."""
    return np.asarray(np.abs(surface.normals).max(axis=1) < 1.0 - 1e-12)


def _turned(normals: Floats, axis: int, side: float) -> Floats:
    """Normals on the given side of the axis, whichever way their triangles were wound."""
    flip = np.where(normals[:, axis] * side < 0.0, -1.0, 1.0)
    return normals * flip[:, None]


def left_by(mine: Spans, others: Sequence[Spans], cell: float) -> tuple[Spans, Ints]:
    """What `others` leave of the spans of a body.

    Parameters
    ----------
    mine : Spans
        Spans of one body, in order.
    others : sequence of Spans
        Spans of the bodies that win where they overlap.
    cell : float
        Smallest cell along the axis in metres: a remainder of a millionth of it is nothing.

    Returns
    -------
    left : Spans
        The remainders, in order.
    owner : ndarray of int64
        Number of the span in `mine` that each belongs to, shape (n,).
    """
    if not any(other.size for other in others) or not mine.size:
        return mine, np.arange(mine.size)
    every = [mine, *others]
    sizes = np.array([one.size for one in every])
    theirs = np.repeat(np.arange(len(every)) > 0, sizes)
    joined = _joined(every)
    ray = np.tile(joined.ray, 2)
    at = np.concatenate([joined.low, joined.high])
    # At one place others begin first and end last, so that what they share with them is theirs.
    turn = np.concatenate([np.where(theirs, 0, 1), np.where(theirs, 3, 2)])
    order = np.lexsort((turn, at, ray))
    turn, at = turn[order], at[order]
    depth_mine = np.cumsum((turn == 1).astype(np.int64) - (turn == 2))
    depth_theirs = np.cumsum((turn == 0).astype(np.int64) - (turn == 3))
    begin = np.flatnonzero((depth_mine > 0) & (depth_theirs == 0))
    end = begin + 1
    own = (turn[begin] == 1) & (turn[end] == 2)
    kept = own | (at[end] - at[begin] > NOTHING * cell)
    begin, end = begin[kept], end[kept]
    owner = np.cumsum(turn == 1)[begin] - 1
    # Where another body ends, this one begins: its normal there is the other one's, turned.
    normals = np.concatenate([joined.low_normal, joined.high_normal])[order]
    low_normal = normals[begin] * np.where(turn[begin] == 3, -1.0, 1.0)[:, None]
    high_normal = normals[end] * np.where(turn[end] == 0, -1.0, 1.0)[:, None]
    return Spans(ray[order][begin], at[begin], at[end], low_normal, high_normal), owner


def middle_above(spans: Spans, at: Floats, cell: float) -> NDArray[np.bool_]:
    """Whether the middle of each span lies above a point on its ray.

    Parameters
    ----------
    spans : Spans
        Spans of walls.
    at : ndarray of float64
        Centre of a cell in each, along the axis in metres, shape (n,).
    cell : float
        Smallest cell along the axis in metres: nearer than a millionth of it is on the centre.

    Returns
    -------
    ndarray of bool
        Shape (n,). A middle on the centre counts as if all centres were shifted a little along
        (1, 1, 1), more along x than y than z, so that the rays of all axes agree.
    """
    away = (spans.low + spans.high) / 2 - at
    shift = (spans.high_normal - spans.low_normal) @ np.array([1.0 + 2e-3, 1.0 + 1e-3, 1.0])
    return np.where(np.abs(away) <= NOTHING * cell, shift < 0.0, away > 0.0)


def links_through(
    low: Floats, high: Floats, oblique: NDArray[np.bool_], centres: Floats
) -> tuple[Ints, Ints, NDArray[np.bool_], NDArray[np.bool_]]:
    """The first and the last link between neighbouring centres that pieces of a ray lie on.

    Parameters
    ----------
    low, high : ndarray of float64
        Ends of the pieces in metres, shape (n,); equal where the piece is a crossing.
    oblique : ndarray of bool
        Whether the facet is along no axis, shape (n,). A thin oblique piece within rounding of a
        centre is on both sides of it: the rays of another axis may see the centre on either.
    centres : ndarray of float64
        Centres along the ray in metres.

    Returns
    -------
    first, last : ndarray of int64
        Cells at the upper ends of the two links, as `Crossings.w`.
    on_first, on_last : ndarray of bool
        Whether more than rounding lies on them; `on_last` is False where both are one.
    """
    tiny = NOTHING * float(np.diff(centres).min(initial=np.inf)) if centres.size > 1 else 0.0
    thin = oblique & (high - low < tiny)
    low, high = np.where(thin, low - tiny, low), np.where(thin, high + tiny, high)
    first, last = np.searchsorted(centres, low), np.searchsorted(centres, high)
    enough = np.minimum(tiny / 2, (high - low) / 2)
    on_first = np.minimum(high, np.append(centres, np.inf)[first]) - low >= enough
    before = np.concatenate([[-np.inf], centres])[last]
    on_last = (last > first) & (high - np.maximum(low, before) >= enough)
    return first, last, on_first, on_last


def _joined(every: Sequence[Spans]) -> Spans:
    return Spans(
        np.concatenate([one.ray for one in every]),
        np.concatenate([one.low for one in every]),
        np.concatenate([one.high for one in every]),
        np.concatenate([one.low_normal for one in every]),
        np.concatenate([one.high_normal for one in every]),
    )
