"""PyVista scenes, rendered off-screen: set-up, voxels, |E| slices, surface field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.results import Campaign
from emtwin.units import format_si
from emtwin.viz import audit_view, frame, meshes, palette, projection, setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from emtwin.viz.projection import Extent

PIXELS = 1500


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
    scene, arrows = meshes.plotter(), setting.arrows(campaign, test)
    meshes.add_setup(scene, campaign, test)
    figure, axes, extent = _framed(scene, 0.2, [arrow.room for arrow in arrows])
    frame.arrow_labels(axes, arrows)
    frame.legend(axes, setting.material_legend(campaign))
    frame.note(axes, setting.site_label(setting.floor_height(campaign, test)))
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
    scene = meshes.plotter()
    shown = meshes.add_voxels(scene, campaign, site)
    figure, axes, extent = _framed(scene, right=0.2)
    frame.legend(axes, shown)
    frame.note(axes, "cells by part; the quarter nearest the viewer is cut away")
    frame.triad(axes, extent)
    return frame.save(figure, path)


def geometry_audit(campaign: Campaign, site: str, path: Path) -> Path:
    """Draw the metal in the grid by conductor, the geometry as lines, doubtful places marked.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign, or one of the geometry alone.
    site : str
        Name of the site, for example ``free_space``.
    path : Path
        PNG file to write.

    Returns
    -------
    Path
        The file written.
    """
    scene = meshes.plotter()
    shown = meshes.add_geometry_audit(scene, campaign, site)
    figure, axes, extent = _framed(scene, right=0.45)
    for part in campaign.group("device").values():
        _draw_edges(axes, meshes.surface_of(part), palette.INK, 0.5, 0.35)
    for mark in audit_view.marks(campaign, site):
        frame.mark(axes, mark.place, mark.label, mark.colour)
    frame.legend(axes, shown)
    frame.note(axes, audit_view.NOTE)
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
    scene = meshes.plotter()
    scale = meshes.add_field(scene, campaign, test)
    frequency = float(campaign.datasets[f"field/{test}"].attrs["frequency"])
    outline = [meshes.surface_of(part) for part in campaign.group("device").values()]
    return _field_picture(scene, path, scale, frequency, outline)


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
    scene = meshes.plotter()
    scale = meshes.add_surface_field(scene, campaign, test)
    frequency = float(campaign.datasets[f"surface_field/{test}"].attrs["frequency"])
    return _field_picture(scene, path, scale, frequency)


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


def _draw_edges(
    axes: Axes, surface: Any, colour: str = "white", width: float = 0.7, alpha: float = 0.75
) -> None:
    """Edges over the picture: inside it the opaque planes would hide them."""
    from matplotlib.collections import LineCollection

    edges = surface.extract_feature_edges(feature_angle=25, manifold_edges=False)
    if edges.n_cells:
        ends = np.asarray(edges.points)[np.asarray(edges.lines).reshape(-1, 3)[:, 1:]]
        lines = projection.project(ends).reshape(-1, 2, 2)
        axes.add_collection(
            LineCollection(list(lines), colors=colour, linewidths=width, alpha=alpha)
        )
