"""Mutated mesh files and twin files end in a result or in one of our errors, in bounded time."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import meshio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emtwin import load, resources
from emtwin.benches.bodies import bodies_of
from emtwin.errors import EmtwinError
from emtwin.geometry import demand_kind, meshes, read_regions
from emtwin.geometry.diagnosis import diagnose
from tests.integration.mutations import mutate, mutate_twin
from tests.unit.geometry.damage import box

SECONDS = 60
"""Bound for one file; the largest takes well below a second."""

TETS = [[0, 1, 3, 7], [0, 3, 2, 7], [0, 2, 6, 7], [0, 6, 4, 7], [0, 4, 5, 7], [0, 5, 1, 7]]
# Ending of a file, with the format that meshio writes it in and its options.
FORMATS = {
    "old.msh": ("gmsh22", {"binary": False}),
    "new.msh": ("gmsh", {"binary": False}),
    "binary.msh": ("gmsh", {"binary": True}),
    "text.stl": ("stl", {"binary": False}),
    "binary.stl": ("stl", {"binary": True}),
    "part.vtu": ("vtu", {"binary": False}),
    "part.vtk": ("vtk", {"binary": False}),
    "part.ply": ("ply", {"binary": False}),
    "part.obj": ("obj", {}),
    "part.off": ("off", {}),
    "part.inp": ("abaqus", {}),
}
FEW, MANY = 5, 160


def written(folder: Path, name: str) -> bytes:
    """A cube of 40 mm as a file: tetrahedra and its top where the format can hold them."""
    form, options = FORMATS[name]
    cube = box(40.0)
    surface = form in {"stl", "ply", "obj", "off"}
    cells = [("triangle", cube.triangles)] if surface else [("tetra", np.array(TETS))]
    extra = {}
    if form == "gmsh22":  # meshio writes 4.1 with one kind of cell only
        cells.append(("triangle", cube.triangles[2:4]))
        tags = [np.full(6, 3), np.full(2, 7)]
        extra = {
            "cell_data": {"gmsh:physical": tags, "gmsh:geometrical": tags},
            "field_data": {"block": np.array([3, 3]), "lid": np.array([7, 2])},
        }
    meshio.write(folder / name, meshio.Mesh(cube.points, cells, **extra), form, **options)
    return (folder / name).read_bytes()


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Fail where the block takes longer than `seconds`."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read_mutated(folder: Path, name: str, seed: int) -> None:
    """Read a mutated file and decide about each region, or meet one of our errors."""
    original = folder / f"{name}.original"
    if not original.exists():
        original.write_bytes(written(folder, name))
    path = folder / name
    path.write_bytes(mutate(original.read_bytes(), seed))
    with (
        pytest.MonkeyPatch.context() as patch,
        time_limit(SECONDS),
        contextlib.suppress(EmtwinError),
    ):
        patch.setattr(meshes, "TIME_LIMIT", 5.0)  # some mutants make meshio read for ever
        for region in read_regions(path, "mm").values():
            found = demand_kind(region)
            assert np.isfinite(found.surface.area)
            diagnose(found.surface)


def load_mutated(folder: Path, seed: int) -> None:
    """Load a mutated twin file and read its bodies, or meet one of our errors."""
    example = resources.examples_dir() / "infusion_pump" / "twin.yaml"
    meshes = resources.meshes_dir().as_posix().encode()
    text = example.read_bytes().replace(b"../../meshes", meshes)
    path = folder / "twin.yaml"
    path.write_bytes(mutate_twin(text, seed))
    with time_limit(SECONDS), contextlib.suppress(EmtwinError):
        bodies_of(load(path))


SEEDS = given(seed=st.integers(0, 2**63 - 1))
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
posix = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="POSIX bounds the time")


@posix
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=FEW, suppress_health_check=QUIET)
@SEEDS
def test_mutated_mesh_file(tmp_path_factory: pytest.TempPathFactory, name: str, seed: int) -> None:
    read_mutated(tmp_path_factory.getbasetemp(), name, seed)


@posix
@settings(max_examples=10, suppress_health_check=QUIET)
@SEEDS
def test_mutated_twin_file(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    load_mutated(tmp_path_factory.getbasetemp(), seed)


@posix
@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=MANY, suppress_health_check=QUIET)
@SEEDS
def test_many_mutated_mesh_files(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int
) -> None:
    read_mutated(tmp_path_factory.getbasetemp(), name, seed)


@posix
@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=QUIET)
@SEEDS
def test_many_mutated_twin_files(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    load_mutated(tmp_path_factory.getbasetemp(), seed)
