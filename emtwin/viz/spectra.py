"""Spectra of both tests as SVG text, with limits, thresholds and the worst point."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from emtwin.results import Campaign
from emtwin.units import format_si
from emtwin.viz import palette
from emtwin.viz.frame import new_figure

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FACE_COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#76b7b2", "#9c755f")
LIMIT = "#b3372f"
UNTESTED = "outside the run,\nnot tested"
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # real text: sharp, selectable, in the reader's own font
    "svg.hashsalt": "emtwin",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": palette.MUTED,
    "axes.labelcolor": palette.INK,
    "xtick.color": palette.INK,
    "ytick.color": palette.INK,
    "axes.grid": True,
    "grid.color": "#e3e7ea",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 8,
}


def spectra(campaign: Campaign) -> dict[str, str]:
    """SVG text of every spectrum in `campaign`, by test.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.

    Returns
    -------
    dict of str to str
        Test name to SVG.
    """
    import matplotlib as mpl

    found = {}
    with mpl.rc_context(cast(Any, STYLE)):
        for test, draw in (("radiated_immunity", immunity), ("radiated_emission", emission)):
            if test in campaign.datasets:
                verdict = campaign.verdict(test) or {}
                found[test] = _svg(draw(campaign.datasets[test], verdict))
    return found


def immunity(dataset: xr.Dataset, verdict: dict[str, Any]) -> Figure:
    """Port voltage over frequency: one panel per port, every face, and the threshold.

    Parameters
    ----------
    dataset : xarray.Dataset
        Dataset ``radiated_immunity``.
    verdict : dict
        Verdict of the test; its worst point is marked.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    ports = [str(port) for port in dataset["port"].values]
    figure = new_figure(8.6, 0.6 + 3.0 * len(ports))
    panels = figure.subplots(len(ports), 1, sharex=True, squeeze=False)[:, 0]
    for axes, port in zip(panels, ports, strict=True):
        _port_panel(axes, dataset.sel(port=port), port)
        _mark_immunity(axes, dataset.sel(port=port), port, verdict)
        _legend(axes)
    panels[-1].set_xlabel("Frequency in MHz")
    figure.subplots_adjust(left=0.085, right=0.76, top=0.95, bottom=0.16 / len(ports), hspace=0.25)
    return figure


def _port_panel(axes: Axes, port: xr.Dataset, name: str) -> None:
    megahertz = port["frequency"].values / 1e6
    tested = np.ones(megahertz.size, dtype=bool)
    if "tested" in port:
        tested = np.asarray(port["tested"].values, dtype=bool)
    envelope = port["voltage"].transpose("frequency", ...).values.reshape(megahertz.size, -1)
    for face, colour in zip(port["face"].values, FACE_COLOURS, strict=False):
        worst = port["voltage"].sel(face=face).max("polarisation").values
        shown = np.where(tested, worst, np.nan)
        axes.plot(megahertz, shown, color=colour, lw=0.9, label=f"{face}, larger polarisation")
    largest = np.where(tested, envelope.max(axis=1), np.nan)
    axes.plot(megahertz, largest, color=palette.INK, lw=1.8, alpha=0.45, label="largest of all")
    _shade_untested(axes, megahertz, tested)
    _draw_threshold(axes, port)
    axes.set(xscale="log", yscale="log", ylabel="Voltage in V rms")
    _shade_beyond(axes, port, megahertz)
    axes.set_title(_immunity_title(port, name), loc="left", fontsize=9, color=palette.INK)
    _frequency_ticks(axes)


def _draw_threshold(axes: Axes, port: xr.Dataset) -> None:
    """The threshold as carrier rms, which is what the curves show.

    A margin is threshold over voltage in the threshold's own quantity, so voltage
    times margin is the threshold as a carrier, whatever that quantity is.
    """
    threshold = float(port["threshold"].values)
    if not np.isfinite(threshold):
        return
    kind = str(port.attrs.get("quantity", "carrier_rms")).replace("_", " ")
    text, line = f"declared threshold\n({kind})", threshold
    if kind != "carrier rms" and "margin" in port:
        line = float(np.nanmedian(port["voltage"] * 10 ** (port["margin"] / 20)))
        text = f"declared threshold,\n{format_si(threshold, 'V')} {kind},\nas carrier rms"
    axes.axhline(line, color=LIMIT, lw=1.4, ls="--", label=text)


def _shade_beyond(axes: Axes, port: xr.Dataset, megahertz: Any) -> None:
    """Show the whole range of the standard, and what of it the run does not reach."""
    first = min(float(port.attrs.get("frequency_from", np.inf)) / 1e6, megahertz[0])
    last = max(float(port.attrs.get("frequency_to", 0.0)) / 1e6, megahertz[-1])
    axes.set_xlim(first, last)
    label = UNTESTED
    for low, high in ((first, megahertz[0]), (megahertz[-1], last)):
        if high > low:
            axes.axvspan(low, high, color="#eceff1", lw=0, label=label)
            label = "_shown once"


def _immunity_title(port: xr.Dataset, name: str) -> str:
    level = port.attrs.get("level_v_per_m")
    field = f" at {float(level):g} V/m rms, unmodulated carrier" if level is not None else ""
    return f"Port {name}{field}"


def _shade_untested(axes: Axes, megahertz: Any, tested: Any) -> None:
    if tested.all():
        return
    axes.fill_between(
        megahertz,
        0,
        1,
        where=~tested,
        transform=axes.get_xaxis_transform(),
        color="#eceff1",
        hatch="///",
        edgecolor="#cfd6db",
        linewidth=0,
        label=UNTESTED,
    )


def _mark_immunity(axes: Axes, port: xr.Dataset, name: str, verdict: dict[str, Any]) -> None:
    worst = verdict.get("worst") or {}
    frequency = worst.get("frequency")
    if frequency is None or worst.get("port", name) != name:
        return
    at = port["voltage"].sel(frequency=float(frequency), method="nearest")
    _mark(axes, float(frequency), float(at.max()), None, format_si(float(at.max()), "V", 3))


def emission(dataset: xr.Dataset, verdict: dict[str, Any]) -> Figure:
    """Field of every harmonic against the limits: one panel per distance.

    Parameters
    ----------
    dataset : xarray.Dataset
        Dataset ``radiated_emission``.
    verdict : dict
        Verdict of the test; its worst point is marked with its uncertainty.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    distances = [float(distance) for distance in dataset["distance"].values]
    figure = new_figure(8.6, 0.6 + 2.9 * len(distances))
    panels = figure.subplots(len(distances), 1, sharex=True, squeeze=False)[:, 0]
    for axes, distance in zip(panels, distances, strict=True):
        _distance_panel(axes, dataset.sel(distance=distance), distance)
        _mark_emission(axes, dataset.sel(distance=distance), distance, verdict)
        _legend(axes)
    panels[-1].set_xlabel("Frequency in MHz")
    bottom = 0.16 / len(distances)
    figure.subplots_adjust(left=0.085, right=0.76, top=0.95, bottom=bottom, hspace=0.2)
    return figure


def _distance_panel(axes: Axes, field: xr.Dataset, distance: float) -> None:
    megahertz = field["frequency"].values / 1e6
    declared, name = declared_level(field)
    level = field["level"].max("polarisation")
    low, high = level.min("termination").values, level.max("termination").values
    label = "range over lead\nterminations"
    axes.vlines(megahertz, low, high, color="#9db8cb", lw=3.2, label=label)
    axes.plot(megahertz, declared, "o", ms=3.2, color=palette.ACCENT, label=f"harmonic, {name}")
    for letter, style in (("b", "-"), ("a", "--")):
        if f"limit_{letter}" in field:
            limit = field[f"limit_{letter}"].values
            mine = str(field.attrs.get("class", "")).lower() == letter
            text = f"limit class {letter.upper()}{' (declared)' if mine else ''}"
            width = 1.6 if mine else 1.0
            axes.plot(
                megahertz, limit, color=LIMIT, lw=width, ls=style, drawstyle="steps-mid", label=text
            )
    title = f"{distance:g} m, largest over height, angle and polarisation"
    axes.set_title(title, loc="left", fontsize=9, color=palette.INK)
    axes.set(xscale="log", ylabel="Field in dB(µV/m)")
    axes.set_xlim(30.0, max(1000.0, megahertz[-1] * 1.02))
    _keep_readable(axes, declared.values)
    _frequency_ticks(axes)


def declared_level(field: xr.Dataset) -> tuple[xr.DataArray, str]:
    """Level over frequency with the terminations that the verdict used, and their name.

    Parameters
    ----------
    field : xarray.Dataset
        Dataset ``radiated_emission`` at one distance.

    Returns
    -------
    tuple of xarray.DataArray and str
        Largest level over polarisations in dB(µV/m), and what to call it.
    """
    if "declared_level" in field:
        return field["declared_level"].max("polarisation"), "as declared"
    values = field["termination"].values
    wanted = float(field.attrs.get("termination_declared", 150.0))
    chosen = wanted if wanted in values else float(values[-1])
    name = "open end" if np.isinf(chosen) else f"{chosen:g} ohm"
    return field["level"].max("polarisation").sel(termination=chosen), name


def _keep_readable(axes: Axes, level: Any) -> None:
    """Harmonics in a null would stretch the axis: show at most 70 dB."""
    low, high = axes.get_ylim()
    if high - low > 70.0 and np.isfinite(level).any():
        axes.set_ylim(high - 70.0, high)


def _mark_emission(axes: Axes, field: xr.Dataset, distance: float, verdict: dict[str, Any]) -> None:
    worst = verdict.get("worst") or {}
    frequency = worst.get("frequency")
    if frequency is None or float(worst.get("distance", distance)) != distance:
        return
    level = declared_level(field)[0]
    value = float(level.sel(frequency=float(frequency), method="nearest"))
    uncertainty = verdict.get("uncertainty_db")
    _mark(axes, float(frequency), value, uncertainty, f"{value:.1f} dB(µV/m)")


def _mark(axes: Axes, frequency: float, value: float, error: float | None, text: str) -> None:
    megahertz = frequency / 1e6
    if error is not None:
        axes.errorbar(
            megahertz,
            value,
            yerr=float(error),
            color=palette.INK,
            capsize=4,
            lw=1.2,
            label=f"uncertainty, ±{float(error):.1f} dB",
        )
    axes.plot(
        megahertz, value, "o", ms=9, mfc="none", mec=LIMIT, mew=1.6, label="worst point", zorder=5
    )
    axes.annotate(
        f"{format_si(frequency, 'Hz')}, {text}",
        (megahertz, value),
        xytext=(9, 7),
        textcoords="offset points",
        fontsize=8.5,
        fontweight="bold",
        color=palette.INK,
        bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.0},
    )


def _legend(axes: Axes) -> None:
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), borderaxespad=0, labelspacing=0.6)


def _frequency_ticks(axes: Axes) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    ticks = [30, 50, 80, 100, 150, 200, 300, 500, 800, 1000, 1500, 2000, 2700, 4000, 6000]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _svg(figure: Figure) -> str:
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()
