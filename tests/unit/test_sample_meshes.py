"""The samples are what their scripts write, and have the volumes of their dimensions."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from emtwin.geometry import demand_kind, read_regions, topology

MESHES = Path(__file__).resolve().parents[2] / "meshes"
SIXTEEN = 8 * np.sin(2 * np.pi / 16)  # area of a 16-gon over the square of its radius

# Volumes in cubic millimetres, from meshes/README.md.
VOLUMES = {
    ("slotted_enclosure", "enclosure"): 300 * 120 * 300 - 297 * 117 * 297 - 100 * 1.5 * 5,
    ("board_in_box", "box"): 160 * 100 * 40 - 159 * 99 * 39,
    ("board_in_box", "board"): 120 * 80 * 1.6,
    ("board_in_box", "posts"): 4 * 8 * 8 * 11.5,
    ("cable_connector", "connector_shell"): SIXTEEN * (6**2 - 5**2) * 12,
    ("cable_connector", "cable_jacket"): SIXTEEN * 3**2 * 98,
    ("limb", "muscle"): SIXTEEN * 40 * 30 * 120,
    ("limb", "fat"): SIXTEEN * (48 * 38 - 40 * 30) * 120,
    ("limb", "skin"): SIXTEEN * (50 * 40 - 48 * 38) * 120,
}
AREAS = {
    ("board_in_box", "ground_plane"): 120 * 80,
    ("cable_connector", "plate"): 70 * 50,
    ("cable_connector", "shield_can"): 40 * 30 + 2 * (40 + 30) * 12,
}


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, MESHES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("file", "name"), VOLUMES)
def test_solid_is_sound_and_has_its_volume(file: str, name: str) -> None:
    region = demand_kind(read_regions(MESHES / f"{file}.msh", "mm")[name])
    assert (region.kind, region.notices) == ("solid", ())
    assert topology(region.surface).closed
    assert region.surface.signed_volume * 1e9 == pytest.approx(VOLUMES[file, name], rel=1e-6)


@pytest.mark.parametrize(("file", "name"), AREAS)
def test_sheet_has_its_area(file: str, name: str) -> None:
    region = demand_kind(read_regions(MESHES / f"{file}.msh", "mm")[name])
    assert (region.kind, region.notices) == ("sheet", ())
    assert region.surface.area * 1e6 == pytest.approx(AREAS[file, name], rel=1e-6)


def test_tissues_share_their_faces() -> None:
    """The side wall of the muscle is the inner wall of the fat: the same area is in both."""
    regions = read_regions(MESHES / "limb.msh", "mm")
    sets = {
        name: {tuple(sorted(map(tuple, t))) for t in np.round(region.surface.corners, 9).tolist()}
        for name, region in regions.items()
    }
    assert len(sets["muscle"] & sets["fat"]) == 16 * 4 * 2
    assert len(sets["fat"] & sets["skin"]) == 16 * 4 * 2
    assert not sets["muscle"] & sets["skin"]


def test_scripts_write_the_files_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples, broken = script("samples"), script("broken")
    monkeypatch.setattr(samples, "HERE", tmp_path)
    monkeypatch.setattr(broken, "FOLDER", tmp_path / "broken")
    samples.main()
    broken.main()
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(written) == 15
    for file in written:
        assert file.read_bytes() == (MESHES / file.relative_to(tmp_path)).read_bytes(), file.name
