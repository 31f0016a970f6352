"""The benchmark of the receiver: its rows, its table, its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import receiver as benchmark
from benchmarks.harness import Row
from emtwin.compliance.receiver import receiver_at, receivers

BAND_B = receiver_at(1e6)
CHECK = benchmark.Check("B", "quasi_peak", "pulses", 4.0, 1.0, 4.5)


def test_a_check_is_met_within_its_tolerance() -> None:
    assert CHECK.deviation == 0.5
    assert CHECK.row.met
    far = benchmark.Check("B", "quasi_peak", "pulses", 4.0, 1.0, 2.5)
    assert not far.row.met
    assert far.row.value == 1.5
    assert far.row.note == "required 4, ours 2.500"


def test_the_table_has_every_check() -> None:
    shown = benchmark.table([CHECK], [Row("speed", 0.5, "s/s", 5.0, "lower", "a trace")])
    assert "| B | quasi_peak | pulses | 4 dB | 1 | 4.500 | +0.500 | yes |" in shown
    assert "speed 0.50 s/s, a trace" in shown
    assert shown.endswith("2 rows")


def test_band_b_meets_all_of_its_checks() -> None:
    checks = [
        *benchmark.pulse_response(BAND_B),
        *benchmark.calibration(BAND_B),
        *benchmark.modulation(BAND_B),
        *benchmark.amplitudes(BAND_B),
    ]
    assert len(checks) == 6 + 3 + 4 + 4
    assert all(check.row.met for check in checks)


def test_traces_and_paths_of_band_a() -> None:
    """The band with the lowest rate: sines and pulses as traces take a fraction of a second."""
    band_a = receivers()[0]
    checks = [*benchmark.sines(band_a), *benchmark.paths(band_a)]
    assert len(checks) == 12 + 8
    assert all(check.row.met for check in checks)


def test_a_missed_requirement_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = benchmark.Check("B", "peak", "sine", 60.0, 0.01, 61.0)
    monkeypatch.setattr(benchmark, "all_checks", lambda: iter([CHECK, far]))
    monkeypatch.setattr(benchmark, "speed", lambda seconds: iter([]))
    out = tmp_path / "rows.json"
    assert benchmark.main(["--quick", "--out", str(out)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2 targets met"
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["benchmark"] == "receiver"
    assert [row["met"] for row in written["rows"]] == [True, False]
    assert all(row["quick"] for row in written["rows"])


def test_speed_is_measured_in_seconds_per_second() -> None:
    rows = list(benchmark.speed(1.5))
    assert [row.unit for row in rows] == ["s/s"] * 3
    assert all(np.isfinite(row.value) and row.value > 0 for row in rows)
