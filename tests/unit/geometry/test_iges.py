"""IGES and BREP through Gmsh: a stand-in for the messages, the real program where it is."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import iges, read_regions
from emtwin.geometry.iges import find_gmsh, gmsh_version, iges_unit
from tests.unit.geometry import iges_box

# Written by hand: a box of 100 mm x 60 mm x 20 mm.
SIZE = (100.0, 60.0, 20.0)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "box.igs"
    path.write_text(iges_box.iges(SIZE))
    return path


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """A program in the place of Gmsh that runs `body`, Python, after `import sys, time`."""
    script = folder / "gmsh"
    script.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n")
    script.chmod(0o755)
    monkeypatch.setenv(iges.VARIABLE, str(script))
    return script


def test_without_gmsh_it_is_told_how_to_get_it(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(iges.VARIABLE, raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(InputError, match=r"not on the search path\n.*apt-get install gmsh"):
        read_regions(box)


def test_a_variable_that_names_no_file(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(iges.VARIABLE, "/nowhere/gmsh")
    with pytest.raises(InputError, match="EMTWIN_GMSH names /nowhere/gmsh, which is no file"):
        read_regions(box)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("print('Error   : no shape'); sys.exit(1)", "ended with code 1: Error : no shape"),
        ("sys.exit(3)", "ended with code 3: it said nothing"),
        ("print('Info : nothing to do')", "it wrote no mesh: Info : nothing to do"),
        ("open(sys.argv[4], 'w').write('x'); print('Warning : odd')", "as gmsh.*; Warning : odd"),
        ("time.sleep(60)", "it did not end within 1 s"),
    ],
)
def test_what_gmsh_says_is_shown_when_it_fails(
    box: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    stand_in(tmp_path, monkeypatch, body)
    monkeypatch.setattr(iges, "TIME_LIMIT", 1.0 if "sleep" in body else 60.0)
    with pytest.raises(InputError, match=f"Gmsh could not mesh the file: .*{message}"):
        read_regions(box)


def test_a_program_that_cannot_be_run(
    box: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stand_in(tmp_path, monkeypatch, "")
    program.write_bytes(b"\x7fELF no program")
    with pytest.raises(InputError, match="it cannot be run"):
        read_regions(box)
    assert gmsh_version(program) == ""


def test_the_version_is_what_gmsh_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stand_in(tmp_path, monkeypatch, "print('4.99.1', file=sys.stderr)")
    assert find_gmsh() == program
    assert gmsh_version(program) == "4.99.1"


@pytest.mark.parametrize(
    ("flag", "name", "unit"), [(2, "MM", 1e-3), (1, "IN", 0.0254), (6, "M", 1.0), (3, "ELL", None)]
)
def test_the_unit_that_an_iges_file_states(
    tmp_path: Path, flag: int, name: str, unit: float | None
) -> None:
    (tmp_path / "box.igs").write_text(iges_box.iges(SIZE, flag, name))
    assert iges_unit(tmp_path / "box.igs") == unit


needs_gmsh = pytest.mark.skipif(
    not (shutil.which("gmsh") or os.environ.get("EMTWIN_GMSH")),
    reason="the program Gmsh is not installed: apt-get install gmsh",
)


@needs_gmsh
@pytest.mark.parametrize(("flag", "name", "unit"), [(2, "MM", 1e-3), (1, "IN", 0.0254)])
def test_a_real_gmsh_sews_an_iges_box(tmp_path: Path, flag: int, name: str, unit: float) -> None:
    path = tmp_path / "box.igs"
    path.write_text(iges_box.iges(SIZE, flag, name))
    region = read_regions(path)["solid_1"]
    assert region.kind == "solid"
    assert region.surface.hi == pytest.approx(np.array(SIZE) * unit)
    assert region.surface.signed_volume == pytest.approx(np.prod(SIZE) * unit**3)
    (notice,) = region.notices
    assert (notice.name, notice.rank) == ("meshed-by-gmsh", "information")
    assert gmsh_version(find_gmsh() or Path()) in notice.message


@needs_gmsh
def test_a_declared_unit_that_contradicts_an_iges_file(box: Path) -> None:
    assert list(read_regions(box, "mm")) == ["solid_1"]
    with pytest.raises(InputError, match="its unit is mm, but 'inch' is declared"):
        read_regions(box, "inch")
