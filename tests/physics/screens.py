"""A conducting screen without end with a slot in it, a dipole on one side, a probe on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, VACUUM_ROW, Medium
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation, Slot, with_slots
from tests.physics.enclosures import graded
from tests.physics.scenes import spectrum, traces

Real = NDArray[np.float64]
_CELL = 5e-3
_NEAR, _AWAY = 4 * _CELL, 9 * _CELL  # reach of the fine cells; distance of dipole and probe


@dataclass(frozen=True)
class Screen:
    """Slot of `length` and `width` in a screen of the thickness `depth`, m; 0 is a plane."""

    width: float
    depth: float = 0.0
    length: float = 60e-3

    def lines(self, across: int) -> tuple[Real, Real, Real]:
        """Cells of 5 mm; with `across` the slot's width is cut into as many, graded around it."""
        x = _CELL * np.arange(-13, 14.0)
        outer = _CELL * np.arange(1, 13)
        if not across:
            y = _CELL * (np.arange(-10, 12) - 0.5)
            sides = _NEAR - _CELL * np.arange(3, -1, -1)
            inner = np.array([0.0, self.depth] if self.depth else [0.0])
            return x, y, self._stacked(inner, sides, outer)
        fine, half = self.width / across, self.width / 2
        upper = half + graded(fine, _CELL / 2 - half, _CELL)  # with a line at half a coarse cell
        last = upper[-1] - upper[-2] if upper.size > 1 else fine
        upper = np.concatenate((upper, _CELL / 2 + graded(last, 10 * _CELL, _CELL)))
        y = np.concatenate((-upper[::-1], np.linspace(-half, half, across + 1), upper))
        cuts = max(1, round(self.depth / fine))
        inner = np.linspace(0.0, self.depth, cuts + 1) if self.depth else np.array([0.0])
        return x, y, self._stacked(inner, graded(fine, _NEAR, _CELL), outer)

    @staticmethod
    def _stacked(inner: Real, sides: Real, outer: Real) -> Real:
        reach = np.concatenate((sides, sides[-1] + outer))
        return np.concatenate((-reach[::-1], inner, inner[-1] + reach))

    def medium(self, grid: Grid, across: int) -> Medium:
        """The screen with the slot: as a model, or opened cell by cell."""
        low, high = (int(np.argmin(np.abs(grid.z - z))) for z in (0.0, self.depth))
        ends = [int(np.argmin(np.abs(grid.x - s * self.length / 2))) for s in (-1, 1)]
        lips = [
            int(np.argmin(np.abs(grid.y - s * (self.width if across else _CELL) / 2)))
            for s in (-1, 1)
        ]
        vacuum = Medium.vacuum(grid)
        x, y, z = (ids.copy() for ids in vacuum.ids)
        x[:, :, low : high + 1] = y[:, :, low : high + 1] = PEC_ROW
        z[:, :, low:high] = PEC_ROW
        if across:
            x[ends[0] : ends[1], lips[0] + 1 : lips[1], low : high + 1] = VACUUM_ROW
            y[ends[0] + 1 : ends[1], lips[0] : lips[1], low : high + 1] = VACUUM_ROW
            z[ends[0] + 1 : ends[1], lips[0] + 1 : lips[1], low:high] = VACUUM_ROW
        screen = Medium(x, y, z, vacuum.permittivity, vacuum.conductivity)
        if across:
            return screen
        corners = Node(ends[0], lips[0], low), Node(ends[1], lips[1], high)
        normal = "z" if self.depth else ""
        return with_slots(grid, screen, (Slot("slot", *corners, self.width, normal=normal),))

    def transmitted(self, backend: Backend, frequencies: Real, across: int = 0) -> Real:
        """e across the slot behind the screen per dipole moment, dB.

        Dipole and probe fill the 5 mm across the slot that a coarse cell has, in one edge or more.
        """
        grid = Grid(*self.lines(across))
        middle = (grid.y[1:] + grid.y[:-1]) / 2
        row = np.flatnonzero(np.abs(middle) < _CELL / 2)
        i = int(np.argmin(np.abs(grid.x)))
        before, behind = (int(np.argmin(np.abs(grid.z - z))) for z in (-_AWAY, self.depth + _AWAY))
        simulation = Simulation(
            grid,
            self.medium(grid, across),
            Pulse(4e9),
            Absorber(((7, 7),) * 3, alpha_max=1e-2),
            currents=tuple(CurrentElement("e_y", Node(i, int(j), before)) for j in row),
        )
        places = np.array([[i, j, behind] for j in row])
        trace = traces(simulation, backend, "e_y", places, int(12e-9 / simulation.dt))
        share = grid.spacings[1][row] / _CELL
        field = spectrum(trace @ share, simulation.dt, frequencies)
        return np.asarray(20 * np.log10(np.abs(field)))
