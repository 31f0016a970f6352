"""What a device does at its ports and outside them, extracted once.

In: port traces and equivalent currents of one run per driven port.
Out: `PortModel`: scattering matrix, radiated currents per volt, received voltages by reciprocity.
Never: runs the solver, knows limits or levels, or attaches loads that are not linear.
"""

from __future__ import annotations

from emtwin.extract.port_model import PortModel
from emtwin.extract.port_runs import PortRun, assemble
from emtwin.extract.waves import PortWaves, port_waves

__all__ = ["PortModel", "PortRun", "PortWaves", "assemble", "port_waves"]
