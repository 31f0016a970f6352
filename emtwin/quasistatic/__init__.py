"""Fields below the band of the full-wave solver.

In: a grid and its medium (the very edges that the field solver takes), ports, coils, loops.
Out: capacitances, inductances and resistances of conductors and the impedance of their ports;
magnetostatic and induced fields.
Never: waves. Every result says up to which frequency it holds, and why.
"""

from emtwin.quasistatic.capacitance import CapacitanceMatrix, capacitances
from emtwin.quasistatic.inductance import InductanceMatrix, inductances
from emtwin.quasistatic.open_space import widened
from emtwin.quasistatic.overlap import Joined, NoOverlapError, join
from emtwin.quasistatic.port_circuit import Limit, PortCircuit, port_circuit
from emtwin.quasistatic.ports import Port
from emtwin.quasistatic.resistance import (
    ConductanceMatrix,
    Terminal,
    dc_conductances,
    model_conductances,
)
from emtwin.quasistatic.static_scene import StaticScene
from emtwin.quasistatic.surface_loss import Finish, finishes_of
from emtwin.quasistatic.walls import Walls

__all__ = [
    "CapacitanceMatrix",
    "ConductanceMatrix",
    "Finish",
    "InductanceMatrix",
    "Joined",
    "Limit",
    "NoOverlapError",
    "Port",
    "PortCircuit",
    "StaticScene",
    "Terminal",
    "Walls",
    "capacitances",
    "dc_conductances",
    "finishes_of",
    "inductances",
    "join",
    "model_conductances",
    "port_circuit",
    "widened",
]
