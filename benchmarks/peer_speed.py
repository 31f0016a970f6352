"""Speed of a cube of cells in several codes: the scene, its conditions, the ratios to be reached.

Every code gets the same cells, steps, precision, threads and depth of absorber, and ends after the
same number of steps; where one cannot, its row says so. A ratio counts only where the two traces
correlate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.harness import Row, Spread
from benchmarks.peer_outcome import Outcome
from benchmarks.peer_scenes import DEPTH, Figure, Readings, Scene
from benchmarks.probes import Reading, Voltage
from emtwin.grid import Grid, Node
from emtwin.solver import CurrentElement, Pulse

CELL = 1e-3
SIZES, QUICK_SIZES = (100, 200), (64,)
STEPS = 510
"""One batch of emtwin's time loop at these cells: the wave has passed the probe in every size."""
EVERY = 4
OPENEMS = "openEMS"
TARGETS = {OPENEMS: 6.0, "fdtdx": 8.0, "gprMax": 10.0, "meep": None}
"""Least ratio of the other code's time loop to emtwin's; Meep's is only reported."""
ALIKE = 0.99  # correlation of the traces
PROBE = "v"
PRECISION = "float32"


def cubes(*, quick: bool) -> list[Scene]:
    """The scene in each of its sizes."""
    return [cube(n) for n in (QUICK_SIZES if quick else SIZES)]


def cube(n: int) -> Scene:
    """Dielectric cube in vacuum, an upright current in its middle, a probe outside it."""
    grid = Grid.uniform((n, n, n), CELL)
    middle, third = n // 2, n // 3
    first = (n - third) // 2
    lo, hi = (float(grid.x[at]) for at in (first, first + third))
    place = Node(middle + n // 4, middle, middle)
    return Scene(
        f"speed, cube of {n}^3 cells",
        grid,
        Pulse(10e9),
        (CurrentElement("e_z", Node(middle, middle, middle)),),
        (Voltage(PROBE, place, Node(place.i, place.j, place.k + 1)),),
        STEPS,
        EVERY,
        _no_figures,
        ((DEPTH, DEPTH),) * 3,
        ((lo, lo, lo), (hi, hi, hi)),
        4.0,
    )


def _no_figures(scene: Scene, readings: Readings, dt: float) -> list[Figure]:
    del scene, readings, dt
    return []


def correlation(ours: Reading, theirs: Reading) -> float:
    """Correlation of two traces at the times of ours that both cover; scale does not count."""
    kept = (ours.times >= theirs.times[0]) & (ours.times <= theirs.times[-1])
    other = np.interp(ours.times[kept], theirs.times, theirs.values)
    own = ours.values[kept]
    return float(own @ other / (np.linalg.norm(own) * np.linalg.norm(other)))


def conditions(scene: Scene, outcome: Outcome, threads: int) -> str:
    """What the other code was given, and emtwin's where it differs.

    Parameters
    ----------
    scene : Scene
        The cube.
    outcome : Outcome
        Of the other code.
    threads : int
        Of emtwin.
    """
    cells = " x ".join(str(n) for n in scene.grid.shape)
    return (
        f"{outcome.version}; {cells} cells, {outcome.steps} steps, "
        f"{_beside(outcome.precision, PRECISION)}, {_beside(outcome.threads, threads)} threads, "
        f"absorber of {DEPTH} cells, ends after the number of steps; {outcome.timing}"
    )


def equal(outcome: Outcome, threads: int) -> bool:
    """Whether the other code had emtwin's precision and number of threads."""
    return (outcome.precision, outcome.threads) == (PRECISION, threads)


def _beside(theirs: object, ours: object) -> str:
    return str(theirs) if theirs == ours else f"{theirs} (emtwin {ours})"


def ratio_row(
    scene: Scene, peer: str, ours: Sequence[float], theirs: Sequence[float], given: str
) -> Row:
    """Median over pairs of the other code's time loop in units of emtwin's.

    Parameters
    ----------
    scene : Scene
        The cube.
    peer : str
        The other code.
    ours, theirs : sequence of float
        Seconds of the time loops, in the order in which they ran.
    given : str
        Conditions of both.
    """
    ratio = Spread.of([b / a for a, b in zip(ours, theirs, strict=True)])
    note = (
        f"median of {len(ours)} pairs: {ratio}; {np.median(theirs):.3g} s and "
        f"{np.median(ours):.3g} s; {given}"
    )
    return Row(_case(scene, peer), ratio.median, "times", TARGETS[peer], note=note)


def missing_row(scene: Scene, peer: str, why: str) -> Row:
    """The ratio that could not be measured, and why; its target counts as not met."""
    return Row(_case(scene, peer), None, "times", TARGETS[peer], note=why)


def _case(scene: Scene, peer: str) -> str:
    return f"{scene.name}: time loop, {peer} over emtwin"
