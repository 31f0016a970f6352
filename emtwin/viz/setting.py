"""What the pictures show, found in a campaign: bounds, floor, waves, antenna, wires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.results import Campaign
from emtwin.results.layout import grid_lines
from emtwin.viz import palette

if TYPE_CHECKING:
    import xarray as xr

Vector = NDArray[np.float64]

FACE_NORMALS = {
    "front": (0.0, -1.0, 0.0),
    "right": (1.0, 0.0, 0.0),
    "back": (0.0, 1.0, 0.0),
    "left": (-1.0, 0.0, 0.0),
}
SITES = {"radiated_immunity": "free_space", "radiated_emission": "over_floor"}
TABLE_MARGIN = 0.12


class Bounds(NamedTuple):
    """Box around something, in metres."""

    low: Vector
    high: Vector

    @property
    def centre(self) -> Vector:
        """Middle of the box."""
        return np.asarray((self.low + self.high) / 2)

    @property
    def size(self) -> float:
        """Largest edge in metres."""
        return float((self.high - self.low).max())


@dataclass(frozen=True)
class Arrow:
    """A labelled arrow from `start` to `end` (m); `main` marks the worst case."""

    start: Vector
    end: Vector
    label: str
    main: bool
    outward: bool = False

    @property
    def tag(self) -> Vector:
        """The end away from the device, where the label stands."""
        return self.end if self.outward else self.start

    @property
    def room(self) -> Vector:
        """How far the label may reach: pictures are framed to include it."""
        return self.tag + (0.9 if self.outward else 0.35) * (self.tag - self.other)

    @property
    def other(self) -> Vector:
        """The end at the device."""
        return self.start if self.outward else self.end


def device_bounds(campaign: Campaign) -> Bounds:
    """Box around every imported surface; a 0.3 m cube where there is none."""
    points = [part["points"].values for part in campaign.group("device").values()]
    if not points:
        return Bounds(np.full(3, -0.15), np.full(3, 0.15))
    stacked = np.concatenate(points)
    return Bounds(stacked.min(axis=0), stacked.max(axis=0))


def site_of(campaign: Campaign, test: str) -> str:
    """Name of the site that `test` was computed in; empty if none is stored."""
    sites = [str(site["name"]) for site in campaign.meta.get("sites", [])]
    for site in campaign.meta.get("sites", []):
        if test in site.get("tests", ()):
            return str(site["name"])
    sites = sites or list(campaign.group("voxels"))
    wanted = SITES.get(test, "free_space")
    return wanted if wanted in sites else next(iter(sites), "")


def floor_height(campaign: Campaign, test: str) -> float | None:
    """Height of the reference floor in metres, None in free space.

    A site may state ``floor_z``; otherwise emission stands on the lowest
    plane of its grid, because the floor ends the grid there.
    """
    site = site_of(campaign, test)
    for entry in campaign.meta.get("sites", []):
        if entry["name"] == site and "floor_z" in entry:
            return None if entry["floor_z"] is None else float(entry["floor_z"])
    voxels = campaign.datasets.get(f"voxels/{site}")
    if "emission" not in test or voxels is None:
        return None
    return float(voxels["z_line"].values[0])


def wire_segments(campaign: Campaign, site: str) -> list[tuple[str, Vector, Vector]]:
    """Wire segments of `site` as (name, start, end), metres."""
    wires = campaign.datasets.get(f"wires/{site}")
    if wires is None or "start" not in wires:
        return []
    rows = zip(wires["wire"].values, wires["start"].values, wires["end"].values, strict=True)
    return [(str(name), np.asarray(start), np.asarray(end)) for name, start, end in rows]


def arrows(campaign: Campaign, test: str) -> list[Arrow]:
    """Directions of the test: four incident faces, or the receiving antenna."""
    bounds = device_bounds(campaign)
    worst = (campaign.verdict(test) or {}).get("worst") or {}
    if "immunity" in test:
        return _incident(campaign, bounds, test, worst)
    return [_antenna(bounds, worst)] if "emission" in test else []


def _incident(campaign: Campaign, bounds: Bounds, test: str, worst: dict[str, Any]) -> list[Arrow]:
    found = []
    dataset = campaign.datasets.get(test)
    faces = [str(face) for face in dataset["face"].values] if dataset is not None else FACE_NORMALS
    for face in faces:
        normal = np.asarray(FACE_NORMALS.get(face, (0.0, -1.0, 0.0)))
        half = abs(normal) @ (bounds.high - bounds.low) / 2
        start = bounds.centre + normal * (half + 1.15 * bounds.size)
        end = bounds.centre + normal * (half + 0.45 * bounds.size)
        main = face == worst.get("face")
        polarisation = f", {worst.get('polarisation', '')}" if main else ""
        found.append(Arrow(start, end, f"{face}{polarisation}", main))
    return found


def _antenna(bounds: Bounds, worst: dict[str, Any]) -> Arrow:
    """Arrow towards the antenna; the turntable angle counts from +x towards +y."""
    angle = np.radians(float(worst.get("angle", -90.0)))
    direction = np.array([np.cos(angle), np.sin(angle), 0.0])
    start = bounds.centre + direction * 0.8 * bounds.size
    end = bounds.centre + direction * 1.7 * bounds.size
    distance, height = worst.get("distance"), worst.get("height")
    label = "antenna"
    label += f" at {float(distance):g} m" if distance is not None else ""
    label += f",\n{float(height):.3g} m high" if height is not None else ""
    return Arrow(start, end, label, True, outward=True)


def table_outline(campaign: Campaign) -> Vector:
    """Corners (4, 3) of the table top's outline in metres; shown, never computed."""
    bounds = device_bounds(campaign)
    (x0, y0, z), (x1, y1, _) = bounds.low - TABLE_MARGIN, bounds.high + TABLE_MARGIN
    z += TABLE_MARGIN
    return np.array([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)])


def site_label(floor: float | None) -> str:
    """Where the device stands, in a few words."""
    if floor is None:
        return "free space"
    return f"conducting floor at z = {floor:g} m; the table is not in the model"


def cropped(voxels: xr.Dataset, bounds: Bounds, margin: float = 0.15) -> xr.Dataset:
    """Voxels around the device only: most of a grid is air and absorber."""
    selection: dict[str, slice] = {}
    for axis, (name, cell) in enumerate(zip("xyz", "ijk", strict=True)):
        lines = voxels[f"{name}_line"].values
        reach = margin * bounds.size
        first = int(np.searchsorted(lines, bounds.low[axis] - reach, side="right")) - 1
        last = int(np.searchsorted(lines, bounds.high[axis] + reach, side="left"))
        first, last = max(first, 0), min(last, lines.size - 1)
        selection[cell] = slice(first, last)
        for dim in {str(voxels[f"{name}_line"].dims[0]), f"{cell}_line"}:
            selection[dim] = slice(first, last + 1)
    return voxels.isel({dim: part for dim, part in selection.items() if dim in voxels.dims})


def cell_sizes(campaign: Campaign, test: str, points: Vector) -> Vector:
    """Edges of the cells that hold `points`, shape (n, 3), in metres."""
    lines = grid_lines(campaign.datasets[f"voxels/{site_of(campaign, test)}"])
    sizes = np.empty(points.shape)
    for axis, line in enumerate(lines):
        cell = np.searchsorted(line, points[:, axis], side="right") - 1
        sizes[:, axis] = np.diff(line)[np.clip(cell, 0, line.size - 2)]
    return sizes


def material_legend(campaign: Campaign) -> list[tuple[str, str]]:
    """Materials of the device with their colours, and the wires."""
    parts = campaign.group("device").values()
    materials = dict.fromkeys(str(part.attrs["material"]) for part in parts)
    entries = [(name, palette.material_colour(name)) for name in materials]
    has_wires = any(campaign.group("wires"))
    return [*entries, ("cable or lead", palette.WIRE)] if has_wires else entries
