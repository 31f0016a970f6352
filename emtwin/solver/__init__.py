"""The field solver: 3-D FDTD on a graded Yee grid, usable without any EMC.

In: a `Simulation` (grid, medium, absorber, wires, ports, sources, monitors) and a backend.
Out: a `RunResult` with port traces, spectra and the currents of the near-to-far surface.
Never: meshes, standards or verdicts; no loop over cells in Python.
"""

from emtwin.solver.boundaries.absorber import Absorber
from emtwin.solver.boundaries.faces import Boundaries
from emtwin.solver.conformal.metal import ConformalMetal
from emtwin.solver.estimate import Estimate, estimate
from emtwin.solver.lumped.junctions import TVS, Diode, Junction
from emtwin.solver.lumped.networks import LumpedElement
from emtwin.solver.lumped.non_linear import NonLinearElement
from emtwin.solver.lumped.one_port import Capacitor, Inductor, OnePort, Rational, Resistor
from emtwin.solver.monitors.conductor_currents import ConductorCurrents
from emtwin.solver.monitors.energy import EnergyMonitor
from emtwin.solver.monitors.field_samples import FieldSamples
from emtwin.solver.monitors.flux import BoxEnergy, Flux
from emtwin.solver.monitors.huygens import HuygensSurface
from emtwin.solver.monitors.in_time import TimeMonitor
from emtwin.solver.monitors.resonances import dft, fit_ringing
from emtwin.solver.radiation.currents import Dipoles, EquivalentCurrents
from emtwin.solver.radiation.near_to_far import far_field, near_field
from emtwin.solver.results import PortRecord, Progress, RunResult
from emtwin.solver.run import SET_UP, StopRule, run
from emtwin.solver.scattering import ScatteringMatrix, scattering, scattering_of
from emtwin.solver.sheets.metal import MetalSheet
from emtwin.solver.sheets.metal_walls import MetalWall
from emtwin.solver.sheets.resistive import ResistiveSheet, with_sheets
from emtwin.solver.sheets.slots import Slot, with_slots
from emtwin.solver.sheets.stair_steps import StairSteps
from emtwin.solver.simulation import Simulation
from emtwin.solver.sources.antennas import (
    calibrated,
    half_wave_dipole,
    radiators,
    short_dipole,
    small_loop,
)
from emtwin.solver.sources.edges import CurrentElement, EdgePort
from emtwin.solver.sources.plane_wave import PlaneWave
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound, Element, Recording
from emtwin.solver.stepper import Stepper
from emtwin.solver.waveforms.files import SampledWaveform
from emtwin.solver.waveforms.pulses import Pulse, Waveform
from emtwin.solver.waveforms.shapes import Gaussian, ModulatedGaussian, SineBurst, Step
from emtwin.solver.wires.wire import Trace, Wire, WireEnd, WireLoad

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
    "dft",
    "estimate",
    "far_field",
    "fit_ringing",
    "half_wave_dipole",
    "near_field",
    "radiators",
    "run",
    "scattering",
    "scattering_of",
    "short_dipole",
    "small_loop",
    "with_sheets",
    "with_slots",
]
