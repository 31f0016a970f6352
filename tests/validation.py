"""Numbers that the field solver is held to, each written down as it is tested.

A test asks for the fixture `validated` and states its case: what came out, what should, the
tolerance and where it comes from. The assertion is made here; with ``--validation-out FILE`` the
tests that ask for the fixture are run alone and every case is written to a file as well, from which
`python -m benchmarks.validation` makes its table and `docs/validation.md`. So the published table
cannot say anything that was not tested.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

OUT = pytest.StashKey[list[dict[str, Any]]]()


@dataclass(frozen=True)
class Case:
    """One number that was held against a reference.

    Parameters
    ----------
    case : str
        What it is, with its parameters; unique.
    reference : str
        Where the expected value comes from.
    expected, obtained : float
        The two values, in `unit`.
    tolerance : float
        Largest difference that is accepted, in `unit`; for a one-sided case the bound's slack, 0.
    unit : str
        Unit of all three.
    seconds : float
        Wall time of the test up to here.
    test : str
        The test that holds it.
    sided : str
        "both", or "at most" where smaller than expected is fine, or "at least".
    aim : float or None
        The tolerance (or bound) that was aimed at, where the accepted one is wider.
    reason : str
        Why the aim is not met; needed with `aim`.
    """

    case: str
    reference: str
    expected: float
    obtained: float
    tolerance: float
    unit: str
    seconds: float
    test: str
    sided: str = "both"
    aim: float | None = None
    reason: str = ""

    @property
    def inside(self) -> bool:
        """Whether the obtained value is within its tolerance."""
        off = self.obtained - self.expected
        if self.sided == "at most":
            return off <= self.tolerance
        if self.sided == "at least":
            return off >= -self.tolerance
        return abs(off) <= self.tolerance

    @property
    def misses_aim(self) -> bool:
        """Whether a narrower aim was stated and the obtained value is outside it."""
        if self.aim is None:
            return False
        if self.sided == "at most":
            return self.obtained > self.aim
        if self.sided == "at least":
            return self.obtained < self.aim
        return abs(self.obtained - self.expected) > self.aim


class Validated:
    """Holds numbers of one test against their references, and remembers them."""

    def __init__(self, test: str, kept: list[dict[str, Any]] | None) -> None:
        self._test, self._kept, self._begin = test, kept, time.perf_counter()

    def __call__(
        self,
        case: str,
        obtained: float,
        expected: float,
        tolerance: float = 0.0,
        *,
        reference: str,
        unit: str = "",
        relative: bool = False,
        sided: str = "both",
        aim: float | None = None,
        reason: str = "",
    ) -> None:
        """Assert that `obtained` is within `tolerance` of `expected`.

        With `relative`, `tolerance` and `aim` are shares of the expected value. `aim` says that a
        narrower tolerance was wanted and is missed; `reason` says why.
        """
        scale = abs(expected) if relative else 1.0
        assert sided in ("both", "at most", "at least")
        assert (aim is None) == (not reason), "an aim that is missed needs a reason"
        found = Case(
            case,
            reference,
            float(expected),
            float(obtained),
            float(tolerance * scale),
            unit,
            time.perf_counter() - self._begin,
            self._test,
            sided,
            None if aim is None else float(aim * scale),
            reason,
        )
        if self._kept is not None:
            self._kept.append(asdict(found) | {"inside": found.inside})
        assert found.inside, (
            f"{case}: obtained {found.obtained:.8g} {unit}, expected {sided} {found.expected:.8g} "
            f"within {found.tolerance:.3g} ({reference})"
        )


@pytest.fixture
def validated(request: pytest.FixtureRequest) -> Validated:
    """Hold numbers against references; see `Validated`."""
    return Validated(request.node.nodeid, request.config.stash.get(OUT, None))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file for the table of cases."""
    parser.addoption(
        "--validation-out",
        metavar="FILE",
        help="run only the tests that hold validated numbers, and write their cases to this file",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin a list where a file is wanted; a worker of xdist keeps its own part."""
    if config.getoption("--validation-out"):
        config.stash[OUT] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a file is wanted, keep the tests that hold validated numbers."""
    if OUT not in config.stash:
        return
    kept = [item for item in items if "validated" in getattr(item, "fixturenames", ())]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the cases; each worker its own file beside the one asked for."""
    kept = session.config.stash.get(OUT, None)
    if kept is None:
        return
    out = Path(session.config.getoption("--validation-out"))
    worker = getattr(session.config, "workerinput", {}).get("workerid")
    if worker:
        out = out.with_suffix(f".{worker}{out.suffix}")
    if kept or not worker:
        out.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
