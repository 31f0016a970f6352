"""The field solver: 3-D FDTD on a graded Yee grid, usable without any EMC.

In: a `Simulation` (grid, medium, absorber, wires, ports, sources, monitors) and a backend.
Out: a `RunResult` with port traces, spectra and the currents of the near-to-far surface.
Never: meshes, standards or verdicts; no loop over cells in Python.
"""

from emtwin.solver.absorber import Absorber
from emtwin.solver.assembly import Assembly
from emtwin.solver.boundaries import Boundaries
from emtwin.solver.currents import Dipoles, EquivalentCurrents
from emtwin.solver.elements import Bound, Element, Recording
from emtwin.solver.huygens import HuygensSurface
from emtwin.solver.lumped import LumpedElement
from emtwin.solver.monitors import FieldSamples
from emtwin.solver.one_port import Capacitor, Inductor, OnePort, Rational, Resistor
from emtwin.solver.plane_wave import PlaneWave
from emtwin.solver.pulses import Pulse
from emtwin.solver.results import PortRecord, Progress, RunResult
from emtwin.solver.run import StopRule, run
from emtwin.solver.simulation import Simulation
from emtwin.solver.sources import CurrentElement, EdgePort
from emtwin.solver.stepper import Stepper
from emtwin.solver.wires import Trace, Wire, WireEnd

__all__ = [
    "Absorber",
    "Assembly",
    "Bound",
    "Boundaries",
    "Capacitor",
    "CurrentElement",
    "Dipoles",
    "EdgePort",
    "Element",
    "EquivalentCurrents",
    "FieldSamples",
    "HuygensSurface",
    "Inductor",
    "LumpedElement",
    "OnePort",
    "PlaneWave",
    "PortRecord",
    "Progress",
    "Pulse",
    "Rational",
    "Recording",
    "Resistor",
    "RunResult",
    "Simulation",
    "Stepper",
    "StopRule",
    "Trace",
    "Wire",
    "WireEnd",
    "run",
]
