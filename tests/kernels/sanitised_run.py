"""Runs in a process of its own with the sanitiser build: every kernel, then a random scene.

With the argument ``overrun`` one offset points beyond the fields, which the sanitiser must see.
With ``device FLOAT DOUBLE``, two emulators of a GPU, the device branch of the kernels runs on them.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin.backends import At, Box, Stage, cuda, native_program
from emtwin.backends.cuda import CudaBackend, CudaOptions
from emtwin.backends.native import NativeBackend
from tests.kernels import passes
from tests.kernels.argument_sets import MAKERS, SHAPES, argument_set
from tests.kernels.emulator import EmulatedCupy, load_emulator
from tests.physics.scenes import crowded_scene, fields_after


class ExactBackend(NativeBackend):
    """Arrays without alignment slack, so that the element after the last is a red zone."""

    def zeros(self, size: int, dtype: DTypeLike = None) -> NDArray[Any]:
        """Zeros, exactly `size` of them."""
        return np.zeros(size, dtype or self.real)


def overrun(machine: NativeBackend) -> None:
    """Record the value after the last one of an array."""
    source, ring = machine.upload(np.ones(1000, np.float32)), machine.zeros(4)
    arguments = {"source": At(source, 0), "offset": machine.upload(np.array([1000])), "ring": ring}
    arguments |= {"every": 1, "lines": 1, "width": 1}
    machine.program([Stage("record", Box.items(1), arguments)]).run(0, 1)


def on_the_emulator(libraries: list[str]) -> None:
    """All kernels through the cuda backend, and a scene in graphs and in interior and shell."""
    emulators = [load_emulator(Path(library)) for library in libraries]
    cupy = EmulatedCupy(dict(zip(("float", "double"), emulators, strict=True)))
    cuda._cupy = lambda: cupy  # type: ignore[assignment]
    for precision in ("float32", "float64"):
        for kernel in MAKERS:
            for shape in SHAPES:
                argument_set(kernel, precision, 1, shape).run(CudaBackend(precision))
    for graphs in (True, False):
        machine = CudaBackend(np.float32, CudaOptions(graphs=graphs, split=True, block=(8, 3, 2)))
        fields_after(crowded_scene(3), machine, 40)
    for form, shape in product(passes.FORMS, passes.SHAPES):
        passes.passed(CudaBackend(), shape, form)


def main() -> None:
    """All kernels on two threads in both precisions; a crowded scene under every schedule."""
    if "device" in sys.argv:
        on_the_emulator(sys.argv[2:4])
        print("clean")
        return
    native_program.CELLS_WORTH_A_THREAD = 1  # both threads run, however small the boxes are
    for precision in ("float32", "float64"):
        machine = ExactBackend(precision, 2)
        for kernel in MAKERS:
            for shape in SHAPES:
                argument_set(kernel, precision, 1, shape).run(machine)
        for schedule in ("plain", "fused", "tiled"):
            fields_after(crowded_scene(3), ExactBackend(precision, 2, schedule), 40)
    if "overrun" in sys.argv:
        overrun(ExactBackend(np.float32, 1))
    print("clean")


main()
