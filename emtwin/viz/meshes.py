"""What the PyVista scenes consist of, added to a plotter: off-screen or a window."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.results import Campaign
from emtwin.results.layout import AXES, PLANES, grid_lines, names_of
from emtwin.results.vtk import sheet_quads
from emtwin.viz import audit_view, palette, setting

LIGHT = {"ambient": 0.35, "diffuse": 0.7}
_HEXAHEDRON = 12  # VTK's number of a cell with eight corners, in the order below
_CORNERS = np.array(
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]
)


def pyvista() -> Any:
    """PyVista, imported when first needed; its annotations reject what it documents."""
    import pyvista as library

    return library


def plotter(off_screen: bool = True) -> Any:
    """Empty plotter with a white background."""
    made = pyvista().Plotter(off_screen=off_screen)
    made.set_background("white")
    return made


def add_setup(scene: Any, campaign: Campaign, test: str) -> None:
    """Add the device, its wires, the site of `test` and its directions to `scene`."""
    _add_device(scene, campaign)
    floor, size = setting.floor_height(campaign, test), setting.device_bounds(campaign).size
    for _, start, end in setting.wire_segments(campaign, setting.site_of(campaign, test)):
        scene.add_mesh(_tube(start, end, 0.008 * size), color=palette.WIRE)
    if floor is not None:
        _add_floor(scene, campaign, floor)
    for arrow in setting.arrows(campaign, test):
        _add_arrow(scene, arrow, 0.05 * size)


def add_voxels(scene: Any, campaign: Campaign, site: str) -> list[tuple[str, str]]:
    """Add the cells of every part, the quarter nearest the viewer cut away; return a legend."""
    bounds = setting.device_bounds(campaign)
    dataset = setting.cropped(campaign.datasets[f"voxels/{site}"], bounds)
    lines, part = grid_lines(dataset), dataset["part"].values.copy()
    centres = [(line[1:] + line[:-1]) / 2 for line in lines]
    part[np.ix_(centres[0] < bounds.centre[0], centres[1] < bounds.centre[1])] = -1
    grid = pyvista().RectilinearGrid(*lines)
    grid.cell_data["part"] = part.ravel(order="F")
    names, shown = names_of(dataset, "part_names"), []
    for index in (int(n) for n in np.unique(part[part >= 0])):
        cells = grid.threshold((index - 0.5, index + 0.5), scalars="part")
        surface = cells.extract_surface(algorithm="dataset_surface")
        colour = palette.part_colour(index)
        scene.add_mesh(surface, color=colour, show_edges=True, line_width=0.4, **LIGHT)
        shown.append((names[index], colour))
    if _add_sheets(scene, dataset, bounds):
        shown.append(("metal sheet", palette.MATERIAL_COLOURS["copper"]))
    return shown


def add_geometry_audit(scene: Any, campaign: Campaign, site: str) -> list[tuple[str, str]]:
    """Add the metal of every conductor, the quarter nearest the viewer cut away, and the marks.

    Parameters
    ----------
    scene : pyvista.Plotter
        What to add it to.
    campaign : Campaign
        Finished campaign, or one of the geometry alone.
    site : str
        Name of the site.

    Returns
    -------
    list of (str, str)
        Legend: what is shown, and its colour.
    """
    pv, bounds = pyvista(), setting.device_bounds(campaign)
    dataset = setting.cropped(campaign.datasets[f"voxels/{site}"], bounds)
    lines, cells = grid_lines(dataset), audit_view.conductor_of_cells(dataset)
    centres = [(line[1:] + line[:-1]) / 2 for line in lines]
    cells[np.ix_(centres[0] < bounds.centre[0], centres[1] < bounds.centre[1])] = -1
    grid = pv.RectilinearGrid(*lines)
    grid.cell_data["conductor"] = cells.ravel(order="F")
    for number, colour in audit_view.colours(campaign, site).items():
        if (cells == number).any():
            inside = grid.threshold((number - 0.5, number + 0.5), scalars="conductor")
            surface = inside.extract_surface(algorithm="dataset_surface")
            scene.add_mesh(surface, color=colour, show_edges=True, line_width=0.4, **LIGHT)
        for axis, name in enumerate(AXES):
            if f"sheet_{name}" in dataset:
                faces = audit_view.conductor_of_faces(dataset, name) == number
                _add_faces(scene, sheet_quads(lines, axis, faces), bounds, colour)
    for part in campaign.group("device").values():
        _add_edges(scene, surface_of(part), palette.INK, 1.0, 0.5)
    for mark in audit_view.marks(campaign, site):
        ball = pv.Sphere(radius=0.012 * bounds.size, center=mark.place)
        scene.add_mesh(ball, color=mark.colour, lighting=False)
    return audit_view.legend(campaign, site)


def add_field(scene: Any, campaign: Campaign, test: str) -> palette.Range:
    """Add |E| in dB on the stored planes; return the colour scale."""
    field = campaign.datasets[f"field/{test}"]
    planes = [plane for plane in PLANES if f"e_{plane}" in field]
    values = {p: palette.decibels(field[f"e_{p}"].transpose(*p).values) for p in planes}
    scale = palette.colour_range(np.concatenate([v.ravel() for v in values.values()]))
    for plane in planes:
        lines = [
            field[axis].values if axis in plane else np.array([field.attrs[f"{axis}0"]])
            for axis in AXES
        ]
        grid = pyvista().RectilinearGrid(*lines)
        grid.point_data["E"] = values[plane].reshape([line.size for line in lines]).ravel(order="F")
        _add_scalar_mesh(scene, grid, scale)
    return scale


def add_surface_field(scene: Any, campaign: Campaign, test: str) -> palette.Range:
    """Add |E| in dB on the device's surface as the cells it was read in; return the scale."""
    field = campaign.datasets[f"surface_field/{test}"]
    values, points = palette.decibels(field["e"].values), field["point"].values
    sizes = setting.cell_sizes(campaign, test, points)
    corners = points[:, None] + sizes[:, None] * (_CORNERS - 0.5)
    numbers = np.arange(8 * len(points)).reshape(-1, 8)
    cells = pyvista().UnstructuredGrid({_HEXAHEDRON: numbers}, corners.reshape(-1, 3))
    cells.cell_data["E"] = values
    scale = palette.colour_range(values)
    _add_scalar_mesh(scene, cells.extract_surface(algorithm="dataset_surface"), scale)
    bounds = setting.device_bounds(campaign)
    for _, start, end in setting.wire_segments(campaign, setting.site_of(campaign, test)):
        if _touches(start, end, bounds):
            scene.add_mesh(_tube(start, end, 0.006 * bounds.size), color=palette.MUTED)
    return scale


def surface_of(part: Any) -> Any:
    """Surface of one ``device/<part>`` dataset as PyVista mesh."""
    pv = pyvista()
    return pv.PolyData.from_regular_faces(part["points"].values, part["triangles"].values)


def _add_device(plotter: Any, campaign: Campaign) -> None:
    """Opaque parts first: depth peeling is slow in software, sorting by hand is not."""
    parts = list(campaign.group("device").values())
    plotter.enable_depth_peeling(6)
    for part in parts:
        material, kind = str(part.attrs["material"]), str(part.attrs["kind"])
        surface = surface_of(part)
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


def _add_floor(plotter: Any, campaign: Campaign, floor: float) -> None:
    pv = pyvista()
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
    pv = pyvista()
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
    found = False
    for axis, name in enumerate(AXES):
        if f"sheet_{name}" not in dataset:
            continue
        quads = sheet_quads(grid_lines(dataset), axis, dataset[f"sheet_{name}"].values)
        found |= _add_faces(plotter, quads, bounds, palette.MATERIAL_COLOURS["copper"])
    return found


def _add_faces(plotter: Any, quads: Any, bounds: setting.Bounds, colour: str) -> bool:
    """Add cell faces, but for the quarter nearest the viewer; whether any was left."""
    middle = quads.mean(axis=1)
    quads = quads[(middle[:, 0] >= bounds.centre[0]) | (middle[:, 1] >= bounds.centre[1])]
    if len(quads) == 0:
        return False
    corners = np.arange(4 * len(quads)).reshape(-1, 4)
    mesh = pyvista().PolyData.from_regular_faces(quads.reshape(-1, 3), corners)
    plotter.add_mesh(mesh, color=colour, show_edges=True, **LIGHT)
    return True


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
    pv = pyvista()
    return pv.Line(start, end).tube(radius=radius)


def _touches(start: Any, end: Any, bounds: setting.Bounds) -> bool:
    """Whether the segment stays within one device size: a lead to the floor would not."""
    reach = 0.6 * bounds.size
    inside = [(p > bounds.low - reach) & (p < bounds.high + reach) for p in (start, end)]
    return bool(np.all(inside))
