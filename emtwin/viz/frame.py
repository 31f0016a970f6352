"""The frame around a spatial picture: labels, legend, axes triad, colour bar.

Rendered and flat pictures share it, so that both read alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.viz import palette
from emtwin.viz.projection import Extent, project
from emtwin.viz.setting import Arrow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 200
INCHES = 6.3


def canvas(extent: Extent) -> tuple[Figure, Axes]:
    """Figure with one bare axes that spans `extent` of the projected plane."""
    figure = new_figure(INCHES, INCHES * extent.height / extent.width)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(extent.left, extent.right)
    axes.set_ylim(extent.bottom, extent.top)
    axes.set_aspect("equal")
    return figure, axes


def new_figure(width: float, height: float) -> Figure:
    """Figure of `width` by `height` inches on an Agg canvas: no window, no global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path) -> Path:
    """Write `figure` as PNG, without a date, so that equal pictures are equal files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": "emtwin"})
    return path


def legend(axes: Axes, entries: Sequence[tuple[str, str]], outside: bool = False) -> None:
    """Colour patches with names at the upper right, or to the right of `axes`."""
    from matplotlib.patches import Patch

    if not entries:
        return
    handles = [Patch(facecolor=c, edgecolor=palette.MUTED, linewidth=0.5) for _, c in entries]
    axes.legend(
        handles,
        [name for name, _ in entries],
        loc="upper left" if outside else "upper right",
        bbox_to_anchor=(1.05, 1.0) if outside else None,
        frameon=True,
        framealpha=0.85,
        edgecolor="none",
        fontsize=8.5,
        labelcolor=palette.INK,
        handlelength=1.1,
        handleheight=1.0,
    )


def triad(axes: Axes, extent: Extent) -> None:
    """Directions of x, y, z at the lower left."""
    length = 0.07 * extent.width
    origin = np.array([extent.left + 1.1 * length, extent.bottom + 0.6 * length])
    for name, unit in zip("xyz", np.eye(3), strict=True):
        end = origin + length * project(unit)[0]
        style = {"arrowstyle": "-|>", "color": palette.INK, "lw": 1.0, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", _pair(end), _pair(origin), arrowprops=style)
        place = origin + 1.28 * (end - origin)
        axes.text(*_pair(place), name, fontsize=8, ha="center", va="center", color=palette.INK)


def note(axes: Axes, text: str) -> None:
    """One line of small print at the upper left."""
    axes.text(
        0.015, 0.975, text, transform=axes.transAxes, va="top", fontsize=8.5, color=palette.MUTED
    )


def arrow_labels(axes: Axes, arrows: Sequence[Arrow]) -> None:
    """Names of the arrows at their far ends."""
    for arrow in arrows:
        place, other = project(arrow.tag)[0], project(arrow.other)[0]
        away = place - other
        axes.text(
            *_pair(place + 0.10 * away),
            arrow.label,
            fontsize=9 if arrow.main else 8,
            fontweight="bold" if arrow.main else "normal",
            color=palette.ACCENT if arrow.main else palette.INK,
            ha="left" if away[0] > 0 else "right",
            va="center",
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5},
        )


def mark(axes: Axes, place: NDArray[np.float64], label: str, colour: str) -> None:
    """A ring round a place of space, with a label beside it."""
    at = _pair(project(place)[0])
    axes.plot(*at, "o", ms=13, mfc="none", mec=colour, mew=2.2, zorder=6)
    axes.annotate(
        label,
        at,
        xytext=(10, 8),
        textcoords="offset points",
        fontsize=8,
        fontweight="bold",
        color=colour,
        zorder=7,
        bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.0},
    )


def colour_bar(figure: Figure, scale: palette.Range, label: str) -> None:
    """Decibel scale at the right edge."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    place = figure.add_axes((0.86, 0.18, 0.02, 0.64))
    mappable = ScalarMappable(Normalize(*scale), palette.FIELD_MAP)
    bar = figure.colorbar(mappable, cax=place, extend="both")
    bar.set_label(label, fontsize=8.5, color=palette.INK)
    bar.ax.tick_params(labelsize=8, colors=palette.INK)
    bar.outline.set_visible(False)


def _pair(point: NDArray[np.float64]) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def image(axes: Axes, picture: NDArray[np.uint8], extent: Extent) -> None:
    """A rendered picture that fills `extent`."""
    axes.imshow(
        picture,
        extent=(extent.left, extent.right, extent.bottom, extent.top),
        interpolation="antialiased",
        zorder=0,
    )
    axes.set_xlim(extent.left, extent.right)
    axes.set_ylim(extent.bottom, extent.top)
