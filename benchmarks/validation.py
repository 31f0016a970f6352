"""Every number that the solver is held to, computed afresh: a table and `docs/validation.md`.

Run as ``python -m benchmarks.validation [--quick] [--out FILE] [--page FILE]``. It runs the tests
that use the fixture `validated`, the slow ones included, and collects their cases; the exit code is
1 if a case is outside its tolerance, a test fails, two cases share a name, or there is none.
``--quick`` runs the tests marked `quick` and writes no page unless one is named.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.harness import heading, options
from benchmarks.validation_page import Outcome, case_table, grouped, missed_aims, page, summary
from emtwin.backends.native import NativeBackend, NativeUnavailable, instruction_set
from tests.validation import Case

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("tests/physics", "tests/convergence", "tests/properties", "tests/unit")
PAGE = ROOT / "docs" / "validation.md"
WORKERS = 2


class CasesError(Exception):
    """The cases of a run cannot make a table."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests, print the table, write the files.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; by default the process's own.

    Returns
    -------
    int
        Exit code.
    """
    parser = options(__doc__, quick="only the tests marked quick, and no page")
    parser.add_argument("--page", type=Path, help=f"the page (default {PAGE.relative_to(ROOT)})")
    chosen = parser.parse_args(arguments)
    head = heading("validation", backend_name())  # the commit that the run began from
    with tempfile.TemporaryDirectory() as folder:
        run_tests(Path(folder), quick=chosen.quick)
        try:
            cases, outcome = collected(Path(folder)), outcome_of(Path(folder) / "junit.xml")
        except CasesError as error:
            print(error, file=sys.stderr)
            return 1
    where = chosen.page or (None if chosen.quick else PAGE)
    if where is not None:
        where.write_text(page(cases, outcome, head), encoding="utf-8")
    if chosen.out is not None:
        written = json.dumps(document(cases, outcome, head, quick=chosen.quick), indent=1)
        chosen.out.write_text(written + "\n", encoding="utf-8")
    return finish(cases, outcome)


def backend_name() -> str:
    """What the tests run on: `native`, or NumPy where the library was not built."""
    try:
        NativeBackend("float64", 1)
    except NativeUnavailable:
        return "numpy"
    return f"native, {instruction_set()}, {WORKERS} processes of one thread"


def run_tests(folder: Path, *, quick: bool) -> None:
    """Run pytest; it leaves files of cases and its report in `folder`.

    Parameters
    ----------
    folder : Path
        An empty folder.
    quick : bool
        Only the tests marked quick.
    """
    tier = "quick and not gpu" if quick else "not gpu"
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(WORKERS), "-m", tier]
    files = [
        "--validation-out",
        str(folder / "cases.json"),
        "--junitxml",
        str(folder / "junit.xml"),
    ]
    subprocess.run([*command, *files, *FOLDERS], cwd=ROOT, check=False)  # the report tells failures


def collected(folder: Path) -> list[Case]:
    """The cases of all workers.

    Parameters
    ----------
    folder : Path
        Where ``cases.json`` and the workers' ``cases.gw0.json`` lie.

    Returns
    -------
    list of Case
        In the order of the files.

    Raises
    ------
    CasesError
        If there is no case, or two have one name.
    """
    cases: list[Case] = []
    for file in sorted(folder.glob("cases*.json")):
        for entry in json.loads(file.read_text(encoding="utf-8")):
            entry.pop("inside")  # it follows from the rest
            cases.append(Case(**entry))
    if not cases:
        raise CasesError("no validated case was found")
    tests: dict[str, list[str]] = {}
    for case in cases:
        tests.setdefault(case.case, []).append(case.test)
    twice = [f"  {name}: {', '.join(of)}" for name, of in tests.items() if len(of) > 1]
    if twice:
        raise CasesError("\n".join(["a case's name is its identity; used more than once:", *twice]))
    return cases


def outcome_of(report: Path) -> Outcome:
    """Names of the tests that failed and that were skipped, from pytest's JUnit file.

    Parameters
    ----------
    report : Path
        The file.

    Raises
    ------
    CasesError
        If pytest did not get as far as writing it.
    """
    if not report.is_file():
        raise CasesError("pytest did not finish; what it printed says why")
    failed, skipped, tests = [], [], 0
    for test in ElementTree.parse(report).iter("testcase"):
        name, tests = f"{test.get('classname')}::{test.get('name')}", tests + 1
        if test.find("failure") is not None or test.find("error") is not None:
            failed.append(name)
        elif test.find("skipped") is not None:
            skipped.append(name)
    return Outcome(tests, tuple(failed), tuple(skipped))


def document(
    cases: Sequence[Case], outcome: Outcome, head: dict[str, Any], *, quick: bool
) -> dict[str, Any]:
    """Everything a reader needs, ready for JSON.

    Parameters
    ----------
    cases : sequence of Case
        Every case.
    outcome : Outcome
        What became of the tests.
    head : dict
        See `benchmarks.harness.heading`.
    quick : bool
        Whether only the quick tests were run.
    """
    rows = [asdict(c) | {"inside": c.inside, "misses_aim": c.misses_aim} for c in cases]
    return head | {"quick": quick} | asdict(outcome) | {"cases": rows}


def finish(cases: Sequence[Case], outcome: Outcome) -> int:
    """Print the tables and return the exit code.

    Parameters
    ----------
    cases : sequence of Case
        Every case.
    outcome : Outcome
        What became of the tests.

    Returns
    -------
    int
        0 if every case is inside its tolerance and no test failed, else 1.
    """
    outside = [case for case in cases if not case.inside]
    print(case_table(cases))
    print(missed_aims(cases))
    print(summary(grouped(cases), outcome))
    for title, names in (("failed", outcome.failed), ("outside", [c.case for c in outside])):
        for name in names:
            print(f"{title}: {name}")
    print(f"{len(cases) - len(outside)} of {len(cases)} cases within their tolerance")
    return 1 if outside or outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main())
