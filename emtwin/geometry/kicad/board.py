"""A circuit board as its file says it, in metres, x to the right and y up.

KiCad's y axis points down and its angles turn counter-clockwise on the screen; the reader flips
y, so that angles turn counter-clockwise here as well. Nothing is left out and nothing is placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice

Point = tuple[float, float]
Points = NDArray[np.float64]
"""Corners of a line or polygon in metres, shape (n, 2)."""


@dataclass(frozen=True)
class StackLayer:
    """A layer of the stack-up.

    Parameters
    ----------
    name : str
        Name of the copper layer, or ``dielectric 1``.
    copper : bool
        Copper, or an insulator.
    thickness : float
        In metres.
    permittivity, loss_tangent : float
        Of an insulator, relative and dimensionless.
    material : str
        What the file calls it.
    """

    name: str
    copper: bool
    thickness: float
    permittivity: float = 1.0
    loss_tangent: float = 0.0
    material: str = ""


@dataclass(frozen=True, eq=False)
class Drawing:
    """A line, curve or area drawn with a pen, such as graphics on a copper layer.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        Corners in metres; of a closed line the last is the first.
    stroke : float
        Width of the pen in metres.
    filled : bool
        Whether the inside is drawn too.
    layer, net : str
        Where it is, and whose; the net is empty where the file does not say.
    line : int
        Line in the file.
    """

    points: Points
    stroke: float
    filled: bool
    layer: str = ""
    net: str = ""
    line: int = 0


@dataclass(frozen=True, eq=False)
class Pad:
    """A pad of a footprint.

    Parameters
    ----------
    reference, name : str
        Of the footprint (``U1``) and of the pad (``5``).
    net : str
        Empty for none.
    position : tuple of float
        Middle of its hole, or where tracks meet it, in metres.
    rotation : float
        Counter-clockwise, in radians.
    size : tuple of float
        Along its own axes, in metres.
    shape : str
        ``rect``, ``circle``, ``oval``, ``roundrect``, ``trapezoid`` or ``custom``.
    corner : float
        Radius of the corners of a roundrect as a share of its shorter side.
    layers : frozenset of str
        Copper layers that it is on.
    hole : tuple of float
        Sides of its hole along its own axes in metres, 0 for none; a slot where they differ.
    plated : bool
        Whether the hole connects the layers.
    line : int
        Line in the file.
    offset : tuple of float
        From `position` to the middle of the copper, along its own axes, metres.
    taper : tuple of float
        Of a trapezoid, in metres along its own axes: its left side is longer than its right one
        by twice the first number, its lower side longer than its upper one by twice the second.
    chamfer : float
        Length of a cut corner as a share of the shorter side.
    cut : frozenset of tuple of int
        Corners that are cut: the signs of their x and y.
    drawings : tuple of Drawing
        What a custom pad has besides its anchor, along its own axes from `position`.
    """

    reference: str
    name: str
    net: str
    position: Point
    rotation: float
    size: Point
    shape: str
    corner: float
    layers: frozenset[str]
    hole: tuple[float, float]
    plated: bool
    line: int
    offset: Point = (0.0, 0.0)
    taper: tuple[float, float] = (0.0, 0.0)
    chamfer: float = 0.0
    cut: frozenset[tuple[int, int]] = frozenset()
    drawings: tuple[Drawing, ...] = ()

    @property
    def label(self) -> str:
        """How a user names it: ``U1.5``."""
        return f"{self.reference}.{self.name}"

    @property
    def drill(self) -> float:
        """Smaller diameter of its hole in metres, 0 for none."""
        return min(self.hole)


@dataclass(frozen=True, eq=False)
class Footprint:
    """A component's place on the board.

    Parameters
    ----------
    reference : str
        ``U1``.
    position : tuple of float
        In metres.
    rotation : float
        Counter-clockwise, in radians.
    side : str
        Copper layer that it stands on.
    pads : tuple of Pad
        Its pads.
    """

    reference: str
    position: Point
    rotation: float
    side: str
    pads: tuple[Pad, ...]


@dataclass(frozen=True, eq=False)
class Track:
    """A piece of track on one layer.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        Two for a straight piece, more for an arc.
    width : float
        In metres.
    layer, net : str
        Where it is, and whose.
    line : int
        Line in the file.
    """

    points: Points
    width: float
    layer: str
    net: str
    line: int

    @property
    def length(self) -> float:
        """Length in metres."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())


@dataclass(frozen=True, eq=False)
class Via:
    """A plated hole that connects layers.

    Parameters
    ----------
    position : tuple of float
        In metres.
    size, drill : float
        Diameters of its pad and its hole in metres.
    layers : tuple of str
        First and last copper layer.
    net : str
        Whose.
    """

    position: Point
    size: float
    drill: float
    layers: tuple[str, str]
    net: str


@dataclass(frozen=True, eq=False)
class Fill:
    """A filled polygon of a zone.

    Parameters
    ----------
    layer : str
        Copper layer.
    points : ndarray of float64, shape (n, 2)
        Corners; a hole is joined to the outside by a cut of no width.
    stroke : float
        Width of the pen along its edge in metres; 0 since KiCad 6.
    """

    layer: str
    points: Points
    stroke: float


@dataclass(frozen=True, eq=False)
class Zone:
    """A copper zone.

    Parameters
    ----------
    net : str
        Whose.
    layers : tuple of str
        Copper layers that it is drawn on.
    fills : tuple of Fill
        Its copper; empty where it was not filled, or has no room for any.
    filled : bool
        Whether it was filled.
    line : int
        Line in the file.
    """

    net: str
    layers: tuple[str, ...]
    fills: tuple[Fill, ...]
    filled: bool
    line: int


@dataclass(frozen=True, eq=False)
class Board:
    """Everything that emtwin takes from a board file.

    Parameters
    ----------
    file : Path
        The file.
    version : int
        Version of the file format, a date since KiCad 4.
    copper : tuple of str
        Copper layers from top to bottom.
    stack : tuple of StackLayer
        Copper and insulators from top to bottom.
    nets : tuple of str
        Names of all nets.
    footprints, tracks, vias, zones, drawings : tuple
        What is on it; drawings are those on copper layers.
    outline : tuple of ndarray
        Closed loops of the board's edge, shape (n, 2) each, the last corner joined to the first.
    notices : tuple of Notice
        What had to be assumed.
    """

    file: Path
    version: int
    copper: tuple[str, ...]
    stack: tuple[StackLayer, ...]
    nets: tuple[str, ...]
    footprints: tuple[Footprint, ...]
    tracks: tuple[Track, ...]
    vias: tuple[Via, ...]
    zones: tuple[Zone, ...]
    drawings: tuple[Drawing, ...]
    outline: tuple[Points, ...]
    notices: tuple[Notice, ...]

    @property
    def pads(self) -> tuple[Pad, ...]:
        """Pads of all footprints."""
        return tuple(pad for footprint in self.footprints for pad in footprint.pads)

    @property
    def thickness(self) -> float:
        """Of the whole stack, in metres."""
        return sum(layer.thickness for layer in self.stack)

    def height(self, layer: str) -> float:
        """Middle of a copper layer over the board's lower face, in metres."""
        below = self.thickness
        for one in self.stack:
            below -= one.thickness
            if one.copper and one.name == layer:
                return below + one.thickness / 2
        raise KeyError(layer)
