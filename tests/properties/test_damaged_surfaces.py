"""A sound body damaged at random is decided like the sound one and told, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.geometry import Surface, demand_kind
from emtwin.geometry.regions import region_of
from emtwin.geometry.surface import weld
from emtwin.grid import Grid
from emtwin.voxel import voxelise
from tests.layers import within_one_layer
from tests.unit.voxel.shapes import PLASTIC, Body, box, rotated, sphere

# 16 cells across. No triangle is larger than a cell, so that a hole of a few stays a layer deep.
GRID = Grid.uniform((20, 20, 20), 2.5e-3)
MIDDLE = (0.0247, 0.0251, 0.0249)


def _divided(surface: Surface, times: int) -> Surface:
    """Every triangle cut into four, several times."""
    for _ in range(times):
        a, b, c = np.moveaxis(surface.corners, 1, 0)
        d, e, f = (a + b) / 2, (b + c) / 2, (c + a) / 2
        corners = np.concatenate(
            [np.stack(t, axis=1) for t in ((a, d, f), (d, b, e), (f, e, c), (d, e, f))]
        )
        surface = weld(
            Surface(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3)), 1e-9
        )
    return surface


SOUND = {
    "sphere": sphere(0.02, MIDDLE, 24),
    "box": _divided(rotated(box((0.012, 0.012, 0.014), (0.036, 0.038, 0.036)), 3), 4),
}


def _cells(surface: Surface) -> tuple[NDArray[np.bool_], set[str]]:
    """Cells inside a surface that was read as a solid of plastic, and names of the notices."""
    region = demand_kind(region_of("part", surface, Path("part.stl")), "solid")
    body = Body("part", region.surface, region.kind, PLASTIC, 1, region.notices)
    model = voxelise([body], GRID)
    return np.asarray(model.cell_part >= 0), {notice.name for notice in model.notices}


INSIDE = {name: _cells(surface) for name, surface in SOUND.items()}


def damaged(
    surface: Surface, seed: int, drop: float, flip: float, copy: float, jitter: float
) -> Surface:
    """Shares of the triangles dropped, turned, copied, and torn loose by up to 0.5 mm."""
    rng = np.random.default_rng(seed)
    corners = surface.corners.copy()

    def some(share: float) -> NDArray[np.bool_]:
        return np.asarray(rng.uniform(size=len(corners)) < share, dtype=np.bool_)

    loose = some(jitter)
    corners[loose] += rng.uniform(-5e-4, 5e-4, corners[loose].shape)
    turned = some(flip)
    corners[turned] = corners[turned][:, ::-1]
    again = corners[some(copy)]
    corners = np.concatenate([corners[~some(drop)], again, again[::2, ::-1]])
    return weld(Surface(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3)))


def _decided_or_refused(
    name: str, seed: int, drop: float, flip: float, copy: float, jitter: float
) -> None:
    surface = damaged(SOUND[name], seed, drop, flip, copy, jitter)
    refusal = ""
    try:
        found, told = _cells(surface)
    except InputError as error:
        refusal = str(error)
    if refusal:
        assert "of the closed surface is missing" in refusal
        return
    assert within_one_layer(found, INSIDE[name][0])
    changed = not _same_triangles(surface, SOUND[name])
    assert bool(told) == changed or np.array_equal(found, INSIDE[name][0])


def _same_triangles(first: Surface, second: Surface) -> bool:
    corners = [s.corners.reshape(-1, 9) for s in (first, second)]
    return corners[0].shape == corners[1].shape and np.allclose(corners[0], corners[1], atol=1e-7)


def share(most: float) -> st.SearchStrategy[float]:
    return st.one_of(st.just(0.0), st.floats(0.0, most))


DAMAGE = given(
    name=st.sampled_from(sorted(SOUND)),
    seed=st.integers(0, 2**32 - 1),
    drop=share(0.1),
    flip=share(0.5),
    copy=share(0.2),
    jitter=share(0.1),
)


@settings(max_examples=12)
@DAMAGE
def test_damage_is_decided_or_refused(
    name: str, seed: int, drop: float, flip: float, copy: float, jitter: float
) -> None:
    _decided_or_refused(name, seed, drop, flip, copy, jitter)


@pytest.mark.slow
@settings(max_examples=300)
@DAMAGE
def test_damage_is_decided_or_refused_many_times(
    name: str, seed: int, drop: float, flip: float, copy: float, jitter: float
) -> None:
    _decided_or_refused(name, seed, drop, flip, copy, jitter)


@pytest.mark.parametrize("name", SOUND)
def test_the_sound_ones_need_no_notice(name: str) -> None:
    assert INSIDE[name][1] == set()
