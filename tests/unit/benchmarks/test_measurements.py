"""What the benchmarks measure, at sizes that take no time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks import gpu, scenes, stream, throughput
from emtwin.backends import select_backend
from emtwin.backends.native import NativeBackend, NativeUnavailable
from emtwin.errors import InputError


@pytest.fixture
def native() -> NativeBackend:
    try:
        return NativeBackend("float32", 1)
    except NativeUnavailable as error:
        pytest.skip(str(error))


def test_a_scene_reports_speed_memory_and_share(
    native: NativeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least six float32 fields and three ids of two bytes per cell; every schedule judged."""
    monkeypatch.setattr(throughput, "bandwidth", lambda threads: 75e9)
    monkeypatch.setattr(throughput, "steps_for", lambda cells: 4)
    memory, *speeds = throughput.scene_rows("cube", scenes.cube(24), throughput.TARGETS)
    assert memory.value is not None
    assert memory.value >= 30
    assert len(speeds) == 2 * len(throughput.FORMS)
    for speed, share in zip(speeds[::2], speeds[1::2], strict=True):
        assert speed.value is not None
        assert speed.value > 0
        # 75 GB/s over 75 bytes: 1000 Mcells/s
        assert share.value == pytest.approx(speed.value / 1000)
    assert [share.target for share in speeds[1::2]] == [0.85, 1.25, 1.6]


def test_scenes_hold_what_their_names_say() -> None:
    """A quarter of the edges dispersive; 21 frequencies on three planes."""
    quarter = scenes.cube_quarter_dispersive(16).medium
    share = np.mean([(ids == 2).sum() / 16**3 for ids in quarter.ids])
    assert 0.2 < share < 0.3
    planes = scenes.cube_with_planes(16).samples
    assert [p.frequencies.size for p in planes if p.frequencies is not None] == [21, 21, 21]


def test_stream_counts_a_read_and_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two elements of float32 in one second: 16 bytes per second."""
    clock = iter(range(100))
    monkeypatch.setattr("benchmarks.stream.time.perf_counter", lambda: next(clock))
    assert stream.bandwidth(1, size=8) == 16.0


def test_cache_sizes_are_read_with_their_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index, text in enumerate(("32K", "1024K", "36M")):
        (tmp_path / f"index{index}").mkdir()
        (tmp_path / f"index{index}" / "size").write_text(text + "\n")
    monkeypatch.setattr(stream, "_CACHES", tmp_path)
    assert stream.last_level_cache() == 36 * 2**20


def test_crowded_scene_holds_every_element_and_every_element_acts(native: NativeBackend) -> None:
    """Its stages name each kernel of a time step, and native and numpy agree on it."""
    simulation = scenes.crowded()
    program, fields, stages = scenes.field_program(simulation, native)
    kernels = {stage.kernel for stage in stages}
    assert kernels == {
        *("yee_h", "yee_e", "impress", "held_edge", "wire_current", "wire_charge", "wire_deposit")
    }
    program.run(0, 60)
    assert np.abs(native.download(fields)).max() > 0
    assert gpu.difference(select_backend("numpy"), native, 60) <= gpu.EQUALITY


def test_without_a_gpu_every_target_is_missed_and_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(name: str) -> None:
        raise InputError.single(f"backend {name} does not work here")

    monkeypatch.setattr(gpu, "select_backend", refuse)
    assert gpu.main([]) == 1
    printed = capsys.readouterr().out
    assert "backend cuda does not work here" in printed
    assert "0 of 5 targets met" in printed


def test_gpu_rows_are_measured_the_same_way_on_any_backend(
    native: NativeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "_CELL_STEPS", 1e4)
    row = gpu.speed_row(16, native, 1e9)
    assert row.value is not None
    assert row.value > 0
    assert row.met is False


def test_a_row_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("out of memory")

    monkeypatch.setattr(gpu, "speed_row", fail)
    row = gpu._guarded(512, select_backend("numpy"), False)
    assert row.value is None
    assert row.note == "MemoryError: out of memory"
    assert row.target == 40.0


def test_gpu_script_names_the_failed_parts_and_goes_on(tmp_path: Path, repository: Path) -> None:
    """With a Python that always fails, the script still reaches its last part."""
    script = repository / "benchmarks" / "gpu.sh"
    done = subprocess.run(
        ["bash", str(script), str(tmp_path)],
        env={"PATH": "/usr/bin:/bin", "PYTHON": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "failed: tests (exit 1" in done.stdout
    assert "failed: benchmark (exit 1" in done.stdout
