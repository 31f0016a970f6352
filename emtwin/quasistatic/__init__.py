"""Fields below the band of the full-wave solver.

In: a grid and its medium (the very edges that the field solver takes), ports, coils, loops.
Out: capacitances, inductances and resistances of conductors and the impedance of their ports;
magnetostatic and induced fields.
Never: waves. Every result says up to which frequency it holds, and why.
"""

from emtwin.quasistatic.capacitance import CapacitanceMatrix, capacitances
from emtwin.quasistatic.coils import Circle, Polyline, helmholtz, pair, rectangle
from emtwin.quasistatic.induced import induce
from emtwin.quasistatic.induced_field import InducedField
from emtwin.quasistatic.inductance import InductanceMatrix, inductances
from emtwin.quasistatic.loops import WiringLoop, mutual_inductance, two_wires
from emtwin.quasistatic.open_space import widened
from emtwin.quasistatic.overlap import Joined, NoOverlapError, join
from emtwin.quasistatic.port import Port
from emtwin.quasistatic.port_circuit import Limit, PortCircuit, port_circuit
from emtwin.quasistatic.resistance import (
    ConductanceMatrix,
    Terminal,
    dc_conductances,
    model_conductances,
)
from emtwin.quasistatic.shell_mesh import refined
from emtwin.quasistatic.shell_response import ShellResponse
from emtwin.quasistatic.shell_wall import ShellWall
from emtwin.quasistatic.shells import Shell
from emtwin.quasistatic.sources import Dipole, Source, Sources, UniformField
from emtwin.quasistatic.standard_coils import (
    HIGH_FREQUENCY_LOOP,
    LOW_FREQUENCY_LOOP,
    RadiatingLoop,
    Uniformity,
    current_for,
    square_coil,
    tall_coil,
    uniformity,
)
from emtwin.quasistatic.static_scene import StaticScene
from emtwin.quasistatic.surface_loss import Finish, finishes_of
from emtwin.quasistatic.thin_wires import ThinWires
from emtwin.quasistatic.tissues import tissue_admittivity
from emtwin.quasistatic.walls import Walls

__all__ = [
    "HIGH_FREQUENCY_LOOP",
    "LOW_FREQUENCY_LOOP",
    "CapacitanceMatrix",
    "Circle",
    "ConductanceMatrix",
    "Dipole",
    "Finish",
    "InducedField",
    "InductanceMatrix",
    "Joined",
    "Limit",
    "NoOverlapError",
    "Polyline",
    "Port",
    "PortCircuit",
    "RadiatingLoop",
    "Shell",
    "ShellResponse",
    "ShellWall",
    "Source",
    "Sources",
    "StaticScene",
    "Terminal",
    "ThinWires",
    "UniformField",
    "Uniformity",
    "Walls",
    "WiringLoop",
    "capacitances",
    "current_for",
    "dc_conductances",
    "finishes_of",
    "helmholtz",
    "induce",
    "inductances",
    "join",
    "model_conductances",
    "mutual_inductance",
    "pair",
    "port_circuit",
    "rectangle",
    "refined",
    "square_coil",
    "tall_coil",
    "tissue_admittivity",
    "two_wires",
    "uniformity",
    "widened",
]
