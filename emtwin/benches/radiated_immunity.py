"""Radiated RF immunity: IEC 60601-1-2 table 4, set-up of IEC 61000-4-3.

Excitation: a uniform plane wave on four faces in two polarisations, 80 MHz to 2.7 GHz, level given
as the rms of the unmodulated carrier, 80 % AM at 1 kHz. Observation: the voltage at the victim
port, by reciprocity from the one run that drives it, with the declared terminations attached
afterwards. Evaluation: that voltage, converted to the quantity of the threshold, against the
threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.finding import Curve, Finding, coverage
from emtwin.benches.mesh_quality import MeshQuality
from emtwin.benches.planning.levels import radiated_immunity_level_of
from emtwin.benches.planning.sweeps import jumped_over, log_steps
from emtwin.benches.site_ports import REFERENCE
from emtwin.benches.sites import Site
from emtwin.compliance.decibel import ratio_db
from emtwin.compliance.uncertainty import Budget, Contribution, combine
from emtwin.compliance.verdict import Verdict, decide
from emtwin.errors import Notice
from emtwin.extract import PortModel
from emtwin.extract.port_model import reflection_factor
from emtwin.scene import Immunity, LoadedTwin, Port
from emtwin.signals.modulation import carrier_to
from emtwin.standards import Level, Standards
from emtwin.standards import load as load_standards

TEST = "radiated_immunity"

FACES: dict[str, tuple[float, float, float]] = {
    "front": (0.0, -1.0, 0.0),
    "right": (1.0, 0.0, 0.0),
    "back": (0.0, 1.0, 0.0),
    "left": (-1.0, 0.0, 0.0),
}
"""Where the wave comes from, for each face of the device."""

POLARISATIONS = ("vertical", "horizontal")


def incident_fields(level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions of arrival and field vectors of the eight exposures, shapes (8, 3).

    Parameters
    ----------
    level : float
        Field strength in V/m.

    Returns
    -------
    ndarray, ndarray
        Unit vectors towards the antenna, faces slowest, and fields in V/m.
    """
    directions, fields = [], []
    for direction in FACES.values():
        for polarisation in POLARISATIONS:
            up = np.array([0.0, 0.0, 1.0])
            field = up if polarisation == "vertical" else np.cross(up, direction)
            directions.append(direction)
            fields.append(level * field)
    return np.array(directions), np.array(fields)


def sweep_of(
    loaded: LoadedTwin, f_max: float, standards: Standards | None = None
) -> NDArray[np.float64]:
    """Frequencies at which a device is tested, up to `f_max`.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin: its environment gives the range, its receivers' bands are not jumped over.
    f_max : float
        Highest frequency of the mesh in hertz.
    standards : Standards, optional
        Where the range stands; the package's own rows if left out.

    Returns
    -------
    ndarray of float64, shape (n,)
        Rising, in hertz, in the steps of IEC 61000-4-3.
    """
    rows = standards or load_standards()
    start, end = radiated_immunity_level_of(loaded, rows)[0].band
    step = rows.parameter("iec61000-4-3-frequency-step").value / 100
    sweep = log_steps(start, min(f_max, end), step)
    radios = loaded.twin.device.intentional_receivers
    bands = [(radio.frequency_from, radio.frequency_to) for radio in radios]
    return np.union1d(sweep, jumped_over(sweep, bands))


def victims(loaded: LoadedTwin) -> tuple[Port, ...]:
    """Ports with an immunity threshold."""
    return tuple(port for port in loaded.twin.device.ports if port.immunity is not None)


def port_voltages(model: PortModel, site: Site, level: float) -> NDArray[np.float64]:
    """Voltage at every port in every exposure, rms of the carrier.

    Parameters
    ----------
    model : PortModel
        Ports in free space.
    site : Site
        The site, for the declared terminations.
    level : float
        Field strength in V/m rms.

    Returns
    -------
    ndarray of float64, shape (N, 4, 2, nf)
        Volt; axes port, face, polarisation, frequency.
    """
    directions, fields = incident_fields(level)
    received = model.received_waves(directions, fields.astype(np.complex128))
    reflection = np.stack([reflection_factor(z, REFERENCE) for z in site.terminations().T], axis=-1)
    silent = np.zeros_like(reflection)
    voltages = []
    for exposure in range(received.shape[1]):
        incident, outgoing = model.waves(reflection, silent, received[:, exposure])
        voltages.append(np.abs(np.sqrt(model.reference) * (incident + outgoing)))
    stacked = np.array(voltages).reshape(len(FACES), len(POLARISATIONS), *voltages[0].shape)
    return np.moveaxis(stacked, (2, 3), (3, 0))


def uncovered(
    loaded: LoadedTwin, site: Site, standards: Standards | None = None
) -> tuple[Notice, ...]:
    """Say which part of the test's range a run of the site does not carry.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    site : Site
        The discrete site.
    standards : Standards, optional
        Where the level stands; the package's own rows if left out.

    Returns
    -------
    tuple of Notice
        ``band-outside-run``, or none.
    """
    row, _ = radiated_immunity_level_of(loaded, standards or load_standards())
    return coverage("Radiated immunity", site.band, row.band, "use accuracy: normal or fine")


def evaluate(
    loaded: LoadedTwin,
    site: Site,
    model: PortModel,
    quality: MeshQuality,
    refined: Contribution | None = None,
    standards: Standards | None = None,
) -> Finding:
    """Verdict of the test from the port model.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    site : Site
        Free space.
    model : PortModel
        Ports in free space, every victim driven.
    quality : MeshQuality
        Mesh and runs.
    refined : Contribution, optional
        Mesh error from a second resolution; replaces the estimate.
    standards : Standards, optional
        Where the level stands; the package's own rows if left out.

    Returns
    -------
    Finding
        Curves and verdict.
    """
    row, changed = radiated_immunity_level_of(loaded, standards or load_standards())
    ports = victims(loaded)
    every = port_voltages(model, site, row.levels[0])
    voltage = np.stack([every[model.index(port.name)] for port in ports])
    margins = np.stack([_margin_db(port, v) for port, v in zip(ports, voltage, strict=True)])
    worst = _worst(ports, model.frequencies, voltage, margins)
    notices = uncovered(loaded, site, standards)
    numerical, decay = quality.contributions(worst.frequency)
    budget = combine([refined or numerical, decay], verified_by_refinement=refined is not None)
    return Finding(
        TEST,
        _verdict(row, changed, worst, budget, model.frequencies, notices),
        {
            "frequency": model.frequencies,
            "port": tuple(p.name for p in ports),
            "face": tuple(FACES),
            "polarisation": POLARISATIONS,
        },
        _curves(ports, voltage, margins),
        _attributes(loaded, row, worst.immunity),
        worst.frequency,
        worst.port.name,
        notices,
        {
            f"voltage at {p.name} (dBV)": float(ratio_db(v.max(), 1.0))
            for p, v in zip(ports, voltage, strict=True)
        },
    )


@dataclass(frozen=True)
class _Worst:
    """The exposure with the smallest margin.

    Parameters
    ----------
    port : Port
        The victim.
    face, polarisation : str
        The wave.
    frequency : float
        Hz.
    voltage : float
        At the port, rms of the carrier.
    margin : float
        In dB.
    """

    port: Port
    face: str
    polarisation: str
    frequency: float
    voltage: float
    margin: float

    @property
    def immunity(self) -> Immunity:
        """Threshold of the port."""
        return _immunity(self.port)


def _worst(
    ports: tuple[Port, ...],
    frequencies: NDArray[np.float64],
    voltage: NDArray[np.float64],
    margins: NDArray[np.float64],
) -> _Worst:
    at = np.unravel_index(int(np.argmin(margins)), margins.shape)
    port, face, polarisation, n = (int(index) for index in at)
    return _Worst(
        ports[port],
        tuple(FACES)[face],
        POLARISATIONS[polarisation],
        float(frequencies[n]),
        float(voltage[at]),
        float(margins[at]),
    )


def _immunity(port: Port) -> Immunity:
    assert port.immunity is not None  # victims() keeps no other
    return port.immunity


def _verdict(
    row: Level,
    changed: str,
    worst: _Worst,
    budget: Budget,
    frequencies: NDArray[np.float64],
    notices: tuple[Notice, ...],
) -> Verdict:
    immunity = worst.immunity
    return decide(
        TEST,
        row.citation,
        worst.margin,
        budget,
        [row],
        worst={
            "frequency": worst.frequency,
            "port": worst.port.name,
            "face": worst.face,
            "polarisation": worst.polarisation,
            "voltage": float(carrier_to(immunity.quantity, worst.voltage)),
        },
        statement=(
            f"Port voltage {'below' if worst.margin > 0 else 'above'} the declared threshold of "
            f"{immunity.threshold:g} V ({immunity.quantity.replace('_', ' ')}) at port "
            f"{worst.port.name}, {row.levels[0]:g} V/m, {frequencies[0] / 1e6:.4g} MHz to "
            f"{frequencies[-1] / 1e6:.4g} MHz, four faces, two polarisations."
        ),
        notes=(
            "Basic safety and essential performance stay the manufacturer's criterion; what was "
            "compared is the voltage at the declared port.",
            *((f"Level of the manufacturer: {changed}.",) if changed else ()),
            *(notice.message for notice in notices),
        ),
        band=(float(frequencies[0]), float(frequencies[-1])),
        band_of_test=row.band,
    )


def _curves(
    ports: tuple[Port, ...], voltage: NDArray[np.float64], margins: NDArray[np.float64]
) -> dict[str, Curve]:
    order = ("port", "face", "polarisation", "frequency")
    thresholds = np.array([_immunity(port).threshold for port in ports])
    return {
        "voltage": Curve(order, voltage, "V"),
        "margin": Curve(order, margins, "dB"),
        "threshold": Curve(("port",), thresholds, "V"),
    }


def _attributes(loaded: LoadedTwin, row: Level, immunity: Immunity) -> dict[str, float | str]:
    return {
        "level_v_per_m": row.levels[0],
        "environment": loaded.twin.environment,
        "quantity": immunity.quantity,
        "frequency_from": row.band[0],
        "frequency_to": row.band[1],
    }


def _margin_db(port: Port, voltage: NDArray[np.float64]) -> NDArray[np.float64]:
    """Threshold over voltage in dB, in the quantity of the threshold."""
    immunity = _immunity(port)
    compared = np.maximum(carrier_to(immunity.quantity, voltage), 1e-15)
    margin: NDArray[np.float64] = 20 * np.log10(immunity.threshold / compared)
    return margin
