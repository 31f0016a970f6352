"""Standards: levels, limits and numbers of methods, as rows that say where they stand.

In: standards/*.yaml.
Out: checked rows (`Standards`), each with standard, edition, clause and confidence.
Never: a verdict, a text of a standard, a number without its source.
"""

from emtwin.standards.kinds import AnyRow
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.parameters import Parameter
from emtwin.standards.receivers import PulseResponse, Receiver
from emtwin.standards.row import Row
from emtwin.standards.search import query
from emtwin.standards.store import Standards, load
from emtwin.standards.waveforms import Waveform

__all__ = [
    "AnyRow",
    "Level",
    "Limit",
    "Parameter",
    "PulseResponse",
    "Receiver",
    "Row",
    "Standards",
    "Waveform",
    "load",
    "query",
]
