"""Memory of a site's runs: told part by part before them, refused above the budget or what is free.

What would fit is computed by planning the grid again, coarser and coarser, not by a rule of thumb.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.memory import available_memory
from emtwin.constants import C0
from emtwin.errors import InputError, Notice
from emtwin.grid import Grid
from emtwin.scene import LoadedTwin
from emtwin.solver import Absorber, HuygensSurface
from emtwin.solver.memory import RESULT_BYTES, Sampled, memory_of_run
from emtwin.solver.monitors.field_samples import nyquist_interval
from emtwin.solver.schedule import lines_per_batch
from emtwin.solver.waveforms.pulses import CONTENT
from emtwin.units import format_si

PROGRAM_BYTES = 150 * 2**20
"""Interpreter and libraries while fields are computed."""

MODEL_BYTES = 20
"""Of a cell of a site: material rows of its edges, and the parts that own cells, edges, faces."""

ON_DEVICE = ("fields", "material ids", "rows of vectors", "absorber", "lines of samples")
"""Parts that lie where the kernels run."""

FEWEST_CELLS = 5.0
"""Per wavelength; a twin file may not ask for less."""

_NEAR = 1.02  # how close to the limit what would fit is sought
_FARTHEST = 30.0  # how far from what was wanted it is sought


@dataclass(frozen=True)
class Extent:
    """What the memory of a site's runs depends on.

    Parameters
    ----------
    grid : Grid
        The grid.
    absorber : Absorber
        Its absorbing layers.
    surface : HuygensSurface
        Near-to-far surface.
    f_max : float
        Highest frequency of the pulse, Hz.
    frequencies : int
        Number of frequencies of all spectra.
    views : tuple of int
        Samples of each group that a picture is made of.
    """

    grid: Grid
    absorber: Absorber
    surface: HuygensSurface
    f_max: float
    frequencies: int
    views: tuple[int, ...]

    def memory(self, runs: int = 1, earlier: int = 0) -> dict[str, int]:
        """Bytes by what takes them while the last of `runs` runs ends.

        Parameters
        ----------
        runs : int
            Runs of this site; the results of those before the last are in memory.
        earlier : int
            Bytes that the sites before this one have left.
        """
        smallest = [d.min() for d in self.grid.spacings]
        dt = 1 / (C0 * np.sqrt(sum(1 / d**2 for d in smallest)))
        every = nyquist_interval(self.f_max, CONTENT * self.f_max, dt)
        parts = memory_of_run(
            self.grid,
            self.absorber,
            4,
            [Sampled(places, self.frequencies) for places in self.views],
            Sampled(self.surface.n_samples, self.frequencies),
            lines_per_batch=lines_per_batch(every),
        )
        joined = runs * (self._shown + 2 * self._radiated) - sum(parts.values())
        finished = max((runs - 1) * (self._shown + self._radiated), joined)
        return {
            "program": PROGRAM_BYTES,
            "device on the grid": MODEL_BYTES * self.grid.n_cells,
            **parts,
            "finished runs": finished + earlier,
        }

    def left_behind(self, runs: int) -> int:
        """Bytes that stay in memory when all runs of the site are done."""
        return runs * (self._shown + self._radiated) + MODEL_BYTES * self.grid.n_cells

    @property
    def _shown(self) -> int:
        return RESULT_BYTES * self.frequencies * sum(self.views)

    @property
    def _radiated(self) -> int:
        return RESULT_BYTES * self.frequencies * self.surface.n_samples


def expected_views(
    grid: Grid, surface: HuygensSurface, lo: NDArray[np.float64], hi: NDArray[np.float64]
) -> tuple[int, ...]:
    """Samples of the pictures' planes, and about those of the device's surface, before voxels.

    Parameters
    ----------
    grid : Grid
        The grid.
    surface : HuygensSurface
        The box that the planes fill.
    lo, hi : ndarray of float64, shape (3,)
        Corners of the device in metres; its surface counts like that of its box.
    """
    sides = np.subtract(surface.hi, surface.lo).tolist()
    planes = tuple(_edges_of_a_plane(sides[a], sides[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    n = [
        int(np.ptp(np.searchsorted(centres, (low, high))))
        for centres, low, high in zip(grid.centres, lo, hi, strict=True)
    ]
    layers = 2 * sum(_edges_of_a_plane(n[a], n[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    return (*planes, layers - 4 * sum(n))  # the edges of the box belong to two layers


def _edges_of_a_plane(u: int, v: int) -> int:
    """Edges of u x v cells in one layer, each counted once."""
    return 2 * (u * (v + 1) + (u + 1) * v) + (u + 1) * (v + 1)


@dataclass(frozen=True)
class Ways:
    """Bytes of a site planned with another f_max (Hz), cells per wavelength, finest cell (m)."""

    at_frequency: Callable[[float], int]
    at_cells_per_wavelength: Callable[[float], int]
    at_finest_cell: Callable[[float], int]


def refuse_if_too_large(
    loaded: LoadedTwin,
    site: str,
    cells: int,
    memory: Mapping[str, int],
    ways: Ways,
    suspects: Sequence[Notice] = (),
) -> None:
    """Hold a site against the memory budget.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin, with its budget.
    site : str
        ``free_space`` or ``over_floor``.
    cells : int
        Cells of its grid.
    memory : mapping of str to int
        Bytes by what takes them.
    ways : Ways
        What may be planned instead.
    suspects : sequence of Notice
        What is known of the device and may be the reason, such as a wrong unit.

    Raises
    ------
    InputError
        If the budget is exceeded; the remedy says what would fit.
    """
    budget = loaded.twin.accuracy.settings().memory_bytes
    if sum(memory.values()) > budget:
        message = f"{_needs(site, cells, memory)}, the budget is {_size(budget)}"
        message = "; ".join([message, *(notice.message for notice in suspects)])
        _refuse(loaded, message, f"raise accuracy.memory to {_above(memory)}", budget, ways, site)


def refuse_if_not_free(
    loaded: LoadedTwin,
    site: str,
    cells: int,
    memory: Mapping[str, int],
    ways: Ways,
    on_device: int,
) -> None:
    """Hold a site against what the machine has free, before anything of a run is allocated.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    site : str
        ``free_space`` or ``over_floor``.
    cells : int
        Cells of its grid.
    memory : mapping of str to int
        Bytes by what takes them.
    ways : Ways
        What may be planned instead.
    on_device : int
        Free bytes where the kernels run; the host's own are asked for here.

    Raises
    ------
    InputError
        If the run would not fit into the host or the device.
    """
    total, free = sum(memory.values()), _free(memory)
    for_kernels = sum(memory[name] for name in ON_DEVICE)
    if for_kernels > on_device:
        free = min(free, total * on_device // for_kernels)
    if total > free:
        message = f"{_needs(site, cells, memory)}, this machine has {_size(free)} for it"
        _refuse(loaded, message, "free memory or take a larger machine", free, ways, site)


def free_notice(site: str, memory: Mapping[str, int]) -> tuple[Notice, ...]:
    """A notice where this machine has less memory free than a site's runs would take."""
    total, free = sum(memory.values()), _free(memory)
    if total <= free:
        return ()
    text = f"site {site} needs {_size(total)} of memory, this machine has {_size(free)} for it now"
    return (Notice("memory-not-free", f"{text}: `emtwin run` would refuse"),)


def _free(memory: Mapping[str, int]) -> int:
    """Bytes of the host for a site: what is free, and what the program holds already."""
    return available_memory() + PROGRAM_BYTES + memory["device on the grid"]


def _needs(site: str, cells: int, memory: Mapping[str, int]) -> str:
    most = max(memory, key=lambda name: memory[name])
    return (
        f"site {site} needs {cells / 1e6:.3g} million cells and {_size(sum(memory.values()))} of "
        f"memory, {_size(memory[most])} of it for {most}"
    )


def _refuse(
    loaded: LoadedTwin, message: str, first: str, limit: int, ways: Ways, site: str
) -> None:
    settings = loaded.twin.accuracy.settings()
    f_max = settings.f_max_emission if site == "over_floor" else settings.f_max_immunity
    frequency = largest_that_fits(ways.at_frequency, f_max, f_max / _FARTHEST, limit)
    cells = largest_that_fits(
        ways.at_cells_per_wavelength, settings.cells_per_wavelength, FEWEST_CELLS, limit
    )
    finest = 1 / settings.finest_cell
    per_metre = largest_that_fits(
        lambda n: ways.at_finest_cell(1 / n), finest, finest / _FARTHEST, limit
    )
    remedies = [first]
    if not settings.fit:
        remedies.append("set accuracy.fit to true for the finest grid that fits")
    if frequency is not None:
        remedies.append(f"lower accuracy.f_max to {format_si(_down(frequency), 'Hz', 3)}")
    if cells is not None:
        remedies.append(f"lower accuracy.cells_per_wavelength to {_down(cells):.3g}")
    if per_metre is not None:
        size = format_si(-_down(-1 / per_metre), "m", 3)
        remedies.append(f"raise accuracy.finest_cell to {size}")
    if len(remedies) == 1 + (not settings.fit) and limit > PROGRAM_BYTES:
        remedies.append("change more than one of f_max, cells_per_wavelength and finest_cell")
    raise InputError([loaded.problem("accuracy.memory", message, ", or ".join(remedies))])


def largest_that_fits(
    takes: Callable[[float], int], wanted: float, least: float, limit: int
) -> float | None:
    """Largest value from `least` to `wanted` that fits, within two per cent.

    Parameters
    ----------
    takes : callable
        Bytes at a value; rising.
    wanted, least : float
        Ends of the search, above 0.
    limit : int
        Bytes that may be taken.

    Returns
    -------
    float or None
        None where even `least` does not fit.
    """
    if takes(wanted) <= limit:
        return wanted
    low, high = least, wanted
    if takes(low) > limit:
        return None
    while high / low > _NEAR:
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if takes(middle) <= limit else (low, middle)
    return low


def _down(value: float) -> float:
    """Rounded down to three digits."""
    digit = 10 ** (np.floor(np.log10(abs(value))) - 2)
    return float(np.floor(value / digit) * digit)


def _above(memory: Mapping[str, int]) -> str:
    """A size that is enough, rounded up to a tenth of a gibibyte."""
    return f"{np.ceil(sum(memory.values()) / 2**30 * 10) / 10:.4g} GiB"


def _size(value: int) -> str:
    return format_si(float(value), "B", 3)
