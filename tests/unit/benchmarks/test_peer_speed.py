"""The cube for speed beside other codes: scene, likeness of traces, rows."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import harness, peer_speed, peers
from benchmarks.harness import Row
from benchmarks.probes import Reading
from emtwin.backends.native import NativeUnavailable
from emtwin.constants import C0
from emtwin.solver import schedule


def test_source_lies_in_the_block_and_probe_between_block_and_absorber() -> None:
    for scene in (*peer_speed.cubes(quick=True), *peer_speed.cubes(quick=False)):
        n = scene.grid.shape[0]
        assert scene.block is not None
        (lo, *_), (hi, *_) = scene.block
        assert hi - lo == pytest.approx(n // 3 * peer_speed.CELL)
        assert lo < scene.grid.x[scene.currents[0].node.i] < hi
        [probe] = scene.probes
        assert hi < scene.grid.x[probe.start.i] < scene.grid.x[n - peer_speed.DEPTH]


def test_correlation_ignores_scale_and_sampling_but_not_sign_or_delay() -> None:
    def wave(t: np.ndarray) -> np.ndarray:
        return np.exp(-((t - 0.4) ** 2) / 0.01)

    own, other = np.linspace(0, 1, 101), np.linspace(-0.005, 1.2, 400)
    ours = Reading(own, wave(own))
    assert peer_speed.correlation(ours, Reading(other, 7 * wave(other))) > 0.9999
    assert peer_speed.correlation(ours, Reading(other, -wave(other))) < -0.9999
    assert peer_speed.correlation(ours, Reading(other, wave(other - 0.1))) < 0.9


def test_ratio_is_the_median_of_pairs_and_not_of_medians() -> None:
    [scene] = peer_speed.cubes(quick=True)
    row = peer_speed.ratio_row(scene, "openEMS", [1.0, 2.0, 4.0], [6.0, 20.0, 12.0], "given")
    assert (row.value, row.target, row.met) == (6.0, 6.0, True)
    assert row.note == "median of 3 pairs: 3 to 10; 12 s and 2 s; given"


def test_steps_are_those_of_a_run_and_the_wave_passes_the_probe() -> None:
    """A run ends with a batch of steps; STEPS is one. The whole pulse, seen through the block and
    then from its face, has passed the probe before.
    """
    small = peer_speed.cube(24).simulation()  # the same cells, so the same time step
    every = schedule.sampling_interval(small)
    for scene in (*peer_speed.cubes(quick=True), *peer_speed.cubes(quick=False)):
        assert scene.steps == schedule.lines_per_batch(every) * every
        [source], [probe] = scene.currents, scene.probes
        n = scene.grid.shape[0]
        inside, whole = n // 3 / 2, probe.start.i - source.node.i
        optical = peer_speed.CELL * (whole - inside + inside * scene.permittivity**0.5)
        assert scene.pulse.duration + optical / C0 < scene.steps * small.dt


def test_every_code_with_a_target_has_a_runner() -> None:
    assert peers.RUNNERS.keys() == peer_speed.TARGETS.keys()


def test_no_native_library_is_a_row_that_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*arguments: object) -> None:
        raise NativeUnavailable("no library here")

    monkeypatch.setattr(harness, "NativeBackend", unavailable)
    row = harness.native_or_row(2, "times", 6.0)
    assert row == Row("native library", None, "times", 6.0, note="no library here")
