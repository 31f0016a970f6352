"""Dispersive materials: auxiliary differential equations of their poles, trapezoidal in time.

With chi(s) = sum r / (s - p), one polarisation P per pole and Ampere's law

    dP/dt = p P + r E,      eps0 eps_inf dE/dt + sigma E + eps0 sum dP/dt = curl H

the trapezoidal rule over one step gives

    P^(n+1) = k P^n + b (E^(n+1) + E^n),    k = (2/dt + p) / (2/dt - p),    b = r / (2/dt - p).

Put into Ampere's law, sum b stands beside sigma as a conductivity (2 eps0 / dt) chi(2 / dt), which
the sweep carries in ca and cb, and the rest is E += (cb eps0 / dt) sum (1 - k) P^n. In frequency
d/dt has become s_d = (2j/dt) tan(w dt / 2) everywhere: the grid sees exactly eps(s_d).

References
----------
Taflove and Hagness, Computational Electrodynamics, 3rd ed., chapter 9 (the method); the algebra
above is this module's own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Box, Stage
from emtwin.constants import EPS0
from emtwin.errors import GridError, Problem
from emtwin.grid.medium import Medium
from emtwin.rational import PoleResidue
from emtwin.solver.stages.assembly import Assembly

Real = NDArray[np.float64]


def dispersion_stages(assembly: Assembly) -> list[Stage]:
    """Stages that advance the polarisation, one for each number of poles; none without poles.

    They come last in a step, when e at n + 1 holds everything but what the poles remember.

    Parameters
    ----------
    assembly : Assembly
        Memory and coefficients of the run.
    """
    kinds: dict[tuple[int, int], list[int]] = {}
    for row, poles in assembly.medium.dispersion.items():
        kinds.setdefault(_kind(poles), []).append(row)
    stages = [_stage(assembly, kind, rows) for kind, rows in kinds.items() if sum(kind)]
    return [stage for stage in stages if stage is not None]


def check_held(held: Mapping[str, NDArray[np.int64]], medium: Medium) -> None:
    """Refuse ports and elements on dispersive edges: they would miss the polarisation.

    Raises
    ------
    GridError
        With the first edge of each component.
    """
    problems = []
    for component, index in held.items():
        if component[0] == "e" and medium.dispersion:
            rows = medium.ids["xyz".index(component[-1])][tuple(np.asarray(index).T)]
            wrong = np.isin(rows, list(medium.dispersion))
            if wrong.any():
                place = tuple(np.asarray(index)[wrong][0].tolist())
                problems.append(
                    Problem(
                        f"{component} at {place} lies in a dispersive material, but a port or an "
                        "element advances that edge",
                        field="medium.dispersion",
                        remedy="leave an edge of a material without poles there, with the "
                        "permittivity at the frequency of interest",
                    )
                )
    if problems:
        raise GridError(problems)


def _kind(poles: PoleResidue) -> tuple[int, int]:
    pairs = sum(1 for pole in poles.poles if pole.imag)
    return len(poles.poles) - pairs, pairs


def _stage(assembly: Assembly, kind: tuple[int, int], rows: list[int]) -> Stage | None:
    n_single, n_pairs = kind
    offset, material = _edges(assembly, rows)
    if not offset.size:
        return None
    weights = assembly.rows.cb[rows] * EPS0 / assembly.dt
    table = [
        _coefficients(assembly.medium.dispersion[row], assembly.dt, float(weight))
        for row, weight in zip(rows, weights, strict=True)
    ]
    name = f"dispersion {n_single}+{n_pairs}"
    arguments = {
        "field": assembly.fields,
        "offset": assembly.index(offset),
        "material": assembly.backend.upload(material),
        "before": assembly.memory(f"{name} before", offset.size),
        "state": assembly.memory(f"{name} state", (n_single + 2 * n_pairs) * offset.size),
        "table": assembly.real(np.concatenate(table)),
        "count": offset.size,
        "n_single": n_single,
        "n_pairs": n_pairs,
    }
    return Stage("disperse", Box.items(offset.size), arguments, where=assembly.where(offset))


def _edges(assembly: Assembly, rows: list[int]) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Offsets of all edges that the sweep advances with one of `rows`, and which row it is."""
    turn = np.zeros(assembly.rows.ca.size, np.uint16)
    turn[rows] = np.arange(len(rows))
    wanted = np.zeros(turn.size, bool)
    wanted[rows] = True
    offsets, materials = [], []
    for axis, ids in zip("xyz", assembly.ids, strict=True):
        place = np.flatnonzero(wanted[ids])  # ids lie in memory as the field does
        offsets.append(assembly.layout.start(f"e_{axis}") + place)
        materials.append(turn[ids.ravel()[place]])
    return np.concatenate(offsets), np.concatenate(materials)


def _coefficients(poles: PoleResidue, dt: float, weight: float) -> Real:
    """keep, gain, share of each real pole; then keep, gain (re, im) and two shares of each pair."""
    single, pair = [], []
    for pole, residue in zip(poles.poles, poles.residues, strict=True):
        below = 2 / dt - pole
        keep, gain, lost = (2 / dt + pole) / below, residue / below, -2 * pole / below
        if pole.imag:
            pair += [keep.real, keep.imag, gain.real, gain.imag]
            pair += [2 * weight * lost.real, -2 * weight * lost.imag]
        else:
            single += [keep.real, gain.real, weight * lost.real]
    return np.array(single + pair)
