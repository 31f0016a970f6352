"""Transforms, options of a geometry file, and regions used several times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emtwin import scene
from emtwin.errors import Problem
from emtwin.scene import MeshFile
from emtwin.scene.device import implied_region
from emtwin.scene.transforms import Mirror, Rotate

Write = Callable[..., Path]
Find = Callable[..., tuple[Problem, ...]]
MESH = "{file: pump.msh, unit: mm}"


def with_transform(steps: str) -> tuple[str, str]:
    return MESH, f"{{file: pump.msh, unit: mm, transform: {steps}}}"


def test_steps_keep_their_order_and_lengths_their_unit(write: Write) -> None:
    steps = (
        "[{scale: 25.4}, {rotate: {axis: z, angle: 90, about: [1 mm, 2 mm, 3 mm]}}, "
        "{mirror: x}, {mirror: {normal: [1, 1, 0]}}, {translate: [10 mm, 0 mm, 1 inch]}]"
    )
    mesh = scene.load(write(with_transform(steps))).twin.device.mesh
    assert mesh is not None
    scale, rotate, mirror, oblique, translate = mesh.transform
    assert scale.scale == 25.4
    assert rotate.rotate == Rotate(axis=(0, 0, 1), angle=90, about=(1e-3, 2e-3, 3e-3))
    assert mirror.mirror == Mirror(normal=(1, 0, 0))
    assert oblique.mirror == Mirror(normal=(1, 1, 0))
    assert translate.translate == (0.01, 0.0, 0.0254)


def test_a_written_twin_is_read_back(write: Write, folder: Path) -> None:
    steps = "[{rotate: {axis: y, angle: -30}}, {translate: [1 mm, 0 mm, 0 mm]}]"
    options = "cell_data: tissue, tolerance: 0.1 mm, labels: {1: skin, 2: fat}"
    change = (MESH, f"{{file: pump.msh, {options}, transform: {steps}}}")
    twin = scene.load(write(change)).twin
    assert twin.device.mesh is not None
    assert (twin.device.mesh.unit, twin.device.mesh.tolerance) == (None, 1e-4)
    assert twin.device.mesh.labels == {1: "skin", 2: "fat"}
    (folder / "again.yaml").write_text(scene.dump(twin), encoding="utf-8")
    assert scene.load(folder / "again.yaml").twin == twin


@pytest.mark.parametrize(
    ("steps", "field", "message"),
    [
        ("[{scale: 0}]", "[0].scale", "must be greater than 0"),
        ("[{scale: 2, mirror: x}]", "[0]", "holds 2 of scale, rotate, mirror, translate"),
        ("[{}]", "[0]", "holds 0 of scale, rotate, mirror, translate"),
        ("[{turn: 2}]", "[0].turn", "unknown field 'turn'"),
        ("[{translate: [1, 2, 3]}]", "[0].translate[0]", "1 has no unit"),
        ("[{rotate: {axis: w, angle: 90}}]", "[0].rotate.axis", "'w' is no axis"),
        ("[{rotate: {axis: [0, 0, 0], angle: 90}}]", "[0].rotate.axis", "is no direction"),
        ("[{rotate: {axis: z}}]", "[0].rotate.angle", "is missing"),
        ("[{rotate: {axis: z, angle: 90 deg}}]", "[0].rotate.angle", "'90 deg' is not a number"),
        ("[{mirror: {normal: q}}]", "[0].mirror.normal", "'q' is no axis"),
        ("{scale: 2}", "", "is not a list"),
    ],
)
def test_a_wrong_step_is_told(find: Find, steps: str, field: str, message: str) -> None:
    problems = find(with_transform(steps))
    (problem,) = [p for p in problems if p.field == f"device.mesh.transform{field}"]
    assert message in problem.message
    assert problem.remedy


TWO_FRAMES = "    - {name: frame, material: aluminium, priority: 5}\n"


def test_one_region_may_be_several_parts_in_different_places(find: Find, write: Write) -> None:
    moved = (
        TWO_FRAMES
        + "    - {name: frame_2, region: frame, material: aluminium, priority: 5, "
        + "transform: [{translate: [0 mm, 20 mm, 0 mm]}]}\n"
    )
    assert len(scene.load(write((TWO_FRAMES, moved))).twin.device.parts) == 5
    same = moved.replace(", transform: [{translate: [0 mm, 20 mm, 0 mm]}]", "")
    (problem,) = find((TWO_FRAMES, same))
    assert "the region 'frame' of pump.msh is already the part 'frame'" in problem.message
    assert "a transform of its own" in problem.remedy


@pytest.mark.parametrize(
    ("file", "names", "expected"),
    [
        ("lid.stl", None, "lid"),
        ("lid.step", None, "knob"),
        ("lid.step", ("lid",), "lid"),
        ("lid.step", ("lid", "knob"), "knob"),
        ("lid.stl", ("upper", "knob"), "knob"),
        ("lid.stl", ("upper", "lower"), "knob"),
    ],
)
def test_a_part_without_region_is_the_one_of_its_name_or_the_file(
    file: str, names: tuple[str, ...] | None, expected: str
) -> None:
    assert implied_region("knob", Path(file), names) == expected


def test_a_mesh_read_in_two_ways_is_two_meshes(write: Write) -> None:
    """Each declaration is given to the reader, and its names hold for its parts only."""
    change = (
        "display, material: glass, priority: 3, mesh: {file: window.stl, unit: mm}",
        "display, material: glass, priority: 3, mesh: {file: pump.msh, cell_data: part}",
    )

    def regions(mesh: MeshFile) -> tuple[str, ...]:
        return ("display",) if mesh.cell_data else ("housing", "frame", "ground_plane")

    assert scene.load(write(change), regions=regions).twin.device.parts[3].name == "display"
