"""Exit codes: what a script learns from a command without reading a line of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What a command came to."""

    OK = 0
    """Every applicable test has a verdict and none fails."""
    FAILED = 1
    """A verdict fails."""
    INPUT = 2
    """The input is wrong; there is no result."""
    RUN = 3
    """The run failed after it had begun."""
    OPEN = 4
    """None fails, but an applicable test is marginal or has no verdict."""
    INTERRUPTED = 130
    """The user stopped the command, as shells count it: 128 + SIGINT."""


_SETTLED = {"pass", "not_applicable"}


def of_verdicts(verdicts: Iterable[Mapping[str, Any]], *, allow_marginal: bool) -> ExitCode:
    """Exit code of a finished campaign.

    Parameters
    ----------
    verdicts : iterable of mapping
        Each with its ``outcome``.
    allow_marginal : bool
        A marginal verdict counts as settled.

    Returns
    -------
    ExitCode
        ``FAILED`` before ``OPEN`` before ``OK``. A campaign without any
        verdict, or with an outcome that is not known here, is open.
    """
    outcomes = {str(verdict["outcome"]) for verdict in verdicts}
    if "fail" in outcomes:
        return ExitCode.FAILED
    settled = _SETTLED | ({"marginal"} if allow_marginal else set())
    return ExitCode.OK if outcomes and outcomes <= settled else ExitCode.OPEN
