"""The examples of docs/solver.md are shown as they are, and the quick ones find their numbers."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from tests.docs.pages import ROOT

FILES = sorted((ROOT / "examples" / "solver").glob("*.py"))


@pytest.fixture(autouse=True)
def own_style() -> Iterator[None]:
    """The examples choose a style of their own; it must not stay."""
    with mpl.rc_context():
        yield


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    spec = importlib.util.spec_from_file_location(name, ROOT / f"examples/solver/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_page_shows_the_file(file: Path) -> None:
    page = (ROOT / "docs" / "solver.md").read_text("utf-8")
    assert f"```python\n{file.read_text('utf-8')}```\n" in page


def test_cavity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed form of the grid; harmonic inversion of a float64 trace leaves far less than 1e-8."""
    modes = module("cavity", monkeypatch).main(tmp_path)
    assert len(modes) == 10
    for _, found, of_grid, _ in modes:
        assert found == pytest.approx(of_grid, rel=1e-8)
    assert (tmp_path / "solver_cavity.png").is_file()


def test_dipole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Method of moments: 143.6 MHz (1 %), 72 ohm (6 %); a half wave's directivity 1.64 (2 %)."""
    resonance, resistance, directivity = module("dipole", monkeypatch).main(tmp_path)
    assert resonance == pytest.approx(143.6e6, rel=0.01)
    assert resistance == pytest.approx(72, rel=0.06)
    assert directivity == pytest.approx(1.64, rel=0.02)
    assert (tmp_path / "solver_dipole.png").is_file()


def test_wire_over_ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """eta0 / 2 pi acosh(h / a) = 262.7 ohm, 2 % as in NUMERICS section 4."""
    _, impedance = module("wire_over_ground", monkeypatch).main(tmp_path)
    assert impedance[5:].real == pytest.approx(262.7, rel=0.02)
    assert (tmp_path / "solver_wire_over_ground.png").is_file()


@pytest.mark.slow
def test_lossy_sphere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Absorbed power against the Mie series, 3 %; the series itself gives 3.887e-5 W at 900 MHz."""
    f, absorbed, exact = module("lossy_sphere", monkeypatch).main(tmp_path)
    assert exact[abs(f - 900e6).argmin()] == pytest.approx(3.887268e-5, rel=1e-4)
    assert absorbed == pytest.approx(exact, rel=0.03)
    assert (tmp_path / "solver_lossy_sphere.png").is_file()


def test_microstrip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed form 50.62 ohm, 3 %: two launches of 0.6 nH add 2.4 % to the root of 24.6 nH of line,
    and the fringes of its ends, 0.4 h each, take 0.8 % off.

    scikit-rf reads the file as it was found: reciprocal, and with no more power out than in.
    """
    skrf = pytest.importorskip("skrf")
    found, impedance = module("microstrip", monkeypatch).main(tmp_path)
    assert impedance[5].real == pytest.approx(50.62, rel=0.03)
    read = skrf.Network(str(tmp_path / "solver_microstrip.s2p"))
    assert read.s == pytest.approx(found.s, abs=1e-9)
    assert read.s[:, 0, 1] == pytest.approx(read.s[:, 1, 0], abs=1e-4)
    assert (abs(read.s) ** 2).sum(axis=1).max() <= 1.001
    assert (tmp_path / "solver_microstrip.png").is_file()


def test_slotted_enclosure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Robinson's circuit model is good to 6 dB from 200 MHz on; the resonance lies near 703 MHz."""
    f, shielding, model = module("slotted_enclosure", monkeypatch).main(tmp_path)
    for at in (200e6, 400e6, 600e6, 1000e6):
        n = abs(f - at).argmin()
        assert shielding[n] == pytest.approx(model[n], abs=6.0)
    below = f < 0.9e9
    assert f[below][shielding[below].argmin()] == pytest.approx(703e6, rel=0.01)
    assert (tmp_path / "solver_slotted_enclosure.png").is_file()
