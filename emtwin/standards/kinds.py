"""The kinds of row, one model each; a new kind is a module of its own and a line here."""

from __future__ import annotations

from emtwin.standards.designated_bands import DesignatedBand
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.networks import Network
from emtwin.standards.parameters import Parameter
from emtwin.standards.receivers import PulseResponse, Receiver
from emtwin.standards.uncertainties import Uncertainty

AnyRow = (
    Level | Limit | Parameter | Receiver | PulseResponse | Network | DesignatedBand | Uncertainty
)
KINDS: dict[str, type[AnyRow]] = {
    "level": Level,
    "limit": Limit,
    "parameter": Parameter,
    "receiver": Receiver,
    "pulse_response": PulseResponse,
    "network": Network,
    "designated_band": DesignatedBand,
    "uncertainty": Uncertainty,
}
"""Model of each kind of row."""
