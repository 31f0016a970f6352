"""Where a sweep over cells meets the absorber, and where it does not."""

from __future__ import annotations

from dataclasses import replace

from emtwin.backends.base import Box, Stage
from emtwin.backends.signatures import signatures


def split_at_absorber(stage: Stage) -> list[Stage]:
    """A sweep as a box of its interior and up to six slabs of its shell.

    In the interior nothing has to be asked, and a kernel of its own does not. The shell comes
    first: what neighbours of a part of the grid will want to know is then done early.

    Parameters
    ----------
    stage : Stage
        Any stage; only those whose kernel has a form for the interior are split.

    Returns
    -------
    list of Stage
        Stages whose boxes make up the stage's box, or the stage alone.
    """
    inner = f"{stage.kernel}_inner"
    if inner not in signatures():
        return [stage]
    box, a = stage.box, stage.arguments
    lo = [max(low, a[f"low_{axis}"]) for low, axis in zip(box.lo, "xyz", strict=True)]
    hi = [min(high, a[f"high_{axis}"]) for high, axis in zip(box.hi, "xyz", strict=True)]
    if any(low >= high for low, high in zip(lo, hi, strict=True)):
        return [stage]
    interior = Box((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2]))
    shell = [replace(stage, box=slab) for slab in around(interior, box)]
    return [*shell, replace(stage, kernel=inner, box=interior)]


def around(interior: Box, whole: Box) -> list[Box]:
    """Slabs between two boxes: those across x reach over all of y and z, those across y over z.

    Parameters
    ----------
    interior, whole : Box
        The inner box, and the outer one around it.
    """
    slabs, lo, hi = [], list(whole.lo), list(whole.hi)
    for axis in range(3):
        for start, stop in ((lo[axis], interior.lo[axis]), (interior.hi[axis], hi[axis])):
            if start < stop:
                low, high = lo.copy(), hi.copy()
                low[axis], high[axis] = start, stop
                slabs.append(Box((low[0], low[1], low[2]), (high[0], high[1], high[2])))
        lo[axis], hi[axis] = interior.lo[axis], interior.hi[axis]
    return slabs
