"""Field of a device's ports over a conducting floor, wherever the antenna is put.

The distances count from the boundary of the device, the antenna goes through 1 to 4 m of height in
both polarisations, and the turntable through 360 degrees (CISPR 16-2-3).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.sites import Site
from emtwin.constants import C0
from emtwin.extract import PortModel
from emtwin.solver.radiation.currents import EquivalentCurrents
from emtwin.solver.radiation.near_to_far import near_fields

DISTANCES = (3.0, 10.0)
"""From the boundary of the device to the antenna, m."""

HEIGHTS = np.linspace(1.0, 4.0, 31)
"""Of the antenna over the floor, m; steps of 0.1 m: within 0.2 dB of the maximum at 1 GHz, 3 m."""

ANGLES = np.arange(0.0, 360.0, 10.0)
"""Of the turntable in degrees; lobes of a device of 1 m are 17 degrees wide at 1 GHz."""


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
    angle = np.deg2rad(ANGLES)
    away = np.stack([np.sin(angle), -np.cos(angle), np.zeros_like(angle)], -1)
    across = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], -1)
    shape = (len(DISTANCES), ANGLES.size, HEIGHTS.size, 3)
    places = np.zeros(shape)
    for n, distance in enumerate(DISTANCES):
        places[n] += (distance + radius) * away[:, None, :]
    places[..., 2] += floor + HEIGHTS
    return places, np.broadcast_to(across[None, :, None, :], shape)
