"""Compliance: levels, limits, uncertainty and verdicts.

In: rows of the standards, a margin in dB, what the run says about its own error.
Out: levels and limit lines with clause and confidence, `Verdict`.
Never: meshes or grids, fields beyond closed forms; a verdict without an uncertainty.
"""

from emtwin.compliance.limits import (
    cispr11_radiated_limit,
    harmonics_resolved,
    radiated_immunity_level,
    radiated_limit_rows,
)
from emtwin.compliance.uncertainty import Budget, Contribution, combine
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
    "Outcome",
    "Verdict",
    "cispr11_radiated_limit",
    "combine",
    "decide",
    "harmonics_resolved",
    "judge",
    "not_applicable",
    "outside_method",
    "radiated_immunity_level",
    "radiated_limit_rows",
]
