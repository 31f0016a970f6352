"""One time step, as a list of stages in the order of time.

1. yee_h         h: n - 1/2 -> n + 1/2          from e at n
2. impress       h += incident e at n           on the total-field surface
3. wire_current  i: n - 1/2 -> n + 1/2          from e, u, v_s at n
4. wire_charge   u: n -> n + 1                  from i at n + 1/2
5. yee_e         e: n -> n + 1                  from h at n + 1/2
6. held_edge     e: n -> n + 1                  on edges with lumped elements
7. impress       e += incident h at n + 1/2, impressed currents at n + 1/2
8. wire_deposit  e -= wire currents at n + 1/2
9. record        e at n + 1, h and i at n + 1/2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, At, Backend, Box, Stage
from emtwin.constants import EPS0, MU0
from emtwin.solver.absorber import AxisProfile, axis_profile, widen_to_vectors
from emtwin.solver.coefficients import (
    RowCoefficients,
    closed_ids,
    row_coefficients,
    runs_along_z,
)
from emtwin.solver.layout import Layout
from emtwin.solver.plane_wave import OVERSAMPLING, incident_field
from emtwin.solver.simulation import Simulation
from emtwin.solver.sources import Impressed, Waveforms, impressed_current
from emtwin.solver.wires import Segment, dual_area


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
        self.layout = Layout(simulation.grid)
        self.dt = simulation.dt
        self.fields: Array = backend.zeros(self.layout.total)
        n_segments = max(1, len(simulation.network.segments))
        self.wire_current: Array = backend.zeros(n_segments)
        self._rows = row_coefficients(
            simulation.medium.permittivity, simulation.medium.conductivity, self.dt
        )
        self._ids = _edge_ids(simulation, self.layout, self._rows)
        self._id_arrays = [backend.upload(ids) for ids in self._ids]
        self._waveform = self._real(simulation.pulse.sampled(self.dt))

    def _real(self, values: Any) -> Array:
        return self.backend.upload(np.asarray(values, dtype=self.backend.real))

    def _index(self, values: Any) -> Array:
        return self.backend.upload(np.asarray(values, dtype=np.int64))

    def at(self, component: str) -> At:
        """Address of element (0, 0, 0) of a component."""
        return At(self.fields, self.layout.start(component))

    @property
    def whole(self) -> Box:
        """All elements of the arrays."""
        return Box((0, 0, 0), self.layout.shape)

    def stages(self) -> list[Stage]:
        """The stages of one time step, without monitors."""
        e_incident, h_incident = self._plane_wave()
        current, charge, deposit = self._wires()
        return [
            self._yee_h(),
            *h_incident,
            *current,
            *charge,
            self._yee_e(),
            *self._held_edges(),
            *e_incident,
            *self._currents(),
            *deposit,
        ]

    # -- the field updates -------------------------------------------------------------------

    def _yee_h(self) -> Stage:
        shared = self._curl_arguments(magnetic=True)
        return Stage("yee_h", self.whole, shared | {"db": self.dt / MU0}, reach=1)

    def _yee_e(self) -> Stage:
        runs = runs_along_z(self._ids)
        arguments = self._curl_arguments(magnetic=False)
        for axis, ids in zip("xyz", self._id_arrays, strict=True):
            arguments[f"id_{axis}"] = ids
        arguments["ca"], arguments["cb"] = self._real(self._rows.ca), self._real(self._rows.cb)
        for name in runs._fields:
            arguments[f"run_{name}"] = self.backend.upload(getattr(runs, name))
        return Stage("yee_e", self.whole, arguments, reach=1)

    def _curl_arguments(self, *, magnetic: bool) -> dict[str, Any]:
        """Everything that both curls need: fields, inverse spacings, strides, absorber."""
        layout, grid = self.layout, self.simulation.grid
        arguments: dict[str, Any] = {
            name: self.at(name) for name in ("e_x", "e_y", "e_z", "h_x", "h_y", "h_z")
        }
        arguments |= {
            "plane": layout.plane,
            "row": layout.pitch,
            "n_rows": layout.shape[1],
            "pitch": layout.pitch,
        }
        slabs = []
        for axis, name in enumerate("xyz"):
            profile = axis_profile(grid, axis, self.simulation.absorber, self.dt, magnetic=magnetic)
            inverse = _inverse_spacings(
                grid.spacings[axis] if magnetic else grid.dual_spacings[axis], profile
            )
            if axis == 2:
                profile = widen_to_vectors(profile, layout.pitch)
                inverse = np.pad(inverse, (0, layout.pitch - inverse.size))
            arguments[f"inv_d{name}"] = self._real(inverse)
            arguments[f"b_{name}"], arguments[f"c_{name}"] = (
                self._real(profile.b),
                self._real(profile.c),
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
                    arguments[f"psi_{component}{normal}"] = self.backend.zeros(max(size, 1))
        return arguments

    # -- elements ----------------------------------------------------------------------------

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
        parts = [impressed_current(scene.grid, current, self.dt) for current in scene.currents]
        return self._impress(parts, Waveforms(table, OVERSAMPLING))

    def _impress(self, parts: Sequence[Impressed], waveforms: Waveforms) -> list[Stage]:
        if not parts:
            return []
        offset = np.concatenate([self.layout.offset(p.component, p.index) for p in parts])
        weight = np.concatenate([p.weight for p in parts])
        delay = np.concatenate([p.delay for p in parts])
        row = np.concatenate([p.row for p in parts])
        table = self._real(waveforms.table.ravel())
        return [
            Stage(
                "impress",
                Box.items(chosen.size),
                {
                    "field": self.fields,
                    "offset": self._index(offset[chosen]),
                    "weight": self._real(weight[chosen]),
                    "delay": self.backend.upload(delay[chosen]),
                    "row": self._index(row[chosen]),
                    "waveform": table,
                    "length": waveforms.table.shape[1],
                    "oversampling": waveforms.oversampling,
                },
            )
            for chosen in _without_repeats(offset)
        ]

    def _held_edges(self) -> list[Stage]:
        rows = [row for port in self.simulation.ports for row in _port_rows(self, port)]
        if not rows:
            return []
        pulse = self.simulation.pulse
        length = int(np.ceil(pulse.duration / self.dt)) + 1
        waveform = pulse((np.arange(length) + 0.5) * self.dt)
        columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        integers = ("offset", "offset_1", "offset_2", "step_1", "step_2")
        arguments: dict[str, Any] = {
            name: self._index(values) if name in integers else self._real(values)
            for name, values in columns.items()
        }
        arguments |= {"field": self.fields, "waveform": self._real(waveform), "length": length}
        return [Stage("held_edge", Box.items(len(rows)), arguments, reach=1)]

    def _wires(self) -> tuple[list[Stage], list[Stage], list[Stage]]:
        network = self.simulation.network
        if not network.segments:
            return [], [], []
        potential = self.backend.zeros(network.bonded.size)
        current = self._wire_current_stage(potential)
        charge = self._wire_charge_stage(potential)
        return [current], [charge], [self._wire_deposit_stage()]

    def _wire_current_stage(self, potential: Array) -> Stage:
        segments = self.simulation.network.segments
        inductance = np.array([s.inductance for s in segments])
        loss = np.array([s.resistance for s in segments]) * self.dt / (2 * inductance)
        driven = self.simulation.driven
        return Stage(
            "wire_current",
            Box.items(len(segments)),
            {
                "current": self.wire_current,
                "potential": potential,
                "field": self.fields,
                "edge": self._index([self._edge(s) for s in segments]),
                "from_node": self._index([s.nodes[0] for s in segments]),
                "to_node": self._index([s.nodes[1] for s in segments]),
                "alpha": self._real((1 - loss) / (1 + loss)),
                "beta": self._real(self.dt / inductance / (1 + loss)),
                "reach": self._real([s.weight * s.length for s in segments]),
                "drive": self._real(
                    [1.0 if driven and s.port == driven else 0.0 for s in segments]
                ),
                "waveform": self._waveform,
                "length": self._waveform.size,
            },
        )

    def _wire_charge_stage(self, potential: Array) -> Stage:
        network = self.simulation.network
        arrivals: list[list[tuple[int, float]]] = [[] for _ in network.bonded]
        for number, segment in enumerate(network.segments):
            arrivals[segment.nodes[0]].append((number, -1.0))
            arrivals[segment.nodes[1]].append((number, 1.0))
        first, segments, signs = _ragged(arrivals)
        delta = np.where(network.bonded, 0.0, self.dt / network.node_capacitance)
        return Stage(
            "wire_charge",
            Box.items(len(arrivals)),
            {
                "potential": potential,
                "current": self.wire_current,
                "first": self._index(first),
                "segment": self._index(segments),
                "sign": self._real(signs),
                "gamma": self._real(np.where(network.bonded, 0.0, 1.0)),
                "delta": self._real(delta),
            },
        )

    def _wire_deposit_stage(self) -> Stage:
        shares: dict[int, list[tuple[int, float]]] = {}
        for number, segment in enumerate(self.simulation.network.segments):
            share = segment.weight * self._deposit(segment)
            shares.setdefault(self._edge(segment), []).append((number, share))
        first, segments, share_values = _ragged(list(shares.values()))
        return Stage(
            "wire_deposit",
            Box.items(len(shares)),
            {
                "field": self.fields,
                "current": self.wire_current,
                "edge": self._index(list(shares)),
                "first": self._index(first),
                "segment": self._index(segments),
                "share": self._real(share_values),
            },
        )

    def _edge(self, segment: Segment) -> int:
        return int(self.layout.offset(segment.component, np.array([segment.index]))[0])

    def _deposit(self, segment: Segment) -> float:
        """Change of e per ampere: cb of the edge over its area; zero inside a conductor."""
        row = self._ids["xyz".index(segment.component[-1])][segment.index]
        return float(self._rows.cb[row]) / dual_area(
            self.simulation.grid, segment.component, segment.index
        )

    # -- monitors ----------------------------------------------------------------------------

    def record(
        self, source: Array, offset: NDArray[np.int64], every: int, lines: int
    ) -> tuple[Stage, Array]:
        """Stage that writes samples into a ring of `lines` lines, and the ring."""
        ring = self.backend.zeros(lines * max(offset.size, 1))
        arguments = {"source": source, "offset": self._index(offset), "ring": ring}
        arguments |= {"every": every, "lines": lines, "width": offset.size}
        return Stage("record", Box.items(offset.size), arguments), ring

    def energy(self) -> tuple[Stage, Array]:
        """Stage that sums the stored energy of each row (twice, in joules), and its result."""
        layout, grid = self.layout, self.simulation.grid
        sums = self.backend.zeros(layout.shape[0] * layout.shape[1], np.float64)
        permittivity = EPS0 * np.append(self.simulation.medium.permittivity, 1.0)
        arguments: dict[str, Any] = {
            name: self.at(name) for name in ("e_x", "e_y", "e_z", "h_x", "h_y", "h_z")
        }
        for axis, name in enumerate("xyz"):
            arguments[f"id_{name}"] = self._id_arrays[axis]
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


def _edge_ids(
    simulation: Simulation, layout: Layout, rows: RowCoefficients
) -> tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]:
    """Ids as the kernels read them: boundary closed, ports' edges held, rows padded."""
    padded = []
    for axis, ids in enumerate(closed_ids(simulation.medium)):
        for port in simulation.ports:
            component, _, edges = port.edges()
            if "xyz".index(component[-1]) == axis:
                ids[tuple(np.array(edges).T)] = rows.held
        padded.append(layout.pad(ids))
    return padded[0], padded[1], padded[2]


def _port_rows(stepper: Stepper, port: Any) -> list[dict[str, float]]:
    """Coefficients of each edge of a port (Taflove and Hagness, 3rd ed., eq. 15.24)."""
    grid, layout, dt = stepper.simulation.grid, stepper.layout, stepper.dt
    component, sign, edges = port.edges()
    axis = "xyz".index(component[-1])
    one, two = (axis + 1) % 3, (axis + 2) % 3
    medium = stepper.simulation.medium
    amplitude = 1.0 / port.resistance if port.name == stepper.simulation.driven else 0.0
    rows = []
    for edge in edges:
        row = int(medium.ids[axis][edge])
        eps, sigma = EPS0 * medium.permittivity[row], medium.conductivity[row]
        area, length = dual_area(grid, component, edge), grid.spacings[axis][edge[axis]]
        total = sigma + length * len(edges) / (port.resistance * area)
        loss = total * dt / (2 * eps)
        gain = dt / eps / (1 + loss)
        where = np.array([edge])
        rows.append(
            {
                "offset": int(layout.offset(component, where)[0]),
                "offset_1": int(layout.offset("h_" + "xyz"[two], where)[0]),
                "offset_2": int(layout.offset("h_" + "xyz"[one], where)[0]),
                "step_1": layout.strides[one],
                "step_2": layout.strides[two],
                "inv_d1": 1 / grid.dual_spacings[one][edge[one]],
                "inv_d2": 1 / grid.dual_spacings[two][edge[two]],
                "ca": (1 - loss) / (1 + loss),
                "cb": gain,
                "cs": gain / area * sign * amplitude,
            }
        )
    return rows


def _ragged(lists: list[list[tuple[int, float]]]) -> tuple[list[int], list[int], list[float]]:
    """Row pointers, numbers and values of a list of lists."""
    first = [0, *np.cumsum([len(items) for items in lists]).tolist()]
    return first, [n for items in lists for n, _ in items], [v for items in lists for _, v in items]


def _without_repeats(offsets: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Split a list so that no part names an element twice: items of a stage run in any order."""
    order = np.argsort(offsets, kind="stable")
    ordered = offsets[order]
    turn = np.arange(order.size) - np.searchsorted(ordered, ordered)
    return [np.sort(order[turn == t]) for t in range(int(turn.max()) + 1)]
