"""PyVista scenes, rendered off-screen: set-up, voxels, |E| slices, surface field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.results import Campaign
from emtwin.results.layout import AXES, PLANES, grid_lines, names_of
from emtwin.results.vtk import sheet_quads
from emtwin.units import format_si
from emtwin.viz import frame, palette, projection, setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from emtwin.viz.projection import Extent

PIXELS = 1500
LIGHT = {"ambient": 0.35, "diffuse": 0.7}


def setup(campaign: Campaign, test: str, path: Path) -> Path:
    """Draw the device as `test` sees it: surfaces, wires, floor, table, directions.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    test : str
        Name of the test, for example ``radiated_immunity``.
    path : Path
        PNG file to write.

    Returns
    -------
    Path
        The file written.
    """
    plotter = _plotter()
    _add_device(plotter, campaign)
    floor = setting.floor_height(campaign, test)
    radius = 0.008 * setting.device_bounds(campaign).size
    for _, start, end in setting.wire_segments(campaign, setting.site_of(campaign, test)):
        plotter.add_mesh(_tube(start, end, radius), color=palette.WIRE)
    if floor is not None:
        _add_floor(plotter, campaign, floor)
    arrows = setting.arrows(campaign, test)
    for arrow in arrows:
        _add_arrow(plotter, arrow, 0.05 * setting.device_bounds(campaign).size)
    figure, axes, extent = _framed(plotter, 0.2, [arrow.room for arrow in arrows])
    frame.arrow_labels(axes, arrows)
    frame.legend(axes, setting.material_legend(campaign))
    frame.note(axes, setting.site_label(floor))
    frame.triad(axes, extent)
    return frame.save(figure, path)


def voxels(campaign: Campaign, site: str, path: Path) -> Path:
    """Draw the cells of every part, with the quarter nearest the viewer cut away.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    site : str
        Name of the site, for example ``free_space``.
    path : Path
        PNG file to write.

    Returns
    -------
    Path
        The file written.
    """
    pv = _pyvista()
    bounds = setting.device_bounds(campaign)
    dataset = setting.cropped(campaign.datasets[f"voxels/{site}"], bounds)
    lines, part = grid_lines(dataset), dataset["part"].values.copy()
    centres = [(line[1:] + line[:-1]) / 2 for line in lines]
    near = np.ix_(centres[0] < bounds.centre[0], centres[1] < bounds.centre[1])
    part[near] = -1
    grid = pv.RectilinearGrid(*lines)
    grid.cell_data["part"] = part.ravel(order="F")
    plotter = _plotter()
    names, shown = names_of(dataset, "part_names"), []
    for index in np.unique(part[part >= 0]):
        cells = grid.threshold((index - 0.5, index + 0.5), scalars="part")
        surface = cells.extract_surface(algorithm="dataset_surface")
        plotter.add_mesh(
            surface, color=palette.part_colour(int(index)), show_edges=True, line_width=0.4, **LIGHT
        )
        shown.append((names[index], palette.part_colour(int(index))))
    if _add_sheets(plotter, dataset, bounds):
        shown.append(("metal sheet", palette.MATERIAL_COLOURS["copper"]))
    figure, axes, extent = _framed(plotter, right=0.2)
    frame.legend(axes, shown)
    frame.note(axes, "cells by part; the quarter nearest the viewer is cut away")
    frame.triad(axes, extent)
    return frame.save(figure, path)


def field_slice(campaign: Campaign, test: str, path: Path) -> Path:
    """Draw |E| in dB on the stored planes at the worst frequency, device outlined.

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
    pv = _pyvista()
    field = campaign.datasets[f"field/{test}"]
    planes = [plane for plane in PLANES if f"e_{plane}" in field]
    values = {p: palette.decibels(field[f"e_{p}"].transpose(*p).values) for p in planes}
    scale = palette.colour_range(np.concatenate([v.ravel() for v in values.values()]))
    plotter = _plotter()
    for plane in planes:
        lines = [
            field[axis].values if axis in plane else np.array([field.attrs[f"{axis}0"]])
            for axis in AXES
        ]
        grid = pv.RectilinearGrid(*lines)
        grid.point_data["E"] = values[plane].reshape([line.size for line in lines]).ravel(order="F")
        _add_scalar_mesh(plotter, grid, scale)
    outline = [_surface(part) for part in campaign.group("device").values()]
    return _field_picture(plotter, path, scale, float(field.attrs["frequency"]), outline)


def surface_field(campaign: Campaign, test: str, path: Path) -> Path:
    """Draw |E| in dB on the device's surface at the worst frequency, as small cubes.

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
    pv = _pyvista()
    field = campaign.datasets[f"surface_field/{test}"]
    values = palette.decibels(field["e"].values)
    cloud = pv.PolyData(np.ascontiguousarray(field["point"].values))
    cloud.point_data["E"] = values
    edge = 1.15 * palette.sample_spacing(cloud.points)
    cube = pv.Cube(x_length=edge, y_length=edge, z_length=edge)
    cubes = cloud.glyph(geom=cube, scale=False, orient=False)
    plotter = _plotter()
    scale = palette.colour_range(values)
    _add_scalar_mesh(plotter, cubes, scale)
    bounds = setting.device_bounds(campaign)
    for _, start, end in setting.wire_segments(campaign, setting.site_of(campaign, test)):
        if _touches(start, end, bounds):
            plotter.add_mesh(_tube(start, end, 0.006 * bounds.size), color=palette.MUTED)
    return _field_picture(plotter, path, scale, float(field.attrs["frequency"]))


def _pyvista() -> Any:
    """PyVista, imported when first needed; its annotations reject what it documents."""
    import pyvista

    return pyvista


def _plotter() -> Any:
    pv = _pyvista()
    plotter = pv.Plotter(off_screen=True)
    plotter.set_background("white")
    return plotter


def _framed(plotter: Any, right: float, extra: Sequence[Any] = ()) -> tuple[Figure, Axes, Extent]:
    """Render all meshes so that they fill a frame, and leave `right` of its width free."""
    points = np.concatenate([np.asarray(mesh.points) for mesh in plotter.meshes])
    shown = np.concatenate([points, np.reshape(extra, (-1, 3))])
    extent = projection.extent_of(shown)
    extent = extent._replace(right=extent.right + right * extent.width)
    picture = _render(plotter, extent, points)
    figure, axes = frame.canvas(extent)
    frame.image(axes, picture, extent)
    return figure, axes, extent


def _render(plotter: Any, extent: Extent, points: Any) -> NDArray[np.uint8]:
    """Picture of exactly `extent`, seen along the common direction without perspective."""
    plotter.window_size = [PIXELS, round(PIXELS * extent.height / extent.width)]
    across, upward = (extent.left + extent.right) / 2, (extent.bottom + extent.top) / 2
    middle = float(np.mean(projection.depth(points)))
    focus = across * projection.RIGHT + upward * projection.SCREEN_UP + middle * projection.TOWARD
    reach = 2 * float(np.ptp(points, axis=0).max())
    camera = plotter.camera
    camera.focal_point = tuple(focus)
    camera.position = tuple(focus + reach * projection.TOWARD)
    camera.up = (0.0, 0.0, 1.0)
    camera.enable_parallel_projection()
    camera.parallel_scale = extent.height / 2
    plotter.enable_anti_aliasing("ssaa")
    plotter.reset_camera_clipping_range()
    picture = plotter.screenshot(None, return_img=True)
    plotter.close()
    return np.asarray(picture, dtype=np.uint8)


def _field_picture(
    plotter: Any,
    path: Path,
    scale: palette.Range,
    frequency: float,
    outline: Sequence[Any] = (),
) -> Path:
    figure, axes, extent = _framed(plotter, right=0.2)
    for surface in outline:
        _draw_edges(axes, surface)
    frame.colour_bar(figure, scale, "|E| in dB above 1 V/m")
    frame.note(axes, f"|E| at {format_si(frequency, 'Hz')}")
    frame.triad(axes, extent)
    return frame.save(figure, path)


def _surface(part: Any) -> Any:
    pv = _pyvista()
    return pv.PolyData.from_regular_faces(part["points"].values, part["triangles"].values)


def _add_device(plotter: Any, campaign: Campaign) -> None:
    """Opaque parts first: depth peeling is slow in software, sorting by hand is not."""
    parts = list(campaign.group("device").values())
    plotter.enable_depth_peeling(6)
    for part in parts:
        material, kind = str(part.attrs["material"]), str(part.attrs["kind"])
        surface = _surface(part)
        plotter.add_mesh(
            surface,
            color=palette.material_colour(material),
            opacity=palette.opacity(material, kind),
            smooth_shading=False,
        )
        _add_edges(plotter, surface, palette.INK, 1.5, 0.7)


def _add_edges(plotter: Any, surface: Any, colour: str, width: float, opacity: float) -> None:
    edges = surface.extract_feature_edges(feature_angle=25, manifold_edges=False)
    if edges.n_cells:
        plotter.add_mesh(edges, color=colour, line_width=width, opacity=opacity)


def _draw_edges(axes: Axes, surface: Any) -> None:
    """Edges over the picture: inside it the opaque planes would hide them."""
    from matplotlib.collections import LineCollection

    edges = surface.extract_feature_edges(feature_angle=25, manifold_edges=False)
    if edges.n_cells:
        ends = np.asarray(edges.points)[np.asarray(edges.lines).reshape(-1, 3)[:, 1:]]
        lines = projection.project(ends).reshape(-1, 2, 2)
        axes.add_collection(LineCollection(list(lines), colors="white", linewidths=0.7, alpha=0.75))


def _add_floor(plotter: Any, campaign: Campaign, floor: float) -> None:
    pv = _pyvista()
    bounds, table = setting.device_bounds(campaign), setting.table_outline(campaign)
    reach = 1.6 * bounds.size + 2 * setting.TABLE_MARGIN
    centre = (bounds.centre[0], bounds.centre[1], floor)
    plane = pv.Plane(
        center=centre, i_size=2 * reach, j_size=2 * reach, i_resolution=12, j_resolution=12
    )
    plotter.add_mesh(plane, color="#e7ebee", show_edges=True, edge_color="#cdd4da", lighting=False)
    outline = np.vstack([table, table[:1]])
    legs = [np.array([corner, [corner[0], corner[1], floor]]) for corner in table]
    for run in (outline, *legs):
        line = pv.lines_from_points(run)
        plotter.add_mesh(line, color="#a08a6d", line_width=3)


def _add_arrow(plotter: Any, arrow: setting.Arrow, width: float) -> None:
    pv = _pyvista()
    length = float(np.linalg.norm(arrow.end - arrow.start))
    shape = pv.Arrow(
        start=arrow.start,
        direction=arrow.end - arrow.start,
        scale=length,
        shaft_radius=0.25 * width / length,
        tip_radius=0.8 * width / length,
        tip_length=2.2 * width / length,
    )
    colour = palette.ACCENT if arrow.main else palette.MUTED
    plotter.add_mesh(shape, color=colour)


def _add_sheets(plotter: Any, dataset: Any, bounds: setting.Bounds) -> bool:
    pv = _pyvista()
    found = False
    for axis, name in enumerate(AXES):
        if f"sheet_{name}" not in dataset:
            continue
        quads = sheet_quads(grid_lines(dataset), axis, dataset[f"sheet_{name}"].values)
        middle = quads.mean(axis=1)
        quads = quads[(middle[:, 0] >= bounds.centre[0]) | (middle[:, 1] >= bounds.centre[1])]
        if len(quads) == 0:
            continue
        corners = np.arange(4 * len(quads)).reshape(-1, 4)
        mesh = pv.PolyData.from_regular_faces(quads.reshape(-1, 3), corners)
        plotter.add_mesh(mesh, color=palette.MATERIAL_COLOURS["copper"], show_edges=True, **LIGHT)
        found = True
    return found


def _add_scalar_mesh(plotter: Any, mesh: Any, scale: palette.Range) -> None:
    plotter.add_mesh(
        mesh,
        scalars="E",
        cmap=palette.FIELD_MAP,
        clim=tuple(scale),
        lighting=False,
        show_scalar_bar=False,
    )


def _tube(start: Any, end: Any, radius: float) -> Any:
    pv = _pyvista()
    return pv.Line(start, end).tube(radius=radius)


def _touches(start: Any, end: Any, bounds: setting.Bounds) -> bool:
    """Whether the segment stays within one device size: a lead to the floor would not."""
    reach = 0.6 * bounds.size
    inside = [(p > bounds.low - reach) & (p < bounds.high + reach) for p in (start, end)]
    return bool(np.all(inside))
