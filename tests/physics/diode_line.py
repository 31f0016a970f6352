"""A diode, or something else, across a line: a voltage source with ohms in series."""

from __future__ import annotations

import numpy as np

from emtwin.backends import Backend
from emtwin.constants import ETA0
from emtwin.grid import Node
from emtwin.solver import (
    CurrentElement,
    Element,
    Junction,
    LumpedElement,
    NonLinearElement,
    OnePort,
    RunResult,
    StopRule,
    Waveform,
    run,
)
from tests.physics.test_exact import line

SOURCE = ETA0 / 2  # what a node of the line (a square metre per metre) sees: both directions


def across_line(
    part: Junction | OnePort, wave: Waveform, peak: float, machine: Backend, steps: int
) -> RunResult:
    """Something across the line of 1 mm cells, 10 cells behind a source of `peak` volts.

    The source's wave and the node's own two directions make a voltage source with `SOURCE` ohm in
    series. No echo comes back from the ends within `steps` steps of half a cell and a batch more.
    """
    at, n = 1010, 1020 + (steps + 512) // 4
    assert steps + 512 < 4 * 1000
    ends = Node(at, 1, 0), Node(at, 1, 1)
    element: Element
    if isinstance(part, Junction):
        element = NonLinearElement("x", *ends, part)
    else:
        element = LumpedElement("x", *ends, part)
    scene = line(
        n,
        np.ones(n + 1),
        pulse=wave,
        currents=(CurrentElement("e_z", Node(1000, 1, 0), peak / SOURCE),),
        courant=0.5,
        elements=(element,),
    )
    return run(scene, machine, StopRule(-300, -300, steps))
