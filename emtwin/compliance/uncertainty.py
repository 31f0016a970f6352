"""How far a computed level may be off, and what each cause adds.

Each cause gives a standard uncertainty u in dB. They are taken as independent:
``U = 2 sqrt(sum u^2)`` with coverage factor k = 2. A cause known by its bound a
alone (equally likely anywhere within +-a) has ``u = a / sqrt(3)``. An error of
relative size r changes a level by at most ``20 log10(1 + r)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from emtwin.compliance.decibel import growth_db
from emtwin.constants import C0, TWO_PI
from emtwin.errors import InputError
from emtwin.standards import Standards, Uncertainty, load
from emtwin.units import format_si

COVERAGE = 2.0
"""Coverage factor k of every expanded uncertainty."""

FLOOR_DB = 6.0
"""Least expanded uncertainty without a run at a second resolution, dB."""

SEMI_ANECHOIC = "open area or semi-anechoic site"
"""Site of radiated emission from 30 MHz to 1 GHz, as the rows call it."""

MAINS_NETWORK = "artificial mains network"
"""Network of conducted emission, as the rows call it."""


@dataclass(frozen=True)
class Contribution:
    """One cause of uncertainty.

    Parameters
    ----------
    name : str
        The cause.
    standard_db : float
        Standard uncertainty in dB, 0 or more.
    basis : str
        How the number came about.
    """

    name: str
    standard_db: float
    basis: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.standard_db) and self.standard_db >= 0.0):
            raise InputError.single(
                f"uncertainty '{self.name}' must be 0 dB or more, got {self.standard_db:g} dB"
            )

    @property
    def expanded_db(self) -> float:
        """Expanded uncertainty (k = 2) in dB."""
        return COVERAGE * self.standard_db


@dataclass(frozen=True)
class Budget:
    """All causes together.

    Parameters
    ----------
    contributions : tuple of Contribution
        The causes; their root-sum-square times k is `expanded_db`.
    verified_by_refinement : bool
        A run at a second resolution replaced the estimate of the mesh error.
    """

    contributions: tuple[Contribution, ...]
    verified_by_refinement: bool

    @property
    def expanded_db(self) -> float:
        """Expanded uncertainty U (k = 2) in dB."""
        return COVERAGE * math.hypot(*(part.standard_db for part in self.contributions))

    @property
    def table(self) -> tuple[tuple[str, float], ...]:
        """Name and expanded uncertainty of each cause in dB; U is their root-sum-square."""
        return tuple((part.name, part.expanded_db) for part in self.contributions)


def combine(
    contributions: Iterable[Contribution], *, verified_by_refinement: bool = False
) -> Budget:
    """Combine causes; without a refinement run up to the floor of 6 dB.

    Parameters
    ----------
    contributions : iterable of Contribution
        Independent causes.
    verified_by_refinement : bool, default False
        True if they hold the result of a run at a second resolution.

    Returns
    -------
    Budget
        With a cause ``model floor`` that fills up to `FLOOR_DB` where needed,
        so that the parts always add up to the whole.
    """
    parts = tuple(contributions)
    known = math.hypot(*(part.standard_db for part in parts))
    missing = (FLOOR_DB / COVERAGE) ** 2 - known**2
    if not verified_by_refinement and missing > 0.0:
        basis = f"stated floor of {FLOOR_DB:g} dB (k = 2): not verified by refinement"
        parts += (Contribution("model floor", math.sqrt(missing), basis),)
    return Budget(parts, verified_by_refinement)


def yee_wavenumber(
    frequency: float, cell: float, time_step: float, permittivity: float = 1.0
) -> float:
    """Wavenumber along a grid axis by the exact dispersion relation of the Yee scheme.

    Along an axis the error is largest: ``sin(k d / 2) / d = sin(w dt / 2) / (v dt)``.

    Parameters
    ----------
    frequency : float
        Frequency in hertz.
    cell : float
        Cell size along the axis in metres.
    time_step : float
        Time step in seconds, at most the Courant limit.
    permittivity : float, default 1
        Relative permittivity of the medium.

    Returns
    -------
    float
        Numerical wavenumber in rad/m.

    Raises
    ------
    InputError
        If no wave of this frequency propagates on this grid.

    References
    ----------
    Taflove and Hagness, Computational Electrodynamics, 3rd ed., section 4.2.
    """
    speed = C0 / math.sqrt(permittivity)
    half_phase = math.pi * frequency * time_step
    sine = cell / (speed * time_step) * math.sin(half_phase)
    if not (sine <= 1.0 + 1e-12 and half_phase <= math.pi / 2):
        raise InputError.single(
            f"no wave of {frequency:g} Hz propagates on cells of {cell:g} m",
            field="accuracy.cells_per_wavelength",
            remedy=f"use cells of {speed / frequency / 10.0:.3g} m or less",
        )
    return 2.0 / cell * math.asin(min(sine, 1.0))


def grid_dispersion(
    frequency: float, cell: float, time_step: float, size: float, permittivity: float = 1.0
) -> Contribution:
    """Wrong phase between the ends of the device on this mesh.

    Contributions from two ends of the device add up with a phase that is off
    by ``(k_grid - k) size``; the phasor of the sum is then off by at most
    ``2 sin(phase / 2)`` of the larger one. Strong cancellation between the
    ends, and a resonance that moves past the frequency, are not covered.

    Parameters
    ----------
    frequency : float
        Frequency of the verdict in hertz.
    cell : float
        Coarsest cell that the device's field crosses in metres.
    time_step : float
        Time step in seconds.
    size : float
        Largest extent of the device, cables included, in metres.
    permittivity : float, default 1
        Relative permittivity of the medium in those cells.

    Returns
    -------
    Contribution
        Bound taken as rectangular.

    Raises
    ------
    InputError
        If no wave of this frequency propagates on this grid.
    """
    exact = TWO_PI * frequency * math.sqrt(permittivity) / C0
    numerical = yee_wavenumber(frequency, cell, time_step, permittivity)
    phase = min(abs(numerical - exact) * size, math.pi)
    basis = (
        f"phase velocity off by {100.0 * abs(exact / numerical - 1.0):.2g} % on cells of "
        f"{1e3 * cell:.3g} mm, {math.degrees(phase):.2g} deg over {size:.3g} m"
    )
    return _bounded("grid dispersion", growth_db(2.0 * math.sin(phase / 2.0)), basis)


def cut_off(share: float) -> Contribution:
    """Part of the response that is wrong because the run ended.

    Parameters
    ----------
    share : float
        Relative error of the spectrum at the frequency of the verdict, 0 or more.

    Returns
    -------
    Contribution
        Bound taken as rectangular.

    Raises
    ------
    InputError
        If `share` is negative or not a number.
    """
    if not share >= 0.0:
        raise InputError.single(f"the share that a run lacks must be 0 or more, got {share:g}")
    return _bounded("decay", growth_db(share), f"{100 * share:.2g} % of the spectrum is unsure")


def u_cispr(
    test: str, frequency: float, method: str, standards: Standards | None = None
) -> Uncertainty:
    """Row of CISPR 16-4-2 for a test, a method and a frequency.

    Parameters
    ----------
    test : str
        ``radiated_emission`` or ``conducted_emission``.
    frequency : float
        Frequency in hertz; where two ranges meet the upper one holds.
    method : str
        Site or network as the rows call it, for example `SEMI_ANECHOIC`.
    standards : Standards, optional
        Where the value stands; the package's own rows if left out.

    Returns
    -------
    Uncertainty
        U_CISPR, expanded with k = 2.

    Raises
    ------
    InputError
        If CISPR 16-4-2 has no value for it in the data.
    """
    known = [row for row in (standards or load()).of(Uncertainty) if row.test == test]
    found = [row for row in known if row.method == method and row.covers(frequency)]
    if not found:
        methods = ", ".join(sorted({row.method for row in known}))
        raise InputError.single(
            f"CISPR 16-4-2 has no uncertainty for {test.replace('_', ' ')} with '{method}' at "
            f"{format_si(frequency, 'Hz')} in the data",
            remedy=f"use one of {methods}" if methods else "see `emtwin standards cispr 16-4-2`",
        )
    return max(found, key=lambda row: row.frequency_from or 0.0)


def cispr_16_4_2(row: Uncertainty) -> Contribution:
    """Uncertainty of the measurement itself, as CISPR 16-4-2 takes it as given.

    Parameters
    ----------
    row : Uncertainty
        The row, see `u_cispr`.

    Returns
    -------
    Contribution
        U_CISPR is expanded with k = 2; half of it is the standard uncertainty.
    """
    basis = f"{row.citation}: {row.expanded:g} dB (k = {row.coverage:g}), row {row.id}, "
    return Contribution(
        "CISPR 16-4-2", row.expanded / row.coverage, f"{basis}{row.confidence} confidence"
    )


def added_to_reading(laboratory_db: float, row: Uncertainty) -> float:
    """What a laboratory adds to its readings before it compares them with a limit.

    The limits allow for U_CISPR. A laboratory within it compares its reading as
    it is; another one adds what its own uncertainty is above (the rule of CISPR 16-4-2).

    Parameters
    ----------
    laboratory_db : float
        Expanded uncertainty of the laboratory (k = 2) in dB, 0 or more.
    row : Uncertainty
        U_CISPR for the same test, see `u_cispr`.

    Returns
    -------
    float
        ``max(0, U_lab - U_CISPR)`` in dB.

    Raises
    ------
    InputError
        If the laboratory's uncertainty is negative or not a number.
    """
    if not (math.isfinite(laboratory_db) and laboratory_db >= 0.0):
        raise InputError.single(
            f"the laboratory's uncertainty must be 0 dB or more, got {laboratory_db:g} dB",
            remedy="give the expanded uncertainty (k = 2) of its budget",
        )
    return max(0.0, laboratory_db - row.expanded)


def termination_spread(levels_db: Iterable[float], nominal_db: float) -> Contribution:
    """Scatter of the verdict's level over the terminations of the lead.

    Parameters
    ----------
    levels_db : iterable of float
        Level, or margin, for each termination in dB.
    nominal_db : float
        Value that the verdict uses in dB.

    Returns
    -------
    Contribution
        Largest distance from the nominal value, taken as rectangular bound.
    """
    levels = tuple(levels_db)
    bound = max((abs(level - nominal_db) for level in levels), default=0.0)
    basis = f"{len(levels)} terminations, up to {bound:.3g} dB from the value used"
    return _bounded("termination spread", bound, basis)


def _bounded(name: str, bound_db: float, basis: str) -> Contribution:
    return Contribution(name, bound_db / math.sqrt(3.0), basis)
