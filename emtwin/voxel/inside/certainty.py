"""How sure it is which cells lie inside a solid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emtwin.errors import Notice

UNDECIDED = 0.1
"""Distance of a winding number from one half below which a cell is called undecided."""


@dataclass(frozen=True)
class Certainty:
    """How the cells of one solid were decided.

    Parameters
    ----------
    by_votes : int
        Cells of the part's bounding box that all six rays agree about, or whose centre lies on a
        closed surface to rounding.
    by_winding_number : int
        Cells that the generalised winding number decided: the surface has holes, or normals that
        disagree.
    nearest_half : float
        Smallest distance of such a winding number from one half; infinite where there is none.
    undecided_cells : int
        Cells whose winding number is within 0.1 of one half.
    undecided_volume : float
        Their volume in cubic metres.
    """

    by_votes: int
    by_winding_number: int = 0
    nearest_half: float = float("inf")
    undecided_cells: int = 0
    undecided_volume: float = 0.0


def certainty_notices(name: str, certainty: Certainty) -> Iterator[Notice]:
    """What a user has to know about how the cells of part `name` were decided.

    Parameters
    ----------
    name : str
        Name of the part.
    certainty : Certainty
        How its cells were decided.

    Yields
    ------
    Notice
        ``inside-undecided`` where winding numbers are near one half, ``inside-by-winding-number``
        where they are clear.
    """
    if certainty.undecided_cells:
        yield Notice(
            "inside-undecided",
            f"the surface of part '{name}' is not closed, and leaves open whether "
            f"{certainty.undecided_cells} cells ({certainty.undecided_volume * 1e6:.3g} cm3) are "
            f"inside: their winding number is within {UNDECIDED:g} of one half. Close its holes "
            "in the CAD program",
        )
    elif certainty.by_winding_number:
        yield Notice(
            "inside-by-winding-number",
            f"the surface of part '{name}' is not closed or its normals disagree; the winding "
            f"number decided about {certainty.by_winding_number} cells, and is at least "
            f"{certainty.nearest_half:.2f} from one half in all of them",
        )
