"""Allowed changes of the netlist, and every message about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin.errors import InputError
from emtwin.scene import load
from tests.unit.scene.conftest import GOOD, LIBRARY

FIRST = "allow: [{contact: [frame, ground_plane], reason: strap}]\n"


def problems(folder: Path, allow: str) -> list[str]:
    for name in ("pump.msh", "window.stl"):
        (folder / name).touch()
    file = folder / "twin.yaml"
    file.write_text(GOOD.replace("  cables:\n", f"  {allow}  cables:\n"), encoding="utf-8")
    try:
        load(file, materials=LIBRARY)
    except InputError as error:
        return [str(problem).replace(str(file), "twin.yaml") for problem in error.problems]
    return []


def test_each_form_is_read(tmp_path: Path) -> None:
    allow = (
        "allow:\n    - {contact: [frame, ground_plane], reason: strap}\n"
        "    - {open: [frame], reason: two halves}\n    - {lost: frame_12, reason: tiny screws}\n"
    )
    assert problems(tmp_path, allow) == []
    device = load(tmp_path / "twin.yaml", materials=LIBRARY).twin.device
    assert [(a.kind, a.names) for a in device.allow] == [
        ("contact", ("frame", "ground_plane")),
        ("open", ("frame",)),
        ("lost", ("frame_12",)),
    ]
    assert device.allow[0].reason == "strap"


@pytest.mark.parametrize(
    ("entry", "message", "remedy"),
    [
        ("{contact: [frame, fram], reason: x}", "there is no part 'fram'", "did you mean 'frame'?"),
        ("{lost: bolt_2, reason: x}", "there is no part 'bolt_2'", "known parts: "),
        ("{contact: [frame], reason: x}", "names 1 parts where two touch", "write contact: ["),
        ("{open: [frame, display, housing], reason: x}", "names 3 parts", "write open: [PART"),
        ("{open: [], reason: x}", "names 0 parts", "write open: [PART"),
        ("{contact: [frame, display]}", "is missing", "add 'reason: ...'"),
        ("{contact: [frame, display], reason: ''}", "is empty", "write a sentence"),
        ("{reason: x}", "has none of contact, open, lost, covered", "give exactly one"),
        (
            "{open: [frame], lost: frame, reason: x}",
            "has open and lost of contact, open, lost, covered",
            "give exactly one",
        ),
    ],
)
def test_messages(tmp_path: Path, entry: str, message: str, remedy: str) -> None:
    (found,) = problems(tmp_path, f"allow: [{entry}]\n")
    assert "twin.yaml:10: device.allow[0]" in found
    assert message in found
    assert f"-> {remedy}" in found


def test_the_same_twice(tmp_path: Path) -> None:
    twice = FIRST.replace("}]", "}, {contact: [ground_plane, frame], reason: again}]")
    (found,) = problems(tmp_path, twice)
    assert "the same is already allowed on line 10" in found
    assert "-> remove one of the two" in found
