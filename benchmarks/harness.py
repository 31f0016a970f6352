"""What every benchmark shares: rows with targets, a table, a JSON file, an exit code."""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from emtwin.backends.native import NativeBackend, NativeUnavailable
from emtwin.results.provenance import machine

REPEATS = 5


@dataclass(frozen=True)
class Row:
    """One measured figure.

    Parameters
    ----------
    case : str
        What was measured.
    value : float or None
        The figure; None where it could not be measured, and `note` says why.
    unit : str
        Its unit.
    target : float or None
        What it should reach; None for a figure that is only reported.
    direction : {"higher", "lower"}
        Which side of the target is good.
    note : str
        Spread, or why there is no value.
    """

    case: str
    value: float | None
    unit: str
    target: float | None = None
    direction: str = "higher"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; a figure without a value misses it, None without a target."""
        if self.target is None:
            return None
        if self.value is None or not np.isfinite(self.value):
            return False
        return (
            self.value >= self.target if self.direction == "higher" else self.value <= self.target
        )


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of repeated figures."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Spread of some figures."""
        return cls(float(np.median(values)), float(min(values)), float(max(values)))

    def __str__(self) -> str:
        return f"{self.low:.3g} to {self.high:.3g}"


def native_or_row(threads: int, unit: str, target: float) -> NativeBackend | Row:
    """The native backend in float32, or the row that says why there is none.

    Parameters
    ----------
    threads : int
        Number of threads.
    unit : str
        Unit of the row.
    target : float
        What the benchmark should have reached; it counts as missed.
    """
    try:
        return NativeBackend("float32", threads)
    except NativeUnavailable as error:
        return Row("native library", None, unit, target, note=str(error))


def seconds_of(*actions: Callable[[], Any], repeats: int = REPEATS) -> list[list[float]]:
    """Wall times of each action, taken in turns so that all see the same machine.

    Parameters
    ----------
    *actions : callable
        What to time; each is called once before, untimed.
    repeats : int
        Number of rounds.

    Returns
    -------
    list of list of float
        Seconds, one list per action.
    """
    times: list[list[float]] = [[] for _ in actions]
    for action in actions:
        action()
    for _ in range(repeats):
        for action, taken in zip(actions, times, strict=True):
            begin = time.perf_counter()
            action()
            taken.append(time.perf_counter() - begin)
    return times


def commit() -> str:
    """Short hash of the checkout, with ``+`` where files differ from it; "unknown" without git."""
    folder = Path(__file__).parent
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()


def document(benchmark: str, backend: str, rows: Sequence[Row], *, quick: bool) -> dict[str, Any]:
    """Everything a reader needs, ready for JSON.

    Parameters
    ----------
    benchmark, backend : str
        Names.
    rows : sequence of Row
        The figures.
    quick : bool
        Whether sizes were shrunk; each row then carries ``quick: true``.
    """
    mark = {"quick": True} if quick else {}
    rows_of = [asdict(row) | {"met": row.met} | mark for row in rows]
    return heading(benchmark, backend) | {"rows": rows_of}


def heading(benchmark: str, backend: str) -> dict[str, Any]:
    """What was run, when, where and from which commit.

    Parameters
    ----------
    benchmark, backend : str
        Names.
    """
    return {
        "benchmark": benchmark,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "backend": backend,
        "commit": commit(),
    }


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, with a line that counts them."""
    lines = ["| case | value | unit | target | met | note |", "|---|---|---|---|---|---|"]
    for row in rows:
        value = "-" if row.value is None else f"{row.value:.4g}"
        sign = "≥" if row.direction == "higher" else "≤"
        target = "" if row.target is None else f"{sign} {row.target:g}"
        met = {None: "", True: "yes", False: "no"}[row.met]
        lines.append(f"| {row.case} | {value} | {row.unit} | {target} | {met} | {row.note} |")
    return "\n".join([*lines, "", f"{len(rows)} rows"])


def finish(
    benchmark: str,
    backend: str,
    rows: Sequence[Row],
    *,
    quick: bool,
    out: Path | None,
    shown: str = "",
) -> int:
    """Print the table, write the file, and return the exit code.

    Parameters
    ----------
    benchmark, backend : str
        Names.
    rows : sequence of Row
        The figures.
    quick : bool
        Whether sizes were shrunk.
    out : Path or None
        File for the JSON.
    shown : str
        Table to print in place of `table`.

    Returns
    -------
    int
        0 if every target is met, else 1.
    """
    if out is not None:
        text = json.dumps(document(benchmark, backend, rows, quick=quick), indent=1)
        out.write_text(text + "\n", encoding="utf-8")
    met = [row.met for row in rows if row.met is not None]
    print(shown or table(rows))
    print(f"{sum(met)} of {len(met)} targets met")
    return 0 if all(met) else 1


def options(
    description: str | None, quick: str = "smaller sizes, the same cases"
) -> argparse.ArgumentParser:
    """Parser with the options that every benchmark has; `quick` says what ``--quick`` does."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--out", type=Path, help="write the rows to this JSON file")
    return parser
