"""`emtwin doctor` says what is missing and how to get it."""

from __future__ import annotations

import importlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from emtwin import backends, resources
from emtwin.backends import BackendStatus
from emtwin.cli import doctor as command
from emtwin.solver.support import BACKENDS, FEATURES
from emtwin.viz import Rendering
from tests.unit.cli.conftest import Call

PROBE = importlib.import_module("emtwin.viz.probe")  # `emtwin.viz.probe` is the function
NO_LIBRARY = "emtwin was installed without its native library. Install g++ (apt-get install g++)"
NO_RENDERING = "VTK cannot render on this machine (egl: VTK crashed (SIGSEGV))"


@pytest.fixture
def sick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No compiler, no GPU, no rendering, no examples."""
    statuses = (
        BackendStatus("cuda", False, "CuPy finds no NVIDIA GPU (nvidia-smi)"),
        BackendStatus("native", False, NO_LIBRARY),
        BackendStatus("numpy", True, "slow reference, always there"),
    )
    answer = Rendering(
        False, reason=f"{NO_RENDERING}; on Debian or Ubuntu: apt-get install libegl1 libgl1"
    )

    def missing() -> Path:
        raise resources.ResourceError("the folder examples is missing; install it again")

    monkeypatch.setattr(backends, "available_backends", lambda: statuses)
    monkeypatch.setattr(PROBE, "probe", lambda: answer)
    monkeypatch.setattr(resources, "examples_dir", missing)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def test_what_is_missing_comes_with_its_remedy(call: Call, sick: None) -> None:
    done = call("doctor")
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]

    def has(text: str) -> bool:
        return text.split() in lines

    assert has("NO native emtwin was installed without its native library")
    assert has("-> Install g++ (apt-get install g++)")
    assert has("NO cuda CuPy finds no NVIDIA GPU (nvidia-smi)")
    assert has("ok numpy slow reference, always there")
    assert has(f"NO rendering {NO_RENDERING}; pictures are drawn flat with matplotlib")
    assert has("-> on Debian or Ubuntu: apt-get install libegl1 libgl1")
    assert has("NO examples the folder examples is missing; install it again")
    assert has("-> pip install 'emtwin[view]'")


def test_json(call: Call, sick: None) -> None:
    document = json.loads(call("doctor", "--json").out)
    works = {entry["name"]: entry["works"] for entry in document["backends"]}
    assert works == {"cuda": False, "native": False, "numpy": True}
    assert document["rendering"]["remedy"].endswith("apt-get install libegl1 libgl1")
    assert document["machine"]["cores"] >= 1
    assert {"numpy", "scipy", "pyvista", "vtk"} <= set(document["versions"])
    assert {entry["name"] for entry in document["extras"]} == set(command.EXTRAS)


def test_a_library_that_cannot_be_loaded_is_a_finding(
    call: Call, sick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("wrong ELF class")

    monkeypatch.setattr(backends, "available_backends", broken)
    monkeypatch.setattr("emtwin.backends.native.load_library", broken)
    done = call("doctor")
    assert done.code == 0
    assert "OSError: wrong ELF class" in done.out
    assert "pip install --force-reinstall" in done.out
    assert json.loads(call("doctor", "--json").out)["native"] == {"error": "wrong ELF class"}


def test_this_machine(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PROBE, "probe", lambda: Rendering(True, "vtkEGLRenderWindow"))
    document = json.loads(call("doctor", "--json").out)
    numpy = next(entry for entry in document["backends"] if entry["name"] == "numpy")
    assert numpy["works"] is True
    assert all(entry["works"] for entry in document["resources"]), document["resources"]
    assert ("library" in document["native"]) == next(
        entry["works"] for entry in document["backends"] if entry["name"] == "native"
    )
    assert "ok  rendering  3-D pictures, vtkEGLRenderWindow" in call("doctor").out


def test_every_extra_of_the_package_is_known(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(command.EXTRAS) == set(project["optional-dependencies"]) - {"dev"}


def program_named(call: Call, name: str) -> dict[str, Any]:
    (entry,) = [
        p for p in json.loads(call("doctor", "--json").out)["programs"] if p["name"] == name
    ]
    return dict(entry)


def test_kicad_is_an_optional_program(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "kicad-cli"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("EMTWIN_KICAD_CLI", str(program))
    assert program_named(call, "kicad-cli")["detail"].endswith(f"({program})")
    program.unlink()
    assert program_named(call, "kicad-cli")["detail"] == f"there is no {program}"
    monkeypatch.delenv("EMTWIN_KICAD_CLI")
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = program_named(call, "kicad-cli")
    assert missing["works"] is False
    assert "EMTWIN_KICAD_CLI" in missing["remedy"]


def test_gmsh_is_an_optional_program(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found, silent and missing, each with what to do."""
    program = tmp_path / "gmsh"
    program.write_text("#!/bin/sh\necho 4.99.1\n")
    program.chmod(0o755)
    monkeypatch.setenv("EMTWIN_GMSH", str(program))
    found = program_named(call, "gmsh")
    assert found["works"] is True
    assert f"(4.99.1, {program})" in found["detail"]
    program.write_text("#!/bin/sh\nexit 1\n")
    silent = program_named(call, "gmsh")
    assert (silent["works"], silent["detail"]) == (False, f"{program} does not say its version")
    monkeypatch.setenv("EMTWIN_GMSH", str(tmp_path / "none"))
    missing = program_named(call, "gmsh")
    assert missing["works"] is False
    assert "apt-get install gmsh" in missing["remedy"]


def test_support_matrix(call: Call) -> None:
    """Every feature with its status on each backend; as a table and as JSON."""
    rows = json.loads(call("doctor", "--support", "--json").out)
    assert {row["feature"] for row in rows} == {feature.name for feature in FEATURES}
    assert all(row[b] in ("validated", "experimental", "refused") for row in rows for b in BACKENDS)
    table = call("doctor", "--support").out
    assert "absorber (CPML)" in table
    assert "physics/test_absorber.py" in table
