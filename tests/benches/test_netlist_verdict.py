"""A change of the netlist is refused, or allowed by name with a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from emtwin import pipeline, resources
from emtwin.benches.bodies import bodies_of
from emtwin.benches.netlist_verdict import judged
from emtwin.benches.sites import Site
from emtwin.errors import InputError
from emtwin.voxel import Box, Change, enough
from tests.unit.voxel.shapes import box
from tests.unit.voxel.test_netlist import together

TWIN = """
emtwin: 1
device:
  name: Two boxes
  mesh: {{file: boxes, unit: mm}}
  parts:
    - {{name: left, material: copper, priority: 1, mesh: {{file: left.stl, unit: mm}}}}
    - {{name: right, material: copper, priority: 1, mesh: {{file: right.stl, unit: mm}}}}
{more}
  cables:
    - name: lead
      path: [[0 mm, 10 mm, 10 mm], [-100 mm, 10 mm, 10 mm]]
      radius: 0.5 mm
      start: {{port: input, part: left}}
      end: open
  ports:
    - name: input
      termination: {{resistance: 50 ohm}}
      immunity: {{threshold: 5 V, quantity: carrier_rms}}
  allow: [{allow}]
environment: professional
tests:
  radiated_emission: {{not_applicable: no clock}}
accuracy: {{preset: draft, f_max: 300 MHz, finest_cell: 10 mm}}
"""
SLAB = """    - {name: slab, material: abs, priority: 5, mesh: {file: slab.stl, unit: mm}}"""


def write_stl(path: Path, *boxes: tuple[tuple[float, ...], tuple[float, ...]]) -> None:
    """Boxes in millimetres as text STL."""
    surface = together(*(box(lo, hi) for lo, hi in boxes))  # type: ignore[arg-type]
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n"
        + "".join(f"vertex {x:g} {y:g} {z:g}\n" for x, y, z in corners)
        + "endloop\nendfacet\n"
        for corners in surface.corners
    )
    path.write_text(f"solid {path.stem}\n{facets}endsolid {path.stem}\n", encoding="utf-8")


PAIR = ("left", "right")
BETWEEN = ((35, -5, -5), (45, 15, 15))


def site_of(
    folder: Path,
    gap: float,
    more: str = "",
    allow: str = "",
    posts: bool = False,
    slab: tuple[tuple[float, ...], tuple[float, ...]] = BETWEEN,
    twin: str = TWIN,
) -> Site:
    """Two boxes `gap` millimetres apart, in free space."""
    write_stl(folder / "left.stl", ((0, 0, 0), (40, 40, 40)))
    right = [((40 + gap, 0, 0), (140, 10, 10))]
    right += [((40, 80, 0), (50, 90, 40)), ((50.5, 80, 0), (60, 90, 40))] if posts else []
    write_stl(folder / "right.stl", *right)
    write_stl(folder / "slab.stl", slab)
    file = folder / "twin.yaml"
    text = twin.format(more=more, allow=allow).replace("  mesh: {file: boxes, unit: mm}\n", "")
    file.write_text(text, encoding="utf-8")
    loaded = pipeline.load(file)
    (site,) = pipeline.sites_of(loaded, bodies_of(loaded)).values()
    return site


def problems(folder: Path, *arguments: object, **options: object) -> list[str]:
    with pytest.raises(InputError) as refused:
        site_of(folder, *arguments, **options)  # type: ignore[arg-type]
    return [str(problem) for problem in refused.value.problems]


def test_a_contact_that_formed_is_refused(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, 0.4)
    for text in (
        "twin.yaml:6: device.parts[0]: left and right touch in the grid, but not in the geometry: "
        "a gap of 0.4 mm closed and two conductors became one, at (40",
        "in site free_space, where the cells are ",
        "-> use cells of at most 0.2 mm there (accuracy: smallest_cell), widen the gap, ",
        "or allow it under device: allow: [{contact: [left, right], reason: WHY}]",
    ):
        assert text in found


def test_an_allowed_contact_is_a_notice_with_its_reason(tmp_path: Path) -> None:
    site = site_of(tmp_path, 0.4, allow="{contact: [right, left], reason: a gasket closes it}")
    (change,) = site.netlist.changes
    assert change.allowed == "a gasket closes it"
    notices = {notice.name: notice.message for notice in site.notices}
    assert (
        "closed and two conductors became one; it is allowed because: a gasket closes it"
        in (notices["netlist-change-allowed"])
    )
    assert "left and right (0.4 mm at (40.2, " in notices["near-contact"]


def test_a_contact_that_opened_is_refused(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, 0, SLAB)
    assert "left and right touch in the geometry, but do not touch in the grid" in found
    assert "-> give the metal a higher priority than what lies between" in found
    assert "allow: [{open: [left, right], reason: WHY}]" in found
    (found,) = problems(tmp_path, -1, SLAB)
    assert "left and right overlap by up to 1 mm in the geometry" in found


def test_every_change_is_listed_and_a_piece_may_be_named(tmp_path: Path) -> None:
    found = problems(tmp_path, 0.4, posts=True)
    assert ["left and right_1" in found[0], "right_2 and right_3" in found[1]] == [True, True]
    site = site_of(
        tmp_path,
        0.4,
        allow="{contact: [left, right_1], reason: one}, {contact: [right, right], reason: two}",
        posts=True,
    )
    assert [change.allowed for change in site.netlist.changes] == ["one", "two"]


def test_a_piece_that_is_not_there_and_a_needless_allowance(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, 20, allow="{open: [right_7], reason: x}")
    assert "device.allow[0].open: there is no piece of metal 'right_7'" in found
    assert "-> the pieces are left, right" in found
    site_of(tmp_path, 20, allow="{open: [left, right], reason: x}")
    notices = pipeline.check(pipeline.load(tmp_path / "twin.yaml")).notices
    (notice,) = (notice for notice in notices if notice.name == "allowance-not-needed")
    assert "device.allow[0] (open of left and right) is not needed on this grid" in notice.message
    assert notice.rank == "information"


def test_a_covered_part_is_refused_or_allowed_with_its_reason(tmp_path: Path) -> None:
    over_half = ((100, -5, -5), (150, 15, 15))
    (found,) = problems(tmp_path, 20, SLAB, slab=over_half)
    assert "of the metal (copper) of part 'right' lies inside 'slab' (abs)" in found
    assert "allow it under device: allow: [{covered: right, reason: WHY}]" in found
    allow = "{covered: right, reason: the rest is enough}"
    site = site_of(tmp_path, 20, SLAB, allow, slab=over_half)
    notices = {notice.name: notice.message for notice in site.notices}
    # Half of its area (1700 of 3400 mm2); along the grid's lines a few per cent less or more.
    wanted = r"slab took (4[5-9]|5[0-5])% of the metal of 'right'; it is allowed because: the rest"
    assert re.match(wanted, notices["cover-allowed"])
    told = {n.name for n in pipeline.check(pipeline.load(tmp_path / "twin.yaml")).notices}
    assert "allowance-not-needed" not in told


def test_lost_and_broken_pieces_are_refused(tmp_path: Path) -> None:
    from emtwin.benches.netlist_verdict import _problem
    from emtwin.voxel import Change

    loaded = pipeline.load(resources.examples_dir() / "infusion_pump" / "twin.yaml")
    place, cell = (0.0, 0.0, 0.01), (1e-3, 2e-3, 4e-3)
    for kind, text in (
        ("lost", "standoff_2 got no edge of the grid, so that a conductor is missing"),
        ("open", "standoff_2 is one piece in the geometry, but falls apart in the grid"),
    ):
        change = Change(kind, ("standoff_2",), ("standoff",), None, 0.0, place, cell)
        found = str(_problem(loaded, change, "over_floor"))
        assert f"device.parts[10]: {text}" in found
        assert "at (0, 0, 10) mm in site over_floor, where the cells are 1 x 2 x 4 mm" in found
        assert "-> use finer cells there" in found


@pytest.mark.parametrize("accuracy", ["draft", "normal"])
@pytest.mark.parametrize("revision", ["twin.yaml", "twin_rev_a.yaml"])
def test_the_pump_keeps_its_netlist(revision: str, accuracy: str) -> None:
    """One net of seven pieces: frame, plane, two posts, battery, motor and strap."""
    loaded = pipeline.load(resources.examples_dir() / "infusion_pump" / revision, accuracy)
    for site in pipeline.sites_of(loaded, bodies_of(loaded)).values():
        (before,), (after,) = site.netlist.before, site.netlist.after
        assert before.pieces == after.pieces
        assert len(before.pieces) == 7
        assert site.netlist.changes == site.netlist.near == ()


def test_the_ends_of_the_pump() -> None:
    loaded = pipeline.load(resources.examples_dir() / "infusion_pump" / "twin.yaml")
    site = pipeline.sites_of(loaded, bodies_of(loaded))["radiated_emission"]
    found = {(end.wire, end.end): end for end in site.ends}
    for (wire, side), wanted in {
        ("dc_lead", "start"): "bond_strap",
        ("clock", "start"): "ground_plane",
        ("clock", "end"): "ground_plane",
    }.items():
        end = found[wire, side]
        assert (end.wanted, wanted in end.found) == (wanted, True)
        assert end.distance == pytest.approx(0.0, abs=1e-9)
        assert end.moved < 1e-9
    assert found["dc_lead", "end"].kind == "floor"
    assert found["dc_lead", "end"].distance is None


@pytest.mark.parametrize(("apart", "told"), [(0.05, False), (1.0, True)])
def test_an_end_that_only_the_grid_joins_is_told(tmp_path: Path, apart: float, told: bool) -> None:
    moved = TWIN.replace("path: [[0 mm,", f"path: [[-{apart:g} mm,")
    site = site_of(tmp_path, 5.0, twin=moved)
    texts = [str(notice) for notice in site.notices if notice.name == "end-apart"]
    assert bool(texts) == told
    if told:
        assert texts[0].startswith("end-apart: the start of lead is declared 1 mm from the surface")


def test_a_region_that_is_no_part_is_told(tmp_path: Path) -> None:
    more = "    - {name: post, region: near, material: copper, mesh: {file: two.stl, unit: mm}}"
    write_stl(tmp_path / "near.stl", ((0, 80, 0), (10, 90, 10)))
    write_stl(tmp_path / "far.stl", ((30, 80, 0), (40, 90, 10)))
    text = [(tmp_path / name).read_text(encoding="utf-8") for name in ("near.stl", "far.stl")]
    (tmp_path / "two.stl").write_text("".join(text), encoding="utf-8")
    site = site_of(tmp_path, 5.0, more)
    (told,) = [n.message for n in site.model.notices if n.name == "regions-not-used"]
    assert told.startswith("two.stl has regions that are no part of the device: far; they are not")


def test_a_wire_too_thick_for_its_cells_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="above half the") as refused:
        site_of(tmp_path, 5.0, twin=TWIN.replace("radius: 0.5 mm", "radius: 8 mm"))
    (problem,) = refused.value.problems
    assert (problem.file, problem.field) == (tmp_path / "twin.yaml", "device.cables[0].radius")
    assert problem.line is not None


def test_a_path_below_the_floor_is_told_once(tmp_path: Path) -> None:
    low = TWIN.replace("[[0 mm, 10 mm, 10 mm], [-100 mm, 10 mm, 10 mm]]",
                       "[[0 mm, 10 mm, -900 mm], [-100 mm, 10 mm, -900 mm]]")  # fmt: skip
    with pytest.raises(InputError, match="outside the site") as refused:
        site_of(tmp_path, 5.0, twin=low)
    assert len(refused.value.problems) == 1


def test_the_remedy_for_an_oblique_gap_is_the_cell_that_it_needs(tmp_path: Path) -> None:
    """Half of the gap is not enough where the faces are along no axis."""
    site = site_of(tmp_path, 4.0)
    assert {gap.gap.parts for gap in site.gaps} == {PAIR}
    change = Change("contact", PAIR, PAIR, 0.001, 0.0, (0, 0, 0), (1, 1, 1))
    narrow = Box((0.04, 0.0, 0.0), (0.0407333, 0.01, 0.01))
    gap = replace(site.gaps[0].gap, axis=0, box=narrow)
    loaded = pipeline.load(tmp_path / "twin.yaml")
    with pytest.raises(InputError, match=r"use cells of at most 0\.366 mm there"):
        judged(loaded, replace(site.netlist, changes=(change,)), "site", [gap])


@pytest.mark.parametrize(("cell", "text"), [(2e-4, "0.2"), (3.66667e-4, "0.366"), (0.0, "0")])
def test_cells_that_are_enough_are_rounded_down(cell: float, text: str) -> None:
    assert enough(cell) == text
