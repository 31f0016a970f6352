"""What a test plan consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emtwin.benches.methods import Choice

Status = Literal["applies", "not_applicable", "undeclared"]
"""Undeclared: the twin file does not say what the answer depends on."""


@dataclass(frozen=True)
class PlannedLevel:
    """One level of a test, and where it stands.

    Parameters
    ----------
    said : str
        Level, coupling and range in words.
    modulation : str
        Modulation in words, empty for none.
    row : str
        Id of the row of the standards; empty where the manufacturer alone gives the level.
    citation : str
        Standard, edition and clause.
    confidence : str
        ``confirmed``, ``high`` or ``low``; empty without a row.
    note : str
        Condition of the row.
    changed : str
        What the twin file changed, and why; empty where the row holds as it is.
    """

    said: str
    modulation: str
    row: str
    citation: str
    confidence: str
    note: str = ""
    changed: str = ""


@dataclass(frozen=True)
class Frequencies:
    """Frequencies of a swept test, or its spots.

    Parameters
    ----------
    said : str
        Range, step and number in words.
    count : int
        Number of frequencies.
    spots : tuple of float
        Spot frequencies in hertz, of a test without a sweep.
    extra : tuple of float
        Frequencies in hertz that are added inside bands which a step jumps over.
    dwell : float
        Time at each in seconds.
    """

    said: str
    count: int
    spots: tuple[float, ...]
    extra: tuple[float, ...]
    dwell: float


@dataclass(frozen=True)
class Duration:
    """A rough time of a test in the laboratory.

    Parameters
    ----------
    seconds : float
        What can be counted.
    counted : str
        How it was counted.
    """

    seconds: float
    counted: str


@dataclass(frozen=True)
class PlannedTest:
    """A test at a port.

    Parameters
    ----------
    test, title : str
        Name, and what it is called in a text.
    port : str
        Port of IEC 60601-1-2.
    cables : tuple of str
        Cables of the twin to which it applies; empty for the enclosure and for ports without
        one.
    status : str
        ``applies``, ``not_applicable`` or ``undeclared``.
    why : str
        Reason for the status; a test that does not apply always has one.
    standard : str
        Standard that says how it is done.
    levels : tuple of PlannedLevel
        Levels or limits.
    frequencies : Frequencies, optional
        Of swept tests and tests at spots.
    duration : Duration, optional
        Where it can be counted.
    methods : tuple of Choice
        How emtwin would answer it, piece by piece of its band.
    runs : int, optional
        Field runs of the verdict.
    verdict : bool
        Whether this version of emtwin gives a verdict.
    remarks : tuple of str
        What a test engineer has to know besides.
    """

    test: str
    title: str
    port: str
    cables: tuple[str, ...]
    status: Status
    why: str
    standard: str = ""
    levels: tuple[PlannedLevel, ...] = ()
    frequencies: Frequencies | None = None
    duration: Duration | None = None
    methods: tuple[Choice, ...] = ()
    runs: int | None = None
    verdict: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What an edition asks for and the current one asks for instead.

    Parameters
    ----------
    test, port : str
        Test and port.
    before, now : str
        Levels in words; empty where there is no such test.
    """

    test: str
    port: str
    before: str
    now: str


@dataclass(frozen=True)
class Plan:
    """A test plan for one device.

    Parameters
    ----------
    device : str
        Name of the device.
    environment : str
        Environment of intended use.
    edition : str
        Edition of IEC 60601-1-2.
    authority : str
        Authority whose rules it follows, empty for none in particular.
    size, body : float
        Largest extent in metres with cables and without.
    tests : tuple of PlannedTest
        In the order of the tests, then of the ports.
    notes : tuple of str
        What holds for the whole plan.
    not_counted : tuple of str
        What the times leave out.
    changes : tuple of Change
        From an older edition to the current one; empty for the current one.
    """

    device: str
    environment: str
    edition: str
    authority: str
    size: float
    body: float
    tests: tuple[PlannedTest, ...]
    notes: tuple[str, ...]
    not_counted: tuple[str, ...]
    changes: tuple[Change, ...] = ()

    @property
    def seconds(self) -> float:
        """Sum of all times that could be counted."""
        return sum(test.duration.seconds for test in self.tests if test.duration)

    def without_verdict(self) -> tuple[str, ...]:
        """Names of tests that apply, or may apply, and have no verdict from emtwin yet."""
        open_ = (t for t in self.tests if t.status != "not_applicable" and not t.verdict)
        return tuple(dict.fromkeys(test.test for test in open_))
