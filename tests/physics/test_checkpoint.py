"""A run that is killed and resumed gives what it would have given, to the bit."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.errors import InputError
from emtwin.solver import Absorber, Pulse, StopRule, run
from emtwin.solver.checkpoint import identity_of
from tests.machines import quick_backend
from tests.physics.interrupted import done, flat, scene

REPOSITORY = Path(__file__).parents[2]


class Child:
    """The run in a process of its own, which may wait at some place; see `interrupted`."""

    def __init__(self, machine: Backend, folder: Path, batch: int = 0, share: float = 0.0) -> None:
        place = [machine.name, machine.real.name, str(folder), str(batch), str(share)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.physics.interrupted", *place],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._said = self._process.stdout
        self.first = self._said.readline().strip()
        """Steps done after its first batch; nothing if none was left."""

    def kill(self) -> None:
        """SIGKILL, now."""
        self._process.kill()
        with self._process:
            self._said.read()

    def kill_where_it_waits(self) -> None:
        """SIGKILL at its place."""
        while (said := self._said.readline().strip()) != "waiting":
            assert said, "the process ended before it came to its place"
        self.kill()

    def end(self) -> None:
        """Let it come to its end."""
        with self._process:
            self._said.read()
        assert self._process.returncode == 0


def interrupted(machine: Backend, folder: Path, places: Sequence[tuple[int, float]]) -> None:
    """Kill at each place in turn, each process going on from where the last one's file was.

    A place is a batch of the process and the share of the checkpoint after it that is written.
    """
    kept, batch = 0, None
    for n, share in places:
        child = Child(machine, folder, n, share)
        batch = batch or int(child.first)
        assert int(child.first) == (kept + 1) * batch
        child.kill_where_it_waits()
        assert (folder / "run.npz.part").exists() == (share > 0)
        kept += n - 1


def at_any_moment(machine: Backend, folder: Path, kills: int, longest: float) -> None:
    """Kill within `longest` seconds, wherever the process is then; on a fast machine at its end."""
    rng = np.random.default_rng(2)
    for wait in rng.uniform(0, longest, kills):
        child = Child(machine, folder)
        time.sleep(wait)
        child.kill()


def the_same(folder: Path, machine: Backend) -> None:
    """The result in a folder and that of a run in this process, which nothing interrupted."""
    expected = flat(done(machine))
    with np.load(folder / "result.npz") as found:
        assert set(found.files) == set(expected)
        for name, values in expected.items():
            assert found[name].dtype == values.dtype
            assert found[name].tobytes() == np.ascontiguousarray(values).tobytes(), name
    assert all(np.abs(values).max() > 0 for values in expected.values())


def test_killed_and_resumed_to_the_bit(machine: Backend, tmp_path: Path) -> None:
    """SIGKILL between two writings and in the midst of one; the result's arrays are the same.

    The run is deterministic and its checkpoint holds all that a step changes, so the tolerance is
    no bit at all.
    """
    interrupted(machine, tmp_path, [(3, 0.0), (1, 0.5)])
    Child(machine, tmp_path).end()
    the_same(tmp_path, machine)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "precision", "longest"),
    [("native", "float32", 0.4), ("native", "float64", 0.4), ("numpy", "float32", 2.0)],
)
def test_killed_many_times(name: str, precision: str, longest: float, tmp_path: Path) -> None:
    """Before the first checkpoint, in the midst of several, and at moments that nobody chose."""
    machine = quick_backend(name, precision)
    places = [(1, 0.0), (1, 0.3), (2, 0.0), (2, 0.01), (1, 0.99), (3, 0.0)]
    interrupted(machine, tmp_path, places)
    at_any_moment(machine, tmp_path, 4, longest)
    Child(machine, tmp_path).end()
    the_same(tmp_path, machine)


def test_a_budget_can_be_raised(machine: Backend, tmp_path: Path) -> None:
    """A run that ended by its budget keeps its checkpoint, and goes on from it under another.

    What its stages had taken until then counts too.
    """
    file, simulation = tmp_path / "run.npz", scene()
    first = run(simulation, machine, StopRule(-300, -300, 1000), checkpoint=file)
    longer = run(simulation, machine, StopRule(-300, -300, 2000), resume=file)
    whole = run(simulation, machine, StopRule(-300, -300, 2000))
    for name, values in flat(whole).items():
        np.testing.assert_array_equal(flat(longer)[name], values)
    assert longer.n_steps == whole.n_steps
    assert longer.timing["set-up"] > first.timing["set-up"]
    assert file.exists()


def test_the_checkpoint_of_a_finished_run_is_deleted(machine: Backend, tmp_path: Path) -> None:
    """A run that decayed needs none; a torn file beside it does no harm."""
    file = tmp_path / "run.npz"
    (tmp_path / "run.npz.part").write_bytes(b"torn")
    result = run(scene(), machine, StopRule(-10, -10), checkpoint=file, every_seconds=0.0)
    assert result.finished_by == "decay"
    assert not list(tmp_path.iterdir())


def test_the_checkpoint_of_another_run_is_refused(machine: Backend, tmp_path: Path) -> None:
    """What differs is named: pulse, courant with both values and so the time step, precision."""
    file = tmp_path / "run.npz"
    run(scene(), machine, StopRule(-300, -300, 500), checkpoint=file)
    other = scene(pulse=Pulse(4e9), courant=0.9)
    with pytest.raises(InputError, match="belongs to another run") as caught:
        run(other, machine, checkpoint=file)
    message = str(caught.value)
    assert "courant differs (0.99 there, 0.9 here)" in message
    assert "pulse differs (Pulse(f_max=5000000000.0" in message
    assert "time step differs" in message
    assert "grid" not in message
    with pytest.raises(InputError, match="precision differs"):
        run(scene(), quick_backend("native", "float64"), resume=file)


def test_a_damaged_checkpoint_is_refused(machine: Backend, tmp_path: Path) -> None:
    """One bit of it, or its end: the file is named, and what to do."""
    file = tmp_path / "run.npz"
    run(scene(), machine, StopRule(-300, -300, 500), checkpoint=file)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    for damaged in (bytes(content), bytes(content[: len(content) // 2]), b""):
        file.write_bytes(damaged)
        with pytest.raises(InputError, match="cannot be read") as caught:
            run(scene(), machine, checkpoint=file)
        assert "begins anew" in str(caught.value)
    with pytest.raises(InputError, match="no such checkpoint"):
        run(scene(), machine, resume=tmp_path / "none.npz")
    with pytest.raises(InputError, match="folder of the checkpoint does not exist"):
        run(scene(), machine, checkpoint=tmp_path / "none" / "run.npz")


def test_identity_follows_every_part(machine: Backend) -> None:
    """One edge of another material, one cell of the absorber: another run; a copy is the same."""
    first = identity_of(scene(), machine)
    assert identity_of(replace(scene()), machine) == first
    ids = scene().medium.ids_x.copy()
    ids[3, 3, 3] = 1 + ids[3, 3, 3] % 2
    changed = {
        "medium": scene(medium=replace(scene().medium, ids_x=ids)),
        "absorber": scene(absorber=Absorber(((6, 5), (4, 7), (6, 5)))),
        "elements": scene(elements=()),
    }
    for name, simulation in changed.items():
        other = identity_of(simulation, machine)
        assert [key for key in first if first[key] != other[key]] == [name]
