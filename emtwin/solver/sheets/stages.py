"""The stages that advance a metallic sheet: h of side 2, h beside it, both e."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Box, Stage
from emtwin.constants import EPS0, MU0
from emtwin.grid.medium import PEC_ROW
from emtwin.materials.slab_network import SlabNetwork
from emtwin.solver.sheets.surface import Edge, Index, SheetEdge, Surface, joined
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.places import together

Real = NDArray[np.float64]


class SheetStages:
    """Lists and memory of one sheet in one run.

    Parameters
    ----------
    name : str
        Name of the sheet.
    surface : Surface
        Its faces and edges.
    network : SlabNetwork
        What lies between its sides.
    assembly : Assembly
        Memory and coefficients of the run.
    partners : mapping
        Edges that have one field with another one, as keys; the other one.
    """

    def __init__(
        self,
        name: str,
        surface: Surface,
        network: SlabNetwork,
        assembly: Assembly,
        partners: Mapping[Edge, Edge],
    ) -> None:
        self.name, self.network, self.assembly = name, network, assembly
        self.element = assembly.layout.element
        self.faces = surface.faces()
        self.single = [e for e in surface.edges() if self._row(e) != PEC_ROW]
        self.edge_list, self.slot, self.copies = joined(self.single, partners)
        self.delay, self.conductance = network.delay, network.conductance
        self.e_2 = assembly.memory(f"{self.name} e", len(self.edge_list))
        self.h_2 = assembly.memory(f"{self.name} h", len(self.faces))

    def _row(self, edge: SheetEdge) -> int:
        """Row of an edge in the medium: what the sheet lies in."""
        return int(self.assembly.medium.ids["xyz".index(edge.component[-1])][edge.index])

    def after_h(self) -> tuple[Stage, ...]:
        """h of side 2 on the sheet, and beside it."""
        return (self._on_sheet(), *self._beside())

    def _on_sheet(self) -> Stage:
        keep = np.array([self._face_row(*face)[0] for face in self.faces])
        around = [self._around(*face) for face in self.faces]
        arguments = {
            "h_2": self.h_2,
            "e_2": self.e_2,
            "edge": self._four(around, lambda edge, _: self.slot[edge]),
            "weight": self._four(around, lambda _, weight: weight, real=True),
            "keep": self.assembly.real(keep),
            "count": len(self.faces),
        }
        where = self._where(self.faces)
        return Stage("sheet_face", Box.items(len(self.faces)), arguments, where=where)

    def _beside(self) -> list[Stage]:
        """Faces on side 2 that touch an edge with two sides."""
        found: dict[tuple[str, Index], set[tuple[str, Index]]] = {}
        for edge in self.single:
            for arc in () if edge.rim else edge.arcs:
                if arc.side == 2 and not arc.on_sheet:
                    here = found.setdefault((arc.component, arc.face), set())
                    here.add((edge.component, edge.index))
        beside = list(found)
        if not beside:
            return []
        # A face may look at side 1 of the sheet over its other edges.
        around = [
            [item for item in self._around(*face) if item[0] in edges]
            for face, edges in found.items()
        ]
        arguments = {
            "field": self.assembly.fields,
            "e_2": self.e_2,
            "face": self.assembly.index([self.element(*face) for face in beside]),
            "place": self._four(around, lambda edge, _: self.element(*edge)),
            "edge": self._four(around, lambda edge, _: self.slot[edge]),
            "weight": self._four(around, lambda _, weight: weight, real=True),
            "count": len(beside),
        }
        where = self._where(beside)
        return [Stage("sheet_beside", Box.items(len(beside)), arguments, where=where)]

    def _around(self, component: str, face: Index) -> list[tuple[tuple[str, Index], float]]:
        """The sheet's edges round a face, and what h gains there per e in a step."""
        axis = "xyz".index(component[-1])
        one, two = (axis + 1) % 3, (axis + 2) % 3
        gain, found = self._face_row(component, face)[1], []
        for along, across, sign in ((two, one, -1.0), (one, two, 1.0)):
            step = 1.0 / self.assembly.grid.spacings[across][face[across]]
            for shift in (0, 1):
                index = list(face)
                index[across] += shift
                edge = "e_" + "xyz"[along], (index[0], index[1], index[2])
                if edge in self.slot:
                    found.append((edge, gain * step * sign * (1.0 if shift else -1.0)))
        return found

    def _four(self, lists: list[list[Any]], value: Any, *, real: bool = False) -> Array:
        """Up to four values per item, one fourth after another; what is missing is 0."""
        table = np.zeros((4, len(lists)))
        for n, items in enumerate(lists):
            for q, item in enumerate(items):
                table[q, n] = value(*item)
        return self.assembly.real(table.ravel()) if real else self.assembly.index(table.ravel())

    def _face_row(self, component: str, face: Index) -> tuple[float, float]:
        """Kept share of h and gain per curl e, as the sweep applies them."""
        assembly = self.assembly
        if assembly.face_rows is None or assembly.face_ids is None:
            return 1.0, assembly.dt / MU0
        row = assembly.face_ids["xyz".index(component[-1])][face]
        return float(assembly.face_rows.da[row]), float(assembly.face_rows.db[row])

    def _where(self, places: Iterable[tuple[str, Index]]) -> NDArray[np.int64]:
        return self.assembly.where([self.element(*place) for place in places])

    # -- the edges ---------------------------------------------------------------------------

    def edges(self) -> Stage:
        """Both e of every edge."""
        count, assembly = len(self.edge_list), self.assembly
        keep, gain, even, odd = self._branches()
        current = assembly.memory(f"{self.name} branches", keep.size * count)
        numbers = self._circulation() | self._balance(even, odd)
        arguments = {name: assembly.real(values.ravel()) for name, values in numbers.items()}
        arguments |= {
            "field": assembly.fields,
            "e_2": self.e_2,
            "h_2": self.h_2,
            "current": current,
            "place": self._index(self.element(e.component, e.index) for e in self.edge_list),
            "face": self._index(self.element(*f) for f in self._round_edges()),
            "face_2": self._index(self._face_slots.get(f, 0) for f in self._round_edges()),
            "keep": assembly.real(keep),
            "gain": assembly.real(gain),
            "even": even,
            "odd": odd,
            "n_even": self.delay.shape[1],
            "n_odd": keep.size - self.delay.shape[1],
            "around": self.around,
            "count": count,
        }
        where = self._where((e.component, e.index) for e in self.edge_list)
        for edge, other in self.copies:
            n = self.slot[edge]
            where[n] = together(where[n : n + 1], self._where([other]))[0]
        return Stage("sheet_edge", Box.items(count), arguments, where=where)

    def copied(self) -> tuple[Stage, ...]:
        """The field of each edge that was advanced with its partner."""
        if not self.copies:
            return ()
        count = len(self.copies)
        places = [self.element(*pair[n]) for n in (0, 1) for pair in self.copies]
        arguments = {
            "field": self.assembly.fields,
            "place": self._index(places),
            "share": self.assembly.real(np.repeat([1.0, 0.0], count)),
            "count": count,
        }
        one, two = (self._where(pair[n] for pair in self.copies) for n in (0, 1))
        where = together(one, two)
        return (Stage("sheet_step", Box.items(count), arguments, where=where),)

    def _index(self, values: Iterable[int]) -> Array:
        return self.assembly.index(list(values))

    @cached_property
    def _face_slots(self) -> dict[tuple[str, Index], int]:
        return {face: n for n, face in enumerate(self.faces)}

    @cached_property
    def around(self) -> int:
        """Faces round an edge: four, and up to seven where two edges have one field."""
        return max((len(self._faces_round(edge)) for edge in self.edge_list), default=4)

    def _faces_round(self, edge: SheetEdge) -> list[Edge]:
        return list(dict.fromkeys((arc.component, arc.face) for arc in edge.arcs))

    def _round_edges(self) -> list[tuple[str, Index]]:
        """The faces round every edge, all first ones first; what is missing is the first again."""
        columns = [self._faces_round(edge) for edge in self.edge_list]
        return [
            column[q] if q < len(column) else column[0]
            for q in range(self.around)
            for column in columns
        ]

    def _circulation(self) -> dict[str, Real]:
        """Lengths of the paths: field on side 1, field on side 2, h of side 2 on the sheet."""
        lengths = np.zeros((3, self.around, len(self.edge_list)))
        for n, edge in enumerate(self.edge_list):
            faces = self._faces_round(edge)
            for arc in edge.arcs:
                which = 0 if arc.side == 1 else 2 if arc.on_sheet else 1
                lengths[which, faces.index((arc.component, arc.face)), n] += arc.length
        return {f"weight_{n + 1}": part for n, part in enumerate(lengths)}

    def _branches(self) -> tuple[Real, Real, float, float]:
        """keep and gain of all branches, even mode first; sums of the gains of either mode."""
        dt, network = self.assembly.dt, self.network
        keep = (2 * self.delay - dt) / (2 * self.delay + dt)
        gain = self.conductance * dt / (2 * self.delay + dt)
        keep_all = np.concatenate((keep[0], keep[1], [1.0]))
        gain_all = np.concatenate((gain[0], gain[1], [dt / (2 * network.inductance)]))
        n = self.delay.shape[1]
        return keep_all, gain_all, float(gain_all[:n].sum()), float(gain_all[n:].sum())

    def _balance(self, even: float, odd: float) -> dict[str, Real]:
        """What is kept of e, the sheet's width, and the inverse of the equations of both sides."""
        medium, dt = self.assembly.medium, self.assembly.dt
        rows = np.array([self._row(e) for e in self.edge_list])
        area = np.array([e.area for e in self.edge_list]).reshape(-1, 2).T
        width = np.array([e.width for e in self.edge_list]) / 4
        rim = np.array([e.rim for e in self.edge_list], bool)
        store = EPS0 * medium.permittivity[rows] * area / dt
        loss = medium.conductivity[rows] * area / 2
        own, mutual = width * (even + odd), width * (even - odd)
        one, two = store + loss + own
        determinant = one * two - mutual**2
        # On the rim e_1 = e_2: the sum of both equations decides.
        joined = 1.0 / (one + two + 2 * mutual)
        numbers = {
            "kept_1": store[0] - loss[0],
            "kept_2": store[1] - loss[1],
            "width": width,
            "inverse_11": np.where(rim, joined, two / determinant),
            "inverse_22": np.where(rim, joined, one / determinant),
        }
        crossed = np.where(rim, joined, -mutual / determinant)
        return numbers | {"inverse_12": crossed, "inverse_21": crossed}
