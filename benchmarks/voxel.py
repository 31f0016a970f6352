"""From triangles to cells: speed and memory, beside PyVista and trimesh on the same mesh.

Run as ``python -m benchmarks.voxel [--quick] [--out FILE]``. The body is a torus with waves,
tilted, in a cube of n^3 cells; every program says which cell centres, or which cells, lie inside.
Ratios are of wall times taken in turns in one run. trimesh marks all cells that the surface touches
as well, so its number of cells is larger. Tests of single points (trimesh by rays, PyVista by
selection) are too slow for all centres: they get some, and the ratio is per cell.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Row, Spread, finish, native_or_row, options, seconds_of
from emtwin.backends import Backend
from emtwin.backends.native import instruction_set
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.materials import Material
from emtwin.voxel import Body
from emtwin.voxel.inside.fractions import fractions
from emtwin.voxel.inside.solids import inside

THREADS = 2
SIZES = ((100_000, 128), (1_000_000, 256))
LARGE = (1_000_000, 585)
QUICK = ((20_000, 64), (100_000, 100))
QUICK_LARGE = (100_000, 200)
FASTER, LARGE_SECONDS, BYTES = 1.0, 60.0, 8.0
_SELECTED, _RAYS = 2000, 100  # points for tests of single ones
Sample = Callable[[], Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; by default the process's own.

    Returns
    -------
    int
        Exit code.
    """
    chosen = options(__doc__).parse_args(arguments)
    native = native_or_row(THREADS, "Mcells/s", FASTER)
    if isinstance(native, Row):
        return finish("voxel", "none", [native], quick=chosen.quick, out=chosen.out)
    rows = []
    for triangles, n in QUICK if chosen.quick else SIZES:
        rows += compared(triangles, n, native)
    rows += large(*(QUICK_LARGE if chosen.quick else LARGE))
    name = f"native, {THREADS} threads, {instruction_set()}"
    return finish("voxel", name, rows, quick=chosen.quick, out=chosen.out)


def wavy_torus(triangles: int) -> Surface:
    """Closed surface of about so many triangles, within the unit cube, along no axis.

    Parameters
    ----------
    triangles : int
        How many, about.
    """
    m = max(int(np.sqrt(triangles / 4)), 8)
    n = 2 * m
    u = np.linspace(0, 2 * np.pi, n, endpoint=False)[:, None]
    v = np.linspace(0, 2 * np.pi, m, endpoint=False)
    tube = 0.11 * (1 + 0.2 * np.sin(7 * u) * np.sin(3 * v))
    ring = 0.3 + tube * np.cos(v)
    points = np.stack([ring * np.cos(u), ring * np.sin(u), tube * np.sin(v) + 0 * u], axis=-1)
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    number = np.arange(n * m).reshape(n, m)
    a, b = number, np.roll(number, -1, 0)
    c, d = np.roll(b, -1, 1), np.roll(a, -1, 1)
    faces = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    surface = Surface(points.reshape(-1, 3) @ turn.T + 0.5, faces)
    return surface if surface.signed_volume > 0 else Surface(surface.points, faces[:, ::-1])


def scene(triangles: int, n: int) -> tuple[Body, Grid]:
    """The body and a grid of n^3 cells.

    Parameters
    ----------
    triangles, n : int
        Triangles, about, and cells along each axis.
    """
    body = Body("torus", wavy_torus(triangles), "solid", Material("m", 2.0, 0.0, False, "none"), 1)
    return body, Grid.uniform((n, n, n), 1 / n)


def compared(triangles: int, n: int, backend: Backend) -> list[Row]:
    """Speeds of all programs on one scene.

    Parameters
    ----------
    triangles, n : int
        Size of the scene.
    backend : Backend
        Where emtwin counts.
    """
    body, grid = scene(triangles, n)
    count, cells = len(body.surface.triangles), n**3
    case = f"{count / 1e3:.0f} k triangles, {n}^3 cells"
    own = inside(body, grid, backend)
    mask = np.zeros(grid.shape, dtype=bool)
    mask[own.window] = own.mask
    peers: dict[str, tuple[Sample, float]] = {}
    rows: list[Row] = []
    for name, make in PEERS.items():
        try:
            action, share, note = make(body.surface, mask)
        except ImportError as error:
            rows.append(Row(f"{case}: {name} over emtwin", None, "times", FASTER, note=str(error)))
            continue
        peers[name] = action, share
        rows.append(Row(f"{case}: {name}, against emtwin", None, "", note=note))
    actions = [lambda: inside(body, grid, backend), lambda: fractions(body, grid, backend)]
    times = seconds_of(*actions, *(action for action, _ in peers.values()))
    for name, taken in zip(("which cells", "fractions"), times[:2], strict=True):
        seconds = Spread.of(taken)
        note = f"median of {len(taken)}: {seconds} s"
        rows.append(Row(f"{case}: {name}", cells / seconds.median / 1e6, "Mcells/s", note=note))
        rate = count / seconds.median / 1e6
        rows.append(Row(f"{case}: {name}", rate, "Mtriangles/s", note=note))
    for (name, (_, share)), taken in zip(peers.items(), times[2:], strict=True):
        ratio = Spread.of([b / share / a for a, b in zip(times[0], taken, strict=True)])
        note = f"median of {len(taken)}: {ratio}; {Spread.of(taken)} s"
        note += "" if share == 1 else f" for {share:.2g} of the cells"
        rows.append(Row(f"{case}: {name} over emtwin", ratio.median, "times", FASTER, note=note))
    return rows


def _difference(found: NDArray[np.bool_], own: NDArray[np.bool_]) -> str:
    return (
        f"{np.count_nonzero(found != own) / np.count_nonzero(own):.2g} of the cells inside differ"
    )


def _pyvista_stencil(surface: Surface, own: NDArray[np.bool_]) -> tuple[Sample, float, str]:
    import pyvista as pv

    mesh = pv.PolyData.from_regular_faces(surface.points, surface.triangles)
    n = own.shape[0]
    places = pv.ImageData(dimensions=own.shape, spacing=(1 / n,) * 3, origin=(0.5 / n,) * 3)

    def action() -> Any:
        return mesh.voxelize_binary_mask(reference_volume=places)

    found = np.asarray(action()["mask"]).reshape(own.shape, order="F") > 0
    return action, 1.0, _difference(found, own)


def _some_centres(count: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    index = np.random.default_rng(2).integers(0, n, (count, 3))
    return index, (index + 0.5) / n


def _pyvista_selection(surface: Surface, own: NDArray[np.bool_]) -> tuple[Sample, float, str]:
    import pyvista as pv

    mesh = pv.PolyData.from_regular_faces(surface.points, surface.triangles)
    index, centres = _some_centres(_SELECTED, own.shape[0])
    points = pv.PolyData(centres)

    def action() -> Any:
        return points.select_interior_points(mesh)

    found = np.asarray(action()["selected_points"]) > 0
    return action, _SELECTED / own.size, _difference(found, own[tuple(index.T)])


def _trimesh_fill(surface: Surface, own: NDArray[np.bool_]) -> tuple[Sample, float, str]:
    import trimesh

    mesh = trimesh.Trimesh(surface.points, surface.triangles, process=False)
    pitch = 1 / own.shape[0]

    def action() -> Any:
        return mesh.voxelized(pitch).fill()

    more = action().filled_count / np.count_nonzero(own) - 1
    return action, 1.0, f"{more:+.2g} of the cells inside"


def _trimesh_rays(surface: Surface, own: NDArray[np.bool_]) -> tuple[Sample, float, str]:
    import rtree  # noqa: F401  (without it trimesh has no rays)
    import trimesh

    mesh = trimesh.Trimesh(surface.points, surface.triangles, process=False)
    index, centres = _some_centres(_RAYS, own.shape[0])

    def action() -> Any:
        return mesh.contains(centres)

    return action, _RAYS / own.size, _difference(action(), own[tuple(index.T)])


PEERS = {
    "PyVista, voxelize_binary_mask": _pyvista_stencil,
    "PyVista, select_interior_points": _pyvista_selection,
    "trimesh, voxelized().fill()": _trimesh_fill,
    "trimesh, contains (rays)": _trimesh_rays,
}


def large(triangles: int, n: int) -> list[Row]:
    """One large scene in a process of its own: time, and memory per cell.

    Parameters
    ----------
    triangles, n : int
        Size of the scene.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, grown, count = pool.submit(_measured, triangles, n).result()
    case = f"{count / 1e3:.0f} k triangles, {n}^3 cells, once"
    note = "above the mesh itself; votes, result and the lists of triangles"
    return [
        Row(f"{case}: which cells", seconds, "s", LARGE_SECONDS, "lower"),
        Row(f"{case}: which cells", n**3 / seconds / 1e6, "Mcells/s"),
        Row(f"{case}: which cells", count / seconds / 1e6, "Mtriangles/s"),
        Row(f"{case}: peak memory", grown / n**3, "bytes/cell", BYTES, "lower", note),
    ]


def _measured(triangles: int, n: int) -> tuple[float, float, int]:
    """Seconds, peak of the resident memory above what was there before in bytes, and triangles."""
    body, grid = scene(triangles, n)
    small, coarse = scene(1000, 8)
    inside(small, coarse)
    before = _resident("VmRSS")
    begin = time.perf_counter()
    inside(body, grid)
    seconds = time.perf_counter() - begin
    return seconds, float(_resident("VmHWM") - before), len(body.surface.triangles)


def _resident(which: str) -> int:
    """Resident memory of this process in bytes, now (VmRSS) or at its peak (VmHWM); Linux only."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith(which)]
    return int(line.split()[1]) << 10


if __name__ == "__main__":
    sys.exit(main())
