"""The example meshes are the ones that meshes/README.md describes, and fit their twin files."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin import scene
from emtwin.geometry import Region, read_regions
from emtwin.materials import lookup
from emtwin.scene import EndBond, Twin

ROOT = Path(__file__).resolve().parents[2]
MESHES = ROOT / "meshes"
TWINS = ROOT / "examples" / "infusion_pump"
SHEETS = {"frame", "ground_plane", "bond_strap"}
BOARD = (0.028, 0.0296)

# Volumes (m3) and areas (m2) from the dimensions in meshes/README.md, not from the mesh.
# 24 sides: area of the inscribed polygon over r squared.
POLYGON = 12 * np.sin(2 * np.pi / 24)
VOLUMES = {
    "housing": 0.160 * 0.120 * 0.200 - 0.152 * 0.112 * 0.192 - 0.104 * 0.064 * 0.004,
    "infusion_pump_display": 0.104 * 0.064 * 0.004,
    "board": 0.120 * 0.080 * 0.0016,
    "standoff": 2 * 0.008 * 0.008 * 0.016,
    "battery": 0.088 * 0.040 * 0.032,
    "components": 0.080 * 0.064 * 0.0304,
    "pump_motor": POLYGON * 0.016**2 * 0.032,
    "syringe": POLYGON * (0.016**2 * 0.096 + 0.005**2 * 0.008 + 0.006**2 * 0.016),
    "plunger_drive": 0.008 * 0.032 * 0.032,
    "keypad": 0.104 * 0.004 * 0.032,
    "handle": 2 * 0.008 * 0.016 * 0.020 + 0.120 * 0.016 * 0.008,
}
AREAS = {
    "frame": 2 * (0.136 * 0.096 + 0.136 * 0.176 + 0.096 * 0.176)
    - (0.104 * 0.064 + 2 * 0.016**2 + 3 * 0.088 * 0.008),
    "ground_plane": 0.120 * 0.080,
    "bond_strap": 0.016 * 0.016 + 0.016 * 0.008,
}


@cache
def regions() -> dict[str, Region]:
    """Every region of both files."""
    files = (MESHES / "infusion_pump.msh", MESHES / "infusion_pump_display.stl")
    return {name: region for file in files for name, region in read_regions(file, "mm").items()}


@cache
def twin(name: str) -> Twin:
    """A twin file of the example."""
    return scene.load(TWINS / name).twin


def corners(name: str) -> NDArray[np.float64]:
    """Corners of the triangles of a region, shape (m, 3, 3), in metres."""
    surface = regions()[name].surface
    return surface.points[surface.triangles]


def volume(name: str) -> float:
    """Volume that a region's surface encloses, by the divergence theorem."""
    a, b, c = np.moveaxis(corners(name), 1, 0)
    return abs(float(np.einsum("ij,ij->", a, np.cross(b, c)))) / 6


def area(name: str) -> float:
    """Area of a region's surface."""
    a, b, c = np.moveaxis(corners(name), 1, 0)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()) / 2


def flat_coordinates(axis: int) -> list[float]:
    """Coordinates of the planes normal to an axis, of all regions, in metres."""
    found: set[float] = set()
    for name in regions():
        along = corners(name)[:, :, axis]
        flat = np.ptp(along, axis=1) < 1e-9
        found |= set(np.round(along[flat, 0], 7).tolist())
    return sorted(found)


def test_readme_holds_the_hash_of_each_mesh() -> None:
    """A changed mesh file needs a changed README."""
    text = (MESHES / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", text, re.MULTILINE))
    files = [file for ending in ("msh", "stl", "obj") for file in MESHES.rglob(f"*.{ending}")]
    assert stated == {
        file.relative_to(MESHES).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def test_readme_describes_every_region() -> None:
    """The table of regions is complete."""
    text = (MESHES / "README.md").read_text(encoding="utf-8")
    assert [name for name in regions() if f"`{name}`" not in text] == []


def test_meshes_stay_small() -> None:
    """All meshes together stay below 2 MB."""
    assert sum(file.stat().st_size for file in MESHES.rglob("*") if file.is_file()) < 2e6


def test_open_surfaces_are_sheets_and_all_others_solids() -> None:
    """The mesh alone tells sheet metal from bodies."""
    kinds = {name: region.kind for name, region in regions().items()}
    assert kinds == dict.fromkeys(SHEETS, "sheet") | dict.fromkeys(VOLUMES, "solid")


@pytest.mark.parametrize("name", sorted(VOLUMES))
def test_volume_is_that_of_the_dimensions(name: str) -> None:
    """Millimetres, nothing lost, nothing inside out."""
    assert volume(name) == pytest.approx(VOLUMES[name], rel=1e-9)


@pytest.mark.parametrize("name", sorted(AREAS))
def test_area_is_that_of_the_dimensions(name: str) -> None:
    """The openings are there, and of their size."""
    assert area(name) == pytest.approx(AREAS[name], rel=1e-9)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("file", ["twin.yaml", "twin_rev_a.yaml"])
def test_planes_and_cables_leave_room_for_cells(axis: int, file: str) -> None:
    """Small distances cost time steps: 4 mm at least, but for the board's thickness."""
    device = twin(file).device
    places = {point[axis] for cable in device.cables for point in cable.path}
    if axis < 2:
        places |= {point[axis] for trace in device.traces for point in trace.path}
    lines = sorted({round(place, 7) for place in [*places, *flat_coordinates(axis)]})
    gaps = [(a, b) for a, b in pairwise(lines) if b - a < 4e-3 - 1e-9]
    assert gaps == ([BOARD] if axis == 2 else [])


@pytest.mark.parametrize("file", ["twin.yaml", "twin_rev_a.yaml"])
def test_twin_file_names_regions_and_materials_that_exist(file: str) -> None:
    """Both twin files fit the meshes and the library."""
    device = twin(file).device
    missing = [part.name for part in device.parts if device.region_of(part) not in regions()]
    assert missing == []
    own = set(twin(file).materials)
    metals = {p.name for p in device.parts if p.material not in own and lookup(p.material).metal}
    present = {part.name for part in device.parts}
    assert metals == present & (SHEETS | {"standoff", "battery", "pump_motor"})


def test_revision_a_differs_by_the_bond_alone() -> None:
    """What fails in revision A is the missing bond, not another number."""
    good, bad = twin("twin.yaml").device, twin("twin_rev_a.yaml").device
    assert good.parts == bad.parts
    cables = {cable.name: cable for cable in good.cables}
    assert [cable.name for cable in bad.cables if cables[cable.name] != cable] == ["sensor_cable"]
    assert isinstance(cables["sensor_cable"].start, EndBond)
    assert set(cables) - {cable.name for cable in bad.cables} == {"sensor_wire"}
    assert (good.traces, good.ports) == (bad.traces, bad.ports)
    a, b = twin("twin.yaml"), twin("twin_rev_a.yaml")
    assert (a.tests, a.environment, a.accuracy) == (b.tests, b.environment, b.accuracy)


def crossings(name: str, path: NDArray[np.float64]) -> list[tuple[NDArray[np.float64], float]]:
    """Where a wire's legs pass the planes of a sheet: point, and distance to metal there.

    The end points of the path do not count: a wire may start on the sheet.
    """
    found = []
    for start, end in pairwise(path):
        axis = int(np.argmax(np.abs(end - start)))
        flat = np.ptp(corners(name)[:, :, axis], axis=1) < 1e-9
        for triangles in by_plane(corners(name)[flat], axis):
            place = start.copy()
            place[axis] = triangles[0, 0, axis]
            low, high = sorted((start[axis], end[axis]))
            if low < place[axis] < high:
                found.append((place, distance(triangles, place, axis)))
    return found


def by_plane(triangles: NDArray[np.float64], axis: int) -> list[NDArray[np.float64]]:
    """Triangles normal to an axis, grouped by their coordinate along it."""
    along = np.round(triangles[:, 0, axis], 7)
    return [triangles[along == value] for value in np.unique(along)]


def distance(triangles: NDArray[np.float64], place: NDArray[np.float64], axis: int) -> float:
    """Distance in metres from a point to coplanar triangles, 0 inside one of them."""
    flat = np.delete(triangles, axis, axis=2)
    point = np.delete(place, axis)
    if any(inside(triangle, point) for triangle in flat):
        return 0.0
    starts, ends = flat, np.roll(flat, -1, axis=1)
    along = ends - starts
    share = ((point - starts) * along).sum(-1) / (along**2).sum(-1)
    nearest = starts + np.clip(share, 0, 1)[..., None] * along
    return float(np.linalg.norm(point - nearest, axis=-1).min())


def inside(triangle: NDArray[np.float64], point: NDArray[np.float64]) -> bool:
    """Whether a point lies in a flat triangle, its rim included."""
    (ax, ay), (bx, by), (cx, cy) = triangle - point
    turns = [ax * by - ay * bx, bx * cy - by * cx, cx * ay - cy * ax]
    return bool(min(turns) >= -1e-15 or max(turns) <= 1e-15)


@pytest.mark.parametrize(
    ("file", "cable", "passes"),
    [
        ("twin.yaml", "sensor_cable", 0),
        ("twin.yaml", "sensor_wire", 0),
        ("twin.yaml", "dc_lead", 0),
        ("twin_rev_a.yaml", "sensor_cable", 1),
        ("twin_rev_a.yaml", "dc_lead", 0),
    ],
)
def test_cables_pass_the_frame_through_the_middle_of_an_opening(
    file: str, cable: str, passes: int
) -> None:
    """A wire that touched the frame in passing would be bonded to it."""
    path = next(item.path for item in twin(file).device.cables if item.name == cable)
    found = crossings("frame", np.array(path))
    assert len(found) == passes
    assert all(gap == pytest.approx(0.008) for _, gap in found)


@pytest.mark.parametrize("file", ["twin.yaml", "twin_rev_a.yaml"])
def test_cables_start_on_the_part_they_name(file: str) -> None:
    """A bond or port in the air would be an open end."""
    for cable in twin(file).device.cables:
        part = str(getattr(cable.start, "bond", "") or getattr(cable.start, "part", ""))
        start = np.array(cable.path[0])
        gaps = [
            distance(triangles, start, axis)
            for axis in range(3)
            for triangles in by_plane(
                corners(part)[np.ptp(corners(part)[:, :, axis], axis=1) < 1e-9], axis
            )
            if abs(triangles[0, 0, axis] - start[axis]) < 1e-9
        ]
        assert min(gaps, default=np.inf) == 0.0, cable.name
