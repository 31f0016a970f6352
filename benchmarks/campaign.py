"""Where the time and the memory of a whole ``emtwin run`` go: the example device, stage by stage.

Run as ``python -m benchmarks.campaign [--quick] [--out FILE]``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Row, Spread, finish, options, seconds_of
from emtwin import pipeline, resources

LOOP = "time steps"
"""Stage that may take all the time it needs."""

SHARE = 0.15
"""Largest share of the wall time of any other stage."""

IMPORT_SECONDS, HELP_SECONDS = 0.1, 0.5
_OUTSIDE = "start, twin file, tables"
_EXIT_CODES = (0, 1, 4)  # a verdict that fails is no failed run
_TWIN = Path("infusion_pump") / "twin.yaml"


@dataclass(frozen=True)
class Measured:
    """What one run of the command took.

    Parameters
    ----------
    seconds : float
        Wall time of the process.
    timing : mapping of str to float
        Its own account by stage, seconds.
    peak_bytes : int
        Largest resident memory.
    backend : str
        What it ran on.
    """

    seconds: float
    timing: Mapping[str, float]
    peak_bytes: int
    backend: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; by default the process's own.

    Returns
    -------
    int
        Exit code.
    """
    chosen = options(__doc__, quick="accuracy draft in place of normal").parse_args(arguments)
    accuracy = "draft" if chosen.quick else "normal"
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        found = measure(resources.examples_dir() / _TWIN, accuracy, Path(folder))
    note = f"accuracy {accuracy}; load average {load_before:.1f} before, {os.getloadavg()[0]:.1f}"
    rows = [
        *stage_rows(found, f"{note} after"),
        memory_row(found, told_bytes(accuracy)),
        *start_rows(),
    ]
    return finish("campaign", found.backend, rows, quick=chosen.quick, out=chosen.out)


def measure(twin: Path, accuracy: str, folder: Path) -> Measured:
    """Run ``emtwin run`` in a process of its own.

    Parameters
    ----------
    twin : Path
        Twin file.
    accuracy : str
        Preset.
    folder : Path
        Where it may write.

    Raises
    ------
    RuntimeError
        If the run failed; with what it said.
    """
    words = ("run", str(twin), "--accuracy", accuracy, "--out", str(folder / "out"), "--json")
    answer, trouble = folder / "answer.json", folder / "stderr.txt"
    begin = time.perf_counter()
    with answer.open("wb") as out, trouble.open("wb") as err:
        command = [sys.executable, "-m", "emtwin", *words]
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _EXIT_CODES:
        said = trouble.read_text() + answer.read_text()
        raise RuntimeError(f"emtwin {' '.join(words)} failed: {said[-2000:]}")
    document = json.loads(answer.read_text(encoding="utf-8"))
    scale = 1 if sys.platform == "darwin" else 1024
    return Measured(seconds, document["timing"], usage.ru_maxrss * scale, document["backend"])


def stage_rows(found: Measured, note: str) -> list[Row]:
    """Seconds and share of every stage, the longest first; all but the loop have a target.

    Parameters
    ----------
    found : Measured
        The run.
    note : str
        Conditions, for the first row.
    """
    timing = dict(found.timing)
    timing[_OUTSIDE] = found.seconds - sum(timing.values())
    rows = [Row("whole run", found.seconds, "s", note=note)]
    for stage, seconds in sorted(timing.items(), key=lambda item: -item[1]):
        share = seconds / found.seconds
        target = None if stage == LOOP else SHARE
        rows.append(Row(stage, share, "of wall time", target, "lower", f"{seconds:.3g} s"))
    return rows


def told_bytes(accuracy: str) -> int:
    """Memory that ``emtwin check`` tells before the run: the largest of its sites."""
    plan = pipeline.check(pipeline.load(resources.examples_dir() / _TWIN, accuracy))
    return max(site.memory_bytes for site in plan.sites)


def memory_row(found: Measured, told: int) -> Row:
    """Peak of the resident memory against what was told before: never much above it."""
    note = f"{found.peak_bytes / 2**20:.0f} MiB resident at the peak, {told / 2**20:.0f} MiB told"
    return Row("peak memory", found.peak_bytes / told, "of estimate", 1.05, "lower", note)


def start_rows() -> list[Row]:
    """What a command costs before it does anything."""
    commands = {
        "import emtwin": (["-c", "import emtwin"], IMPORT_SECONDS),
        "emtwin --help": (["-m", "emtwin", "--help"], HELP_SECONDS),
    }
    rows = []
    for case, (words, target) in commands.items():
        [taken] = seconds_of(lambda words=words: _call(words))  # type: ignore[misc]
        spread = Spread.of(taken)
        rows.append(Row(case, spread.median, "s", target, "lower", f"median of 5: {spread}"))
    return rows


def _call(words: Sequence[str]) -> None:
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
