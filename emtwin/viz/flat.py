"""The same four views drawn with matplotlib, for machines where VTK cannot render."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.results import Campaign
from emtwin.results.layout import AXES, PLANES, grid_lines, names_of
from emtwin.units import format_si
from emtwin.viz import audit_view, frame, palette, setting
from emtwin.viz.outlines import cut, feature_edges
from emtwin.viz.projection import TOWARD, depth, extent_of, project

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def setup(campaign: Campaign, test: str, path: Path) -> Path:
    """Draw the device as `test` sees it, as a projection sorted by depth.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    test : str
        Name of the test.
    path : Path
        PNG file to write.

    Returns
    -------
    Path
        The file written.
    """
    floor = setting.floor_height(campaign, test)
    arrows = setting.arrows(campaign, test)
    segments = setting.wire_segments(campaign, setting.site_of(campaign, test))
    bounds, outlines = setting.device_bounds(campaign), _site_lines(campaign, floor)
    corners = [np.array([bounds.low, bounds.high]), *outlines]
    corners += [np.array([arrow.start, arrow.end, arrow.room]) for arrow in arrows]
    corners += [np.array([start, end]) for _, start, end in segments]
    extent = extent_of(np.concatenate(corners))
    extent = extent._replace(right=extent.right + 0.2 * extent.width)
    figure, axes = frame.canvas(extent)
    for line in outlines:
        axes.plot(*project(line).T, color="#a08a6d", lw=1.0)
    _draw_surfaces(axes, campaign)
    for _, start, end in segments:
        axes.plot(*project(np.array([start, end])).T, color=palette.WIRE, lw=2.0)
    _draw_arrows(axes, arrows)
    frame.arrow_labels(axes, arrows)
    frame.legend(axes, setting.material_legend(campaign))
    frame.note(axes, setting.site_label(floor))
    frame.triad(axes, extent)
    return frame.save(figure, path)


def voxels(campaign: Campaign, site: str, path: Path) -> Path:
    """Draw the cells of every part on three planes through the device.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    site : str
        Name of the site.
    path : Path
        PNG file to write.

    Returns
    -------
    Path
        The file written.
    """
    from matplotlib.colors import ListedColormap

    bounds = setting.device_bounds(campaign)
    dataset = setting.cropped(campaign.datasets[f"voxels/{site}"], bounds)
    lines, names = grid_lines(dataset), names_of(dataset, "part_names")
    part = np.ma.masked_less(dataset["part"].values, 0)
    colours = ListedColormap([palette.part_colour(n) for n in range(max(len(names), 1))])
    figure, panels = _panels(len(PLANES))
    for axes, plane in zip(panels, PLANES, strict=True):
        (u, v), normal = (AXES.index(axis) for axis in plane), _normal(plane)
        at = float(bounds.centre[normal])
        index = _cell_at(lines[normal], at)
        values = np.moveaxis(part, normal, 0)[index]
        axes.pcolormesh(
            lines[u],
            lines[v],
            values.T,
            cmap=colours,
            vmin=-0.5,
            vmax=len(names) - 0.5,
            edgecolors="#00000022",
            linewidth=0.2,
        )
        _draw_sheets(axes, dataset, lines, normal, index)
        _label_plane(axes, plane, at)
    used = [n for n in np.unique(dataset["part"].values) if n >= 0]
    entries = [(names[n], palette.part_colour(int(n))) for n in used]
    entries.append(("metal sheet", palette.MATERIAL_COLOURS["copper"]))
    frame.legend(panels[-1], entries, outside=True)
    return frame.save(figure, path)


def geometry_audit(campaign: Campaign, site: str, path: Path) -> Path:
    """Draw the metal by conductor on three planes, the geometry as lines, doubtful places marked.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign, or one of the geometry alone.
    site : str
        Name of the site.
    path : Path
        PNG file to write.

    Returns
    -------
    Path
        The file written.
    """
    from matplotlib.colors import ListedColormap

    bounds = setting.device_bounds(campaign)
    dataset = setting.cropped(campaign.datasets[f"voxels/{site}"], bounds)
    lines, colours = grid_lines(dataset), audit_view.colours(campaign, site)
    cells = audit_view.conductor_of_cells(dataset)
    rank = np.full(int(max([*colours, cells.max(), 0])) + 2, -1)
    rank[list(colours)] = np.arange(len(colours))
    marks = audit_view.marks(campaign, site)
    figure, panels = _panels(len(PLANES))
    for axes, plane in zip(panels, PLANES, strict=True):
        (u, v), normal = (AXES.index(axis) for axis in plane), _normal(plane)
        at = float(marks[0].place[normal] if marks else bounds.centre[normal])
        index = _cell_at(lines[normal], at)
        values = np.ma.masked_less(rank[np.moveaxis(cells, normal, 0)[index]], 0)
        shades = ListedColormap([*colours.values()] or [palette.MUTED])
        high = max(len(colours), 1) - 0.5
        axes.pcolormesh(lines[u], lines[v], values.T, cmap=shades, vmin=-0.5, vmax=high)
        _draw_sheets(axes, dataset, lines, normal, index)
        _draw_outline(axes, campaign, plane, at + 1e-9 * bounds.size, palette.INK)
        for mark in marks:
            axes.plot(mark.place[u], mark.place[v], "o", mfc="none", mec=mark.colour, mew=1.8, ms=9)
        _label_plane(axes, plane, at)
    frame.legend(panels[-1], audit_view.legend(campaign, site), outside=True)
    return frame.save(figure, path)


def field_slice(campaign: Campaign, test: str, path: Path) -> Path:
    """Draw |E| in dB on the stored planes, with the outline of the device.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    test : str
        Name of the test.
    path : Path
        PNG file to write.

    Returns
    -------
    Path
        The file written.
    """
    field = campaign.datasets[f"field/{test}"]
    planes = [plane for plane in PLANES if f"e_{plane}" in field]
    values = {p: palette.decibels(field[f"e_{p}"].transpose(*p).values) for p in planes}
    scale = palette.colour_range(np.concatenate([v.ravel() for v in values.values()]))
    figure, panels = _panels(len(planes))
    for axes, plane in zip(panels, planes, strict=True):
        u, v = (field[axis].values for axis in plane)
        axes.pcolormesh(
            u,
            v,
            values[plane].T,
            cmap=palette.FIELD_MAP,
            vmin=scale.low,
            vmax=scale.high,
            shading="nearest",
            rasterized=True,
        )
        _draw_outline(axes, campaign, plane, float(field.attrs[f"{AXES[_normal(plane)]}0"]))
        _label_plane(axes, plane, float(field.attrs[f"{AXES[_normal(plane)]}0"]))
        axes.set_xlim(u[0], u[-1])
        axes.set_ylim(v[0], v[-1])
    frame.colour_bar(figure, scale, _field_label(field))
    return frame.save(figure, path)


def surface_field(campaign: Campaign, test: str, path: Path) -> Path:
    """Draw |E| in dB on the device's surface as coloured squares sorted by depth.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    test : str
        Name of the test.
    path : Path
        PNG file to write.

    Returns
    -------
    Path
        The file written.
    """
    field = campaign.datasets[f"surface_field/{test}"]
    points, values = field["point"].values, palette.decibels(field["e"].values)
    scale = palette.colour_range(values)
    extent = extent_of(points)
    extent = extent._replace(right=extent.right + 0.2 * extent.width)
    figure, axes = frame.canvas(extent)
    order = np.argsort(depth(points))
    largest = setting.cell_sizes(campaign, test, points).max(axis=1)[order]
    inches = frame.INCHES / extent.width * largest
    across, upward = project(points)[order].T
    axes.scatter(
        across,
        upward,
        c=values[order],
        s=(1.25 * 72 * inches) ** 2,
        marker="s",
        linewidths=0,
        cmap=palette.FIELD_MAP,
        vmin=scale.low,
        vmax=scale.high,
    )
    frame.colour_bar(figure, scale, "|E| in dB above 1 V/m")
    frame.note(axes, f"|E| at {format_si(float(field.attrs['frequency']), 'Hz')}")
    frame.triad(axes, extent)
    return frame.save(figure, path)


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    figure = frame.new_figure(9.0, 4.0)
    panels = list(figure.subplots(1, count, squeeze=False)[0])
    figure.subplots_adjust(left=0.07, right=0.84, top=0.9, bottom=0.13, wspace=0.32)
    return figure, panels


def _normal(plane: str) -> int:
    return next(n for n, axis in enumerate(AXES) if axis not in plane)


def _cell_at(lines: NDArray[np.float64], value: float) -> int:
    return int(np.clip(np.searchsorted(lines, value) - 1, 0, lines.size - 2))


def _label_plane(axes: Axes, plane: str, at: float) -> None:
    normal = AXES[_normal(plane)]
    axes.set_title(f"{normal} = {format_si(at, 'm', 3)}", fontsize=9, color=palette.INK)
    axes.set_xlabel(f"{plane[0]} in m", fontsize=8)
    axes.set_ylabel(f"{plane[1]} in m", fontsize=8)
    axes.set_aspect("equal")
    axes.tick_params(labelsize=7)


def _field_label(field: Any) -> str:
    return f"|E| in dB above 1 V/m at {format_si(float(field.attrs['frequency']), 'Hz')}"


def _draw_sheets(axes: Axes, dataset: Any, lines: Any, normal: int, index: int) -> None:
    """Metal sheets are cell faces: on a plane they are line segments."""
    from matplotlib.collections import LineCollection

    u, v = (n for n in range(3) if n != normal)
    segments = []
    for axis, other in ((u, v), (v, u)):
        if f"sheet_{AXES[axis]}" not in dataset:
            continue
        faces = np.moveaxis(dataset[f"sheet_{AXES[axis]}"].values, normal, 0)[index]
        for first, second in np.argwhere(faces):
            place, span = (first, second) if axis == u else (second, first)
            ends = [(lines[axis][place], lines[other][span + step]) for step in (0, 1)]
            segments.append(ends if axis == u else [end[::-1] for end in ends])
    copper = palette.MATERIAL_COLOURS["copper"]
    axes.add_collection(LineCollection(segments, colors=copper, linewidths=1.6))


def _draw_surfaces(axes: Axes, campaign: Campaign) -> None:
    """All triangles of all parts, farthest first: the painter's algorithm."""
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba

    corners, colours = [], []
    for part in campaign.group("device").values():
        material, kind = str(part.attrs["material"]), str(part.attrs["kind"])
        triangles = part["points"].values[part["triangles"].values]
        red, green, blue, _ = to_rgba(palette.material_colour(material))
        shade = _shades(triangles)[:, None] * np.array([red, green, blue])
        alpha = np.full((len(triangles), 1), palette.opacity(material, kind))
        corners.append(triangles)
        colours.append(np.hstack([shade, alpha]))
    if not corners:
        return
    triangles, shades = np.concatenate(corners), np.concatenate(colours)
    order = np.argsort(depth(triangles.mean(axis=1)), kind="stable")
    flat = project(triangles).reshape(-1, 3, 2)[order]
    axes.add_collection(PolyCollection(list(flat), facecolors=shades[order], edgecolors="none"))
    for part in campaign.group("device").values():
        _draw_edges(axes, part["points"].values, part["triangles"].values)


def _shades(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Brightness 0.6 to 1 by how much a triangle faces the viewer, either side."""
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    length = np.linalg.norm(normal, axis=1)
    facing = np.abs(normal @ TOWARD) / np.where(length > 0, length, 1.0)
    return np.asarray(0.6 + 0.4 * facing)


def _draw_edges(axes: Axes, points: Any, triangles: Any) -> None:
    from matplotlib.collections import LineCollection

    lines = project(points[feature_edges(points, triangles)]).reshape(-1, 2, 2)
    axes.add_collection(LineCollection(list(lines), colors=palette.INK, linewidths=0.6, alpha=0.6))


def _draw_outline(
    axes: Axes, campaign: Campaign, plane: str, at: float, colour: str = "white"
) -> None:
    """Where the plane cuts each part's surface."""
    from matplotlib.collections import LineCollection

    u, v = (AXES.index(axis) for axis in plane)
    cuts = [
        cut(part["points"].values[part["triangles"].values], _normal(plane), at)[:, :, [u, v]]
        for part in campaign.group("device").values()
    ]
    segments = list(np.concatenate(cuts)) if cuts else []
    axes.add_collection(LineCollection(segments, colors=colour, linewidths=0.8, alpha=0.85))


def _site_lines(campaign: Campaign, floor: float | None) -> list[NDArray[np.float64]]:
    """Outlines of floor, table top and table legs; none in free space."""
    if floor is None:
        return []
    table, bounds = setting.table_outline(campaign), setting.device_bounds(campaign)
    reach = 1.6 * bounds.size + 2 * setting.TABLE_MARGIN
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * reach
    ground = np.column_stack([square + bounds.centre[:2], np.full(5, floor)])
    legs = [np.array([corner, [corner[0], corner[1], floor]]) for corner in table]
    return [ground, np.vstack([table, table[:1]]), *legs]


def _draw_arrows(axes: Axes, arrows: list[setting.Arrow]) -> None:
    for arrow in arrows:
        colour = palette.ACCENT if arrow.main else palette.MUTED
        style = {"arrowstyle": "-|>", "color": colour, "lw": 2.2 if arrow.main else 1.5}
        start, end = project(arrow.start)[0], project(arrow.end)[0]
        axes.annotate("", end, start, arrowprops=style)
