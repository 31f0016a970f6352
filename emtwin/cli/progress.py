"""Progress of a run: bars on a terminal, few plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from emtwin.cli import output
from emtwin.units import duration, format_si

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID
    from rich.table import Table

    from emtwin.benches.ladder import LevelPlan
    from emtwin.pipeline import Update

QUIET_SECONDS = 20.0


class Display(Protocol):
    """Something that is told how far a run is, inside a ``with`` block."""

    def __enter__(self) -> Self:
        """Start to show."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and leave the terminal as it was."""

    def __call__(self, update: Update) -> None:
        """Show how far the run is."""


def display(*, quiet: bool) -> Display:
    """Progress that fits where stderr goes.

    Parameters
    ----------
    quiet : bool
        Show nothing.

    Returns
    -------
    Display
        Bars on a terminal, plain lines into a file or pipe.
    """
    if quiet:
        return Silence()
    console = output.stderr()
    return Bars(console) if console.is_terminal else Lines(console)


class Silence:
    """No progress."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def __call__(self, update: Update) -> None:
        """Show nothing."""


class Lines(Silence):
    """A line when a stage begins, and one now and then while it lasts.

    Parameters
    ----------
    console : Console
        Where the lines go.
    clock : callable, optional
        Seconds of a monotonic clock.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._stage = ""
        self._said = -QUIET_SECONDS

    def __call__(self, update: Update) -> None:
        """Print a line if the stage is new or the last line is old, and every remark."""
        if update.note:
            output.line(self._console, _remark(update))
            return
        now = self._clock()
        if update.stage == self._stage and now - self._said < QUIET_SECONDS:
            return
        self._stage, self._said = update.stage, now
        if update.levels:
            self._console.print(levels_table(update.levels))
        else:
            output.line(self._console, ", ".join(filter(None, _words(update))))


class Bars:
    """One bar for each stage.

    Parameters
    ----------
    console : Console
        A terminal.
    """

    def __init__(self, console: Console) -> None:
        self._progress = _progress(console)
        self._tasks: dict[str, TaskID] = {}
        self._current = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish(self._current)
        self._progress.stop()

    def __call__(self, update: Update) -> None:
        """Move the bar of the update's stage; a new stage ends the one before."""
        if update.levels:
            self._progress.console.print(levels_table(update.levels))
            return
        if update.note:
            output.line(self._progress.console, _remark(update))
            return
        if update.stage != self._current:
            self._finish(self._current)
            self._current = update.stage
        task = self._tasks.get(update.stage)
        if task is None:
            task = self._progress.add_task(update.stage, total=None, detail="", left="")
            self._tasks[update.stage] = task
        known = update.fraction is not None
        self._progress.update(
            task,
            total=1.0 if known else None,
            completed=min(update.fraction or 0.0, 1.0),
            detail=update.detail,
            left=remaining(update.seconds_left),
        )

    def _finish(self, stage: str) -> None:
        task = self._tasks.get(stage)
        if task is not None:
            self._progress.update(task, total=1.0, completed=1.0, left="")


def remaining(seconds: float | None) -> str:
    """Time left in words, empty where it is not known."""
    return "" if seconds is None else f"{duration(seconds)} left"


def levels_table(levels: Sequence[LevelPlan]) -> Table:
    """Cells, memory and expected time of every level, test by test in the order of computing.

    Parameters
    ----------
    levels : sequence of LevelPlan
        Levels of all tests.
    """
    rows = [
        (
            level.test.replace("_", " "),
            f"x {level.refinement:.3g}",
            format_si(level.device, "m", 3),
            f"{level.cells:,}",
            format_si(float(level.memory), "B", 3)
            + ("" if level.fits else ", above accuracy.memory"),
            duration(level.seconds),
        )
        for level in levels
    ]
    names = ("Test", "Wanted cells", "Mean cell in device", "Cells", "Memory", "About")
    title = "Levels of refinement, x 1 as declared; in turns until no margin moves"
    return output.table(title, names, rows, right=(1, 2, 3, 4, 5))


def _remark(update: Update) -> str:
    return f"{update.stage}: {update.note}"


def _words(update: Update) -> list[str]:
    share = "" if update.fraction is None else f"{update.fraction:.0%}"
    return [update.stage, share, update.detail, remaining(update.seconds_left)]


def _progress(console: Console) -> Progress:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[left]}", markup=False, style="cyan"),
        TextColumn("{task.fields[detail]}", markup=False, style="dim"),
        console=console,
        refresh_per_second=4,
    )
