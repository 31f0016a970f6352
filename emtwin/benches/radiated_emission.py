"""Radiated emission: CISPR 11 group 1, measured as CISPR 16-2-3 says.

Excitation: each emitting port's e.m.f. in the receiver's bandwidth, 30 MHz to 1 GHz, behind its
source impedance; of a clock, every harmonic. Observation: the field over the conducting floor at
3 m and 10 m from the boundary of the device, antenna height 1 to 4 m, turntable through 360
degrees, both polarisations. Evaluation: the largest reading against the limit line, for the
declared common-mode impedance of the leads; 0, 25, 150 ohm and open are computed as well, and their
spread is part of the uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.antenna_scan import ANGLES, DISTANCES, HEIGHTS, Scan, scan
from emtwin.benches.emitters import (
    BAND,
    ONE_BY_ONE,
    emf_at,
    frequencies_of,
    notes_of,
    sources,
)
from emtwin.benches.finding import Curve, Finding, coverage
from emtwin.benches.mesh_quality import MeshQuality
from emtwin.benches.site_ports import REFERENCE
from emtwin.benches.sites import Site
from emtwin.compliance.decibel import field_dbuv
from emtwin.compliance.limit_line import LimitLine
from emtwin.compliance.limits import limit_line
from emtwin.compliance.uncertainty import (
    SEMI_ANECHOIC,
    Budget,
    Contribution,
    cispr_16_4_2,
    combine,
    termination_spread,
    u_cispr,
)
from emtwin.compliance.verdict import Verdict, decide
from emtwin.errors import Notice
from emtwin.extract import PortModel
from emtwin.extract.port_model import launched_wave, reflection_factor
from emtwin.scene import LoadedTwin
from emtwin.standards import Limit, Standards, Uncertainty

TEST = "radiated_emission"
COMMON_MODE = (0.0, 25.0, 150.0, np.inf)
POLARISATIONS = ("horizontal", "vertical")


def harmonics(loaded: LoadedTwin, f_max: float) -> NDArray[np.float64]:
    """Frequencies of the run up to `f_max`, in Hz: all harmonics of all clocks, or steps of 2 %."""
    return frequencies_of(loaded, f_max)


def levels(
    loaded: LoadedTwin, site: Site, model: PortModel, scanned: Scan, common_mode: float | None
) -> NDArray[np.float64]:
    """Field strength of all sources together, rms, at every antenna place.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    site : Site
        The emission site.
    model : PortModel
        Its ports.
    scanned : Scan
        Their field.
    common_mode : float or None
        Impedance in ohm at the foot of every lead; None for the declared ones.

    Returns
    -------
    ndarray of float64, shape (distances, nf, angles, heights, 2)
        V/m rms; sources add in power.
    """
    terminations = site.terminations()
    if common_mode is not None:
        for n, foot in enumerate(site.ports):
            if foot.name.endswith(".foot"):
                terminations[:, n] = common_mode
    reflection = np.stack([reflection_factor(z, REFERENCE) for z in terminations.T], axis=-1)
    power = np.zeros(scanned.field.shape[1:])
    for port in sources(loaded):
        emf = emf_at(port, model.frequencies).astype(np.complex128)
        launched = np.zeros_like(reflection)
        column = model.index(port.name)
        launched[:, column] = launched_wave(emf, terminations[:, column], REFERENCE)
        incident, _ = model.waves(reflection, launched)
        weights = 2 * np.sqrt(model.reference) * incident
        total = np.einsum("fn,ndfahp->dfahp", weights, scanned.field)
        power += np.abs(total) ** 2
    return np.sqrt(power)


def uncovered(site: Site) -> tuple[Notice, ...]:
    """Say which part of the test's range a run of the site does not carry.

    Parameters
    ----------
    site : Site
        The discrete site.

    Returns
    -------
    tuple of Notice
        ``band-outside-run``, or none.
    """
    return coverage("Radiated emission", _band(site), BAND, "raise accuracy.f_max")


def _band(site: Site) -> tuple[float, float]:
    return BAND[0], min(site.outline.f_max, BAND[1])


def evaluate(
    loaded: LoadedTwin,
    site: Site,
    model: PortModel,
    quality: MeshQuality,
    device_radius: float,
    refined: Contribution | None = None,
    standards: Standards | None = None,
) -> Finding:
    """Verdict of the test from the port model.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    site : Site
        The emission site.
    model : PortModel
        Its ports.
    quality : MeshQuality
        Mesh and runs.
    device_radius : float
        Radius of the device's boundary circle, metres.
    refined : Contribution, optional
        Mesh error from a second resolution; replaces the estimate.
    standards : Standards, optional
        Where limits and uncertainty stand; the package's own rows if left out.

    Returns
    -------
    Finding
        Curves and verdict.
    """
    scanned = scan(site, model, device_radius)
    nominal = _readings(levels(loaded, site, model, scanned, None))
    repeated = [_readings(levels(loaded, site, model, scanned, z)) for z in COMMON_MODE]
    lines, own = _lines(loaded, standards), loaded.twin.equipment_class
    declared = loaded.twin.tests.radiated_emission.distance
    distance = DISTANCES.index(declared)
    worst = _worst(lines[own][distance], model.frequencies, nominal, distance)
    spread = [_worst(lines[own][distance], model.frequencies, r, distance) for r in repeated]
    measuring = u_cispr(TEST, worst.frequency, SEMI_ANECHOIC, standards)
    contributions = _contributions(site, quality, worst, spread, measuring, refined)
    budget = combine(contributions, verified_by_refinement=refined is not None)
    return Finding(
        TEST,
        _verdict(loaded, model, nominal, worst, budget, measuring, _band(site)),
        {
            "frequency": model.frequencies,
            "distance": np.array(DISTANCES),
            "termination": np.array(COMMON_MODE),
            "polarisation": POLARISATIONS,
        },
        _curves(nominal, repeated, lines, model.frequencies),
        {"class": own, "distance_declared": declared},
        worst.frequency,
        _loudest(loaded, model.frequencies, worst.place[1]),
        uncovered(site),
        maxima=_maxima(nominal),
    )


@dataclass(frozen=True)
class _Worst:
    """The reading with the smallest margin to the limit line.

    Parameters
    ----------
    place : tuple of int
        Index of distance, frequency and polarisation.
    frequency : float
        Hz.
    margin : float
        In dB.
    limit : Limit
        Row of the line there.
    """

    place: tuple[int, int, int]
    frequency: float
    margin: float
    limit: Limit


def _worst(
    line: LimitLine, frequencies: NDArray[np.float64], readings: _Readings, distance: int
) -> _Worst:
    margins = line.margin(frequencies[:, None], readings.level[distance])
    n, polarisation = (int(i) for i in np.unravel_index(int(np.argmin(margins)), margins.shape))
    frequency = float(frequencies[n])
    margin = float(margins[n, polarisation])
    return _Worst((distance, n, polarisation), frequency, margin, line.row_at(frequency))


def _contributions(
    site: Site,
    quality: MeshQuality,
    worst: _Worst,
    spread: list[_Worst],
    measuring: Uncertainty,
    refined: Contribution | None,
) -> list[Contribution]:
    """Causes of uncertainty; the terminations of leads only where there are leads."""
    numerical, decay = quality.contributions(worst.frequency)
    found = [refined or numerical, decay, cispr_16_4_2(measuring)]
    if any(port.name.endswith(".foot") for port in site.ports):
        found.append(termination_spread([one.margin for one in spread], worst.margin))
    return found


def _verdict(
    loaded: LoadedTwin,
    model: PortModel,
    nominal: _Readings,
    worst: _Worst,
    budget: Budget,
    measuring: Uncertainty,
    band: tuple[float, float],
) -> Verdict:
    declared, f = loaded.twin.tests.radiated_emission.distance, model.frequencies
    return decide(
        TEST,
        worst.limit.citation,
        worst.margin,
        budget,
        [worst.limit, measuring],
        worst={
            "frequency": worst.frequency,
            "polarisation": POLARISATIONS[worst.place[2]],
            "height": float(nominal.height[worst.place]),
            "angle": float(nominal.angle[worst.place]),
            "distance": declared,
            "level_dbuv_per_m": float(nominal.level[worst.place]),
        },
        statement=(
            f"Largest {_read(loaded)} {'below' if worst.margin > 0 else 'above'} the class "
            f"{loaded.twin.equipment_class} limit at {declared:g} m, {f[0] / 1e6:.4g} MHz to "
            f"{f[-1] / 1e6:.4g} MHz, height scan 1 to 4 m, turntable 360 degrees, both "
            "polarisations."
        ),
        notes=(
            *notes_of(loaded),
            "Distances count from the smallest circle round the device's parts.",
        ),
        band=band,
        band_of_test=BAND,
    )


@dataclass(frozen=True, eq=False)
class _Readings:
    """Largest level over height and angle in dBuV/m, and where; shapes (distance, nf, 2)."""

    level: NDArray[np.float64]
    height: NDArray[np.float64]
    angle: NDArray[np.float64]


def _readings(field: NDArray[np.float64]) -> _Readings:
    places = np.moveaxis(field, (2, 3), (3, 4)).reshape(*field.shape[:2], field.shape[4], -1)
    best = places.argmax(axis=-1)
    angle, height = np.unravel_index(best, (ANGLES.size, HEIGHTS.size))
    return _Readings(field_dbuv(places.max(axis=-1)), HEIGHTS[height], ANGLES[angle])


def _maxima(readings: _Readings) -> dict[str, float]:
    return {
        f"level at {d:g} m (dBuV/m)": float(level.max())
        for d, level in zip(DISTANCES, readings.level, strict=True)
    }


def line_of(
    loaded: LoadedTwin, equipment_class: str, distance: float, standards: Standards | None = None
) -> LimitLine:
    """Limit line of a class at a distance in metres, for the device's group and rated power."""
    twin = loaded.twin
    return limit_line(
        TEST,
        equipment_class,
        group=twin.device.equipment.group,
        power=twin.rated_power,
        distance=distance,
        standards=standards,
    )


def _lines(loaded: LoadedTwin, standards: Standards | None) -> dict[str, list[LimitLine]]:
    """Lines of both classes at every distance."""
    return {kind: [line_of(loaded, kind, d, standards) for d in DISTANCES] for kind in ("A", "B")}


def _curves(
    nominal: _Readings,
    repeated: list[_Readings],
    lines: dict[str, list[LimitLine]],
    frequencies: NDArray[np.float64],
) -> dict[str, Curve]:
    order = ("distance", "polarisation", "frequency")
    by_termination = ("distance", "termination", "polarisation", "frequency")
    curves = {}
    for name, unit in (("level", "dBuV/m"), ("height", "m"), ("angle", "deg")):
        stacked = np.stack([getattr(r, name) for r in repeated], axis=1)
        curves[name] = Curve(by_termination, np.moveaxis(stacked, 3, 2), unit)
        curves[f"declared_{name}"] = Curve(order, np.moveaxis(getattr(nominal, name), 2, 1), unit)
    for kind, every in lines.items():
        limit = np.stack([line.at(frequencies) for line in every])
        curves[f"limit_{kind.lower()}"] = Curve(("distance", "frequency"), limit, "dBuV/m")
    return curves


def _read(loaded: LoadedTwin) -> str:
    """What a reading is: a harmonic where every source has single lines."""
    return "harmonic" if ONE_BY_ONE in notes_of(loaded) else "reading"


def _loudest(loaded: LoadedTwin, frequencies: NDArray[np.float64], n: int) -> str:
    """Port with the largest e.m.f. at the frequency of a number."""
    strength = {port.name: float(emf_at(port, frequencies)[n]) for port in sources(loaded)}
    return max(strength, key=lambda name: strength[name])
