"""Solid or sheet: what is decided where the surface leaves it open, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import Region, Surface, demand_kind
from emtwin.geometry.kinds import LARGEST_MISSING
from emtwin.geometry.regions import Kind, region_of
from emtwin.geometry.rims import rims_of
from tests.unit.geometry.damage import box, more, torn
from tests.unit.voxel.shapes import plate, sphere

BALL = sphere(0.02, (0.0, 0.0, 0.0))


def region(surface: Surface) -> Region:
    return region_of("part", surface, Path("part.stl"))


def names(found: Region) -> list[str]:
    return [notice.name for notice in found.notices]


def cut(below: float) -> Region:
    """The ball without what lies above a height, given as a share of the radius."""
    low = (BALL.corners[:, :, 2] <= 0.02 * below + 1e-9).all(axis=1)
    return region(Surface(BALL.points, BALL.triangles[low]))


def test_closed_surface_is_a_solid_without_a_word() -> None:
    found = demand_kind(region(box()))
    assert (found.kind, names(found)) == ("solid", [])


def test_flat_sheet_lacks_half_of_its_closed_area() -> None:
    flat = plate((0.0, 0.03, 0.1), (0.0, 0.05), 0.0)
    assert rims_of(flat).missing == pytest.approx(0.5)
    assert demand_kind(region(flat)).kind == "sheet"
    with pytest.raises(InputError, match=r"'part' of part.stl is to be a solid, but .* 0.5 of"):
        demand_kind(region(flat), "solid", field="device.parts[0].kind")


@pytest.mark.parametrize(("height", "solid"), [(np.cos(np.pi / 3), True), (0.0, False)])
def test_both_sides_of_the_criterion(height: float, solid: bool) -> None:
    """A ball cut at z = h r lacks (1 - h^2) / (1 - h^2 + 2 (1 + h)) of its closed area: 0.2 at
    h = 1/2 and one third at h = 0.
    """
    share = (1 - height**2) / (1 - height**2 + 2 * (1 + height))
    assert rims_of(cut(height).surface).missing == pytest.approx(share, rel=0.01)
    assert (share <= LARGEST_MISSING) == solid
    if solid:
        found = demand_kind(cut(height), "solid")
        assert found.kind == "solid"
        assert names(found) == ["open-surface"]
        assert "the winding number decides" in found.notices[0].message
    else:
        with pytest.raises(InputError, match=r"beyond 0.25 it is an open sheet"):
            demand_kind(cut(height), "solid")


def test_open_dielectric_is_a_solid_and_told_or_refused() -> None:
    found = demand_kind(cut(0.5), metal=False)
    assert (found.kind, names(found)) == ("solid", ["open-surface", "taken-as-solid"])
    with pytest.raises(InputError, match=r"is no metal, so it must be a solid, but"):
        demand_kind(cut(0.0), metal=False)


def test_open_metal_is_a_sheet_because_its_holes_may_be_meant() -> None:
    assert demand_kind(cut(0.0)).kind == "sheet"
    assert names(demand_kind(cut(0.0))) == []


@pytest.mark.parametrize("height", [0.5, 0.975])
def test_open_metal_that_may_be_a_damaged_solid_is_told(height: float) -> None:
    """A hole of 1.2 % of the area, and one of 20 %: a massive body would be hollow unsaid."""
    slotted = demand_kind(cut(height))
    assert (slotted.kind, names(slotted)) == ("sheet", ["taken-as-sheet"])
    assert "`kind: solid`" in slotted.notices[0].message


@pytest.mark.parametrize("kind", [None, "sheet", "solid"])
def test_region_without_area_is_refused(kind: Kind | None) -> None:
    line = Surface(np.array([[0.0, 0, 0], [0.05, 0, 0], [0.1, 0, 0]]), np.array([[0, 1, 2]]))
    with pytest.raises(InputError, match=r"has no area: its 1 triangles are lines") as caught:
        demand_kind(region(line), kind)
    assert "leave the part out" in caught.value.problems[0].remedy


@pytest.mark.parametrize("metal", [True, False])
@pytest.mark.parametrize("surface", [Surface(BALL.points, BALL.triangles[1:]), torn(BALL, 1e-6)])
def test_single_lost_triangles_and_tiny_gaps_leave_a_solid(surface: Surface, metal: bool) -> None:
    found = demand_kind(region(surface), metal=metal)
    assert found.kind == "solid"
    assert names(found)[-1] == "taken-as-solid"
    assert found.surface.signed_volume == pytest.approx(BALL.signed_volume, rel=1e-4)


def test_shield_box_with_a_partition_stays_a_sheet() -> None:
    walled = region(more(box(), [[0, 1, 7], [0, 7, 6]]))
    found = demand_kind(walled)
    assert (found.kind, names(found)) == ("sheet", ["taken-as-sheet"])
    assert "meet in a T" in found.notices[-1].message
    assert demand_kind(walled, "solid").kind == "solid"


def test_a_declared_sheet_is_left_alone() -> None:
    assert demand_kind(region(torn(BALL, 1e-6)), "sheet").notices == ()
