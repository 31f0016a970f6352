"""Plans of the tiny device, with whatever a test declares of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emtwin import pipeline
from emtwin.benches.planning import Plan, PlannedTest, plan_tests
from emtwin.scene import LoadedTwin
from tests.benches.tiny_device import Change, write_tiny_device

LOOSE_END = "      end: open\n"
FOOT = "      common_mode: 150 ohm\n"
TESTS = "  radiated_immunity: {}\n"
ENVIRONMENT = "environment: professional\n"

Load = Callable[..., LoadedTwin]
Make = Callable[..., Plan]


def device(*lines: str) -> Change:
    """Further fields of the device."""
    return ENVIRONMENT, "".join(f"  {line}\n" for line in lines) + ENVIRONMENT


def with_tests(*lines: str) -> Change:
    """Further tests."""
    return TESTS, TESTS + "".join(f"  {line}\n" for line in lines)


def sensor(*lines: str) -> Change:
    """Further fields of the cable `sensor`."""
    return LOOSE_END, LOOSE_END + "".join(f"      {line}\n" for line in lines)


def lead(*lines: str) -> Change:
    """Further fields of the cable `lead`."""
    return FOOT, FOOT + "".join(f"      {line}\n" for line in lines)


def entry(plan: Plan, test: str, port: str) -> PlannedTest:
    """The only entry for a test at a port."""
    (found,) = [one for one in plan.tests if (one.test, one.port) == (test, port)]
    return found


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load the tiny device after changes."""

    def loaded(*changes: Change) -> LoadedTwin:
        return pipeline.load(write_tiny_device(tmp_path, *changes))

    return loaded


@pytest.fixture
def make(load: Load) -> Make:
    """Plan of the tiny device after changes."""

    def plan(*changes: Change, edition: str | None = None, authority: str = "") -> Plan:
        return plan_tests(load(*changes), edition=edition, authority=authority)

    return plan
