"""`emtwin init` makes a twin file that only lacks what the user knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.unit.cli.conftest import Call

TETRAHEDRON = """solid block
facet normal 0 0 -1
outer loop
vertex 0 0 0
vertex 0 20 0
vertex 10 0 0
endloop
endfacet
facet normal 0 -1 0
outer loop
vertex 0 0 0
vertex 10 0 0
vertex 0 0 30
endloop
endfacet
facet normal -1 0 0
outer loop
vertex 0 0 0
vertex 0 0 30
vertex 0 20 0
endloop
endfacet
facet normal 1 1 1
outer loop
vertex 10 0 0
vertex 0 20 0
vertex 0 0 30
endloop
endfacet
endsolid block
"""


@pytest.fixture
def mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "meshes" / "block.stl"
    file.parent.mkdir()
    file.write_text(TETRAHEDRON, encoding="ascii")
    monkeypatch.chdir(tmp_path)
    return file


def test_a_twin_with_the_regions_and_a_list_of_blanks(call: Call, mesh: Path) -> None:
    done = call("init", mesh, "--unit", "mm", "--output", "twins/mine.yaml")
    assert done.code == 0, done.err
    text = Path("twins/mine.yaml").read_text(encoding="utf-8")
    twin = yaml.safe_load(text)
    assert twin["device"]["mesh"] == {"file": "../meshes/block.stl", "unit": "mm"}
    assert [part["name"] for part in twin["device"]["parts"]] == ["block"]
    assert "solid, 10 mm x 20 mm x 30 mm" in text
    assert "a twin with 1 region of the mesh" in done.out
    assert "  device.parts[0].material" in done.out.splitlines()
    assert f"Then: emtwin check {Path('twins/mine.yaml')}" in done.out


def test_check_names_the_blanks_that_are_left(call: Call, mesh: Path) -> None:
    call("init", mesh, "--unit", "mm")
    done = call("check", "twin.yaml")
    assert done.code == 2
    assert "twin.yaml" in done.err
    assert "device.parts[0].material" in done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--unit", "furlong"), "--unit: 'furlong' is not a unit of mesh coordinates"),
        (("--unit", "inhc"), "Did you mean 'inch'?"),
        (("--unit", "km"), "give --unit with one of m, cm, mm, um, inch, mil"),
        (("--unit", "mm", "--output", "meshes"), "--output: meshes is a folder, not a file"),
    ],
)
def test_wrong_arguments(call: Call, mesh: Path, options: tuple[str, ...], said: str) -> None:
    done = call("init", mesh, *options)
    assert done.code == 2
    assert said in done.err
    assert not Path("twin.yaml").exists()


def test_a_file_that_exists_is_kept_without_force(call: Call, mesh: Path) -> None:
    Path("twin.yaml").write_text("an hour of work", encoding="utf-8")
    done = call("init", mesh, "--unit", "mm")
    assert done.code == 2
    assert "--output: twin.yaml exists and was not changed" in done.err
    assert Path("twin.yaml").read_text(encoding="utf-8") == "an hour of work"
    assert call("init", mesh, "--unit", "mm", "--force").code == 0
    assert "emtwin: 1" in Path("twin.yaml").read_text(encoding="utf-8")


def test_a_mesh_that_cannot_be_read(call: Call, tmp_path: Path) -> None:
    done = call("init", tmp_path / "no.msh", "--unit", "mm", "--output", tmp_path / "t.yaml")
    assert done.code == 2
    assert "the mesh file does not exist" in done.err
    (tmp_path / "bad.msh").write_text("no mesh", encoding="ascii")
    done = call("init", tmp_path / "bad.msh", "--unit", "mm", "--output", tmp_path / "t.yaml")
    assert done.code == 2
    assert "bad.msh" in done.err


def test_a_unit_that_nobody_knows_is_a_blank(call: Call, mesh: Path) -> None:
    """30 may be 30 mm or 30 inch: the parts are listed all the same."""
    done = call("init", mesh)
    assert done.code == 0, done.err
    text = Path("twin.yaml").read_text(encoding="utf-8")
    assert "    unit: FILL_IN\n" in text
    assert "is the largest side 30 mm, 30 m or 762 mm?" in " ".join(text.split("# "))
    assert "solid, 10 x 20 x 30 in the file's unit" in text
    assert "  device.mesh.unit" in done.out.splitlines()


def test_a_unit_that_only_one_size_fits_is_told(call: Call, mesh: Path) -> None:
    mesh.write_text(TETRAHEDRON.replace("30\n", "300\n"), encoding="ascii")
    done = call("init", mesh)
    assert done.code == 0, done.err
    text = Path("twin.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["device"]["mesh"] == {"file": "meshes/block.stl"}
    assert "mm was assumed" in text
    assert "solid, 10 mm x 20 mm x 300 mm" in text
    assert "unit-assumed: block.stl does not say its unit" in " ".join(done.out.split())


def test_a_file_with_its_own_unit_needs_none(call: Call, mesh: Path) -> None:
    said = {"shape": [2, 1, 1], "spacing": [4, 4, 4], "unit": "mm", "dtype": "uint8"}
    said["labels"] = {"1": "skin", "2": "bone"}
    mesh.with_name("p.raw.json").write_text(json.dumps(said))
    mesh.with_name("p.raw").write_bytes(bytes([1, 2]))
    done = call("init", mesh.with_name("p.raw.json"))
    assert done.code == 0, done.err
    text = Path("twin.yaml").read_text(encoding="utf-8")
    assert [part["name"] for part in yaml.safe_load(text)["device"]["parts"]] == ["skin", "bone"]
    assert "# The file says its unit itself." in text
    assert "unit:" not in text.split("parts:")[0].replace("its unit", "")


def test_a_folder_is_no_mesh(call: Call, tmp_path: Path) -> None:
    done = call("init", tmp_path, "--unit", "mm", "--output", tmp_path / "twin.yaml")
    assert done.code == 2
    assert "is a folder, not a mesh file" in done.err


def test_one_file_for_each_part(call: Call, mesh: Path) -> None:
    """What most CAD programs write; `check` finds nothing wrong but the blanks."""
    other = mesh.with_name("lid.stl")
    other.write_text(TETRAHEDRON.replace("block", "lid"), encoding="ascii")
    done = call("init", mesh, other, "--unit", "mm", "--output", "twins/mine.yaml")
    assert done.code == 0, done.err
    assert "2 regions of 2 meshes" in done.out
    parts = yaml.safe_load(Path("twins/mine.yaml").read_text(encoding="utf-8"))["device"]["parts"]
    assert [part["mesh"]["file"] for part in parts] == ["../meshes/block.stl", "../meshes/lid.stl"]
    checked = call("check", "twins/mine.yaml", "--json")
    assert {problem["message"] for problem in json.loads(checked.out)["problems"]} == {
        "is still blank"
    }
