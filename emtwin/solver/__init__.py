"""The field solver: 3-D FDTD on a graded Yee grid, usable without any EMC.

In: a `Simulation` (grid, medium, absorber, wires, ports, sources, monitors) and a backend.
Out: a `RunResult` with port traces, spectra and the currents of the near-to-far surface.
Never: meshes, standards or verdicts; no loop over cells in Python.
"""

from emtwin.solver.absorber import Absorber
from emtwin.solver.antennas import calibrated, half_wave_dipole, radiators, short_dipole, small_loop
from emtwin.solver.assembly import Assembly
from emtwin.solver.boundaries import Boundaries
from emtwin.solver.conductor_currents import ConductorCurrents
from emtwin.solver.conformal import ConformalMetal
from emtwin.solver.currents import Dipoles, EquivalentCurrents
from emtwin.solver.elements import Bound, Element, Recording
from emtwin.solver.energy_monitor import EnergyMonitor
from emtwin.solver.estimate import Estimate, estimate
from emtwin.solver.flux import BoxEnergy, Flux
from emtwin.solver.huygens import HuygensSurface
from emtwin.solver.junctions import TVS, Diode, Junction
from emtwin.solver.lumped import LumpedElement
from emtwin.solver.metal_sheets import MetalSheet
from emtwin.solver.metal_walls import MetalWall
from emtwin.solver.monitors import FieldSamples
from emtwin.solver.non_linear import NonLinearElement
from emtwin.solver.one_port import Capacitor, Inductor, OnePort, Rational, Resistor
from emtwin.solver.plane_wave import PlaneWave
from emtwin.solver.pulses import Pulse, Waveform
from emtwin.solver.resistive_sheets import ResistiveSheet, with_sheets
from emtwin.solver.results import PortRecord, Progress, RunResult
from emtwin.solver.run import SET_UP, StopRule, run
from emtwin.solver.scattering import ScatteringMatrix, scattering, scattering_of
from emtwin.solver.simulation import Simulation
from emtwin.solver.slots import Slot, with_slots
from emtwin.solver.sources import CurrentElement, EdgePort
from emtwin.solver.stair_steps import StairSteps
from emtwin.solver.stepper import Stepper
from emtwin.solver.time_monitors import TimeMonitor
from emtwin.solver.waveform_files import SampledWaveform
from emtwin.solver.waveforms import Gaussian, ModulatedGaussian, SineBurst, Step
from emtwin.solver.wires import Trace, Wire, WireEnd, WireLoad

__all__ = [
    "SET_UP",
    "TVS",
    "Absorber",
    "Assembly",
    "Bound",
    "Boundaries",
    "BoxEnergy",
    "Capacitor",
    "ConductorCurrents",
    "ConformalMetal",
    "CurrentElement",
    "Diode",
    "Dipoles",
    "EdgePort",
    "Element",
    "EnergyMonitor",
    "EquivalentCurrents",
    "Estimate",
    "FieldSamples",
    "Flux",
    "Gaussian",
    "HuygensSurface",
    "Inductor",
    "Junction",
    "LumpedElement",
    "MetalSheet",
    "MetalWall",
    "ModulatedGaussian",
    "NonLinearElement",
    "OnePort",
    "PlaneWave",
    "PortRecord",
    "Progress",
    "Pulse",
    "Rational",
    "Recording",
    "ResistiveSheet",
    "Resistor",
    "RunResult",
    "SampledWaveform",
    "ScatteringMatrix",
    "Simulation",
    "SineBurst",
    "Slot",
    "StairSteps",
    "Step",
    "Stepper",
    "StopRule",
    "TimeMonitor",
    "Trace",
    "Waveform",
    "Wire",
    "WireEnd",
    "WireLoad",
    "calibrated",
    "estimate",
    "half_wave_dipole",
    "radiators",
    "run",
    "scattering",
    "scattering_of",
    "short_dipole",
    "small_loop",
    "with_sheets",
    "with_slots",
]
