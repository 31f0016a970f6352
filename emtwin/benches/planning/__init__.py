"""Test plan of a device: which tests apply where, with which levels, and by which method.

In:    a loaded twin, its parts, the rows of the standards.
Out:   `Plan`: every test at every port, with levels, frequencies, time, method and reasons.
Never: a verdict, a field run, a level without its row or the manufacturer's reason.
"""

from emtwin.benches.planning.entries import (
    Change,
    Duration,
    Frequencies,
    Plan,
    PlannedLevel,
    PlannedTest,
)
from emtwin.benches.planning.levels import clause_of, radiated_immunity_level_of
from emtwin.benches.planning.plan import ALLOWED_STEPS, device_size, plan_tests
from emtwin.benches.planning.unmodelled import unmodelled

__all__ = [
    "ALLOWED_STEPS",
    "Change",
    "Duration",
    "Frequencies",
    "Plan",
    "PlannedLevel",
    "PlannedTest",
    "clause_of",
    "device_size",
    "plan_tests",
    "radiated_immunity_level_of",
    "unmodelled",
]
