"""Standards: levels, limits and numbers of methods, as rows that say where they stand.

In: standards/*.yaml.
Out: checked rows (`Standards`), each with standard, edition, clause and confidence.
Never: a verdict, a text of a standard, a number without its source.
"""

from emtwin.standards.applying import applying
from emtwin.standards.bands import Band
from emtwin.standards.conditions import Conditions, Situation
from emtwin.standards.dips import Dip
from emtwin.standards.exposure import BasicRestriction, ReferenceLevel
from emtwin.standards.kinds import AnyRow
from emtwin.standards.ladders import Ladder
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.networks import Circuit, Network
from emtwin.standards.parameters import Parameter
from emtwin.standards.receivers import PulseResponse, Receiver
from emtwin.standards.row import Row
from emtwin.standards.search import query
from emtwin.standards.site_attenuation import SiteAttenuation
from emtwin.standards.store import Standards, load
from emtwin.standards.tissues import Relaxation, Tissue
from emtwin.standards.uncertainties import Uncertainty
from emtwin.standards.waveforms import Waveform

__all__ = [
    "AnyRow",
    "Band",
    "BasicRestriction",
    "Circuit",
    "Conditions",
    "Dip",
    "Ladder",
    "Level",
    "Limit",
    "Network",
    "Parameter",
    "PulseResponse",
    "Receiver",
    "ReferenceLevel",
    "Relaxation",
    "Row",
    "SiteAttenuation",
    "Situation",
    "Standards",
    "Tissue",
    "Uncertainty",
    "Waveform",
    "applying",
    "load",
    "query",
]
