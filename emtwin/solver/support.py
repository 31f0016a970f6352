"""What has been validated, where: features of the solver by backend.

A row is *validated* on a backend when the test that it names holds it there against an exact,
analytic or published answer; *experimental* when it runs there but has not been held to one;
*refused* when it would be wrong. The table travels with every result; a run that uses something
experimental carries the notice ``not-validated``, and one that uses something refused does not
begin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from emtwin.errors import GridError, Notice
from emtwin.solver.boundaries.faces import MAGNETIC, PERIODIC
from emtwin.solver.conformal.metal import ConformalMetal
from emtwin.solver.growth import has_static_part
from emtwin.solver.lumped.networks import LumpedElement
from emtwin.solver.lumped.non_linear import NonLinearElement
from emtwin.solver.monitors.energy import EnergyMonitor
from emtwin.solver.monitors.in_time import TimeMonitor
from emtwin.solver.results import Support
from emtwin.solver.sheets.slab import SlabSheet
from emtwin.solver.simulation import Simulation
from emtwin.solver.stages.elements import Element

VALIDATED, EXPERIMENTAL, REFUSED = "validated", "experimental", "refused"
BACKENDS = ("numpy", "native", "cuda")

Used = Callable[[Simulation], bool]


@dataclass(frozen=True)
class Feature:
    """One thing that a simulation may use.

    Parameters
    ----------
    name : str
        What it is.
    held_by : str
        Test file, or folder, that holds it, below ``tests/``.
    used : callable
        Whether a simulation uses it.
    numpy, native, cuda : str
        "validated", "experimental" or "refused".
    note : str
        Limits, or why it is not validated.
    """

    name: str
    held_by: str
    used: Used
    numpy: str = VALIDATED
    native: str = VALIDATED
    cuda: str = EXPERIMENTAL
    note: str = ""

    def status(self, backend: str) -> str:
        """Status on one backend."""
        return str(getattr(self, backend, EXPERIMENTAL))

    def row(self) -> dict[str, str]:
        """The feature as a line of the matrix."""
        statuses = {backend: self.status(backend) for backend in BACKENDS}
        return {"feature": self.name, **statuses, "held_by": self.held_by, "note": self.note}


def _always(_: Simulation) -> bool:
    return True


def _graded(simulation: Simulation) -> bool:
    return any(np.ptp(d) > 1e-9 * d[0] for d in simulation.grid.spacings)


def _absorbs(simulation: Simulation) -> bool:
    return any(n for pair in simulation.absorber.cells for n in pair)


def _has_faces(kind: str) -> Used:
    return lambda simulation: any(kind == face for _, _, face in simulation.boundaries.faces())


def _lossy(simulation: Simulation) -> bool:
    return bool(np.any(simulation.medium.conductivity > 0))


def _has(kind: type[Element]) -> Used:
    return lambda simulation: any(isinstance(element, kind) for element in simulation.elements)


def _static(simulation: Simulation) -> bool:
    return has_static_part(simulation, simulation.dt)


def _fast(simulation: Simulation) -> bool:
    """Rows that only slots make."""
    faces = simulation.medium.faces
    return faces is not None and bool(np.any(faces.permeability < 1.0))


def _joined(simulation: Simulation) -> bool:
    apart = sum(len({tuple(n) for n in w.nodes.tolist()}) for w in simulation.wires)
    return apart > len({tuple(n) for w in simulation.wires for n in w.nodes.tolist()})


def _disperses(simulation: Simulation) -> bool:
    return bool(simulation.medium.dispersion)


def _magnetic(simulation: Simulation) -> bool:
    return simulation.medium.faces is not None


FEATURES: tuple[Feature, ...] = (
    Feature("Yee update, perfect conductors, dielectrics", "physics/test_exact.py", _always),
    Feature("graded grid", "physics/test_exact.py", _graded),
    Feature("conductivity", "physics/test_exact.py", _lossy),
    Feature("absorber (CPML)", "physics/test_absorber.py", _absorbs, note="two regimes"),
    Feature("magnetic faces", "physics/test_boundaries.py", _has_faces(MAGNETIC)),
    Feature(
        "periodic faces",
        "physics/test_boundaries.py",
        _has_faces(PERIODIC),
        note="no phase shift from period to period",
    ),
    Feature("dispersion by poles", "physics/test_dispersion.py", _disperses),
    Feature("magnetic materials", "physics/test_magnetic.py", _magnetic),
    Feature(
        "plane wave",
        "physics/test_plane_wave.py",
        lambda s: s.plane_wave is not None,
        note="any angle, graded grids too; box in vacuum, not over a floor",
    ),
    Feature("impressed currents", "physics/test_metamorphic.py", lambda s: bool(s.currents)),
    Feature("ports across edges", "physics/test_microstrip.py", lambda s: bool(s.ports)),
    Feature("thin wires", "physics/test_wire_antennas.py", lambda s: bool(s.wires)),
    Feature("junctions of wires", "physics/test_wire_networks.py", _joined),
    Feature(
        "loads in wires",
        "physics/test_wire_networks.py",
        lambda s: any(w.loads for w in s.wires),
    ),
    Feature(
        "oblique wires",
        "physics/test_wire_antennas.py",
        lambda s: any(w.oblique for w in s.wires),
        note="equal cells round the wire only",
    ),
    Feature("traces on boards", "physics/test_trace_on_board.py", lambda s: bool(s.traces)),
    Feature(
        "lumped networks and sources",
        "physics/test_lumped.py",
        _has(LumpedElement),
    ),
    Feature(
        "diodes and transient voltage suppressors",
        "physics/test_junctions.py",
        lambda s: any(isinstance(element, NonLinearElement) for element in s.elements),
        note="constant capacitance, no diffusion charge; holds for one level of the sources",
    ),
    Feature(
        "conformal metal",
        "physics/test_conformal.py",
        _has(ConformalMetal),
        note="from a signed distance, in vacuum; painted metal is a staircase",
    ),
    Feature(
        "metallic sheets with two sides",
        "physics/test_sheets.py",
        lambda s: any(isinstance(e, SlabSheet) for e in s.elements),
    ),
    Feature("slots narrower than a cell", "physics/test_slots.py", _fast),
    Feature("near-to-far surface", "physics/test_huygens.py", lambda s: s.surface is not None),
    Feature("spectra of samples", "unit/solver/test_sampling.py", lambda s: bool(s.samples)),
    Feature("monitors in time", "physics/test_monitors.py", _has(TimeMonitor)),
    Feature("energies by material in time", "physics/test_energies.py", _has(EnergyMonitor)),
    Feature(
        "flux, energies by frequency, currents on conductors",
        "physics/test_monitors.py",
        lambda s: bool(s.samples),
        note="samples of any kind count as this: what is made of them comes after the run",
    ),
    Feature("waveforms with a static part", "physics/test_static.py", _static),
    Feature(
        "checkpoint and resume",
        "physics/test_checkpoint.py",
        lambda _: False,
        note="decided by the call of run, not by the simulation",
    ),
)
"""The support matrix."""


def support(simulation: Simulation, backend: str) -> tuple[Support, ...]:
    """Status on a backend of everything that a simulation uses.

    Parameters
    ----------
    simulation : Simulation
        What is to run.
    backend : {"numpy", "native", "cuda"}
        Where.

    Raises
    ------
    GridError
        If it uses something that is refused there; all of it at once.
    """
    used = [feature for feature in FEATURES if feature.used(simulation)]
    refused = [feature for feature in used if feature.status(backend) == REFUSED]
    if refused:
        names = ", ".join(f"{feature.name} ({feature.note})" for feature in refused)
        raise GridError.single(
            f"not possible on {backend}: {names}",
            remedy="choose another backend; `emtwin doctor --support` lists what works where",
        )
    return tuple(Support(f.name, f.status(backend), f.held_by) for f in used)


def support_notices(found: tuple[Support, ...], backend: str) -> tuple[Notice, ...]:
    """The notice ``not-validated``, where something experimental is used."""
    names = [entry.feature for entry in found if entry.status == EXPERIMENTAL]
    if not names:
        return ()
    return (
        Notice(
            "not-validated",
            f"Experimental on {backend}: {', '.join(names)}. No test has held this to a reference "
            "there yet; compare with another backend or a measurement before you rely on it.",
        ),
    )
