"""Which metal touches which: as drawn, in the grid, and what changed between."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import Body, NetlistAudit, audit_netlist, conductors, voxelise
from emtwin.voxel.netlist.cad import cad_netlist, shells_of
from emtwin.voxel.netlist.conductors import conductor_of_nodes
from tests.unit.voxel.shapes import METAL, PLASTIC, box, plate, sheet, solid, sphere

GRID = Grid.uniform((12, 8, 8), 1.0)


def together(*surfaces: Surface) -> Surface:
    """Several surfaces as one region."""
    offsets = np.cumsum([0, *(len(s.points) for s in surfaces[:-1])])
    triangles = [s.triangles + n for s, n in zip(surfaces, offsets, strict=True)]
    return Surface(np.concatenate([s.points for s in surfaces]), np.concatenate(triangles))


def audited(*bodies: Body, grid: Grid = GRID) -> NetlistAudit:
    return audit_netlist(voxelise(bodies, grid))


def nets(audit: NetlistAudit) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Pieces of every net before and after."""
    return [net.pieces for net in audit.before], [net.pieces for net in audit.after]


def boxes_with_a_gap(gap: float) -> tuple[Body, Body]:
    return (
        solid("a", box((1, 1, 1), (4, 3, 3)), METAL),
        solid("b", box((4 + gap, 1, 1), (7, 3, 3)), METAL),
    )


def test_a_gap_below_a_cell_closes_and_is_told_with_its_size_and_place() -> None:
    """Cells 4 to 5 belong to b, whose face is at 4.3 (centre 4.5 inside); a ends at line 4."""
    audit = audited(*boxes_with_a_gap(0.3))
    assert nets(audit) == ([("a",), ("b",)], [("a", "b")])
    (change,) = audit.changes
    assert (change.kind, change.pieces, change.cell) == ("contact", ("a", "b"), (1, 1, 1))
    assert change.gap == pytest.approx(0.3)
    assert change.place[0] == 4.0
    (near,) = audit.near
    assert near.gap == pytest.approx(0.3)


def test_a_gap_of_two_cells_stays() -> None:
    audit = audited(*boxes_with_a_gap(2.0))
    assert nets(audit) == ([("a",), ("b",)], [("a",), ("b",)])
    assert audit.changes == audit.near == ()


def test_a_gap_that_stays_open_but_is_below_a_cell_is_listed_as_near() -> None:
    """From 4.4 to 5.3: a ends at line 4 (centre 4.5 outside) and b starts at line 5."""
    a = solid("a", box((1, 1, 1), (4.4, 3, 3)), METAL)
    b = solid("b", box((5.3, 1, 1), (7, 3, 3)), METAL)
    audit = audited(a, b)
    assert audit.changes == ()
    assert audit.near[0].gap == pytest.approx(0.9)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_permuted_axes_give_the_same_changes(order: tuple[int, int, int]) -> None:
    turned = [
        Body(b.name, b.surface.permuted(order), b.kind, b.material, b.priority)
        for b in boxes_with_a_gap(0.3)
    ]
    (change,) = audited(*turned, grid=Grid.uniform((12, 12, 12), 1.0)).changes
    assert (change.kind, change.pieces) == ("contact", ("a", "b"))
    assert change.place[order.index(0)] == 4.0


LONG = (  # so long that what covers their contact takes less than a tenth of them
    solid("a", box((1, 1, 1), (31, 3, 3)), METAL),
    solid("b", box((31, 1, 1), (61, 3, 3)), METAL),
)
LONG_GRID = Grid.uniform((62, 8, 8), 1.0)


def test_a_dielectric_of_higher_priority_opens_a_contact() -> None:
    audit = audited(*LONG, solid("d", box((30, 0, 0), (32, 4, 4)), PLASTIC, 9), grid=LONG_GRID)
    assert nets(audit) == ([("a", "b")], [("a",), ("b",)])
    (change,) = audit.changes
    assert (change.kind, change.pieces, change.gap, change.overlap) == ("open", ("a", "b"), 0, 0)


def test_the_overlap_of_an_opened_contact_is_told() -> None:
    b = solid("b", box((30.8, 1, 1), (61, 3, 3)), METAL)
    d = solid("d", box((30, 0, 0), (32, 4, 4)), PLASTIC, 9)
    audit = audited(LONG[0], b, d, grid=LONG_GRID)
    assert audit.changes[0].overlap == pytest.approx(0.2)


def test_what_lies_in_solid_metal_touches_it() -> None:
    outer = solid("outer", box((1, 1, 1), (7, 7, 7)), METAL)
    audit = audited(outer, solid("inner", box((3, 3, 3), (5, 5, 5)), METAL, 2))
    assert nets(audit) == ([("outer", "inner")], [("outer", "inner")])
    assert audit.contacts[0].enclosed


def test_what_lies_in_a_cavity_of_the_metal_does_not_touch_it() -> None:
    void = box((2, 2, 2), (6, 6, 6))
    inward = Surface(void.points, void.triangles[:, ::-1])
    hollow = together(box((1, 1, 1), (7, 7, 7)), inward)
    audit = audited(solid("can", hollow, METAL), solid("chip", box((3, 3, 3), (4, 4, 4)), METAL))
    assert nets(audit)[0] == [("can",), ("chip",)]
    assert audit.changes == ()


def test_loose_pieces_of_a_region_are_nodes_of_their_own() -> None:
    posts = together(box((1, 1, 1), (2, 2, 5)), box((8, 1, 1), (9, 2, 5)))
    audit = audited(solid("post", posts, METAL))
    assert nets(audit) == ([("post_1",), ("post_2",)], [("post_1",), ("post_2",)])
    bridged = audited(solid("post", posts, METAL), sheet("lid", plate((0, 10), (0, 3), 5.0)))
    assert nets(bridged)[0] == [("post_1", "post_2", "lid")]
    assert bridged.changes == ()


def test_two_posts_of_one_region_that_merge_are_told() -> None:
    posts = together(box((1, 1, 1), (4, 3, 3)), box((4.3, 1, 1), (7, 3, 3)))
    (change,) = audited(solid("post", posts, METAL)).changes
    assert (change.kind, change.pieces) == ("contact", ("post_1", "post_2"))


def test_a_number_that_reads_like_another_part_gets_a_dash() -> None:
    posts = together(box((1, 1, 1), (2, 2, 5)), box((8, 1, 1), (9, 2, 5)))
    audit = audited(solid("post", posts, METAL), solid("post_1", box((4, 4, 4), (5, 5, 5)), METAL))
    assert nets(audit)[0] == [("post-1",), ("post_2",), ("post_1",)]


def test_a_piece_without_edges_is_lost_when_it_touches_nothing() -> None:
    pins = together(box((1, 1, 1), (4, 3, 3)), box((8.1, 1.1, 1.1), (8.3, 1.3, 1.3)))
    (change,) = audited(solid("pin", pins, METAL)).changes
    assert (change.kind, change.pieces) == ("lost", ("pin_2",))


def test_a_lost_piece_that_joined_two_others_is_told() -> None:
    """A bridge 0.2 thick between two boxes that are two cells apart has no cell centre."""
    a, b = boxes_with_a_gap(2.0)
    clip = together(box((1, 5, 5), (3, 7, 7)), box((4, 1.1, 1.1), (6, 1.3, 1.3)))
    (change,) = audited(a, b, solid("clip", clip, METAL)).changes
    assert (change.kind, change.pieces) == ("lost", ("clip_2",))


def test_a_lost_piece_on_one_conductor_changes_nothing() -> None:
    a, b = boxes_with_a_gap(2.0)
    screws = together(box((1, 5, 5), (3, 7, 7)), box((4, 1.1, 1.1), (4.3, 1.3, 1.3)))
    assert audited(a, b, solid("screw", screws, METAL)).changes == ()


def test_a_piece_that_falls_apart_is_told_once() -> None:
    """A dumb-bell whose bar of 0.2 lies between the cell centres."""
    x, y, z = (1, 4, 7, 10), (1, 1.1, 1.3, 3), (1, 1.1, 1.3, 3)
    bar = together(
        box((x[0], 1, 1), (x[1], 3, 3)),
        box((x[1], y[1], z[1]), (x[2], y[2], z[2])),
        box((x[2], 1, 1), (x[3], 3, 3)),
    )
    (change,) = audited(solid("bar", bar, METAL)).changes
    assert (change.kind, change.pieces, change.gap) == ("open", ("bar",), None)


def test_sheets_that_share_a_rim_touch() -> None:
    found = cad_netlist(
        [sheet("p", plate((0, 2), (0, 2), 1.0)), sheet("q", plate((2, 4), (0, 2), 1.0))], 1.0
    )
    assert [contact.pieces for contact in found.contacts] == [("p", "q")]
    assert list(found.nets) == [0, 0]


def test_the_tolerance_of_a_contact() -> None:
    """5 um, or 1e-5 of the diagonal: 3 um apart touch, 40 um apart do not, on 0.1 m."""
    a = solid("a", box((0, 0, 0), (0.05, 0.05, 0.05)), METAL)
    for gap, touching in ((3e-6, 1), (40e-6, 0)):
        b = solid("b", box((0.05 + gap, 0, 0), (0.1, 0.05, 0.05)), METAL)
        found = cad_netlist([a, b], 1e-3)
        assert (len(found.contacts), len(found.near)) == (touching, 1 - touching)


def test_dielectrics_are_no_nodes() -> None:
    assert audited(solid("d", box((1, 1, 1), (4, 3, 3)))).before == ()


def test_shells_keep_their_triangles() -> None:
    two = together(sphere(1.0, (0, 0, 0)), sphere(1.0, (5, 0, 0)))
    first, second = shells_of(two)
    assert len(first.triangles) == len(second.triangles) == len(two.triangles) // 2
    assert first.hi[0] == pytest.approx(1.0)


def test_runs_give_the_components_of_the_edge_graph() -> None:
    """Random metal cells against a union of all edges one by one."""
    rng = np.random.default_rng(1)
    cells = rng.random((6, 6, 6)) < 0.15
    surface = together(*(box(tuple(c), tuple(c + 1)) for c in np.argwhere(cells).astype(float)))
    model = voxelise([solid("m", surface, METAL)], Grid.uniform((6, 6, 6), 1.0))
    label = conductor_of_nodes(model)
    parent = np.arange(label.size)

    def root(n: int) -> int:
        while parent[n] != n:
            n = int(parent[n])
        return n

    for part, stride in zip(model.metal_part, (49, 7, 1), strict=True):
        for flat in np.flatnonzero(part >= 0).tolist():
            parent[root(flat)] = root(flat + stride)
    metal = np.flatnonzero(label >= 0)
    roots = [root(n) for n in metal.tolist()]
    assert len(set(zip(roots, label[metal].tolist(), strict=True))) == len(set(roots))
    assert label.max() + 1 == len(set(roots)) == len(conductors(model))
