"""The judge and the compiled kernels on whole runs: same verdicts, same port voltages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from emtwin import pipeline
from emtwin.backends import Backend, Stage, available_backends, select_backend
from emtwin.backends.numpy_backend import NumpyBackend, NumpyProgram
from emtwin.benches import radiated_emission, radiated_immunity
from emtwin.benches.bodies import bodies_of
from emtwin.benches.finding import Finding
from emtwin.benches.records import SiteResult
from emtwin.voxel.inside import fractions, solids
from tests.benches.tiny_device import ONE_RUN_PER_SITE, write_tiny_device

COMPILED = next(status for status in available_backends() if status.name == "native")


@dataclass(frozen=True)
class Outcome:
    """Sites after their runs, and what the tests found, by test."""

    sites: dict[str, SiteResult]
    findings: dict[str, Finding]


@pytest.fixture(scope="module")
def outcome_of(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Outcome]:
    """Both tests of the tiny device, ten times as large, per backend and precision."""
    if not COMPILED.available:
        pytest.skip(COMPILED.detail)
    twin = write_tiny_device(tmp_path_factory.mktemp("judge"), *ONE_RUN_PER_SITE, tenfold=True)
    loaded = pipeline.load(twin)
    bodies = bodies_of(loaded)
    sites = pipeline.sites_of(loaded, bodies)
    outcomes = {}
    for machine in (
        select_backend(name, precision)
        for name in ("numpy", "native")
        for precision in ("float32", "float64")
    ):
        done = {name: pipeline.run_site(loaded, site, machine) for name, site in sites.items()}
        immunity, emission = (done[b.TEST] for b in (radiated_immunity, radiated_emission))
        found = (
            radiated_immunity.evaluate(loaded, immunity.site, immunity.model, immunity.quality),
            radiated_emission.evaluate(
                loaded, emission.site, emission.model, emission.quality, 0.45
            ),
        )
        outcomes[machine.name, str(machine.real)] = Outcome(done, {f.test: f for f in found})
    return outcomes


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-4), ("float64", 1e-9)])
def test_port_voltages_agree(
    outcome_of: dict[tuple[str, str], Outcome], precision: str, tolerance: float
) -> None:
    """Spectra at every port, relative to the largest value of all ports.

    Kernels of + - * / without contraction round alike, so float64 is equal to the bit; in float32
    the list kernels may sum in another order.
    """
    judge, ours = outcome_of["numpy", precision], outcome_of["native", precision]
    for test, site in judge.sites.items():
        for driven, expected in site.results.items():
            found = ours.sites[test].results[driven]
            assert found.n_steps == expected.n_steps
            spectra = {
                name: (np.fft.rfft(record.voltage), np.fft.rfft(found.ports[name].voltage))
                for name, record in expected.ports.items()
            }
            largest = max(np.abs(right).max() for right, _ in spectra.values())
            assert largest > 0.0
            for right, here in spectra.values():
                assert np.abs(here - right).max() <= tolerance * largest


def test_verdicts_are_the_same(outcome_of: dict[tuple[str, str], Outcome]) -> None:
    """Outcome, worst case and margin: 1e-4 of a voltage is below 1e-3 dB at the worst frequency."""
    judge = outcome_of["numpy", "float64"].findings
    for outcome in outcome_of.values():
        for test, finding in outcome.findings.items():
            right, here = judge[test].verdict, finding.verdict
            assert here.outcome == right.outcome
            assert here.margin_db == pytest.approx(right.margin_db, abs=1e-3)
            assert here.uncertainty_db == pytest.approx(right.uncertainty_db, abs=1e-3)
            for key in ("frequency", "polarisation"):
                assert here.worst[key] == right.worst[key]


def test_cells_are_found_on_the_backend_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's own backend gets the voxeliser's kernels; none of the host is made for them."""
    loaded = pipeline.load(write_tiny_device(tmp_path, *ONE_RUN_PER_SITE, tenfold=True))
    kernels: list[str] = []
    bind = NumpyBackend.program

    def note(backend: NumpyBackend, stages: Sequence[Stage]) -> NumpyProgram:
        kernels.extend(stage.kernel for stage in stages)
        return bind(backend, stages)

    def refuse() -> Backend:
        raise AssertionError("a backend of the host was asked for")

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(NumpyBackend, "program", note)
    for module in (solids, fractions):
        monkeypatch.setattr(module, "host_backend", refuse)
    monkeypatch.setattr(pipeline, "_refuse_what_does_not_fit", end)  # follows the voxels
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(loaded, tmp_path / "out", backend="numpy")
    assert "winding_votes" in kernels
