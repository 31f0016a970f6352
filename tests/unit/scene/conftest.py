"""A small, complete twin file beside two mesh files that only have to exist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emtwin.errors import InputError, Problem
from emtwin.scene import MeshFile, load

GOOD = """\
emtwin: 1
device:
  name: Pump
  mesh: {file: pump.msh, unit: mm}
  parts:
    - {name: housing, material: abs, priority: 1}
    - {name: frame, material: aluminium, priority: 5}
    - {name: ground_plane, material: copper, priority: 6, kind: sheet}
    - {name: display, material: glass, priority: 3, mesh: {file: window.stl, unit: mm}}
  cables:
    - name: sensor_cable
      path: [[10 mm, 0 mm, 20 mm], [10 mm, 300 mm, 20 mm]]
      radius: 1 mm
      start: {port: sensor_input, part: ground_plane}
      end: open
    - name: dc_lead
      path: [[-10 mm, 0 mm, 20 mm], [-10 mm, 30 cm, 20 mm], [-10 mm, 30 cm, 0 mm]]
      radius: 1.5 mm
      start: {bond: frame}
      end: floor
      common_mode: 100 ohm
  traces:
    - name: clock_trace
      plane: ground_plane
      path: [[0 mm, 0 mm], [0 mm, 40 mm]]
      height: 0.36 mm
      width: 0.3 mm
      permittivity: fr4
      start: {port: clock}
      end: {load: 75 ohm}
  ports:
    - name: sensor_input
      termination: {resistance: 1 kohm, capacitance: 100 pF}
      immunity: {threshold: 0.2 V, quantity: carrier_rms}
    - name: clock
      termination: {resistance: 50 ohm}
      emission: {frequency: 24 MHz, amplitude: 3.3 V, rise_time: 1.5 ns, duty: 0.5}
environment: professional
tests:
  radiated_immunity: {}
  radiated_emission: {class: B, distance: 3 m}
accuracy: draft
materials:
  gel: {permittivity: 3, conductivity: 0.01 S/m, source: data sheet}
"""
LIBRARY = ("abs", "aluminium", "copper", "fr4", "glass")
REGIONS = {"pump.msh": ("housing", "frame", "ground_plane"), "window.stl": ("window",)}


def read_regions(mesh: MeshFile) -> tuple[str, ...]:
    """Region names of the two meshes; their content is not read."""
    assert mesh.unit == "mm"
    return REGIONS[mesh.file.name]


@pytest.fixture
def good() -> str:
    """Text of the good twin file."""
    return GOOD


@pytest.fixture
def regions() -> Callable[[MeshFile], tuple[str, ...]]:
    """Reader of the region names of both meshes."""
    return read_regions


@pytest.fixture
def library() -> tuple[str, ...]:
    """Names of a material library."""
    return LIBRARY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder with both mesh files."""
    for name in REGIONS:
        (tmp_path / name).touch()
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[..., Path]:
    """Write the good twin file with replacements, each of a text that occurs once."""

    def write_file(*changes: tuple[str, str]) -> Path:
        text = GOOD
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
            text = text.replace(old, new)
        path = folder / "twin.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def find(write: Callable[..., Path]) -> Callable[..., tuple[Problem, ...]]:
    """Problems of the good twin file after replacements."""

    def problems(*changes: tuple[str, str]) -> tuple[Problem, ...]:
        with pytest.raises(InputError) as caught:
            load(write(*changes), materials=LIBRARY, regions=read_regions)
        return caught.value.problems

    return problems
