"""Wall time by stage."""

from __future__ import annotations

import pytest

from emtwin import clock
from emtwin.clock import Clock


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Readings that the clock gives, one after the other."""
    readings: list[float] = []
    monkeypatch.setattr(clock.time, "perf_counter", lambda: readings.pop(0))
    return readings


def test_a_stage_adds_up_over_its_uses(seconds: list[float]) -> None:
    seconds += [1.0, 3.0, 10.0, 10.5, 20.0, 24.0]
    watch = Clock()
    for name in ("mesh", "files", "mesh"):
        with watch.stage(name):
            pass
    assert watch.seconds == {"mesh": 6.0, "files": 0.5}


def test_a_stage_that_fails_counts(seconds: list[float]) -> None:
    seconds += [1.0, 4.0]
    watch = Clock()
    with pytest.raises(ValueError, match="no"), watch.stage("mesh"):
        raise ValueError("no")
    assert watch.seconds == {"mesh": 3.0}


def test_a_part_with_a_clock_of_its_own_is_taken_over() -> None:
    watch = Clock({"mesh": 1.0})
    watch.add({"mesh": 2.0, "loop": 5.0})
    assert watch.seconds == {"mesh": 3.0, "loop": 5.0}
