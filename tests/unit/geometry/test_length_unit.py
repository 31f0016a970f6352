"""Units: inferred only where one alone is plausible, and a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import Surface, read_regions
from emtwin.geometry.length_unit import size_notices, unit_of_file
from tests.unit.geometry import two_cubes

FILE = Path("part.stl")


@pytest.mark.parametrize(
    ("size", "unit"), [(0.02, 1.0), (0.19, 1.0), (160.0, 1e-3), (2900.0, 1e-3), (4.0, 0.0254)]
)
def test_the_only_plausible_unit_is_assumed_and_told(size: float, unit: float) -> None:
    scale, (notice,) = unit_of_file(None, None, size, FILE)
    assert scale == unit
    assert notice.name == "unit-assumed"
    assert "part.stl does not say its unit" in notice.message
    assert "unit: mm" in notice.message


@pytest.mark.parametrize(
    ("size", "readings", "fits"),
    [
        (41.0, "41 mm, 41 m or 1.04 m", "mm and inch are plausible"),
        (0.5, "500 um, 500 mm or 12.7 mm", "m and inch are plausible"),
        (1e5, "100 m, 100 km or 2.54 km", "none of them is plausible"),
        (1e-3, "1 um, 1 mm or 25.4 um", "none of them is plausible"),
    ],
)
def test_an_ambiguous_size_is_an_error_with_its_readings(
    size: float, readings: str, fits: str
) -> None:
    with pytest.raises(InputError) as caught:
        unit_of_file(None, None, size, FILE)
    (problem,) = caught.value.problems
    assert readings in problem.message
    assert f"{fits} for a device (5 mm to 3 m)" in problem.message
    assert "unit: mm" in problem.remedy


def test_a_declared_unit_is_taken_as_it_is() -> None:
    assert unit_of_file("inch", None, 41.0, FILE) == (0.0254, ())
    assert unit_of_file(0.0254, None, 41.0, FILE) == (0.0254, ())


def test_the_notice_of_a_file_is_on_each_of_its_regions(tmp_path: Path) -> None:
    path = tmp_path / "t.obj"
    write = ["v {} {} {}".format(*(10 * point)) for point in two_cubes.POINTS]
    faces = ["f {} {} {}".format(*(t + 1)) for t in two_cubes.TRIANGLES]
    path.write_text("\n".join([*write, "o a", *faces[::2], "o b", *faces[1::2]]))
    regions = read_regions(path)
    assert [[n.name for n in r.notices] for r in regions.values()] == [["unit-assumed"]] * 2
    assert regions["a"].surface.hi[0] == pytest.approx(0.28)
    assert not read_regions(path, "mm")["a"].notices


def cube(side: float) -> Surface:
    return Surface(two_cubes.POINTS[:8] * side / 10, two_cubes.TRIANGLES[:6])


@pytest.mark.parametrize(("side", "shown"), [(40.0, "40 m"), (4e-5, "40 um")])
def test_an_implausible_device_is_told_with_its_largest_part(side: float, shown: str) -> None:
    (notice,) = size_notices([("knob", cube(side / 2)), ("case", cube(side))])
    assert notice.name == "implausible-size"
    assert f"largest side of the device is {shown}" in notice.message
    assert f"largest part is 'case' with {shown}" in notice.message


def test_a_plausible_device_has_no_notice() -> None:
    assert size_notices([("case", cube(0.16)), ("screw", cube(0.002))]) == ()
    assert size_notices([]) == ()
    assert np.isclose(cube(0.16).hi[0], 0.16)
