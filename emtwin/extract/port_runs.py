"""Assemble the runs of one site into a port model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.extract.port_model import PortModel
from emtwin.extract.waves import port_waves
from emtwin.solver.radiation.currents import EquivalentCurrents
from emtwin.solver.scattering import check_source

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PortRun:
    """Spectra of one run in which one port was driven.

    Parameters
    ----------
    driven : int
        Index of the driven port.
    emf : ndarray of complex128, shape (nf,)
        Spectrum of its source e.m.f. in V s.
    current : ndarray of complex128, shape (nf, N)
        Spectra of the currents into the network at all ports, in A s, at the
        instants of the e.m.f. (`waves.centred`).
    radiated : EquivalentCurrents or None
        Spectra of the equivalent currents of this run, in A m s and V m s.
    """

    driven: int
    emf: Complex
    current: Complex
    radiated: EquivalentCurrents | None = None


def assemble(
    site: str,
    frequencies: Real,
    port_names: Sequence[str],
    reference: Real,
    runs: Sequence[PortRun],
) -> PortModel:
    """Port model from one run per driven port.

    Parameters
    ----------
    site : str
        Name of the electromagnetic environment.
    frequencies : ndarray of float64, shape (nf,)
        Hz, where every source has energy.
    port_names : sequence of str
        All N ports of the grid, driven or not.
    reference : ndarray of float64, shape (N,)
        Resistance that every port carried in every run, ohm.
    runs : sequence of PortRun
        At most one per port.

    Returns
    -------
    PortModel
        Columns of ports without a run are NaN.

    Raises
    ------
    InputError
        If a port was driven twice, or a source has no energy at a frequency.
    """
    count = len(port_names)
    scattering = np.full((len(frequencies), count, count), np.nan + 1j * np.nan)
    radiated: list[EquivalentCurrents | None] = [None] * count
    for run in runs:
        name = port_names[run.driven]
        if np.all(np.isfinite(scattering[:, 0, run.driven])):
            raise InputError.single(f"port {name} was driven in two runs", remedy="keep one")
        check_source(name, frequencies, run.emf)
        emf = np.zeros_like(run.current)
        emf[:, run.driven] = run.emf
        waves = port_waves(emf, run.current, reference)
        scattering[:, :, run.driven] = waves.outgoing / waves.incident[:, run.driven, None]
        if run.radiated is not None:
            radiated[run.driven] = run.radiated.scaled(1.0 / run.emf)
    return PortModel(site, frequencies, tuple(port_names), reference, scattering, tuple(radiated))
