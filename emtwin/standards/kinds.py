"""The kinds of row, one model each; a new kind is a module of its own and a line here."""

from __future__ import annotations

from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.parameters import Parameter

AnyRow = Level | Limit | Parameter
KINDS: dict[str, type[AnyRow]] = {
    "level": Level,
    "limit": Limit,
    "parameter": Parameter,
}
"""Model of each kind of row."""
