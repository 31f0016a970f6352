"""Scenes for passes over memory, and how they are held against NumPy's two sweeps."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from benchmarks.gpu_passes import ONE_STEP, TWO_STEPS, Form, Passes, start, sweeps
from emtwin.backends import Array, Stage
from emtwin.backends.cuda import CudaBackend
from emtwin.backends.numpy_backend import NumpyBackend
from emtwin.solver import Stepper
from tests.kernels.argument_base import Shape
from tests.kernels.makers_fields import random_scene

SHAPES: tuple[Shape, ...] = ((23, 19, 69), (16, 27, 50))
"""Ragged sizes: ids of a byte; ids of two, and a single plane left for passes of two steps."""

FORMS = tuple(
    Form(kernel, steps, block, planes)
    for kernel, steps in ((ONE_STEP.kernel, 1), (TWO_STEPS.kernel, 2))
    for block, planes in (((32, 8), 64), ((8, 5), 3), ((36, 6), 5), ((4, 4), 1))
)
"""Blocks larger than the box, ragged ones, and such that have one cell of their own."""

STEPS = 12
"""Whole cycles of both forms, and more than one of each."""


def scene(machine: NumpyBackend | CudaBackend, shape: Shape) -> tuple[list[Stage], Array]:
    """The sweeps of a graded grid of scattered materials, absorber on all faces, and its fields."""
    stepper = Stepper(random_scene(np.random.default_rng(3), shape, magnetic=False), machine)
    return sweeps(stepper.stages()), stepper.fields


@cache
def swept(real: DTypeLike, shape: Shape, steps: int = STEPS) -> NDArray[Any]:
    """The fields after some steps of NumPy's sweeps, from noise."""
    machine = NumpyBackend(real)
    stages, fields = scene(machine, shape)
    start(stages, fields, machine)
    machine.program(stages).run(0, steps)
    return machine.download(fields)


def passed(machine: CudaBackend, shape: Shape, form: Form, steps: int = STEPS) -> NDArray[Any]:
    """The same by passes."""
    stages, fields = scene(machine, shape)
    start(stages, fields, machine)
    Passes(stages, fields, machine, form).run(steps)
    return machine.download(fields)
