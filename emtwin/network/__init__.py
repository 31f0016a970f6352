"""Networks: what is connected to the ports of the extracted device.

In: impedance or scattering matrix over frequency, port sources, terminations.
Out: port voltages, port currents and waves, complex peak or rms as the sources are.
Never: fields, limits or decibels; open and short are ordinary values, not special cases.
"""

from emtwin.network.scattering import (
    impedance_to_scattering,
    scattering_to_impedance,
    thevenin_from_reference,
)
from emtwin.network.terminations import (
    PortState,
    attach,
    attach_scattering,
    drive,
    drive_scattering,
    parallel_rc,
)

__all__ = [
    "PortState",
    "attach",
    "attach_scattering",
    "drive",
    "drive_scattering",
    "impedance_to_scattering",
    "parallel_rc",
    "scattering_to_impedance",
    "thevenin_from_reference",
]
