"""What a quantity computed on several grids would be on an infinitely fine one.

The error of a grid with cells h is taken as C h^p. Two grids give the extrapolated value where p is
assumed, three where they give p themselves. The steps between the grids need not be equal.

References
----------
Roache, Perspective: a method for uniform reporting of grid refinement studies, J. Fluids Eng. 116
(1994), p. 405: observed order and grid convergence index, with a safety factor of 1.25 for three
grids and 3 for two.
Celik et al., Procedure for estimation and reporting of uncertainty due to discretization in CFD
applications, J. Fluids Eng. 130 (2008), 078001: order for unequal steps, eq. (3); sequences that
approach a value, swing or grow are told apart by the quotient of their changes.
Stern et al., Comprehensive approach to verification and validation of CFD simulations, part 1, J.
Fluids Eng. 123 (2001), p. 793: half the range of a sequence that swings; none for one that grows.
Richardson, Phil. Trans. R. Soc. A 210 (1911), p. 307.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from emtwin.compliance.uncertainty import Contribution
from emtwin.errors import InputError

Method = Literal["observed order", "assumed order", "spread", "divergent"]

SAFETY = 1.25
"""Factor on the extrapolated error where three grids gave the order (Roache)."""

SAFETY_OF_TWO = 3.0
"""Factor where two grids leave the order open (Roache), and on the spread where three show none."""

ASSUMED_ORDER = 1.0
"""Order where only two grids are there: that of staircased surfaces."""

HIGHEST_ORDER = 2.0
"""Formal order of the Yee scheme; a higher observed one is chance and not believed."""

LEAST_ORDER = 0.5
"""Below this observed order nothing is extrapolated: far from the asymptotic range."""

_ORDERS = (-30.0, 31.0)  # where an order is sought; no exact zero is met on the way
_HALVINGS = 60
_ROUNDING = 1e-9


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
    method : {"observed order", "assumed order", "spread", "divergent"}
        How the bound came about.
    reason : str
        Why nothing was extrapolated; empty otherwise.
    """

    finest: float
    extrapolated: float
    bound: float
    order: float | None
    method: Method
    reason: str = ""


def extrapolate(values: Sequence[float], sizes: Sequence[float]) -> Estimate:
    """Richardson estimate of a sequence of grids.

    Parameters
    ----------
    values : sequence of float
        One quantity on two or more grids, the coarsest first.
    sizes : sequence of float
        Representative cell size of each grid, falling, in any unit.

    Returns
    -------
    Estimate
        From the last three grids. Where they swing, nothing is extrapolated and the bound is their
        spread; where their changes grow or hardly shrink, it is `SAFETY_OF_TWO` times that.

    Raises
    ------
    InputError
        If there are fewer than two values, one is not finite, or a grid is not finer than the one
        before.
    """
    _check(values, sizes)
    finest, step = values[-1], values[-1] - values[-2]
    ratio = sizes[-2] / sizes[-1]
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
        return Estimate(finest, finest, spread, None, "spread", "the sequence swings")
    order = _order(before / step, ratio, sizes[-3] / sizes[-2])
    if order < LEAST_ORDER:
        how = "the changes hardly shrink" if order > _ROUNDING else "the sequence diverges"
        reason = f"{how} (order {round(order, 2) + 0.0:g})"
        return Estimate(finest, finest, SAFETY_OF_TWO * spread, order, "divergent", reason)
    error = step / (ratio ** min(order, HIGHEST_ORDER) - 1.0)
    return Estimate(finest, finest + error, SAFETY * abs(error), order, "observed order")


def _order(quotient: float, ratio: float, ratio_before: float) -> float:
    """Order p with (h3^p - h2^p) / (h2^p - h1^p) = `quotient`, above 0.

    The left side rises with p from 0 without bound, so there is one p; `ratio` is h2 / h1,
    `ratio_before` h3 / h2, h1 the finest.
    """
    low, high = _ORDERS
    fine, coarse = math.log(ratio), math.log(ratio_before)
    for _ in range(_HALVINGS):
        p = 0.5 * (low + high)
        if math.expm1(p * coarse) / -math.expm1(-p * fine) < quotient:
            low = p
        else:
            high = p
    return 0.5 * (low + high)


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
        case "spread":
            how = f"spread of the last three, because {estimate.reason}"
        case "divergent":
            how = f"{SAFETY_OF_TWO:g} times the spread of the last three, because {estimate.reason}"
    return f"{levels} grids, {how}: ±{estimate.bound:.2g} dB, taken as rectangular"


def _check(values: Sequence[float], sizes: Sequence[float]) -> None:
    if len(values) < 2:
        raise InputError.single(f"two grids or more are needed, got {len(values)}")
    if not all(map(math.isfinite, values)):
        raise InputError.single(f"every grid needs a finite value, got {list(values)}")
    if len(sizes) != len(values):
        raise InputError.single(f"{len(values)} values need as many cell sizes, got {len(sizes)}")
    if not (sizes[-1] > 0.0 and all(coarse > fine for coarse, fine in pairwise(sizes))):
        raise InputError.single(
            f"every grid must be finer than the one before, got cell sizes of {list(sizes)}",
            remedy="compare with cells at least 1.3 times as large",
        )
