"""Whole time steps in one pass over memory: forms that no product path uses, and their figures.

Between two passes the fields are in a second array. The rest of the grid, the absorber among it, is
advanced in place by the product's split kernels, see docs/decisions/0008-passes.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks import gpu_scenes, scenes
from benchmarks.harness import REPEATS, Spread, seconds_of
from emtwin.backends import Array, At, Backend, Box, Stage
from emtwin.backends.cuda import CudaBackend, CudaOptions
from emtwin.backends.regions import around
from emtwin.backends.signatures import signatures_in

FILE = "experiments/yee_passes.cu"
Figure = tuple[float, str]
_BOX = np.dtype([("lo", "i8", 3), ("hi", "i8", 3)])
_FIELDS = ("e_x", "e_y", "e_z", "h_x", "h_y", "h_z")
_CELL_STEPS = 1e10
_STEPS = 24  # after which two forms are compared
_NOISE = 1_000_003  # values; a prime, so that planes and rows differ


@dataclass(frozen=True)
class Form:
    """A kernel of passes, and the shape of its work.

    Parameters
    ----------
    kernel : str
        Its name.
    steps : int
        Time steps of a pass.
    block : tuple of int
        Threads of a block along z and y, at most 512 in float32 and 256 in float64.
    planes : int
        Planes of a block.
    """

    kernel: str
    steps: int
    block: tuple[int, int] = (32, 16)
    planes: int = 64

    @property
    def own(self) -> tuple[int, int]:
        """Places and rows of a block that no other block has."""
        shared = 2 * self.steps - 1
        return self.block[0] - shared, self.block[1] - shared

    def bytes_moved(self, *, cached: bool) -> float:
        """Bytes of a cell and step, in float32 with rows of a byte.

        Parameters
        ----------
        cached : bool
            Whether what two blocks read comes from memory once, or twice.
        """

        def grown(by: int) -> float:
            """Cells of a block with some more along each axis, of its own ones."""
            extent = np.array([*self.own, self.planes])
            return 1.0 if cached else float(np.prod(1 + by / extent))

        reach = 2 * self.steps
        read = 12 * grown(reach) + 12 * grown(reach - 1) + 3 * grown(reach - 2)
        return (read + 24) / self.steps


ONE_STEP = Form("one_step_pass", 1)
TWO_STEPS = Form("two_step_pass", 2)
FORMS = {"e and h in one pass": ONE_STEP, "two steps per pass": TWO_STEPS}
BLOCKS = ((64, 8), (32, 8))
"""Other blocks to be measured."""


class Passes:
    """Time steps of a vacuum, or of materials without magnetic ones, by passes.

    A pass goes from the fields to a second array and the next one back. Meanwhile all that the pass
    back does not write is advanced in place, in boxes that lose a layer with each step.

    Parameters
    ----------
    stages : sequence of Stage
        The two sweeps of a time step, that of h first, on `fields`.
    fields : Array
        The six components.
    cuda : CudaBackend
        The GPU.
    form : Form
        How.

    Raises
    ------
    ValueError
        If the stages are others, or the absorber leaves too few cells between.
    """

    def __init__(
        self, stages: Sequence[Stage], fields: Array, cuda: CudaBackend, form: Form
    ) -> None:
        if [stage.kernel for stage in stages] != ["yee_h", "yee_e"]:
            raise ValueError(f"passes advance yee_h and yee_e, not {[s.kernel for s in stages]}")
        self.cycle = 2 * form.steps
        inside = unabsorbed(stages)
        back = shrunk(inside, 2 * form.steps)
        if any(low >= high for low, high in zip(*back, strict=True)):
            raise ValueError(
                f"the cells {inside} between the absorbers are too few: nothing is left "
                f"{2 * form.steps} cells inside them"
            )
        self._cuda, self._form = cuda, form
        self._narrow = bool(stages[1].arguments["narrow"])
        self._other = cuda.zeros(fields.size)
        arguments = _arguments(stages, form.planes)
        here = {name: arguments[name] for name in _FIELDS}
        there = {name: At(self._other, at.offset) for name, at in here.items()}
        self._out = self._pass(arguments | _renamed(there), shrunk(inside, form.steps))
        self._back = self._pass(arguments | there | _renamed(here), back)
        rest = remainder(stages, back, self.cycle)
        self._rest = cuda.program(rest, CudaOptions(graphs=False, split=False))

    def run(self, n_steps: int) -> None:
        """Advance the fields, and wait.

        Parameters
        ----------
        n_steps : int
            Steps, a multiple of `cycle`.

        Raises
        ------
        ValueError
            If it is no multiple.
        """
        if n_steps % self.cycle:
            raise ValueError(f"{n_steps} steps are no multiple of {self.cycle}")
        for _ in range(n_steps // self.cycle):
            self._out()
            self._rest.queue(0, 1)
            self._back()
        self._cuda.stream.synchronize()

    def pass_out_and_back(self) -> None:
        """Both passes of a cycle without what is between them, for a profiler; and wait."""
        self._out()
        self._back()
        self._cuda.stream.synchronize()

    def _pass(self, arguments: dict[str, Any], box: Box) -> Callable[[], None]:
        """Launch of the kernel on a box."""
        cuda, form = self._cuda, self._form
        packed = signatures_in(FILE)[form.kernel].pack(arguments, cuda.real)
        corners = np.zeros((), _BOX)
        corners["lo"], corners["hi"] = box
        extent = [high - low for low, high in zip(*box, strict=True)]
        per_block = (*form.own, form.planes)
        grid = tuple(-(-n // size) for n, size in zip(extent[::-1], per_block, strict=True))
        kernel = cuda.kernel(FILE, form.kernel, narrow=self._narrow)
        counter = cuda.zeros(1, np.int64)  # no kernel of passes asks for the step

        def launch() -> None:
            with cuda.at_work():
                kernel(grid, (*form.block, 1), (packed, corners, np.int64(0), counter))

        return launch


def unabsorbed(stages: Sequence[Stage]) -> Box:
    """The box in which no sweep meets the absorber.

    Parameters
    ----------
    stages : sequence of Stage
        The sweeps.
    """
    lo = np.max([[s.arguments[f"low_{axis}"] for axis in "xyz"] for s in stages], axis=0)
    hi = np.min([[s.arguments[f"high_{axis}"] for axis in "xyz"] for s in stages], axis=0)
    return _box(lo, hi)


def shrunk(box: Box, layers: int) -> Box:
    """A box without its outer layers.

    Parameters
    ----------
    box : Box
        The box.
    layers : int
        How many layers it loses on each side.
    """
    return _box(np.array(box.lo) + layers, np.array(box.hi) - layers)


def remainder(stages: Sequence[Stage], hole: Box, steps: int) -> list[Stage]:
    """Both sweeps of some steps, on all but a hole that grows to `hole` in the last one.

    A place is right after a step if it and its neighbours were right before: h is wrong in the hole
    of e before it and one layer below, e where h is wrong and one layer above.

    Parameters
    ----------
    stages : sequence of Stage
        The sweeps of h and e.
    hole : Box
        Where nothing has to be right after the last step.
    steps : int
        How many.
    """
    h, e = stages
    parts = []
    for left in reversed(range(steps)):
        wrong_e = shrunk(hole, left)
        wrong_h = _box(np.array(wrong_e.lo), np.array(wrong_e.hi) - 1)
        parts += [replace(h, box=slab) for slab in _outside(wrong_h, h.box)]
        parts += [replace(e, box=slab) for slab in _outside(wrong_e, e.box)]
    return parts


def _outside(hole: Box, whole: Box) -> list[Box]:
    empty = any(low >= high for low, high in zip(*hole, strict=True))
    return [whole] if empty else around(hole, whole)


def _box(lo: Any, hi: Any) -> Box:
    first, last = ((int(x), int(y), int(z)) for x, y, z in (lo, hi))
    return Box(first, last)


def _renamed(fields: dict[str, At]) -> dict[str, At]:
    """The fields that a pass writes."""
    return {f"new_{name}": at for name, at in fields.items()}


def _arguments(stages: Sequence[Stage], planes: int) -> dict[str, Any]:
    """What a pass takes of the sweeps' arguments; all but the fields that it writes."""
    h, e = (stage.arguments for stage in stages)
    taken = ("plane", "row", "ca", "cb", "id_x", "id_y", "id_z", "narrow")
    arguments = {name: e[name] for name in (*_FIELDS, *taken)}
    arguments |= {f"inv_d{axis}": h[f"inv_d{axis}"] for axis in "xyz"}
    arguments |= {f"inv_c{axis}": e[f"inv_d{axis}"] for axis in "xyz"}
    return arguments | {"db": h["db"], "planes": planes}


def sweeps(stages: Sequence[Stage]) -> list[Stage]:
    """Those of a scene's stages that passes replace.

    Parameters
    ----------
    stages : sequence of Stage
        Of a time step.
    """
    return [stage for stage in stages if stage.kernel in ("yee_h", "yee_e")]


def start(stages: Sequence[Stage], fields: Array, backend: Backend) -> None:
    """Noise in the fields, nothing in the absorber's memory.

    Parameters
    ----------
    stages : sequence of Stage
        The sweeps.
    fields : Array
        The six components.
    backend : Backend
        Whose memory it is.
    """
    noise = np.random.default_rng(1).uniform(-1, 1, min(_NOISE, fields.size))
    block = backend.upload(noise.astype(backend.real))
    for begin in range(0, fields.size, block.size):
        fields[begin : begin + block.size] = block[: fields.size - begin]
    for stage in stages:
        for name, array in stage.arguments.items():
            if name.startswith("psi"):
                array[:] = 0


def speed(n: int, cuda: CudaBackend, form: Form) -> Figure:
    """Speed of a vacuum cube with absorber.

    Parameters
    ----------
    n : int
        Cells along an edge.
    cuda : CudaBackend
        The GPU.
    form : Form
        How it is advanced.
    """
    scene, fields, stages = gpu_scenes.cube(n, cuda)
    passes, count = Passes(sweeps(stages), fields, cuda, form), scenes.cells(scene)
    steps = passes.cycle * max(1, int(_CELL_STEPS / count / passes.cycle))
    [seconds] = seconds_of(lambda: passes.run(steps))
    found = Spread.of([count * steps / s / 1e9 for s in seconds])
    once, twice = form.bytes_moved(cached=True), form.bytes_moved(cached=False)
    note = f"median of {REPEATS}: {found}; the passes alone move {once:.3g} B per cell and step"
    return found.median, f"{note}, {twice:.3g} if rims are read from memory twice"


def differing(n: int, cuda: CudaBackend, form: Form) -> Figure:
    """Field values that are not those of the split kernels, to the bit.

    Parameters
    ----------
    n : int
        Cells along an edge of a vacuum cube with absorber.
    cuda : CudaBackend
        The GPU.
    form : Form
        How it is advanced.
    """
    _, fields, stages = gpu_scenes.cube(n, cuda)
    bare, ends = sweeps(stages), []
    split = cuda.program(bare, CudaOptions(graphs=False, split=True))
    passes = Passes(bare, fields, cuda, form)
    forms: tuple[Callable[[], None], ...] = (
        lambda: split.run(0, _STEPS),
        lambda: passes.run(_STEPS),
    )
    for advance in forms:
        start(bare, fields, cuda)
        advance()
        ends.append(cuda.download(fields))
    bits = [end.view(f"u{end.itemsize}") for end in ends]
    unlike = int(np.count_nonzero(bits[0] != bits[1]))
    return float(unlike), f"of {fields.size} after {_STEPS} steps from noise"
