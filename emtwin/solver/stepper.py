"""One time step, as a list of stages in the order of time.

1. yee_h         h: n - 1/2 -> n + 1/2          from e at n
2. impress       h += incident e at n           on the total-field surface
3. elements      their own faces                h at n + 1/2
4. transfer      h at n + 1/2 across the seams of a periodic grid
5. wire_current  i: n - 1/2 -> n + 1/2          from e, u, v_s at n
6. yee_e         e: n -> n + 1                  from h at n + 1/2
7. wire_charge   u: n -> n + 1                  from i at n + 1/2
8. held_edge     e: n -> n + 1                  on edges of ports
9. impress       e += incident h at n + 1/2, impressed currents at n + 1/2
10. wire_deposit e -= wire currents at n + 1/2
11. elements     their own edges                e at n + 1
12. disperse     polarisation to n + 1          e at n + 1 in dispersive materials
13. transfer     e at n + 1 across the seams
14. record       e at n + 1, h and i at n + 1/2

Each stage of a list says where its items lie: a backend may then do several steps at a place before
it goes on to the next one, see `emtwin.backends.tiling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Backend, Box, Stage
from emtwin.constants import EPS0, MU0
from emtwin.solver.boundaries.absorber import AxisProfile, axis_profile, widen_to_vectors
from emtwin.solver.simulation import Simulation
from emtwin.solver.sources.edges import Impressed, Waveforms, impressed_current
from emtwin.solver.sources.plane_wave import OVERSAMPLING, Lines, incident_field
from emtwin.solver.sources.port_stages import port_stages
from emtwin.solver.stages.assembly import Assembly, Ids
from emtwin.solver.stages.coefficients import patterns_along_z
from emtwin.solver.stages.dispersion import dispersion_stages
from emtwin.solver.stages.elements import Recording
from emtwin.solver.stages.periodic_faces import BoundaryStages
from emtwin.solver.wires.stages import WireStages


class Stepper:
    """Arrays and stages of one run, on one backend.

    Parameters
    ----------
    simulation : Simulation
        What to run.
    backend : Backend
        Where to run it.
    """

    def __init__(self, simulation: Simulation, backend: Backend) -> None:
        self.simulation = simulation
        self.backend = backend
        self.dt = simulation.dt
        self.assembly = Assembly(
            simulation.grid,
            simulation.medium,
            simulation.pulse,
            self.dt,
            backend,
            simulation.held,
            simulation.boundaries,
        )
        self.layout = self.assembly.layout
        self._ids = self.assembly.id_arguments(self.assembly.ids)
        self._seams = BoundaryStages(self.assembly, simulation.boundaries)
        self._duals = simulation.boundaries.dual_spacings(simulation.grid)
        self._wires = WireStages(self.assembly, simulation.network, simulation.driven)
        self._bound = [element.bind(self.assembly) for element in simulation.elements]

    @property
    def fields(self) -> Array:
        """The six components in one allocation; see `Layout`."""
        return self.assembly.fields

    @property
    def wire_current(self) -> Array:
        """Current of every segment of the wires, A."""
        return self._wires.current

    @property
    def recordings(self) -> dict[str, Recording]:
        """What the elements want written down after every step, by name."""
        return {name: r for bound in self._bound for name, r in bound.recordings.items()}

    def stages(self) -> list[Stage]:
        """The stages of one time step, without monitors."""
        e_incident, h_incident = self._plane_wave()
        return [
            self._yee_h(),
            *h_incident,
            *(stage for bound in self._bound for stage in bound.after_h),
            *self._seams.after_h(),
            *self._wires.before_e(),
            self._yee_e(),
            *self._wires.charges(),
            *port_stages(self.assembly, self.simulation.ports, self.simulation.driven),
            *e_incident,
            *self._currents(),
            *self._wires.after_e(),
            *(stage for bound in self._bound for stage in bound.after_e),
            *dispersion_stages(self.assembly),
            *self._seams.after_e(),
        ]

    # -- the field updates -------------------------------------------------------------------

    def _yee_h(self) -> Stage:
        assembly, shared = self.assembly, self._curl_arguments(magnetic=True)
        if assembly.face_rows is None or assembly.face_ids is None:
            return Stage("yee_h", assembly.whole, shared | {"db": self.dt / MU0}, reach=1)
        rows = assembly.face_rows
        arguments = shared | self._rows("da", rows.da, "db", rows.db, assembly.face_ids)
        arguments |= assembly.id_arguments(assembly.face_ids)
        return Stage("yee_h_tabled", assembly.whole, arguments, reach=1)

    def _yee_e(self) -> Stage:
        assembly, rows = self.assembly, self.assembly.rows
        arguments = self._curl_arguments(magnetic=False)
        arguments |= self._rows("ca", rows.ca, "cb", rows.cb, assembly.ids)
        return Stage("yee_e", assembly.whole, arguments | self._ids, reach=-1)

    def _rows(
        self,
        keep_name: str,
        keep: NDArray[np.float64],
        gain_name: str,
        gain: NDArray[np.float64],
        ids: Ids,
    ) -> dict[str, Any]:
        """Coefficients by material row, and by pattern of a vector."""
        patterns = patterns_along_z(ids, keep.size)
        arguments: dict[str, Any] = {
            f"pattern_{axis}": self.backend.upload(numbers)
            for axis, numbers in zip("xyz", patterns.numbers, strict=True)
        }
        real = self.assembly.real
        arguments |= {"keep": real(keep[patterns.rows]), "gain": real(gain[patterns.rows])}
        return arguments | {keep_name: real(keep), gain_name: real(gain)}

    def _curl_arguments(self, *, magnetic: bool) -> dict[str, Any]:
        """Everything that both curls need: fields, inverse spacings, strides, absorber."""
        layout, grid = self.layout, self.simulation.grid
        arguments = self.assembly.all_components() | {
            "plane": layout.plane,
            "row": layout.pitch,
            "n_rows": layout.shape[1],
            "pitch": layout.pitch,
        }
        slabs, kind = [], "h" if magnetic else "e"
        for axis, name in enumerate("xyz"):
            profile = axis_profile(grid, axis, self.simulation.absorber, self.dt, magnetic=magnetic)
            inverse = _inverse_spacings(
                grid.spacings[axis] if magnetic else self._duals[axis], profile
            )
            if axis == 2:
                profile = widen_to_vectors(profile, layout.pitch)
                inverse = np.pad(inverse, (0, layout.pitch - inverse.size))
            arguments[f"inv_d{name}"] = self.assembly.real(inverse)
            arguments[f"b_{name}"], arguments[f"c_{name}"] = (
                self.assembly.real(profile.b),
                self.assembly.real(profile.c),
            )
            arguments[f"low_{name}"], arguments[f"high_{name}"] = profile.low, profile.high
            slabs.append(profile.low + layout.shape[axis] - profile.high)
        arguments |= {"slab_y": slabs[1], "slab_z": slabs[2]}
        sizes = (
            slabs[0] * layout.plane,
            layout.shape[0] * slabs[1] * layout.pitch,
            layout.shape[0] * layout.shape[1] * slabs[2],
        )
        for component in "xyz":
            for normal, size in zip("xyz", sizes, strict=True):
                if normal != component:
                    name = f"psi_{component}{normal}"
                    arguments[name] = self.assembly.memory(f"{kind} {name}", size)
        return arguments

    # -- impressed fields --------------------------------------------------------------------

    def _plane_wave(self) -> tuple[list[Stage], list[Stage]]:
        """Corrections of e and of h."""
        scene = self.simulation
        if scene.plane_wave is None:
            return [], []
        incident = incident_field(scene.grid, scene.plane_wave, scene.pulse, self.dt)
        return (
            self._impress(incident.e_fixes, incident.e_waveforms),
            self._impress(incident.h_fixes, incident.h_waveforms),
        )

    def _currents(self) -> list[Stage]:
        scene = self.simulation
        table = scene.pulse.sampled(self.dt, OVERSAMPLING)[None, :]
        parts = [
            impressed_current(scene.grid, c, self.assembly.cb(c.component, c.node))
            for c in scene.currents
        ]
        return self._impress(parts, Waveforms(table, OVERSAMPLING))

    def _impress(self, parts: Sequence[Impressed], waveforms: Waveforms | Lines) -> list[Stage]:
        if not parts:
            return []
        offset = np.concatenate([self.layout.offset(p.component, p.index) for p in parts])
        weight = np.concatenate([p.weight for p in parts])
        delay = np.concatenate([p.delay for p in parts])
        row = np.concatenate([p.row for p in parts])
        if isinstance(waveforms, Lines):
            return self._impress_lines(offset, weight, delay, row, waveforms)
        table = self.assembly.real(waveforms.table.ravel())
        return [
            Stage(
                "impress",
                Box.items(chosen.size),
                {
                    "field": self.fields,
                    "offset": self.assembly.index(offset[chosen]),
                    "weight": self.assembly.real(weight[chosen]),
                    "delay": self.backend.upload(delay[chosen]),
                    "row": self.assembly.index(row[chosen]),
                    "waveform": table,
                    "length": waveforms.table.shape[1],
                    "oversampling": waveforms.oversampling,
                },
                where=self.assembly.where(offset[chosen]),
            )
            for chosen in _without_repeats(offset)
        ]

    def _impress_lines(
        self,
        offset: NDArray[np.int64],
        weight: NDArray[np.float64],
        first: NDArray[np.float64],
        row: NDArray[np.int64],
        lines: Lines,
    ) -> list[Stage]:
        shared = {
            "field": self.fields,
            "rows": self.assembly.real(lines.rows.ravel()),
            "turns": self.assembly.real(lines.turns.ravel()),
            "length": lines.turns.shape[0],
            "width": lines.turns.shape[1],
        }
        return [
            Stage(
                "impress_lines",
                Box.items(chosen.size),
                shared
                | {
                    "offset": self.assembly.index(offset[chosen]),
                    "weight": self.assembly.real(weight[chosen]),
                    "first": self.assembly.index(first[chosen]),
                    "row": self.assembly.index(row[chosen]),
                },
                where=self.assembly.where(offset[chosen]),
            )
            for chosen in _without_repeats(offset)
        ]

    # -- monitors ----------------------------------------------------------------------------

    def record(
        self, source: Array, offset: NDArray[np.int64], every: int, lines: int
    ) -> tuple[Stage, Array]:
        """Stage that writes samples into a ring of `lines` lines, and the ring."""
        ring = self.backend.zeros(lines * max(offset.size, 1))
        arguments = {"source": source, "offset": self.assembly.index(offset), "ring": ring}
        arguments |= {"every": every, "lines": lines, "width": offset.size}
        where = self.assembly.where_in(source, offset)
        return Stage("record", Box.items(offset.size), arguments, where=where, every=every), ring

    def energy(self) -> tuple[Stage, Array]:
        """Stage that sums the stored energy of each row (twice, in joules), and its result."""
        layout, grid = self.layout, self.simulation.grid
        sums = self.backend.zeros(layout.shape[0] * layout.shape[1], np.float64)
        permittivity = EPS0 * np.append(self.simulation.medium.permittivity, 1.0)
        arguments = self.assembly.all_components() | self._ids
        for axis, name in enumerate("xyz"):
            arguments[f"d{name}"] = self.backend.upload(np.append(grid.spacings[axis], 0.0))
            arguments[f"dual_d{name}"] = self.backend.upload(np.array(grid.dual_spacings[axis]))
        arguments |= {
            "permittivity": self.backend.upload(permittivity),
            "permeability": MU0,
            "energy": sums,
        }
        arguments |= {"plane": layout.plane, "row": layout.pitch, "n_rows": layout.shape[1]}
        return Stage("energy", Box((0, 0, 0), grid.nodes), arguments), sums


def _inverse_spacings(spacing: NDArray[np.float64], profile: AxisProfile) -> NDArray[np.float64]:
    """1 / (kappa d) per node index, zero where there is no element."""
    inverse = np.zeros(profile.kappa.size)
    inverse[: spacing.size] = 1.0 / spacing
    return inverse / profile.kappa


def _without_repeats(offsets: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Split a list so that no part names an element twice: items of a stage run in any order."""
    order = np.argsort(offsets, kind="stable")
    ordered = offsets[order]
    turn = np.arange(order.size) - np.searchsorted(ordered, ordered)
    return [np.sort(order[turn == t]) for t in range(int(turn.max()) + 1)]
