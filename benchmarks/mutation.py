"""Whether the tests of the kernels see a wrong sign: every operator of every kernel, turned once.

Run as ``python -m benchmarks.mutation [--quick] [--sample N] [--seed S] [--file NAME]
[--out FILE]``. A mutant is
a copy of the kernels with one operator changed. It is caught if, compiled for the host, it gives
another result than NumPy on the arguments of tests/kernels, crashes, or does not end. One that
survives shows a hole in those arguments: it is printed, and the exit code is 1. What does not
compile is listed and not counted; what cannot alter a result stands, with the reason, in
`benchmarks.mutants.EQUIVALENT`. ``--quick`` is ``--sample 20``.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.harness import Row, finish, options
from benchmarks.mutant_trial import CATCHES, SURVIVED, UNCOMPILABLE, compiler, judge
from benchmarks.mutants import Mutant, MutationError, all_mutants, sample
from emtwin import resources
from emtwin.backends.native import default_threads

QUICK = 20
SEED = 60601
Verdicts = Sequence[tuple[Mutant, str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants, print the survivors and the table.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; by default the process's own.

    Returns
    -------
    int
        0 if every mutant was caught, 1 if one survived, 2 if none could be tried.
    """
    parser = options(__doc__, quick=f"a sample of {QUICK} mutants")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, of all files")
    parser.add_argument(
        "--seed", type=int, default=SEED, help="of the sample (default %(default)s)"
    )
    parser.add_argument("--file", help="only mutants of this file")
    chosen = parser.parse_args(arguments)
    found = all_mutants(resources.kernels_dir())
    asked = [mutant for mutant in found if chosen.file in (None, mutant.file)]
    mutants = [mutant for mutant in asked if mutant.reason is None]
    size = chosen.sample or (QUICK if chosen.quick else len(mutants))
    begin = time.perf_counter()
    try:
        compiler()
        verdicts = judged(sample(mutants, size, chosen.seed))
    except MutationError as error:
        print(error, file=sys.stderr)
        return 2
    seconds = time.perf_counter() - begin
    print(listing(verdicts, [mutant for mutant in asked if mutant.reason]))
    rows = [*rows_of(verdicts), Row("all of it", seconds, "s", note=f"{len(found)} mutants exist")]
    quick = len(verdicts) + sum(mutant.reason is not None for mutant in found) < len(found)
    return finish("mutation", "numpy and g++ -O1", rows, quick=quick, out=chosen.out)


def judged(mutants: Sequence[Mutant]) -> Verdicts:
    """Every mutant with its outcome, tried on every core this process may use.

    Parameters
    ----------
    mutants : sequence of Mutant
        What to try.
    """
    with ProcessPoolExecutor(default_threads(), get_context("spawn")) as pool:
        return list(zip(mutants, pool.map(judge, mutants), strict=True))


def listing(verdicts: Verdicts, equivalent: Sequence[Mutant]) -> str:
    """Whatever was not caught, one line each.

    Parameters
    ----------
    verdicts : sequence of (Mutant, str)
        What was tried, and its outcome.
    equivalent : sequence of Mutant
        What was not tried, because it cannot change a result.
    """
    lines = [f"{o}: {m}" for o in (SURVIVED, UNCOMPILABLE) for m, found in verdicts if found == o]
    return "\n".join([*lines, *(f"equivalent: {m} ({m.reason})" for m in equivalent), ""])


def rows_of(verdicts: Verdicts) -> list[Row]:
    """One row per file with its caught mutants, and one with the lines of all.

    Parameters
    ----------
    verdicts : sequence of (Mutant, str)
        What was tried, and its outcome.
    """
    files = sorted({mutant.file for mutant, _ in verdicts})
    rows = [_row(file, [v for v in verdicts if v[0].file == file]) for file in files]
    lines = {(mutant.file, mutant.line) for mutant, _ in verdicts}
    held = {(mutant.file, mutant.line) for mutant, outcome in verdicts if outcome in CATCHES}
    return [*rows, Row("lines of arithmetic", len(held), "caught", len(lines))]


def _row(file: str, verdicts: Verdicts) -> Row:
    outcomes = Counter(outcome for _, outcome in verdicts)
    caught = sum(outcomes[kind] for kind in CATCHES)
    tried = caught + outcomes[SURVIVED]
    notes = [f"{tried} mutants", f"{outcomes[SURVIVED]} survived"]
    notes += [f"{outcomes[kind]} caught by {kind}" for kind in CATCHES if outcomes[kind]]
    notes += [f"{outcomes[kind]} more do not compile" for kind in [UNCOMPILABLE] if outcomes[kind]]
    return Row(file, caught, "caught", tried, note=", ".join(notes))


if __name__ == "__main__":
    sys.exit(main())
