"""The first twin file of `emtwin init`: its blanks are listed, and filled it loads."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from emtwin import scene
from emtwin.errors import InputError
from emtwin.scene.template import MeshRegions, blanks, template

REGIONS = [
    ("housing", "solid", (0.2, 0.15, 0.1)),
    ("ground/plane: top", "sheet", (0.1, 0.08, 0.0)),
    ("123", "solid", (0.01, 0.01, 0.01)),
]
FILLED = {
    "device.parts[0].material": "abs",
    "device.parts[1].material": "copper",
    "device.parts[2].material": "aluminium",
    "device.cables[0].path[0][0]": "10 mm",
    "device.cables[0].path[0][1]": "0 mm",
    "device.cables[0].path[0][2]": "20 mm",
    "device.cables[0].path[1][0]": "10 mm",
    "device.cables[0].path[1][1]": "300 mm",
    "device.cables[0].path[1][2]": "20 mm",
    "device.cables[0].start.part": "'ground_plane: top'",
    "device.traces[0].plane": "'ground_plane: top'",
    "device.traces[0].path[0][0]": "0 mm",
    "device.traces[0].path[0][1]": "0 mm",
    "device.traces[0].path[1][0]": "0 mm",
    "device.traces[0].path[1][1]": "30 mm",
    "device.traces[0].height": "0.36 mm",
    "device.traces[0].width": "0.3 mm",
    "device.ports[0].termination.resistance": "1 kohm",
    "device.ports[0].immunity.threshold": "0.2 V",
    "device.ports[1].emission.frequency": "24 MHz",
    "device.ports[1].emission.amplitude": "3.3 V",
    "device.ports[1].emission.rise_time": "1.5 ns",
}
MESH = "my meshes, all/pump.msh"
WHOLE = MeshRegions(Path(MESH), "mm", REGIONS)


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    path = tmp_path / MESH
    path.parent.mkdir()
    path.touch()
    return path


def test_blanks_are_listed_in_the_head_and_for_programs() -> None:
    text = template(WHOLE)
    assert blanks(text) == list(FILLED)
    assert all(f"#   {field}\n" in text for field in FILLED)


def test_unfilled_template_reports_the_blanks_and_nothing_else(tmp_path: Path, mesh: Path) -> None:
    path = tmp_path / "twin.yaml"
    path.write_text(template(WHOLE), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        scene.load(path, materials=("abs", "fr4"))
    assert [p.field for p in caught.value.problems] == list(FILLED)


def test_filled_template_loads(tmp_path: Path, mesh: Path) -> None:
    head, _, body = template(WHOLE).partition("\nemtwin:")
    for value in FILLED.values():
        body = body.replace("FILL_IN", value, 1)
    path = tmp_path / "twin.yaml"
    path.write_text(f"{head}\nemtwin:{body}", encoding="utf-8")
    device = scene.load(path).twin.device
    assert [device.region_of(part) for part in device.parts] == [name for name, _, _ in REGIONS]
    assert [part.priority for part in device.parts] == [1, 3, 2]
    assert device.mesh_of(device.parts[0]).file == mesh.resolve()


def test_region_names_that_would_clash_stay_apart() -> None:
    same = [(name, "solid", (1.0, 1.0, 1.0)) for name in ("a/b", "a.b", "a_b")]
    parts = yaml.safe_load(template(MeshRegions(Path("x.msh"), "mm", same)))["device"]["parts"]
    assert len({part["name"] for part in parts}) == 3
    assert [part.get("region", part["name"]) for part in parts] == ["a/b", "a.b", "a_b"]


def test_parts_of_several_meshes_have_each_their_own(tmp_path: Path) -> None:
    """As when a CAD program writes one file for each part: names, units and ranks go over all."""
    meshes = (
        MeshRegions(Path("housing.stl"), "mm", [("solid", "solid", (0.2, 0.1, 0.1))], "Said so."),
        MeshRegions(Path("frame.step"), "", [("solid", "solid", (0.1, 0.1, 0.1))]),
    )
    text = template(*meshes)
    device = yaml.safe_load(text)["device"]
    assert "mesh" not in device
    assert [part["mesh"] for part in device["parts"]] == [
        {"file": "housing.stl", "unit": "mm"},
        {"file": "frame.step"},
    ]
    assert [part["name"] for part in device["parts"]] == ["solid", "solid_copy1"]
    assert device["parts"][1]["region"] == "solid"
    assert [part["priority"] for part in device["parts"]] == [1, 2]
    assert text.count("# Said so.") == 1
    assert blanks(text)[:2] == ["device.parts[0].material", "device.parts[1].material"]
