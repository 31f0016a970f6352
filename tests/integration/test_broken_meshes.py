"""Ten broken variants of one part, from the file to the voxels: like the sound one, or refused.

The part stands in a grid of 1 mm. A cell that differs from the sound part's must be within one cell
layer of its surface, and each variant must say what was wrong.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin import load, resources
from emtwin.benches.bodies import bodies_of
from emtwin.errors import InputError
from emtwin.grid import Grid
from emtwin.voxel import VoxelModel, voxelise
from tests.layers import within_one_layer

TWIN = """
emtwin: 1
device:
  name: Broken part
  parts:
    - {{name: part, material: {material}, mesh: {{file: "{file}", unit: mm}}{kind}}}
environment: home
tests:
  radiated_immunity: {{not_applicable: only the geometry matters}}
  radiated_emission: {{not_applicable: only the geometry matters}}
"""
LINES = np.arange(-3.0, 45.0) * 1e-3
GRID = Grid(LINES, LINES, LINES)

# Notices that tell what was wrong.
DECIDED = {
    "holes.stl": {"holes-closed", "open-surface"},
    "flipped_normals.obj": {"normals-turned"},
    "duplicate_faces.obj": {"duplicate-faces"},
    "self_intersection.stl": {"self-intersections"},
    "non_manifold.obj": {"inner-walls"},
    "degenerate_triangles.obj": {"degenerate-triangles"},
    "tiny_gaps.obj": {"gaps-stitched"},
}
REFUSED = {
    "empty.stl": "cannot be read as stl: it is empty",
    "nan_coordinates.obj": "not finite|no number|nan",
}


def model_of(folder: Path, name: str, material: str = "abs", kind: str = "") -> VoxelModel:
    """A file of meshes/broken as a part on the grid."""
    mesh = resources.meshes_dir() / "broken" / name
    file = folder / "twin.yaml"
    file.write_text(TWIN.format(file=mesh.as_posix(), material=material, kind=kind))
    return voxelise(bodies_of(load(file)), GRID)


def inside(model: VoxelModel) -> NDArray[np.bool_]:
    return np.asarray(model.cell_part >= 0)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> VoxelModel:
    return model_of(tmp_path_factory.mktemp("sound"), "sound.stl")


def test_sound_part_needs_no_notice(sound: VoxelModel) -> None:
    assert sound.notices == ()
    assert 0.85 < inside(sound).sum() / (40 * 30 * 20) < 1.0


@pytest.mark.parametrize("name", DECIDED)
@pytest.mark.parametrize("material", ["abs", "aluminium"])
def test_decided_like_the_sound_one_and_told(
    name: str, material: str, sound: VoxelModel, tmp_path: Path
) -> None:
    kind = ", kind: solid" if material == "aluminium" else ""
    model = model_of(tmp_path, name, material, kind)
    assert within_one_layer(inside(model), inside(sound))
    told = {notice.name for notice in model.notices}
    assert told >= DECIDED[name]
    assert all("mm" in n.message for n in model.notices if n.name in DECIDED[name])


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=REFUSED[name]) as caught:
        model_of(tmp_path, name)
    assert caught.value.problems[0].remedy


def test_wrong_unit_is_told(tmp_path: Path) -> None:
    """Metres read as millimetres make a part of 40 micrometres."""
    told = {n.name: n.message for n in model_of(tmp_path, "wrong_unit.stl").notices}
    assert "the largest side of the device is 40" in told["implausible-size"]
    assert "look at the unit of its mesh" in told["implausible-size"]
