"""Cells and shares of cells on the cuda backend: on a GPU, and on the emulator of one.

Expected everywhere: the bits of the host. What the host cannot show is how fast a GPU is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from emtwin.backends import Backend, Stage, select_backend
from emtwin.backends.cuda import CudaBackend, CudaOptions, CudaProgram
from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import VoxelModel, voxelise
from emtwin.voxel.inside import bins, fractions, memory, solids, winding_number, winding_votes
from emtwin.voxel.inside.solids import inside
from tests.unit.voxel.shapes import METAL, PLASTIC, WET, box, hollow, rotated, solid, sphere

GRID = Grid(
    *(
        np.insert(np.cumsum(np.random.default_rng(n).uniform(0.3, 1.4, n)), 0, 0.0)
        for n in (14, 15, 16)
    )
)
BALL = rotated(sphere(4.1, (6.0, 6.1, 5.8)), 7)
OPEN = Surface(BALL.points, np.delete(BALL.triangles, np.arange(900, 1000), axis=0))
BODIES = {
    "closed": BALL,
    "open": OPEN,
    "hollow": hollow((2.0, 2.0, 2.0), (9.5, 9.5, 9.5), 0.7)[0],
    "through centres": box((2.5, 3.5, 4.5), (5.5, 7.5, 9.5)),
}


class Watched(CudaBackend):
    """Notes which kernels are bound and how much their arguments hold, and can be interrupted."""

    def __init__(self) -> None:
        super().__init__()
        self.kernels, self.interrupted_at = list[str](), 0
        self.most: dict[str, int] = {}

    def program(self, stages: Sequence[Stage], options: CudaOptions | None = None) -> CudaProgram:
        """Bind, and count the arrays of all stages, each once."""
        self.kernels += [stage.kernel for stage in stages]
        if 0 < self.interrupted_at < len(self.kernels):
            raise KeyboardInterrupt
        arrays = [a for s in stages for a in s.arguments.values() if hasattr(a, "nbytes")]
        held = sum({id(a): int(a.nbytes) for a in arrays}.values())
        self.most[stages[0].kernel] = max(self.most.get(stages[0].kernel, 0), held)
        return super().program(stages, options)


@pytest.fixture
def in_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few planes, and a few points, at a time."""
    monkeypatch.setattr(winding_votes, "SLAB_CELLS", 30)
    monkeypatch.setattr(winding_number, "POINTS_AT_ONCE", 64)
    monkeypatch.setattr(fractions, "_SLAB_CELLS", 80)


@pytest.mark.usefixtures("device", "in_slabs")
@pytest.mark.parametrize("name", BODIES)
def test_cells_and_shares_are_those_of_numpy(name: str) -> None:
    """In slabs on the GPU, at once in NumPy."""
    body, reference, gpu = solid("b", BODIES[name]), select_backend("numpy"), Watched()
    cells, found = inside(body, GRID, reference), inside(body, GRID, gpu)
    assert cells.mask.any()
    assert np.array_equal(found.mask, cells.mask)
    assert found.certainty == cells.certainty
    shares = fractions.fractions(body, GRID, reference)
    assert np.array_equal(fractions.fractions(body, GRID, gpu).share, shares.share)
    assert gpu.kernels.count("winding_votes") > 3
    assert gpu.kernels.count("winding_number" if name == "open" else "prism_volumes") > 1


@pytest.mark.usefixtures("device")
def test_a_model_is_that_of_the_host() -> None:
    """Metal, a mixture and an open part: cells, material rows, owners and audit."""
    bodies = [
        solid("ball", OPEN, WET, 1),
        solid("bar", rotated(box((3, 3, 2), (5, 6, 7)), 1), METAL, 2),
        solid("cap", box((2.2, 2.1, 9.3), (9.9, 8.7, 10.4)), PLASTIC, 3),
    ]
    gpu = Watched()
    host, found = voxelise(bodies, GRID), voxelise(bodies, GRID, backend=gpu)
    assert {"winding_votes", "winding_number", "prism_volumes"} == set(gpu.kernels)
    for one, other in zip(arrays(host), arrays(found), strict=True):
        assert np.array_equal(one, other)
    assert found.audit == host.audit
    assert found.notices == host.notices


def arrays(model: VoxelModel) -> list[Any]:
    """All that a model knows of cells, edges and faces."""
    medium = model.medium
    return [
        model.cell_part,
        *medium.ids,
        medium.permittivity,
        medium.conductivity,
        *model.metal_part,
        *model.sheet_part,
    ]


@pytest.mark.usefixtures("device", "in_slabs")
def test_what_is_told_is_enough_and_not_far_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes on the GPU in any program, against what was asked for before; at most four times."""
    told: dict[str, int] = {}

    def note(part: str, work: str, needed: int, backend: Backend) -> None:
        told[work] = needed

    for module in (bins, memory):
        monkeypatch.setattr(module, "SHORT_LIST", 0)
    for module in (solids, fractions):
        monkeypatch.setattr(module, "refuse_if_not_free", note)
    gpu = Watched()
    solids.inside(solid("open", OPEN), GRID, gpu)
    fractions.fractions(solid("closed", BALL), GRID, gpu)
    kernels = {
        "its cells": "winding_votes",
        "its winding numbers": "winding_number",
        "its shares of cells": "prism_volumes",
    }
    assert told.keys() == kernels.keys()
    for work, kernel in kernels.items():
        assert gpu.most[kernel] <= told[work] <= 4 * gpu.most[kernel]


@pytest.mark.usefixtures("device")
def test_too_little_memory_is_refused_with_the_part_and_both_sizes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything is put there."""
    gpu = Watched()
    monkeypatch.setattr(gpu, "free_bytes", lambda: 100_000)
    with pytest.raises(
        InputError,
        match=r"part 'ball': to find its cells takes 12\.1 MiB of the memory of backend cuda, "
        r"which has 97\.7 KiB free",
    ) as error:
        inside(solid("ball", BALL), GRID, gpu)
    assert "fewer triangles" in str(error.value)
    with pytest.raises(InputError, match=r"part 'ball': to find its shares of cells takes"):
        fractions.fractions(solid("ball", BALL), GRID, gpu)
    assert gpu.kernels == []


@pytest.mark.usefixtures("device", "in_slabs")
def test_what_was_interrupted_can_be_done_again() -> None:
    """Ctrl-C in the second slab: nothing is left behind that the next attempt would find."""
    body, gpu = solid("ball", BALL), Watched()
    gpu.interrupted_at = 5
    with pytest.raises(KeyboardInterrupt):
        inside(body, GRID, gpu)
    gpu.interrupted_at = 0
    assert np.array_equal(inside(body, GRID, gpu).mask, inside(body, GRID).mask)
