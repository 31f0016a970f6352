"""From declared parts to bodies: transforms, notices, and the size of the device."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emtwin import load
from emtwin.benches.bodies import bodies_of
from emtwin.errors import InputError
from emtwin.grid import Grid
from emtwin.voxel import voxelise
from tests.benches.tiny_device import HIGH, LOW, write_tiny_device

BLOCK = "mesh: {file: block.stl, unit: m}}"


def test_the_mesh_is_moved_before_the_part(tmp_path: Path) -> None:
    """A quarter turn about z of the mesh, then a shift of the part: exact in every coordinate."""
    moved = (
        "mesh: {file: block.stl, unit: m, transform: [{rotate: {axis: z, angle: 90}}]}, "
        "transform: [{translate: [100 mm, 0 mm, 0 mm]}]}"
    )
    block = bodies_of(load(write_tiny_device(tmp_path, (BLOCK, moved))))[0]
    np.testing.assert_allclose(block.surface.lo, [0.1 - HIGH[1], LOW[0], LOW[2]], rtol=1e-6)
    np.testing.assert_allclose(block.surface.hi, [0.1 - LOW[1], HIGH[0], HIGH[2]], rtol=1e-6)
    assert [len(np.unique(block.surface.points[:, k])) for k in range(3)] == [2, 2, 2]


def test_what_was_assumed_reaches_the_voxels(tmp_path: Path) -> None:
    """The block of 0.08 has no plausible unit but the metre."""
    bodies = bodies_of(load(write_tiny_device(tmp_path, (BLOCK, "mesh: {file: block.stl}}"))))
    lines = [np.arange(-0.06, 0.0601, 0.02)] * 3
    model = voxelise(bodies, Grid(*lines))
    assert [notice.name for notice in model.notices].count("unit-assumed") == 1


def test_a_wrong_unit_is_told_once(tmp_path: Path) -> None:
    """A thousandfold block: metres taken for millimetres."""
    changes = (BLOCK, "mesh: {file: block.stl, unit: m}, transform: [{scale: 1000}]}")
    first, second = bodies_of(load(write_tiny_device(tmp_path, changes)))
    assert [notice.name for notice in first.notices] == ["implausible-size"]
    assert "largest side of the device is 80 m" in first.notices[0].message
    assert second.notices == ()


def test_an_unknown_region_is_told_with_the_part(tmp_path: Path) -> None:
    loaded = load(write_tiny_device(tmp_path))
    part = loaded.twin.device.parts[0].model_copy(update={"region": "blok"})
    device = loaded.twin.device.model_copy(update={"parts": (part,)})
    twin = loaded.twin.model_copy(update={"device": device})
    object.__setattr__(loaded, "twin", twin)
    with pytest.raises(InputError, match=r"parts\[0\].*no region 'blok' in .*block.stl"):
        bodies_of(loaded)
