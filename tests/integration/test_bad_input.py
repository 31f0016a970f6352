"""Bad input through the command line: exit code 2, and a message that says what, where, remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benches.tiny_device import HIGH, LOW, Change, block, write_stl, write_tiny_device
from tests.integration.conftest import Call

CORNER = "[-140 mm, 0 mm, 20 mm]]"  # the open end of the sensor cable
SECOND_BLOCK = (
    "    - {name: plane, material",
    "    - {name: potting, material: silicone, priority: 1,"
    " mesh: {file: potting.stl, unit: m}}\n    - {name: plane, material",
)

# What is wrong: changes of the tiny device, line, field, message, remedy.
PROBLEMS: dict[str, tuple[Change, int, str, str, str]] = {
    "missing mesh": (
        ("file: block.stl", "file: blok.stl"),
        6,
        "device.parts[0].mesh.file",
        "the mesh file 'blok.stl' does not exist",
        "did you mean 'block.stl'?",
    ),
    "unreadable mesh": (
        ("file: block.stl", "file: garbage.msh"),
        6,
        "device.parts[0].mesh.file",
        "the file cannot be read as gmsh",
        "export it again",
    ),
    "open surface": (
        ("priority: 1, mesh: {file: block.stl", "priority: 1, kind: solid, mesh: {file: open.stl"),
        6,
        "device.parts[0].kind",
        "region 'open' of open.stl is to be a solid, but the surface has 1 hole",
        "close the surface in the CAD program, or declare the part `kind: sheet`",
    ),
    "unknown region": (
        ("{name: block, ", "{name: block, region: blok, "),
        6,
        "device.parts[0].region",
        "the mesh block.stl has no region 'blok'",
        "did you mean 'block'?",
    ),
    "unknown material": (
        ("material: abs", "material: abz"),
        6,
        "device.parts[0].material",
        "there is no material 'abz'",
        "did you mean 'abs'?",
    ),
    "overlap without priority": (
        SECOND_BLOCK,
        7,
        "device.parts[1]",
        "parts 'block' (abs) and 'potting' (silicone) overlap in 4 cells, and both have priority 1",
        "give the part that is to win a higher priority",
    ),
    "cable that starts in the air": (
        ("path: [[-40 mm, 0 mm, 20 mm]", "path: [[-60 mm, 0 mm, 20 mm]"),
        12,
        "device.cables[0].start",
        "cable sensor is to end on plane, but its start touches no metal part in the mesh",
        "move the start of the path onto plane",
    ),
    "port on the wrong part": (
        ("part: plane", "part: block"),
        12,
        "device.cables[0].start",
        "cable sensor is to end on block, but its start touches plane in the mesh",
        "move the start of the path onto block",
    ),
    "port with both ends in one conductor": (
        (CORNER, "[-20 mm, 0 mm, 20 mm]]"),
        13,
        "device.cables[0].end",
        "the end of cable sensor is declared open, but it lies on plane in the mesh",
        "end the path at least one cell away from plane, or declare end: {bond: plane}",
    ),
    "cable through metal": (
        ("path: [[-40 mm, 0 mm, 20 mm]", "path: [[0 mm, 0 mm, 20 mm]"),
        10,
        "device.cables[0].path",
        "cable sensor touches plane at (-20, 0, 20) mm on its way, which would short it",
        "lead it through the middle of the opening",
    ),
    "cable thicker than its cells": (
        (
            "20 mm]]\n      radius: 0.5 mm\n      start: {bond",
            "20 mm]]\n      radius: 12 mm\n      start: {bond",
        ),
        16,
        "device.cables[1].radius",
        "the radius of 12 mm is above half the smallest cell of 20 mm beside cable lead",
        "write 'radius: 9.99 mm', whose inductance is 37 nH/m larger",
    ),
    "cable beside a grid line": (
        (
            "path: [[-40 mm, 0 mm, 20 mm], [-140",
            "path: [[-40 mm, 0 mm, 20.01 mm], [-40 mm, 0 mm, 20 mm], [-140",
        ),
        9,
        "device.cables[0]",
        "sensor: the nearest grid node to (-40, 0, 20.01) mm is",
        "move the point to (-40, 0, 20",
    ),
    "cables that meet": (
        (
            CORNER,
            "[-60 mm, 0 mm, 20 mm], [-60 mm, 0 mm, 60 mm], [60 mm, 0 mm, 60 mm],"
            " [60 mm, 0 mm, 0 mm]]",
        ),
        15,
        "device.cables[1].path",
        "cable lead meets cable sensor at (60, 0, 20) mm, and would be connected there",
        "keep cables without a contact two cells apart",
    ),
    "cable below the floor": (
        (CORNER, "[-140 mm, 0 mm, 20 mm], [-140 mm, 0 mm, -900 mm]]"),
        10,
        "device.cables[0].path",
        "cable sensor goes down to z = -900 mm, outside the site: the floor is at -800 mm",
        "end the path above the floor and declare end: floor",
    ),
    "trace beside its plane": (
        ("[20 mm, 0 mm]]", "[2 m, 0 mm]]"),
        23,
        "device.traces[0].path",
        "(2000, 0) mm lies outside its plane 'plane', which spans x = -40 to 40 mm",
        "keep the trace over its plane",
    ),
    "oblique leg": (
        (CORNER, "[-140 mm, 10 mm, 20 mm]]"),
        10,
        "device.cables[0].path",
        "is not along an axis: it changes x and y",
        "add corner points",
    ),
    "negative length": (
        ("width: 0.3 mm", "width: -0.3 mm"),
        25,
        "device.traces[0].width",
        "'-0.3 mm' must be greater than 0",
        "give a value greater than 0",
    ),
    "length without unit": (
        ("height: 0.8 mm", "height: 0.8"),
        24,
        "device.traces[0].height",
        "0.8 has no unit",
        "expected a length such as 1.6 mm",
    ),
    "f_max above the memory budget": (
        ("f_max: 300 MHz", "f_max: 100 GHz"),
        40,
        "accuracy.memory",
        "site free_space needs 312 million cells and 252 GiB of memory, 164 GiB of it for spectra, "
        "the budget is 4 GiB",
        "raise accuracy.memory to 252.1 GiB, or set accuracy.fit to true for the finest grid that "
        "fits, or lower accuracy.f_max to 9.52 GHz",
    ),
    "wrong unit of a mesh": (
        ("file: block.stl, unit: m", "file: block.stl, unit: m, transform: [{scale: 1000}]"),
        40,
        "accuracy.memory",
        "(its largest part is 'block' with 80 m): look at the unit of its mesh",
        "raise accuracy.memory",
    ),
    "memory budget": (
        ("decay_db: -40", "decay_db: -40, memory: 1 MiB"),
        40,
        "accuracy.memory",
        "of memory, 150 MiB of it for program, the budget is 1 MiB",
        "raise accuracy.memory to 0.2 GiB",
    ),
    "YAML syntax": (
        ("name: lead\n", "name: lead: x\n"),
        14,
        "YAML syntax",
        "mapping values are not allowed here (column 17, at '- name: lead: x')",
        "check indentation",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder with the meshes that only bad twins name."""
    corners, triangles = block(LOW, HIGH)
    write_stl(tmp_path / "open.stl", corners, triangles[:2])
    write_stl(tmp_path / "potting.stl", *block((0.0, *LOW[1:]), (60e-3, *HIGH[1:])))
    (tmp_path / "garbage.msh").write_text("$MeshFormat\nno mesh at all\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_is_told_with_place_and_remedy(name: str, call: Call, folder: Path) -> None:
    """`run` and `check` refuse alike, and no result file is left."""
    change, line, field, message, remedy = PROBLEMS[name]
    twin = write_tiny_device(folder, change)
    for command in (("check", twin), ("run", twin, "--out", folder / "out")):
        done = call(*command)
        assert done.code == 2, done.err
        text = done.err.splitlines()
        place = f"{twin}:{line}: {field}: "
        assert any(row.startswith(place) for row in text), done.err
        first = next(n for n, row in enumerate(text) if row.startswith(place))
        assert message in text[first]
        assert text[first + 1].startswith("    -> ")
        assert remedy in text[first + 1]
        assert "1 problem in the input" in done.err
    assert not list(folder.glob("out/*"))


def test_all_problems_of_a_file_come_at_once(call: Call, folder: Path) -> None:
    """Schema, references and meshes are checked in one pass, in the order of the file."""
    picked = ("missing mesh", "unknown material", "negative length", "length without unit")
    twin = write_tiny_device(folder, *(PROBLEMS[name][0] for name in picked))
    done = call("run", twin, "--out", folder / "out")
    assert done.code == 2
    places = [done.err.find(PROBLEMS[name][3]) for name in picked]
    assert min(places) >= 0
    assert "4 problems in the input" in done.err
    assert sorted(places[::2]) == places[::2]


@pytest.mark.parametrize("option", ["--out", "--output", "-o"])
def test_an_unwritable_folder_is_told_before_the_run(option: str, call: Call, folder: Path) -> None:
    """A file stands where the folder is to be; it is told together with the twin's problems."""
    occupied = folder / "occupied"
    occupied.write_text("", encoding="utf-8")
    twin = write_tiny_device(folder, PROBLEMS["unknown material"][0])
    done = call("run", twin, option, occupied)
    assert done.code == 2
    assert f"cannot write results into {occupied}" in done.err
    assert "there is no material 'abz'" in done.err
    assert "2 problems in the input" in done.err
