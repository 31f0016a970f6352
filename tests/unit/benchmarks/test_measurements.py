"""What the benchmarks measure, at sizes that take no time."""

from __future__ import annotations

import re
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
    monkeypatch.setattr(stream.Stream, "rate", lambda _: 75e9)
    monkeypatch.setattr(stream, "last_level_cache", lambda: 1 << 10)
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
    scene = scenes.dispersive(16)
    share = np.mean([(ids == 2).sum() / 16**3 for ids in scene.medium.ids])
    assert 0.2 < share < 0.3
    assert len(scene.samples) == 3
    assert scene.frequencies.size == 21


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
    assert printed.count("backend cuda does not work here") == len(gpu.cases())
    targets = [case.target for case in gpu.cases() if case.target is not None]
    assert f"0 of {len(targets)} targets met" in printed


def test_gpu_script_names_the_failed_parts_and_goes_on(tmp_path: Path, repository: Path) -> None:
    """With a Python that always fails, and no profiler, the script still reaches its last part."""
    script = repository / "benchmarks" / "gpu.sh"
    done = subprocess.run(
        ["bash", str(script), str(tmp_path)],
        env={"PATH": "/usr/bin:/bin", "PYTHON": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    for part in ("tests", "benchmark", "large", "physics"):
        assert f"{part} (exit 1" in done.stdout
    assert "ncu is not on this machine: no profile" in done.stdout


def test_gpu_script_ends_within_nine_minutes(repository: Path) -> None:
    """Every part is ended when its seconds are up; they add up to less than 540."""
    text = (repository / "benchmarks" / "gpu.sh").read_text(encoding="utf-8")
    limits = [int(seconds) for seconds in re.findall(r"^ *part \w+ (\d+) ", text, re.MULTILINE)]
    assert len(limits) == 7
    assert sum(limits) < 540
