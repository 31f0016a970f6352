"""Compliance: limits, uncertainty and verdicts.

In: rows of the standards, a margin in dB, what the run says about its own error.
Out: limit lines with clause and confidence, `Verdict`.
Never: meshes or grids, fields beyond closed forms; a verdict without an uncertainty.
"""

from emtwin.compliance.limit_line import LimitLine
from emtwin.compliance.limits import highest_measured_frequency, limit_line
from emtwin.compliance.uncertainty import (
    Budget,
    Contribution,
    added_to_reading,
    combine,
    u_cispr,
)
from emtwin.compliance.verdict import (
    Outcome,
    Verdict,
    decide,
    judge,
    not_applicable,
    outside_method,
)

__all__ = [
    "Budget",
    "Contribution",
    "LimitLine",
    "Outcome",
    "Verdict",
    "added_to_reading",
    "combine",
    "decide",
    "highest_measured_frequency",
    "judge",
    "limit_line",
    "not_applicable",
    "outside_method",
    "u_cispr",
]
