"""The GPU benchmark on the emulator: every case runs, at sizes that take no time.

Its figures say nothing of a GPU and are not looked at, but that they are there.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import gpu, gpu_passes, gpu_scenes, scenes, voxel
from emtwin.backends.cuda import CudaBackend
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation
from tests.kernels.emulator import EmulatedCupy


def box_with_interior() -> Simulation:
    """A few cells between thin absorbers, enough for passes; a dipole."""
    grid = Grid.uniform((18, 18, 36), 1e-3)
    dipole = CurrentElement("e_z", Node(9, 9, 18))
    thin = Absorber(((3, 3),) * 3)
    return Simulation(grid, Medium.vacuum(grid), Pulse(20e9), thin, currents=(dipole,))


@pytest.fixture
def tiny(emulated: EmulatedCupy, monkeypatch: pytest.MonkeyPatch) -> CudaBackend:
    """A cuda backend that computes, and cases of a few cells and steps."""
    monkeypatch.setattr(gpu, "_CELL_STEPS", 1e4)
    monkeypatch.setattr(gpu, "REPEATS", 1)
    monkeypatch.setattr(gpu, "_QUEUED", 36)
    monkeypatch.setattr(gpu, "_RUN_STEPS", 64)
    box, quarter = box_with_interior(), scenes.dispersive(24)
    monkeypatch.setattr(scenes, "cube", lambda n: box)
    monkeypatch.setattr(gpu_passes, "_CELL_STEPS", 1e4)
    monkeypatch.setattr(scenes, "dispersive", lambda n: quarter)
    for name, value in {"_COPIED": 1024, "_CELL_STEPS": 1e4, "_LINES": 2}.items():
        monkeypatch.setattr(gpu_scenes, name, value)
    monkeypatch.setattr(voxel, "LARGE", (2000, 24))
    monkeypatch.setattr(voxel, "SIZES", ((2000, 16),))
    monkeypatch.setattr(scenes, "device", lambda accuracy: scenes.crowded())
    for module in (gpu, gpu_passes, gpu_scenes):
        monkeypatch.setattr(
            module, "seconds_of", lambda action: [[1e-3]] if action() is None else []
        )
    gpu_scenes.cube.cache_clear()
    return CudaBackend()


def test_every_case_gives_a_figure(tiny: CudaBackend) -> None:
    """No row is without a value, each case has a name of its own, and cuda equals native."""
    wanted = gpu.cases(shrink=1)
    assert len({case.name for case in wanted}) == len(wanted)
    rows = gpu.measured(wanted, tiny, seconds=1e9)
    assert [row.note for row in rows if row.value is None] == []
    assert all(np.isfinite(row.value) for row in rows if row.value is not None)
    equal = [row for row in rows if row.target == 0.0]
    assert [row.case for row in equal] == [
        "cuda and native, every element",
        "2 k triangles, 16^3 cells: cuda and native",
        "e and h in one pass and split, 128^3",
        "two steps per pass and split, 128^3",
    ]
    assert all(row.met for row in equal)


def test_late_and_failing_cases_have_rows(tiny: CudaBackend) -> None:
    """A case that fails does not stop the others; one whose turn comes too late says so."""

    def fail(_: CudaBackend) -> gpu.Figure:
        raise MemoryError("out of memory")

    failing = gpu.Case("large", "Gcells/s", fail, 40.0)
    [row] = gpu.measured([failing], tiny, seconds=1e9)
    assert (row.value, row.note, row.met) == (None, "MemoryError: out of memory", False)
    [row] = gpu.measured([failing], tiny, seconds=-1.0)
    assert row.note == "not begun: -1 s were up"


def test_the_profile_runs_the_form_of_large_grids(
    tiny: CudaBackend, emulated: EmulatedCupy
) -> None:
    """Three steps, launch by launch: two sweeps in interior and shell, and the dipole. Then four
    passes: gpu.sh looks at the sweeps of the last step, 14 launches, and at these.
    """
    assert gpu.main(["--profile"]) == 0
    assert emulated.stream.n_launched == 3 * (2 * 7 + 1) + 4
    assert emulated.stream.n_graphs == 0


def test_a_quarter_of_the_dispersive_scene_is_dispersive() -> None:
    """Of the cells, within what an edge of a block of whole cells can miss; three planes."""
    scene = scenes.dispersive(32)
    share = np.mean(scene.medium.ids[2] == 2)
    assert share == pytest.approx(0.25, abs=0.04)
    assert len(scene.samples) == 3
    assert scene.frequencies.size == 21
