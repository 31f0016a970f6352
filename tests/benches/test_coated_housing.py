"""A plastic housing with a conducting coat and a port inside, from the twin file to the port."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from emtwin import pipeline
from emtwin.backends import select_backend
from emtwin.benches import radiated_immunity
from emtwin.benches.bodies import bodies_of
from emtwin.benches.sites import Site
from emtwin.cli.app import build
from emtwin.errors import InputError
from emtwin.solver import StairSteps
from tests.benches.tiny_device import block, write_stl

OUTER, WALL = np.array([36e-3, 30e-3, 24e-3]), 3e-3
RESISTANCE = 20.0
FRONT, UPRIGHT = np.array([[0.0, -1.0, 0.0]]), np.array([[0.0, 0.0, 1.0]])

TWIN = """
emtwin: 1
device:
  name: Coated box
  parts:
    - {name: housing, material: abs, mesh: {file: housing.stl, unit: m}}
    - {name: plane, material: copper, priority: 2, mesh: {file: plane.stl, unit: m}}
COAT
  cables:
    - name: lead
      path: [[0 mm, 0 mm, -12 mm], [0 mm, 0 mm, 12 mm]]
      radius: 0.5 mm
      start: {port: input, part: plane}
      end: open
  ports:
    - name: input
      termination: {resistance: 50 ohm}
      immunity: {threshold: 5 V, quantity: carrier_rms}
materials:
  paint: {metal: true, conductivity: SIGMA S/m, source: test}
  filled: {conductivity: FILLED S/m, source: test}
environment: professional
tests:
  radiated_immunity: {}
  radiated_emission: {not_applicable: no clock}
accuracy: {preset: draft, f_max: 1 GHz, finest_cell: CELL mm, smallest_cell: LEAST mm}
"""

SHEET = """    - name: coat
      material: paint
      kind: sheet
      thickness: 10 um
      priority: 1
      mesh: {file: coat.stl, unit: m}"""
FILLED = """    - {name: coat, material: filled, priority: 1, mesh: {file: layer.stl, unit: m}}"""


def write(folder: Path, coat: str, cell: float, least: float) -> Path:
    """Twin file of the box with this coat on the inside of its housing."""
    triangles: list[tuple[int, ...]]

    def shell(outer: NDArray[np.float64], inner: NDArray[np.float64], name: str) -> None:
        points, triangles = block(tuple(-outer), tuple(outer))
        hole, _ = block(tuple(-inner), tuple(inner))
        inward = [(a + 8, c + 8, b + 8) for a, b, c in triangles]
        write_stl(folder / name, np.concatenate([points, hole]), [*triangles, *inward])

    layer = 1.5e-3
    shell(OUTER, OUTER - WALL, "housing.stl")
    shell(OUTER - WALL, OUTER - WALL - layer, "layer.stl")
    points, triangles = block(tuple(WALL + layer / 2 - OUTER), tuple(OUTER - WALL - layer / 2))
    write_stl(folder / "coat.stl", points, triangles)
    corners, _ = block((-18e-3, -15e-3, -12e-3), (18e-3, 15e-3, 0.0))
    write_stl(folder / "plane.stl", corners[[0, 4, 6, 2]], [(0, 1, 2), (0, 2, 3)])
    text = TWIN.replace("COAT", coat).replace("CELL", f"{cell:g}").replace("LEAST", f"{least:g}")
    text = text.replace("SIGMA", f"{1 / (RESISTANCE * 10e-6):g}")
    text = text.replace("FILLED", f"{1 / (RESISTANCE * layer):g}")
    path = folder / "twin.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def site_of(twin: Path) -> Site:
    loaded = pipeline.load(twin)
    return pipeline.sites_of(loaded, bodies_of(loaded))[radiated_immunity.TEST]


def test_check_names_the_model_of_a_coat(tmp_path: Path) -> None:
    """`emtwin check`: model, conductivity, resistance of a square and shielding in the table.

    20 ohm shield 20 log10(1 + eta0 / 40) = 20.4 dB; 10 um of 5 kS/m are 0.04 skin depths at 1 GHz.
    """
    twin = write(tmp_path, SHEET, 6.0, 2.0)
    shown = CliRunner().invoke(build(), ["check", str(twin)], env={"COLUMNS": "260"}).output
    row = next(
        line for line in shown.splitlines() if "resistive sheet" in line and "20 ohm" in line
    )
    for text in ("coat", "10 um", "5 kS/m", "20 dB", "resistive sheet on cell faces"):
        assert text in row, shown
    assert "wall-sheet" in shown


def test_a_site_holds_the_coat(tmp_path: Path) -> None:
    """Rows of the medium on the coat's edges; flat walls need no steps, and no edge is metal."""
    site = site_of(write(tmp_path, SHEET, 6.0, 2.0))
    wall = next(w for w in site.model.walls if w.name == "coat")
    assert wall.models == ("resistive sheet on cell faces",)
    assert site.model.medium.conductivity.max() > 1 / RESISTANCE / 6e-3 / 2
    assert not any(isinstance(e, StairSteps) for e in site.simulation("").elements)
    (told,) = (n for n in site.notices if n.name == "wall-sheet")
    assert "'coat'" in told.message
    assert told.rank == "information"


def test_a_solid_has_its_own_thickness(tmp_path: Path) -> None:
    coat = FILLED.replace("priority: 1,", "priority: 1, thickness: 1 mm,")
    with pytest.raises(InputError, match="is a solid, whose thickness the mesh has, but 1 mm"):
        site_of(write(tmp_path, coat, 6.0, 2.0))


def received(twin: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies, and |wave| into the port's reference for 1 V/m from the front."""
    loaded = pipeline.load(twin)
    site = site_of(twin)
    model = pipeline.run_site(loaded, site, select_backend("auto")).model
    return model.frequencies, np.abs(model.received_waves(FRONT, UPRIGHT)[:, 0, 0])


@pytest.mark.slow
def test_shielding_of_a_coat_against_the_coat_meshed_with_cells(tmp_path: Path) -> None:
    """What the port inside receives, relative to the bare housing: sheet on cells of 6 mm and
    1.5 mm of conducting plastic of the same 20 ohm on cells of 0.75 mm.

    The layer is 0.45 skin depths at 1 GHz: 0.3 % in its transfer impedance. The sheet is drawn in
    its middle, on a grid line. What is left is the grid's: cells of 6 mm at the wire and at the
    edges of a box of 10 x 8 x 6 cells, half a cell of 60 mm, 8 % or 0.7 dB. Tolerance 1 dB of
    20 to 40 dB.
    """
    found = []
    for n, (coat, cell, least) in enumerate(
        (("", 6.0, 2.0), (SHEET, 6.0, 2.0), ("", 3.0, 0.75), (FILLED, 3.0, 0.75))
    ):
        folder = tmp_path / str(n)
        folder.mkdir()
        found.append(received(write(folder, coat, cell, least)))
    frequencies = found[0][0]
    sheet, meshed = (20 * np.log10(found[n][1] / found[n + 1][1]) for n in (0, 2))
    band = (frequencies >= 80e6) & (frequencies <= 1e9)
    assert meshed[band].max() > 20
    np.testing.assert_allclose(sheet[band], meshed[band], atol=1.0)
