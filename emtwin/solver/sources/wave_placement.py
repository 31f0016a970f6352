"""Whether a plane wave can be let into its box here, and what of it will leak out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice, Problem
from emtwin.grid.medium import PEC_ROW
from emtwin.solver.sources.grid_wave import LEAD, GridWave
from emtwin.solver.sources.plane_wave import PlaneWave, box_faces

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation

Places = dict[str, NDArray[np.int64]]

MOST_BYTES = 2**30
"""Limit of the tables of an oblique wave."""

_REFUSED, _TOLD = -50.0, -120.0  # dB of the wave's peak
_FIELD = "plane_wave"


def wave_problems(scene: Simulation, wave: PlaneWave) -> Iterator[Problem]:
    """Everything that makes the plane wave of a scene impossible."""
    badly_placed = list(_box(scene, wave))
    yield from badly_placed
    if badly_placed:
        return
    yield from _surface(scene, wave)
    if wave.axis is None and (size := table_bytes(scene, wave)) > MOST_BYTES:
        yield Problem(
            f"the tables of the plane wave would need {size / 2**30:.1f} GiB; at most "
            f"{MOST_BYTES / 2**30:g} GiB are allowed",
            field=_FIELD,
            remedy="use a smaller box, a shorter waveform, or a direction along an axis",
        )
        return
    early, lost = leakage(scene, wave)
    if decibel(early) > _REFUSED:
        yield Problem(
            f"the plane wave reaches its box before the run begins: up to {decibel(early):.0f} dB "
            "of its peak have passed by then",
            field=_FIELD,
            remedy="leave `origin` out, or move it against the direction of travel",
        )
    if decibel(lost) > _REFUSED:
        axis, cell = _coarsest(scene, wave)
        yield Problem(
            f"the plane wave would leak at up to {decibel(lost):.0f} dB: its waveform has content "
            f"that no wave of this grid carries, and {_REFUSED:g} dB are allowed; the largest "
            f"cell of the box is {cell * 1e3:.3g} mm along {'xyz'[axis]}",
            field=_FIELD,
            remedy="lower f_max, or refine the cells in and beside the box",
        )


def wave_notices(scene: Simulation, wave: PlaneWave) -> tuple[Notice, ...]:
    """What may leak, where it is more than rounding."""
    level = decibel(sum(leakage(scene, wave)))
    if level <= _TOLD:
        return ()
    message = (
        f"Up to {level:.0f} dB of the peak of the plane wave leaks out of its box or is missing in "
        "it: the waveform begins too abruptly, or the cells are too large for it."
    )
    return (Notice("plane-wave-leakage", message),)


def leakage(scene: Simulation, wave: PlaneWave) -> tuple[float, float]:
    """What is cut off an incident wave, relative to its peak: by the run's begin, by the grid.

    Parameters
    ----------
    scene : Simulation
        The scene.
    wave : PlaneWave
        Its wave, with an origin.

    Returns
    -------
    float, float
        Largest value that would have entered the box before time zero, and a bound on what lies
        above the last wave that the grid carries (0 along an axis, where the scheme itself makes
        the wave). Each bounds its share of the field outside the box.
    """
    pulse, ahead = scene.pulse, LEAD * scene.pulse.duration
    peak = np.abs(pulse(np.linspace(-ahead, pulse.duration, 4001))).max()
    begun = min(-wave.entry_delay(scene.grid), pulse.duration)
    early = 0.0
    if begun > -ahead:
        early = float(np.abs(pulse(np.linspace(-ahead, begun, 1001))).max() / peak)
    lost = 0.0
    if wave.axis is None:
        lost = GridWave(scene.grid, wave, pulse, scene.dt).lost
    return early, lost


def table_bytes(scene: Simulation, wave: PlaneWave) -> int:
    """Bytes of the tables of an oblique wave, in float64 on the host."""
    waves = GridWave(scene.grid, wave, scene.pulse, scene.dt)
    varies = np.array(wave.direction) != 0
    sides = [int(s.stop - s.start) if v else 1 for s, v in zip(wave.cells(), varies, strict=True)]
    rows = 8 * (sides[0] * sides[1] + sides[1] * sides[2] + sides[2] * sides[0])
    return 16 * waves.lines * (rows + waves.n_steps)


def decibel(share: float) -> float:
    """Level of an amplitude relative to one."""
    return float(20 * np.log10(max(share, 1e-30)))


def _coarsest(scene: Simulation, wave: PlaneWave) -> tuple[int, float]:
    largest = [float(scene.grid.spacings[a][near].max()) for a, near in enumerate(wave.cells())]
    axis = int(np.argmax(largest))
    return axis, largest[axis]


def _box(scene: Simulation, wave: PlaneWave) -> Iterator[Problem]:
    for axis, name in enumerate("xyz"):
        lo, hi, n = wave.lo[axis], wave.hi[axis], scene.grid.shape[axis]
        low, high = scene.absorber.cells[axis]
        if lo >= hi:
            yield Problem(
                f"the plane wave's box has no cells along {name}: it goes from node {lo} to {hi}",
                field=_FIELD,
            )
        elif lo < 1 or hi > n - 1:
            yield Problem(
                f"the plane wave's box from node {lo} to {hi} along {name} does not fit into the "
                f"grid, whose nodes are 0 to {n}, with the cell it needs on each side",
                field=_FIELD,
                remedy=f"keep it within nodes 1 to {n - 1}",
            )
        elif lo - 1 < low or hi + 1 > n - high:
            yield Problem(
                f"the plane wave's box from node {lo} to {hi} along {name} reaches into the "
                f"absorber, which begins at nodes {low} and {n - high}",
                field=_FIELD,
                remedy=f"keep it within nodes {low + 1} to {n - high - 1}",
            )


def _surface(scene: Simulation, wave: PlaneWave) -> Iterator[Problem]:
    """The box's surface and the half cell outside lie in vacuum and belong to nothing else."""
    places = _sensitive(scene, wave)
    solid = {name: index[_filled(scene, name, index)] for name, index in places.items()}
    yield from _told(solid, "edges or faces with material or metal", "it lies in vacuum")
    taken: dict[str, list[tuple[int, int, int]]] = {}
    for name, held in scene.owned.items():
        taken.setdefault(name, []).extend((i, j, k) for i, j, k in np.asarray(held).tolist())
    for segment in scene.network.segments:
        taken.setdefault(segment.component, []).append(segment.index)
    for current in scene.currents:
        node = current.node
        taken.setdefault(current.component, []).append((node.i, node.j, node.k))
    crossed = {
        name: index[_among(index, np.array(taken[name]))]
        for name, index in places.items()
        if name in taken
    }
    yield from _told(crossed, "edges or faces of ports, wires, currents or elements", "it is clear")


def _told(found: Mapping[str, NDArray[np.int64]], what: str, rule: str) -> Iterator[Problem]:
    count = sum(len(index) for index in found.values())
    if count:
        name, index = next((n, i) for n, i in found.items() if len(i))
        yield Problem(
            f"the surface of the plane wave's box crosses {count} {what}, the first is {name} at "
            f"{tuple(index[0].tolist())}",
            field=_FIELD,
            remedy=f"move the surface so that {rule}",
        )


def _sensitive(scene: Simulation, wave: PlaneWave) -> Places:
    """What the corrections rest on: e on the surface, h and normal e half a cell outside."""
    found: dict[str, list[NDArray[np.int64]]] = {}
    for face in box_faces(scene.grid, wave, scene.dt):
        found.setdefault(f"e_{'xyz'[face.tangential]}", []).append(face.e_index)
        found.setdefault(f"h_{'xyz'[face.third]}", []).append(face.h_index)
        found.setdefault(f"e_{'xyz'[face.normal]}", []).append(face.h_index)
    return {name: np.unique(np.concatenate(parts), axis=0) for name, parts in found.items()}


def _filled(scene: Simulation, name: str, index: NDArray[np.int64]) -> NDArray[np.bool_]:
    medium, axis = scene.medium, "xyz".index(name[-1])
    if name[0] == "e":
        rows = medium.ids[axis][tuple(index.T)]
        full = (medium.permittivity[rows] != 1) | (medium.conductivity[rows] != 0)
    elif medium.faces is None:
        return np.zeros(len(index), bool)
    else:
        rows, table = medium.faces.ids[axis][tuple(index.T)], medium.faces
        full = (table.permeability[rows] != 1) | (table.magnetic_loss[rows] != 0)
    filled: NDArray[np.bool_] = full | (rows == PEC_ROW)
    return filled


def _among(index: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    size = np.maximum(index.max(axis=0), others.max(axis=0)) + 1
    one, two = (np.ravel_multi_index(tuple(part.T), tuple(size)) for part in (index, others))
    return np.isin(one, two)
