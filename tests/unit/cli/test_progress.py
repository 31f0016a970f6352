"""Progress on a terminal and in a log."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from emtwin.benches.ladder import LevelPlan
from emtwin.cli.progress import Bars, Lines, Silence, display, remaining
from emtwin.units import duration
from tests.unit.cli.conftest import Update


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (3.21, "3.2 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (200.0, "3 min 20 s"),
        (1500.0, "25 min"),
        (3599.0, "59 min"),
        (3600.0, "1 h"),
        (3900.0, "1 h 5 min"),
    ],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_unknown_time_left_is_not_guessed() -> None:
    assert remaining(None) == ""
    assert remaining(12.0) == "12 s left"


def test_lines_are_sparse() -> None:
    now, text = [0.0], io.StringIO()
    with Lines(Console(file=text, width=40), clock=lambda: now[0]) as lines:
        for second in range(50):
            now[0] = float(second)
            lines(Update("solving", second / 50, f"energy {-second} dB", 50.0 - second))
        lines(Update("files and pictures in a [folder] with a rather long name"))
    assert text.getvalue().splitlines() == [
        "solving, 0%, energy 0 dB, 50 s left",
        "solving, 40%, energy -20 dB, 30 s left",
        "solving, 80%, energy -40 dB, 10 s left",
        "files and pictures in a [folder] with a rather long name",
    ]


LEVELS = (
    LevelPlan("radiated_immunity", 1.0, 4.47e-3, 12e-3, 830_676, 2 * 2**30, 1e10, 72.0),
    LevelPlan("radiated_immunity", 0.7, 3.1e-3, 9e-3, 2_400_000, 5 * 2**30, 4e10, 400.0, False),
)


@pytest.mark.parametrize("terminal", [False, True])
def test_levels_of_refinement_are_told_before_the_first(terminal: bool) -> None:
    text = io.StringIO()
    console = Console(file=text, width=120, force_terminal=terminal, color_system=None)
    with Bars(console) if terminal else Lines(console) as shown:
        shown(Update("geometry"))
        shown(Update("levels of refinement", levels=LEVELS))
        shown(Update("free space, input driven"))
    printed = text.getvalue()
    for part in ("radiated immunity", "x 0.7", "4.47 mm", "830,676", "2 GiB", "1 min 12 s"):
        assert part in printed
    assert printed.count("5 GiB, above accuracy.memory") == 1
    assert "free space, input driven" in printed


def _terminal() -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, width=120, force_terminal=True, color_system=None), text


def test_bars_show_stage_detail_and_time_left() -> None:
    console, text = _terminal()
    with Bars(console) as bars:
        bars(Update("voxels"))
        bars(Update("emission: [clock] driven", 0.25, "energy -23.1 dB", 90.0))
        bars._progress.refresh()
    shown = text.getvalue()
    for part in ("emission: [clock] driven", "25%", "energy -23.1 dB", "1 min 30 s left"):
        assert part in shown
    assert "100%  energy -23.1 dB" in shown.rsplit("\r", 1)[-1]


def test_a_remark_is_a_line_of_its_own_and_leaves_the_bars_alone() -> None:
    """As long as it is, and however soon after another one."""
    remarks = ["begins anew, because " + "this part differs, " * 3, "going on"]
    console, text = _terminal()
    with Bars(console) as bars:
        bars(Update("voxels"))
        for remark in remarks:
            bars(Update("kept runs", note=remark))
        assert [task.description for task in bars._progress.tasks] == ["voxels"]
    log = io.StringIO()
    lines = Lines(Console(file=log, width=120))
    for remark in remarks:
        lines(Update("kept runs", note=remark))
        assert f"kept runs: {remark}" in text.getvalue()
    assert log.getvalue().splitlines() == [f"kept runs: {remark}" for remark in remarks]


def test_a_stage_ends_when_the_next_begins() -> None:
    console, _ = _terminal()
    with Bars(console) as bars:
        bars(Update("first", 0.4))
        bars(Update("second", 1.5))
        first, second = bars._progress.tasks
        assert (first.completed, first.total) == (1.0, 1.0)
        assert second.completed == 1.0


def test_a_failure_leaves_the_bar_where_it_was() -> None:
    console, _ = _terminal()
    bars = Bars(console)

    def failing() -> None:
        with bars:
            bars(Update("first", 0.4))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert bars._progress.tasks[0].completed == 0.4


def test_quiet_is_silent_and_a_pipe_gets_lines() -> None:
    assert type(display(quiet=True)) is Silence
    assert type(display(quiet=False)) is Lines
