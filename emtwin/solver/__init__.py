"""The field solver: 3-D FDTD on a graded Yee grid, usable without any EMC.

In: a `Simulation` (grid, medium, absorber, wires, ports, sources, monitors) and a backend.
Out: a `RunResult` with port traces, spectra and the currents of the near-to-far surface.
Never: meshes, standards or verdicts; no loop over cells in Python.
"""

from emtwin.solver.absorber import Absorber
from emtwin.solver.antennas import calibrated, half_wave_dipole, radiators, short_dipole, small_loop
from emtwin.solver.assembly import Assembly
from emtwin.solver.currents import Dipoles, EquivalentCurrents
from emtwin.solver.elements import Bound, Element, Recording
from emtwin.solver.huygens import HuygensSurface
from emtwin.solver.monitors import FieldSamples
from emtwin.solver.plane_wave import PlaneWave
from emtwin.solver.pulses import Pulse
from emtwin.solver.results import PortRecord, Progress, RunResult
from emtwin.solver.run import StopRule, run
from emtwin.solver.simulation import Simulation
from emtwin.solver.sources import CurrentElement, EdgePort
from emtwin.solver.stepper import Stepper
from emtwin.solver.wires import Trace, Wire, WireEnd, WireLoad

__all__ = [
    "Absorber",
    "Assembly",
    "Bound",
    "CurrentElement",
    "Dipoles",
    "EdgePort",
    "Element",
    "EquivalentCurrents",
    "FieldSamples",
    "HuygensSurface",
    "PlaneWave",
    "PortRecord",
    "Progress",
    "Pulse",
    "Recording",
    "RunResult",
    "Simulation",
    "Stepper",
    "StopRule",
    "Trace",
    "Wire",
    "WireEnd",
    "WireLoad",
    "calibrated",
    "half_wave_dipole",
    "radiators",
    "run",
    "short_dipole",
    "small_loop",
]
