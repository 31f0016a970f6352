"""Which model stands for the thin metal walls of a part: a perfect conductor, or one that leaks.

A wall whose own shielding is beyond what any reading sees (`LEAST_SHIELDING`) is a perfect
conductor. Below that it is a resistive sheet of the conductance sigma t where the current fills it
at every frequency of the band, and else a metal sheet with two sides, the skin effect between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from emtwin.materials import along
from emtwin.materials.slab import shielding, skin_depth
from emtwin.materials.slab_network import REFUSED_ERROR, fitted_network
from emtwin.voxel.bodies import Body
from emtwin.voxel.walls.thickness import Thickness

LEAST_SHIELDING = 100.0
"""Shielding in dB below which a wall of metal is too thin to stand for a perfect conductor."""

MOST_SKIN_DEPTHS = 0.5
"""Thickness in skin depths up to which the current fills a wall: for x = (1 + j) t / delta the
transfer impedance is 1 / (sigma t) x / sinh(x), off by 0.3 % in magnitude and 5 degrees there."""

MOSTLY_THIN = 0.5
"""Share of a part's area that must be thinner than a cell for a model of thin walls."""


@dataclass(frozen=True)
class Band:
    """Frequencies in Hz at which a model is used.

    Parameters
    ----------
    f_min, f_max : float
        Lowest frequency of the results, at which metal shields least; highest of the pulse.
    """

    f_min: float
    f_max: float


@dataclass(frozen=True)
class WallModel:
    """What stands for the walls of a part that leaks.

    Parameters
    ----------
    kind : {"resistive", "two-sided"}
        Sheet of the conductance sigma t, or slab of metal between two sides.
    thickness : float
        Median thickness of its walls in metres.
    conductivity : float
        S/m.
    permeability : float
        Relative permeability.
    f_max : float
        Highest frequency in Hz at which it must be right.
    """

    kind: Literal["resistive", "two-sided"]
    thickness: float
    conductivity: float
    permeability: float
    f_max: float


def wall_models(
    bodies: Sequence[Body], walls: Sequence[Thickness | None], band: Band | None
) -> dict[int, WallModel]:
    """Models of all parts whose walls are no perfect conductor.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies.
    walls : sequence of Thickness or None
        Thickness of their walls; None for a sheet.
    band : Band or None
        Where the model is used; None makes every metal a perfect conductor.

    Returns
    -------
    dict of int to WallModel
        By number of the body.
    """
    if band is None:
        return {}
    found = {n: _model(b, w, band) for n, (b, w) in enumerate(zip(bodies, walls, strict=True))}
    return {n: model for n, model in found.items() if model is not None}


def thinnest_of(body: Body, wall: Thickness | None) -> float | None:
    """Least thickness in metres of a part's walls; None where it has none."""
    return body.thickness if wall is None else wall.thinnest


def own_shielding(body: Body, thickness: float | None, frequency: float) -> float | None:
    """Shielding in dB of a plane wave by a wall of a body; None where it is perfect or unknown."""
    sigma = along(body.material.conductivity, 0)
    if not body.material.metal or sigma <= 0.0 or thickness is None:
        return None
    mu = along(body.material.permeability, 0)
    return shielding(sigma, thickness, frequency, mu) if thickness > 0.0 else 0.0


def _model(body: Body, wall: Thickness | None, band: Band) -> WallModel | None:
    least = own_shielding(body, thinnest_of(body, wall), band.f_min)
    thickness = body.thickness if wall is None else wall.median
    thin = wall is None or wall.thin_share >= MOSTLY_THIN
    if least is None or least >= LEAST_SHIELDING or not thin or not thickness:
        return None
    sigma, mu = (along(v, 0) for v in (body.material.conductivity, body.material.permeability))
    if thickness <= MOST_SKIN_DEPTHS * skin_depth(sigma, band.f_max, mu):
        return WallModel("resistive", thickness, sigma, mu, band.f_max)
    if fitted_network(sigma, thickness, band.f_max, mu)[1] > REFUSED_ERROR:
        return None
    return WallModel("two-sided", thickness, sigma, mu, band.f_max)
