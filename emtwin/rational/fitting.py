"""Permittivities over a band as poles, with the error that this makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import InputError, Notice
from emtwin.rational.models import ColeCole
from emtwin.rational.passivity import require_passive
from emtwin.rational.pole_residue import PoleResidue
from emtwin.rational.relaxation import debye_terms
from emtwin.rational.vector_fitting import vector_fit

_SAMPLES = 200
Band = tuple[float, float]
Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Fit:
    """A passive rational function that stands for a permittivity over a band.

    Parameters
    ----------
    function : PoleResidue
        The relative permittivity; a pole at 0 is its conductivity.
    error : float
        Largest relative error over the band, abs(fit - data) / abs(data).
    worst_frequency : float
        Where it is, Hz.
    band : tuple of (float, float)
        Lowest and highest frequency of the data in Hz.
    notices : tuple of Notice
        ``poor-fit`` where the error is above what was asked for.
    """

    function: PoleResidue
    error: float
    worst_frequency: float
    band: Band
    notices: tuple[Notice, ...] = ()


def fit_relaxation(
    data: ColeCole | tuple[ArrayLike, ArrayLike],
    band: Band | None = None,
    error: float = 0.01,
    max_terms: int = 6,
) -> Fit:
    """The fewest Debye terms that stand for relaxations; passive by construction.

    Parameters
    ----------
    data : ColeCole or (ndarray, ndarray)
        The model, or frequencies in Hz and relative permittivities for exp(+jwt).
    band : tuple of (float, float), optional
        Lowest and highest frequency in Hz; all of a table if left out, needed for a model.
    error : float
        Largest relative error that ends the search.
    max_terms : int
        Most terms; if they do not reach `error`, the best fit carries the notice ``poor-fit``.

    Raises
    ------
    InputError
        If the band or the table is unusable.
    """
    frequency, values = _sampled(data, band)
    found: list[Fit] = []
    for n in range(1, max_terms + 1):
        found.append(_judged(debye_terms(frequency, values, n), frequency, values, error))
        if found[-1].error <= error:
            break
    return min(found, key=lambda fit: fit.error)


def fit_permittivity(
    data: ColeCole | tuple[ArrayLike, ArrayLike],
    band: Band | None = None,
    error: float = 0.01,
    max_poles: int = 12,
    *,
    conducts: bool = True,
) -> Fit:
    """The fewest poles that stand for any passive permittivity, resonances included.

    Vector fitting with rising order; a fit that is not passive, or whose constant lies below 1
    (waves faster than light at high frequency), is not taken.

    Parameters
    ----------
    data : ColeCole or (ndarray, ndarray)
        As for `fit_relaxation`.
    band : tuple of (float, float), optional
        As for `fit_relaxation`.
    error : float
        As for `fit_relaxation`.
    max_poles : int
        Most poles, both of a pair counted.
    conducts : bool
        Allow a static conductivity.

    Raises
    ------
    InputError
        If the band or the table is unusable, or no order gives a passive fit; the message says at
        which frequency and by how much the last one fails.
    """
    frequency, values = _sampled(data, band)
    found: list[Fit] = []
    refusal: InputError | None = None
    for n in range(1, min(max_poles, frequency.size - 2) + 1):
        function = vector_fit(frequency, values, n, static=conducts)
        try:
            _require_usable(function)
        except InputError as caught:
            refusal = caught
            continue
        found.append(_judged(function, frequency, values, error))
        if found[-1].error <= error:
            break
    if not found:
        raise refusal or InputError.single("a fit needs at least 3 samples", field="data")
    return min(found, key=lambda fit: fit.error)


def _require_usable(function: PoleResidue) -> None:
    require_passive(function, "the fit")
    if function.constant < 1:
        raise InputError.single(
            f"the fit has the permittivity {function.constant:.4g} at infinite frequency, below 1",
            field="the fit",
            remedy="fit over a wider band",
        )


def _sampled(
    data: ColeCole | tuple[ArrayLike, ArrayLike], band: Band | None
) -> tuple[Real, Complex]:
    """Frequencies and values inside the band."""
    if isinstance(data, ColeCole):
        if band is None or not 0 < band[0] < band[1]:
            raise InputError.single(
                f"a fit needs a band from above 0 Hz upwards, got {band}", field="band"
            )
        frequency = np.geomspace(*band, _SAMPLES)
        return frequency, data.at(frequency)
    frequency, values = np.asarray(data[0], np.float64), np.asarray(data[1], np.complex128)
    if frequency.ndim != 1 or frequency.shape != values.shape:
        raise InputError.single(
            f"a table needs as many permittivities as frequencies, got shapes {values.shape} and "
            f"{frequency.shape}",
            field="data",
        )
    low, high = band or (float(frequency.min()), float(frequency.max()))
    inside = (frequency >= low) & (frequency <= high)
    frequency, values = frequency[inside], values[inside]
    _check_table(frequency, values, (low, high))
    return frequency, values


def _check_table(frequency: Real, values: Complex, band: Band) -> None:
    if frequency.size < 3 or not np.all(np.isfinite(values)) or frequency.min() <= 0:
        raise InputError.single(
            f"a fit needs at least 3 finite samples above 0 Hz, got {frequency.size} between "
            f"{band[0]:g} and {band[1]:g} Hz",
            field="data",
        )
    gaining = values.imag > 1e-9 * np.abs(values)
    if gaining.any():
        worst = int(np.argmax(values.imag))
        raise InputError.single(
            f"the data are not passive: eps = {values[worst]:.4g} at {frequency[worst]:.4g} Hz, "
            "but with exp(+jwt) a lossy medium has a negative imaginary part",
            field="data",
            remedy="give eps' - j eps''",
        )


def _judged(function: PoleResidue, frequency: Real, values: Complex, wanted: float) -> Fit:
    """The fit with its error, and a notice where that is too large."""
    relative = np.abs(function.at(frequency) - values) / np.abs(values)
    worst = int(np.argmax(relative))
    error, at = float(relative[worst]), float(frequency[worst])
    notices: tuple[Notice, ...] = ()
    if error > wanted:
        text = (
            f"A permittivity is fitted with {len(function.poles)} poles to {100 * error:.2g} % at "
            f"{at:.4g} Hz; {100 * wanted:.2g} % was asked for."
        )
        notices = (Notice("poor-fit", text),)
    return Fit(function, error, at, (float(frequency.min()), float(frequency.max())), notices)
