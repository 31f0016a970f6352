"""A device of two parts, one cable, one lead and one clock trace: seconds per run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LOW, HIGH = (-40e-3, -20e-3, 20e-3), (40e-3, 20e-3, 40e-3)
"""Corners of the plastic block in metres; the copper plane is its bottom face."""

TWIN = """
emtwin: 1
device:
  name: Tiny sensor box
  parts:
    - {name: block, material: abs, priority: 1, mesh: {file: block.stl, unit: m}}
    - {name: plane, material: copper, priority: 2, mesh: {file: plane.stl, unit: m}}
  cables:
    - name: sensor
      path: [[-40 mm, 0 mm, 20 mm], [-140 mm, 0 mm, 20 mm]]
      radius: 0.5 mm
      start: {port: input, part: plane}
      end: open
    - name: lead
      path: [[40 mm, 0 mm, 20 mm], [60 mm, 0 mm, 20 mm]]
      radius: 0.5 mm
      start: {bond: plane}
      end: floor
      common_mode: 150 ohm
  traces:
    - name: clock
      plane: plane
      path: [[-20 mm, 0 mm], [20 mm, 0 mm]]
      height: 0.8 mm
      width: 0.3 mm
      permittivity: fr4
      start: {port: clock}
      end: {load: 75 ohm}
  ports:
    - name: input
      termination: {resistance: 1 kohm, capacitance: 10 pF}
      immunity: {threshold: 5 V, quantity: carrier_rms}
    - name: clock
      termination: {resistance: 50 ohm}
      emission: {frequency: 40 MHz, amplitude: 0.33 V, rise_time: 1 ns}
environment: professional
tests:
  radiated_immunity: {}
  radiated_emission: {class: B, distance: 3 m}
accuracy: {preset: draft, f_max: 300 MHz, finest_cell: 20 mm, decay_db: -40}
"""

ONE_RUN_PER_SITE = (
    ("end: floor\n      common_mode: 150 ohm", "end: open"),
    ("resistance: 1 kohm, capacitance: 10 pF", "resistance: 50 ohm"),
)
"""Changes that leave one driven port per site."""

Change = tuple[str, str]


def write_tiny_device(folder: Path, *changes: Change, tenfold: bool = False) -> Path:
    """Meshes and twin file in `folder`; the path of the twin file.

    Every change is a text of `TWIN` that occurs once, and what stands there instead. Tenfold, all
    millimetres become centimetres and f_max 150 MHz: two cells of the coarsest grid that carries
    it, for the slow judge.
    """
    corners, triangles = block(LOW, HIGH)
    size = 10.0 if tenfold else 1.0
    write_stl(folder / "block.stl", size * corners, triangles)
    write_stl(folder / "plane.stl", size * corners[[0, 4, 6, 2]], [(0, 1, 2), (0, 2, 3)])
    text = TWIN
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    if tenfold:
        text = text.replace(" mm", " cm").replace("f_max: 300 MHz", "f_max: 150 MHz")
    path = folder / "twin.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def block(
    low: tuple[float, ...], high: tuple[float, ...]
) -> tuple[NDArray[np.float64], list[tuple[int, ...]]]:
    """Corners and triangles of a block between two points."""
    ends = np.array([low, high])
    corners = np.array([[ends[b, a] for a, b in enumerate(bits)] for bits in np.ndindex(2, 2, 2)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return corners, [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]


def write_stl(path: Path, points: NDArray[np.float64], triangles: list[tuple[int, ...]]) -> None:
    """Binary STL file, coordinates as they are."""
    import meshio

    meshio.write(path, meshio.Mesh(points, [("triangle", np.array(triangles))]), binary=True)
