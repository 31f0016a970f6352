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
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.emitters import ONE_BY_ONE, emf_at, frequencies_of, notes_of, sources
from emtwin.benches.finding import Curve, Finding
from emtwin.benches.mesh_quality import MeshQuality
from emtwin.benches.site_ports import REFERENCE
from emtwin.benches.sites import Site
from emtwin.compliance.decibel import field_dbuv
from emtwin.compliance.limit_line import LimitLine
from emtwin.compliance.limits import limit_line
from emtwin.compliance.uncertainty import (
    SEMI_ANECHOIC,
    Contribution,
    cispr_16_4_2,
    combine,
    termination_spread,
    u_cispr,
)
from emtwin.compliance.verdict import decide
from emtwin.constants import C0
from emtwin.extract import PortModel
from emtwin.extract.port_model import launched_wave, reflection_factor
from emtwin.scene import LoadedTwin
from emtwin.solver.currents import EquivalentCurrents
from emtwin.solver.near_to_far import near_fields
from emtwin.standards import Standards

TEST = "radiated_emission"
DISTANCES = (3.0, 10.0)
COMMON_MODE = (0.0, 25.0, 150.0, np.inf)
POLARISATIONS = ("horizontal", "vertical")
HEIGHTS = np.linspace(1.0, 4.0, 31)
"""Of the antenna over the floor, m; steps of 0.1 m: within 0.2 dB of the maximum at 1 GHz, 3 m."""

_ANGLES = np.arange(0.0, 360.0, 10.0)  # lobes of a device of 1 m are 17 degrees wide at 1 GHz


def harmonics(loaded: LoadedTwin, f_max: float) -> NDArray[np.float64]:
    """Frequencies of the run up to `f_max`, in Hz: all harmonics of all clocks, or steps of 2 %."""
    return frequencies_of(loaded, f_max)


@dataclass(frozen=True, eq=False)
class Scan:
    """Field of every driven port, per volt of its e.m.f., at every place of the antenna.

    Parameters
    ----------
    field : ndarray of complex, shape (N, distances, nf, angles, heights, 2)
        Horizontal and vertical component, 1/m; zero for ports that were not driven.
    """

    field: NDArray[np.complex128]


def scan(site: Site, model: PortModel, device_radius: float) -> Scan:
    """Evaluate the near-to-far transform over the floor at all antenna places.

    Parameters
    ----------
    site : Site
        The emission site.
    model : PortModel
        Its ports.
    device_radius : float
        Radius of the device's boundary circle in metres; distances count from it.

    Returns
    -------
    Scan
        The field.
    """
    assert site.floor is not None
    points, horizontal = _antenna_places(site.floor, device_radius)
    flat = points.reshape(-1, 3)
    driven = [port for port, currents in enumerate(model.radiated) if currents is not None]
    currents = [c for c in model.radiated if c is not None]
    e = fields_over_floor(currents, site.floor, flat)
    e = e.reshape(len(driven), model.frequencies.size, *points.shape)
    field = np.zeros((len(model.radiated), *e.shape[1:-1], 2), np.complex128)
    field[driven, ..., 0] = np.einsum("nfdahc,dahc->nfdah", e, horizontal)
    field[driven, ..., 1] = e[..., 2]
    return Scan(np.moveaxis(field, 1, 2))


def fields_over_floor(
    currents: list[EquivalentCurrents], floor: float, points: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """Electric fields of several sets of currents over the conducting floor, within 0.01 dB.

    Parameters
    ----------
    currents : list of EquivalentCurrents
        One set at least, all at the same rising frequencies and places; without images.
    floor : float
        Height of the floor, m.
    points : ndarray of float64, shape (np, 3)
        Places in metres.

    Returns
    -------
    ndarray of complex128, shape (sets, nf, np, 3)
        V/m per unit of the currents.
    """
    octaves = _octaves(currents[0].frequencies)
    parts = [_over_floor([c.at(rows) for c in currents], floor, points) for rows in octaves]
    return np.concatenate(parts, axis=1)


def _octaves(frequencies: NDArray[np.float64]) -> list[slice]:
    """Rows of the top octave, the next, and all below: a longer wave needs fewer dipoles."""
    octave = np.minimum(np.floor(np.log2(frequencies.max() / frequencies)), 2)
    cuts = np.flatnonzero(np.diff(octave)) + 1
    return [slice(*pair) for pair in pairwise([0, *cuts.tolist(), frequencies.size])]


def _over_floor(
    currents: list[EquivalentCurrents], floor: float, points: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """Fields of currents and their images at the frequencies of about one octave."""
    shortest = C0 / float(currents[0].frequencies.max())
    radiating = [c.aggregated(shortest / 8).over_floor(floor) for c in currents]
    return near_fields(radiating, points, precision="single")


def _antenna_places(floor: float, radius: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Antenna positions and horizontal unit vectors, shape (distance, angle, height, 3).

    The device turns in the standard; here the antenna goes round it. Angle 0 faces the front.
    """
    angle = np.deg2rad(_ANGLES)
    away = np.stack([np.sin(angle), -np.cos(angle), np.zeros_like(angle)], -1)
    across = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], -1)
    shape = (len(DISTANCES), _ANGLES.size, HEIGHTS.size, 3)
    places = np.zeros(shape)
    for n, distance in enumerate(DISTANCES):
        places[n] += (distance + radius) * away[:, None, :]
    places[..., 2] += floor + HEIGHTS
    return places, np.broadcast_to(across[None, :, None, :], shape)


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
    declared = loaded.twin.tests.radiated_emission
    scanned = scan(site, model, device_radius)
    nominal = _readings(levels(loaded, site, model, scanned, None))
    repeated = [_readings(levels(loaded, site, model, scanned, z)) for z in COMMON_MODE]
    lines, own = _lines(loaded, standards), loaded.twin.equipment_class
    limits = {c: np.stack([line.at(model.frequencies) for line in lines[c]]) for c in lines}
    distance = DISTANCES.index(declared.distance)
    line, f = lines[own][distance], model.frequencies[:, None]
    margins = line.margin(f, nominal.level[distance])
    n, polarisation = (int(i) for i in np.unravel_index(int(np.argmin(margins)), margins.shape))
    margin, frequency = float(margins[n, polarisation]), float(model.frequencies[n])
    feet = any(port.name.endswith(".foot") for port in site.ports)
    spread = [float(line.margin(f, r.level[distance]).min()) for r in repeated]
    limit = line.row_at(frequency)
    measuring = u_cispr(TEST, frequency, SEMI_ANECHOIC, standards)
    numerical, decay = quality.contributions(frequency)
    budget = combine(
        [
            refined or numerical,
            decay,
            cispr_16_4_2(measuring),
            *([termination_spread(spread, margin)] if feet else []),
        ],
        verified_by_refinement=refined is not None,
    )
    verdict = decide(
        TEST,
        limit.citation,
        margin,
        budget,
        [limit, measuring],
        worst={
            "frequency": frequency,
            "polarisation": POLARISATIONS[polarisation],
            "height": float(nominal.height[distance, n, polarisation]),
            "angle": float(nominal.angle[distance, n, polarisation]),
            "distance": declared.distance,
            "level_dbuv_per_m": float(nominal.level[distance, n, polarisation]),
        },
        statement=(
            f"Largest {_read(loaded)} {'below' if margin > 0 else 'above'} the class {own} "
            "limit at "
            f"{declared.distance:g} m, {model.frequencies[0] / 1e6:.4g} MHz to "
            f"{model.frequencies[-1] / 1e6:.4g} MHz, "
            "height scan 1 to 4 m, turntable 360 degrees, both polarisations."
        ),
        notes=(
            *notes_of(loaded),
            "Distances count from the smallest circle round the device's parts.",
        ),
    )
    return Finding(
        TEST,
        verdict,
        {
            "frequency": model.frequencies,
            "distance": np.array(DISTANCES),
            "termination": np.array(COMMON_MODE),
            "polarisation": POLARISATIONS,
        },
        _curves(nominal, repeated, limits),
        {"class": own, "distance_declared": declared.distance},
        frequency,
        _loudest(loaded, model.frequencies, n),
        maxima={
            f"level at {d:g} m (dBuV/m)": float(level.max())
            for d, level in zip(DISTANCES, nominal.level, strict=True)
        },
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
    angle, height = np.unravel_index(best, (_ANGLES.size, HEIGHTS.size))
    return _Readings(field_dbuv(places.max(axis=-1)), HEIGHTS[height], _ANGLES[angle])


def _lines(loaded: LoadedTwin, standards: Standards | None) -> dict[str, list[LimitLine]]:
    """Lines of both classes at every distance, for the device's group and rated power."""
    group, supply = loaded.twin.device.equipment.group, loaded.twin.device.power
    power = supply.ac.apparent_power if supply and supply.ac else 0.0
    return {
        kind: [
            limit_line(TEST, kind, group=group, power=power, distance=d, standards=standards)
            for d in DISTANCES
        ]
        for kind in ("A", "B")
    }


def _curves(
    nominal: _Readings, repeated: list[_Readings], limits: dict[str, NDArray[np.float64]]
) -> dict[str, Curve]:
    order = ("distance", "polarisation", "frequency")
    by_termination = ("distance", "termination", "polarisation", "frequency")
    curves = {}
    for name, unit in (("level", "dBuV/m"), ("height", "m"), ("angle", "deg")):
        stacked = np.stack([getattr(r, name) for r in repeated], axis=1)
        curves[name] = Curve(by_termination, np.moveaxis(stacked, 3, 2), unit)
        curves[f"declared_{name}"] = Curve(order, np.moveaxis(getattr(nominal, name), 2, 1), unit)
    curves["limit_a"] = Curve(("distance", "frequency"), limits["A"], "dBuV/m")
    curves["limit_b"] = Curve(("distance", "frequency"), limits["B"], "dBuV/m")
    return curves


def _read(loaded: LoadedTwin) -> str:
    """What a reading is: a harmonic where every source has single lines."""
    return "harmonic" if ONE_BY_ONE in notes_of(loaded) else "reading"


def _loudest(loaded: LoadedTwin, frequencies: NDArray[np.float64], n: int) -> str:
    """Port with the largest e.m.f. at the frequency of a number."""
    strength = {port.name: float(emf_at(port, frequencies)[n]) for port in sources(loaded)}
    return max(strength, key=lambda name: strength[name])
