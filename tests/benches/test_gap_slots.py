"""Gaps narrower than a cell become slots of the solver, where they are slots."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from emtwin import pipeline
from emtwin.benches.bodies import bodies_of
from emtwin.benches.gap_slots import slot_notices, with_gap_slots
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver import Slot, with_slots
from emtwin.voxel import Body, GapInGrid, check_gaps, find_gaps, voxelise
from tests.physics.enclosures import Enclosure, scene
from tests.unit.voxel.shapes import METAL, plate, sheet, solid

LINES = np.arange(-0.06, 0.0601, 0.003)
GRID = Grid(LINES + 0.0015, LINES, LINES)
WIDTH = 0.5e-3


def slotted(bodies: Sequence[Body], grid: Grid) -> tuple[Medium, tuple[GapInGrid, ...]]:
    model = voxelise(tuple(bodies), grid)
    gaps = [gap.on(grid) for gap in find_gaps(bodies, 0.02)]
    return with_gap_slots(grid, model.medium, check_gaps(model, gaps))


def assert_same(found: Medium, wanted: Medium) -> None:
    assert found.faces is not None
    assert wanted.faces is not None
    for axis in range(3):
        assert np.array_equal(found.ids[axis], wanted.ids[axis])
        assert np.array_equal(found.faces.ids[axis], wanted.faces.ids[axis])
    assert np.allclose(found.permittivity, wanted.permittivity, rtol=1e-9)
    assert np.allclose(found.faces.permeability, wanted.faces.permeability, rtol=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.4e-3])
def test_a_slot_in_a_sheet_is_what_the_solver_makes_of_it(shift: float) -> None:
    """As if the wall were drawn whole and the slot declared, wherever in its cell it lies."""
    x = (-0.0405, shift - WIDTH / 2, shift + WIDTH / 2, 0.0405)
    y = (-0.03, -0.018, 0.018, 0.03)
    medium, (gap,) = slotted([sheet("wall", plate(x, y, 0.0, ((1, 1),)))], GRID)
    assert gap.state == "slot"
    whole = voxelise((sheet("wall", plate((x[0], x[3]), (y[0], y[3]), 0.0)),), GRID).medium
    i = int(np.searchsorted(GRID.x, 0.0)) - 1
    j_0, j_1, k = (int(np.abs(LINES - at).argmin()) for at in (-0.018, 0.018, 0.0))
    by_hand = Slot("slot", (i, j_0, k), (i + 1, j_1, k), WIDTH, 0.0)
    assert_same(medium, with_slots(GRID, whole, [by_hand]))
    (notice,) = slot_notices([gap])
    assert (notice.name, notice.rank) == ("gap-as-slot", "information")
    assert "gap of 0.5 mm along x in wall over 36 mm" in notice.message


def test_a_cad_enclosure_is_the_enclosure_of_the_validated_case(repository: Path) -> None:
    """The mesh of 1.5 mm walls on 12.5 mm cells: the medium that tests/physics/test_slots.py holds.

    Turned, so that the front looks along -z as it does there.
    """
    box = Enclosure(size=(0.3, 0.3, 0.12))
    wanted = scene(box, 12.5e-3, np.array([2e8]))
    loaded = pipeline.load(repository / "examples" / "slotted_enclosure" / "twin.yaml")
    (drawn,) = bodies_of(loaded)
    points = drawn.surface.points[:, [0, 2, 1]] - (0.15, 0.15, 0.0)
    body = solid("enclosure", Surface(points, drawn.surface.triangles[:, ::-1]), METAL)
    medium, (gap,) = slotted([body], wanted.grid)
    assert gap.state == "slot"
    assert_same(medium, wanted.medium)


def test_a_gap_that_is_open_at_its_ends_stays_as_it_is() -> None:
    left = sheet("left", plate((-0.0405, -WIDTH / 2), (-0.018, 0.018), 0.0))
    right = sheet("right", plate((WIDTH / 2, 0.0405), (-0.018, 0.018), 0.0))
    model = voxelise((left, right), GRID)
    medium, (gap,) = slotted([left, right], GRID)
    assert gap.state != "slot"
    assert medium is model.medium or np.array_equal(medium.ids_x, model.medium.ids_x)
    assert list(slot_notices([gap])) == []


def test_a_gap_with_two_cells_across_is_meshed() -> None:
    wide = plate((-0.0405, -0.003, 0.003, 0.0405), (-0.03, -0.018, 0.018, 0.03), 0.0, ((1, 1),))
    lines = np.arange(-0.06, 0.0601, 0.003)
    medium, gaps = slotted([sheet("wall", wide)], Grid(lines, lines, lines))
    assert [gap.state for gap in gaps] == ["open"]
    assert medium.faces is None


def test_a_twin_gets_the_slot_and_is_told(repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "examples" / "slotted_enclosure"
    folder.mkdir(parents=True)
    (tmp_path / "meshes").mkdir()
    shutil.copy(repository / "meshes" / "slotted_enclosure.msh", tmp_path / "meshes")
    text = (repository / "examples" / "slotted_enclosure" / "twin.yaml").read_text("utf-8")
    coarse = "accuracy: {preset: draft, f_max: 1 GHz, finest_cell: 12 mm, smallest_cell: 8 mm}"
    text = text.replace("accuracy: {preset: draft, f_max: 1 GHz}", coarse)
    (folder / "twin.yaml").write_text(text, encoding="utf-8")
    plan = pipeline.check(pipeline.load(folder / "twin.yaml"))
    (site,) = plan.sites
    assert [gap.state for gap in site.gaps] == ["slot"]
    named = {notice.name: notice.message for notice in plan.notices}
    assert "slot of that width stands for it" in named["gap-as-slot"]
    assert not {"gap-closed", "gap-coarse"} & set(named)
