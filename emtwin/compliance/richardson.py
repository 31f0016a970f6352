"""What a quantity computed on several grids would be on an infinitely fine one.

The error of a grid with cells h is taken as C h^p. Two grids give the extrapolated value where p is
assumed, three where they give p themselves.

References
----------
Roache, Perspective: a method for uniform reporting of grid refinement studies, J. Fluids Eng. 116
(1994), p. 405: observed order and grid convergence index, with a safety factor of 1.25 for three
grids and 3 for two.
Richardson, Phil. Trans. R. Soc. A 210 (1911), p. 307.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from emtwin.compliance.uncertainty import Contribution
from emtwin.errors import InputError

Method = Literal["observed order", "assumed order", "spread"]

SAFETY = 1.25
"""Factor on the extrapolated error where three grids gave the order (Roache)."""

SAFETY_OF_TWO = 3.0
"""Factor where two grids leave the order open (Roache)."""

ASSUMED_ORDER = 1.0
"""Order where only two grids are there: that of staircased surfaces."""

HIGHEST_ORDER = 2.0
"""Formal order of the Yee scheme; a higher observed one is chance and not believed."""

LEAST_ORDER = 0.5
"""An observed order below it is replaced by the spread: far from the asymptotic range."""


@dataclass(frozen=True)
class Estimate:
    """A quantity and how far it is from its value on an infinitely fine grid.

    Parameters
    ----------
    finest : float
        Value on the finest grid.
    extrapolated : float
        Best estimate for cells of size zero; the finest value where none is justified.
    bound : float
        How far `finest` may be off, 0 or more, in the same unit.
    order : float or None
        Observed order of convergence; None where it cannot be told.
    method : {"observed order", "assumed order", "spread"}
        How the bound came about.
    reason : str
        Why the spread was used; empty otherwise.
    """

    finest: float
    extrapolated: float
    bound: float
    order: float | None
    method: Method
    reason: str = ""


def extrapolate(values: Sequence[float], ratio: float) -> Estimate:
    """Richardson estimate of a sequence of grids.

    Parameters
    ----------
    values : sequence of float
        One quantity on two or more grids, the coarsest first.
    ratio : float
        Cell size of each grid over that of the next finer one, above 1.

    Returns
    -------
    Estimate
        From the last three grids. Where they do not approach a value steadily, the bound is the
        spread of the three and nothing is extrapolated.

    Raises
    ------
    InputError
        If there are fewer than two values, one is not finite, or the ratio is not above 1.
    """
    _check(values, ratio)
    finest, step = values[-1], values[-1] - values[-2]
    if len(values) == 2:
        error = step / (ratio**ASSUMED_ORDER - 1.0)
        bound = SAFETY_OF_TWO * abs(error)
        return Estimate(finest, finest + error, bound, None, "assumed order")
    last = values[-3:]
    before = last[1] - last[0]
    if step == 0.0 and before == 0.0:
        return Estimate(finest, finest, 0.0, None, "observed order")
    spread = max(last) - min(last)
    if step == 0.0 or before == 0.0 or (step > 0.0) != (before > 0.0):
        return Estimate(finest, finest, spread, None, "spread", "the sequence is not monotone")
    order = math.log(before / step) / math.log(ratio)
    if order < LEAST_ORDER:
        reason = f"the changes hardly shrink (order {order:.2g})"
        return Estimate(finest, finest, spread, order, "spread", reason)
    error = step / (ratio ** min(order, HIGHEST_ORDER) - 1.0)
    return Estimate(finest, finest + error, SAFETY * abs(error), order, "observed order")


def contribution(estimate: Estimate, levels: int) -> Contribution:
    """The estimate of a level or margin in dB as a cause of uncertainty.

    Parameters
    ----------
    estimate : Estimate
        In dB.
    levels : int
        Number of grids.

    Returns
    -------
    Contribution
        Bound taken as rectangular; it replaces `uncertainty.grid_dispersion`.
    """
    return Contribution(
        "mesh refinement", estimate.bound / math.sqrt(3.0), described(estimate, levels)
    )


def described(estimate: Estimate, levels: int) -> str:
    """How a bound in dB came about, in words."""
    match estimate.method:
        case "assumed order":
            how = f"order {ASSUMED_ORDER:g} assumed, safety factor {SAFETY_OF_TWO:g}"
        case "observed order" if estimate.order is None:
            how = "no change between the last three"
        case "observed order":
            how = f"observed order {estimate.order:.2g}, safety factor {SAFETY:g}"
        case _:
            how = f"spread of the last three, because {estimate.reason}"
    return f"{levels} grids, {how}: ±{estimate.bound:.2g} dB"


def _check(values: Sequence[float], ratio: float) -> None:
    if len(values) < 2:
        raise InputError.single(f"two grids or more are needed, got {len(values)}")
    if not all(map(math.isfinite, values)):
        raise InputError.single(f"every grid needs a finite value, got {list(values)}")
    if not ratio > 1.0:
        raise InputError.single(
            f"the next grid must be finer, got a ratio of cell sizes of {ratio:g}",
            remedy="compare with cells at least 1.3 times as large",
        )
