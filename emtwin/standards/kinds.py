"""The kinds of row, one model each; a new kind is a module of its own and a line here."""

from __future__ import annotations

from emtwin.standards.bands import Band
from emtwin.standards.dips import Dip
from emtwin.standards.exposure import BasicRestriction, ReferenceLevel
from emtwin.standards.ladders import Ladder
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.networks import Network
from emtwin.standards.parameters import Parameter
from emtwin.standards.receivers import PulseResponse, Receiver
from emtwin.standards.site_attenuation import SiteAttenuation
from emtwin.standards.tissues import Tissue
from emtwin.standards.uncertainties import Uncertainty
from emtwin.standards.waveforms import Waveform

AnyRow = (
    Level
    | Dip
    | Band
    | Ladder
    | Limit
    | Parameter
    | Receiver
    | PulseResponse
    | Tissue
    | ReferenceLevel
    | BasicRestriction
    | SiteAttenuation
    | Network
    | Uncertainty
    | Waveform
)
KINDS: dict[str, type[AnyRow]] = {
    "level": Level,
    "dip": Dip,
    "band": Band,
    "ladder": Ladder,
    "limit": Limit,
    "parameter": Parameter,
    "receiver": Receiver,
    "pulse_response": PulseResponse,
    "tissue": Tissue,
    "reference_level": ReferenceLevel,
    "basic_restriction": BasicRestriction,
    "site_attenuation": SiteAttenuation,
    "network": Network,
    "uncertainty": Uncertainty,
    "waveform": Waveform,
}
"""Model of each kind of row."""
