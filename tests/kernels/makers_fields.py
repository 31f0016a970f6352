"""Random calls of the kernels that walk over cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from emtwin.backends import At, Box
from emtwin.backends.numpy_backend import NumpyBackend
from emtwin.backends.signatures import element_type, signatures
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Faces, Medium
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation, Stepper
from emtwin.solver.stages.coefficients import VECTOR
from tests.kernels.argument_base import ArgumentSet, Maker, noise


def _random_faces(rng: np.random.Generator, grid: Grid) -> Faces:
    """Magnetic materials scattered over the faces."""
    first = _first_row(grid.shape[2])
    ids = [
        np.where(volume > 0, first + rng.integers(0, 5, grid.nodes), 0).astype(np.uint16)
        for volume in Faces.vacuum(grid).ids
    ]
    permeability, loss = np.ones(first + 5), np.zeros(first + 5)
    permeability[first + 2 :], loss[first + 2 :] = [4.0, 2, 30], [500.0, 0, 9000]
    return Faces(*ids, permeability, loss)


def _first_row(n_z: int) -> int:
    """Grids even along z use rows that a byte does not hold; both kinds are among SHAPES."""
    return 0 if n_z % 2 else 270


def random_scene(
    rng: np.random.Generator, shape: tuple[int, int, int], *, magnetic: bool
) -> Simulation:
    """Graded grid, materials scattered over it, absorber of unequal thickness on all faces."""
    first = _first_row(shape[2])
    grid = Grid(*(np.append(0.0, np.cumsum(rng.uniform(1e-3, 2e-3, n))) for n in shape))
    ids = []
    for axis in range(3):
        volume = (first + rng.integers(0, 6, grid.nodes)).astype(np.uint16)
        volume[:, ::3, :] = 1  # long runs of one row beside short ones
        np.moveaxis(volume, axis, 0)[-1] = 0
        ids.append(volume)
    drive = CurrentElement("e_z", Node(*(n // 2 for n in shape)))
    ids[2][drive.node] = 1
    faces = _random_faces(rng, grid) if magnetic else None
    permittivity, conductivity = np.ones(first + 6), np.zeros(first + 6)
    permittivity[first + 2 :], conductivity[first + 2 :] = [4.0, 2, 3, 7], [0.02, 0.5, 0, 1]
    medium = Medium(*ids, permittivity, conductivity, faces)
    absorber = Absorber(tuple((min(2, n // 3), min(4, n // 3)) for n in shape))
    return Simulation(grid, medium, Pulse(5e9), absorber, currents=(drive,))


def _field_kernel(kernel: str) -> Maker:
    def make(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
        stepper = Stepper(
            random_scene(rng, shape, magnetic=kernel == "yee_h_tabled"), NumpyBackend(real)
        )
        stages = [*stepper.stages(), stepper.energy()[0]]
        stage = next(stage for stage in stages if stage.kernel == kernel)
        arguments = _randomised(rng, real, kernel, stage.arguments)
        _repeat_by_pattern(arguments)
        box = stage.box
        if kernel == "energy":  # part of the rows: what lies beyond must not count
            box = Box((0, 0, 1), (*box.hi[:2], box.hi[2] - 1))
        return ArgumentSet(kernel, box, arguments)

    return make


def _randomised(
    rng: np.random.Generator, real: Any, kernel: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Every array of reals replaced by noise; arrays that share memory go on sharing it."""
    fresh: dict[int, Any] = {}

    def replaced(kind: str, value: Any) -> Any:
        if isinstance(value, At):
            return At(replaced(kind, value.array), value.offset)
        if not isinstance(value, np.ndarray) or element_type(kind, real).kind != "f":
            return value
        if id(value) not in fresh:
            fresh[id(value)] = noise(rng, value.size, value.dtype)
        return fresh[id(value)]

    kinds = {name: kind for kind, name in signatures()[kernel].fields}
    return {name: replaced(kinds[name], value) for name, value in arguments.items()}


def _repeat_by_pattern(arguments: dict[str, Any]) -> None:
    """Fill the tables by pattern from those by row: they say the same of every place."""
    for table, by_row in (("keep", ("ca", "da")), ("gain", ("cb", "db"))):
        values = next((arguments[name] for name in by_row if name in arguments), None)
        if table in arguments:
            vectors = arguments[table].reshape(-1, VECTOR)
            for axis in "xyz":
                rows = arguments[f"id_{axis}"].reshape(-1, VECTOR)
                vectors[arguments[f"pattern_{axis}"]] = values[rows]


def _inner_kernel(kernel: str) -> Maker:
    """The call of the kernel with the absorber, on a box that it does not touch."""

    def make(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
        case = MAKERS[kernel](rng, real, shape)
        a = case.arguments
        ends = [
            (a[f"low_{axis}"], a[f"high_{axis}"]) if a[f"low_{axis}"] < a[f"high_{axis}"] else whole
            for axis, whole in zip("xyz", zip(*case.box, strict=True), strict=True)
        ]  # the whole of an axis so short that its absorbers meet
        box = Box(*zip(*ends, strict=True))
        return ArgumentSet(f"{kernel}_inner", box, a)

    return make


MAKERS: dict[str, Maker] = {
    "yee_h": _field_kernel("yee_h"),
    "yee_h_tabled": _field_kernel("yee_h_tabled"),
    "yee_e": _field_kernel("yee_e"),
    "yee_h_inner": _inner_kernel("yee_h"),
    "yee_h_tabled_inner": _inner_kernel("yee_h_tabled"),
    "yee_e_inner": _inner_kernel("yee_e"),
    "energy": _field_kernel("energy"),
}
