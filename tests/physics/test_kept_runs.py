"""A finished run comes back from the disk as it was, and only to the call that it belongs to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emtwin import kept_runs
from emtwin.backends import Backend
from emtwin.clock import Clock
from emtwin.kept_runs import KeptRuns
from emtwin.solver import Progress, Pulse, RunResult, StopRule, run
from tests.physics.interrupted import flat, scene

STOP = StopRule(-300, -300, 500)


def silent(_: Progress) -> None:
    """Report to nobody."""


@pytest.fixture
def kept(tmp_path: Path) -> KeptRuns:
    return KeptRuns(tmp_path / "kept", {}, Clock(), pytest.fail)


def refuse(*_: object, **__: object) -> RunResult:
    raise AssertionError("it is run again")


def test_a_finished_run_comes_back_to_the_bit(
    machine: Backend, kept: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Traces, ports, spectra, currents and all else of a crowded scene, equal to those of `run`.

    Nothing is computed between writing and reading, so the tolerance is no bit at all.
    """
    expected, first = run(scene(), machine, STOP), kept(scene(), machine, STOP, silent)
    monkeypatch.setattr(kept_runs, "run", refuse)
    again = kept(scene(), machine, STOP, silent)
    for found in (first, again):
        assert set(flat(found)) == set(flat(expected))
        for name, values in flat(expected).items():
            assert flat(found)[name].dtype == values.dtype
            assert flat(found)[name].tobytes() == np.ascontiguousarray(values).tobytes(), name
            assert flat(found)[name].flags.c_contiguous
        assert found.notices == expected.notices
        assert found.support == expected.support
        assert found.finished_by == "step budget"
        assert set(found.samples) == set(expected.samples)
        assert set(found.times) == set(expected.times)
        for port, record in expected.ports.items():
            np.testing.assert_array_equal(found.ports[port].emf, record.emf)
            np.testing.assert_array_equal(found.ports[port].current, record.current)
            assert found.ports[port].resistance == record.resistance
    assert [notice.name for notice in again.notices] == [n.name for n in expected.notices] != []
    assert (again.timing, again.seconds) == (first.timing, first.seconds)


def test_another_run_is_not_found(
    machine: Backend, kept: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another pulse, or another end."""
    kept(scene(), machine, STOP, silent)
    monkeypatch.setattr(kept_runs, "run", refuse)
    for simulation, stop in ((scene(pulse=Pulse(4e9)), STOP), (scene(), StopRule(-300, -300, 600))):
        with pytest.raises(AssertionError, match="run again"):
            kept(simulation, machine, stop, silent)


def test_nothing_stays(machine: Backend, kept: KeptRuns, tmp_path: Path) -> None:
    """Not after `clear`, nor of a first run that ended before there was a checkpoint."""

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept(scene(), machine, STOP, interrupt)
    assert list(tmp_path.iterdir()) == []
    kept(scene(), machine, STOP, silent)
    names = {path.suffix for path in (tmp_path / "kept").iterdir()}
    assert names == {".json", ".npz"}
    assert len(list((tmp_path / "kept").iterdir())) == 2
    kept.clear()
    assert list(tmp_path.iterdir()) == []
