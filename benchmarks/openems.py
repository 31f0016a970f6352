"""openEMS, run as a program of its own: writes its XML file, starts it, reads its probes.

Nothing of openEMS is imported or linked: it is a separate program under the GPL. What is written
here follows what version 0.0.35 reads and prints.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_outcome import Outcome, PeerError
from benchmarks.peer_scenes import Point, Scene
from benchmarks.probes import Current, Reading, Voltage
from emtwin.constants import EPS0
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver import CurrentElement, Pulse
from emtwin.solver.wires.wire import dual_area

PROGRAM = "openEMS"
INSTALL = "openEMS is not installed; on Debian and Ubuntu: apt-get install openems"
_NEVER = "1e-300"  # of the peak energy; 0 means the default of 1e-6
_PER_NYQUIST = 8  # lines of a reading per Nyquist interval that openEMS is told
_LOOP = re.compile(r"Time for (\d+) iterations with \S+ cells : (\S+) sec")
_THREADS = re.compile(r"Multithreaded engine using (\d+) threads")
_VERSION = re.compile(r"openEMS \d+bit -- version (\S+)")


class OpenEmsError(PeerError):
    """openEMS is missing, failed, or printed what is not understood."""


def run(scene: Scene, dt: float, steps: int, threads: int, folder: Path) -> Outcome:
    """Run a scene.

    Parameters
    ----------
    scene : Scene
        What to run.
    dt : float
        Time step in seconds.
    steps, threads : int
        Number of time steps and of threads.
    folder : Path
        Where its files go.

    Returns
    -------
    Outcome
        Times and readings.

    Raises
    ------
    OpenEmsError
        If it is not installed or fails, or did other than was asked for.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise OpenEmsError(INSTALL)
    file = folder / "scene.xml"
    document(scene, dt, steps).write(file, encoding="utf-8", xml_declaration=True)
    options = ["--engine=multithreaded", f"--numThreads={threads}", "--disable-dumps", "-v"]
    begin = time.perf_counter()
    done = subprocess.run(
        [program, file.name, *options], cwd=folder, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise OpenEmsError(f"openEMS ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    outcome = understood(done.stdout, seconds, {p.name: folder / p.name for p in scene.probes})
    _check(outcome, steps, threads, scene.every * dt)
    return outcome


def _check(outcome: Outcome, steps: int, threads: int, interval: float) -> None:
    """Refuse a run that is not the one that was asked for."""
    if (outcome.steps, outcome.threads) != (steps, threads):
        raise OpenEmsError(
            f"openEMS did {outcome.steps} steps on {outcome.threads} threads, not {steps} on "
            f"{threads}"
        )
    for name, found in outcome.readings.items():
        between = float(found.times[1] - found.times[0])
        if not abs(between / interval - 1) < 1e-6:
            raise OpenEmsError(
                f"openEMS wrote {name} every {between:g} s, not every {interval:g} s: it chose "
                "another time step"
            )


def understood(text: str, seconds: float, probes: dict[str, Path]) -> Outcome:
    """Outcome from what it printed and the files of its probes.

    Parameters
    ----------
    text : str
        Its standard output.
    seconds : float
        Wall time of the process.
    probes : dict of str to Path
        File of each probe.

    Returns
    -------
    Outcome
        The same in numbers.

    Raises
    ------
    OpenEmsError
        If a line that must be there is not, or a probe wrote no values.
    """
    version, loop, used = (pattern.search(text) for pattern in (_VERSION, _LOOP, _THREADS))
    if version is None or loop is None or used is None:
        raise OpenEmsError(f"openEMS printed no version, loop time or threads: {text[-500:]}")
    readings = {name: reading(file) for name, file in probes.items()}
    return Outcome(version[1], int(loop[1]), int(used[1]), float(loop[2]), seconds, readings)


def reading(file: Path) -> Reading:
    """Reading of a probe file: comments after %, then time and value."""
    if not file.is_file():
        raise OpenEmsError(f"openEMS wrote no {file.name}")
    lines = [n for n in file.read_text(encoding="utf-8").splitlines() if n and n[0] != "%"]
    if len(lines) < 2:
        raise OpenEmsError(f"openEMS wrote {len(lines)} values to {file.name}")
    table = np.array([line.split()[:2] for line in lines], np.float64)
    return Reading(table[:, 0], table[:, 1])


# -- the XML file ----------------------------------------------------------------------------


def document(scene: Scene, dt: float, steps: int) -> Xml.ElementTree[Xml.Element]:
    """The scene as openEMS reads it.

    Parameters
    ----------
    scene : Scene
        The scene.
    dt : float
        Time step in seconds.
    steps : int
        Number of time steps; no other end is given.
    """
    root = Xml.Element("openEMS")
    fdtd = Xml.SubElement(
        root,
        "FDTD",
        NumberOfTimesteps=str(steps),
        endCriteria=_NEVER,
        TimeStep=_text(dt),
        OverSampling=str(_PER_NYQUIST),
    )
    # The Nyquist interval is the whole part of 1 / (2 f0 dt); half a step keeps clear of its edge.
    f0 = 0.5 / (dt * (scene.every * _PER_NYQUIST + 0.5))
    Xml.SubElement(
        fdtd, "Excitation", Type="10", f0=_text(f0), Function=function_of(scene.pulse, dt)
    )
    Xml.SubElement(fdtd, "BoundaryCond", _faces(scene))
    structure = Xml.SubElement(root, "ContinuousStructure", CoordSystem="0")
    grid = Xml.SubElement(structure, "RectilinearGrid", DeltaUnit="1")
    for axis, lines in zip("XYZ", scene.grid.lines, strict=True):
        Xml.SubElement(grid, f"{axis}Lines").text = ",".join(_text(line) for line in lines)
    _properties(Xml.SubElement(structure, "Properties"), scene, dt)
    return Xml.ElementTree(root)


def _faces(scene: Scene) -> dict[str, str]:
    names = [f"{axis}{end}" for axis in "xyz" for end in ("min", "max")]
    depths = [depth for pair in scene.absorber for depth in pair]
    return {
        name: f"PML_{depth}" if depth else "PEC" for name, depth in zip(names, depths, strict=True)
    }


def function_of(pulse: Pulse, dt: float) -> str:
    """The pulse as a formula in t.

    openEMS adds the formula's value at n dt in the step that takes e from n to n + 1; a current
    belongs to n + 1/2.
    """
    u = f"((t-{_text(pulse.start - dt / 2)})/{_text(pulse.width)})"
    return f"-{_text(pulse.amplitude)}*{u}*exp(0.5*(1-{u}*{u}))"


def _properties(parent: Xml.Element, scene: Scene, dt: float) -> None:
    if scene.block is not None:
        block = Xml.SubElement(parent, "Material", Name="block")
        Xml.SubElement(block, "Property", Epsilon=_text(scene.permittivity))
        _box(block, *scene.block, priority=1)
    for n, plate in enumerate(scene.plates):
        _box(Xml.SubElement(parent, "Metal", Name=f"plate{n}"), *plate, priority=10)
    medium = scene.medium()
    for n, current in enumerate(scene.currents):
        _excitation(parent, f"current{n}", scene.grid, medium, current, dt)
    for probe in scene.probes:
        if isinstance(probe, Voltage):
            box = Xml.SubElement(parent, "ProbeBox", Name=probe.name, Type="0", Weight="1")
            _box(box, _place(scene.grid, probe.start), _place(scene.grid, probe.stop))
        else:
            box = Xml.SubElement(
                parent, "ProbeBox", Name=probe.name, Type="1", Weight="1", NormDir="0"
            )
            _box(box, *_loop(scene.grid, probe))


def _excitation(
    parent: Xml.Element,
    name: str,
    grid: Grid,
    medium: Medium,
    source: CurrentElement,
    dt: float,
) -> None:
    """An impressed current i as what it adds to e in a step: -i dt / (eps area)."""
    axis = "xyz".index(source.component[-1])
    row = medium.ids[axis][source.node]
    area = dual_area(grid, source.component, source.node)
    added = -source.current * dt / (EPS0 * medium.permittivity[row] * area)
    excite = ",".join(_text(added) if a == axis else "0" for a in range(3))
    stop = list(source.node)
    stop[axis] += 1
    excitation = Xml.SubElement(parent, "Excitation", Name=name, Type="0", Excite=excite)
    _box(excitation, _place(grid, source.node), _place(grid, stop))


def _place(grid: Grid, node: tuple[int, ...] | list[int]) -> Point:
    x, y, z = (float(lines[n]) for lines, n in zip(grid.lines, node, strict=True))
    return x, y, z


def _loop(grid: Grid, probe: Current) -> tuple[Point, Point]:
    """Corners of the loop, at centres of cells."""
    x, y, z = grid.centres
    return (
        (float(x[probe.lo.i]), float(y[probe.lo.j - 1]), float(z[probe.lo.k - 1])),
        (float(x[probe.hi.i]), float(y[probe.hi.j]), float(z[probe.hi.k])),
    )


def _box(parent: Xml.Element, lo: Point, hi: Point, priority: int = 0) -> None:
    primitives = Xml.SubElement(parent, "Primitives")
    box = Xml.SubElement(primitives, "Box", Priority=str(priority))
    for name, point in (("P1", lo), ("P2", hi)):
        values = {axis: _text(v) for axis, v in zip("XYZ", point, strict=True)}
        Xml.SubElement(box, name, values)


def _text(value: float | NDArray[np.float64]) -> str:
    return repr(float(value))
