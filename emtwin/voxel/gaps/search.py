"""The search for all gaps between conductors, whatever their shape."""

from __future__ import annotations

from collections.abc import Sequence

from emtwin.voxel.bodies import Body
from emtwin.voxel.gaps.flat import Gap, flat_gaps
from emtwin.voxel.gaps.shaped import shaped_gaps


def find_gaps(bodies: Sequence[Body], widest: float) -> tuple[Gap, ...]:
    """Find the gaps of metal parts up to a width.

    Parameters
    ----------
    bodies : sequence of Body
        Parts; those that are no metal are passed over.
    widest : float
        Largest width, metres.

    Returns
    -------
    tuple of Gap
        Those at least as long as wide: the flat ones along the axes, by axis and place, then
        round and oblique ones (`ShapedGap`) by parts and place.
    """
    shaped, flat = shaped_gaps(bodies, widest, flat_gaps(bodies, widest))
    return (*flat, *shaped)
