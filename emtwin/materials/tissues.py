"""Tissues of the human body as materials: at one frequency, or dispersive over a band.

The relative permittivity is that of Gabriel's four Cole-Cole terms,

    eps(w) = eps_inf + sum d_n / (1 + (j w t_n)^(1 - a_n)) + sigma / (j w eps0),

with the parameters in standards/tissues.yaml. A field solver needs poles: `dispersive` fits Debye
terms to it and says how well they stand for it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.constants import EPS0, TWO_PI
from emtwin.errors import InputError, Notice
from emtwin.materials.material import Material
from emtwin.rational import ColeCole, Fit, fit_relaxation
from emtwin.standards import Tissue, load
from emtwin.units import UnitError, format_si, parse

BAND = (30e6, 3e9)
"""Band in Hz over which a tissue that is named without a frequency is fitted."""

_AT = " at "
_WANTED = 0.005  # relative error that ends the search for more Debye terms


@dataclass(frozen=True)
class DispersiveTissue:
    """A tissue with poles, and how well they stand for its data.

    Parameters
    ----------
    material : Material
        The material; its source states band and error.
    fit : Fit
        The fitted permittivity with its largest relative error and where that is.
    """

    material: Material
    fit: Fit


def tissue_names() -> tuple[str, ...]:
    """Names of all tissues, sorted."""
    return tuple(sorted(row.name for row in load().of(Tissue)))


def tissue(name: str) -> Tissue:
    """Row of a tissue.

    Parameters
    ----------
    name : str
        One of `tissue_names`.

    Returns
    -------
    Tissue
        Its parameters with their origin; `density` in kg/m3 has a confidence of its own.

    Raises
    ------
    InputError
        If there is none; the message offers the nearest.
    """
    for row in load().of(Tissue):
        if row.name == name:
            return row
    near = difflib.get_close_matches(name, tissue_names(), n=3, cutoff=0.5)
    offer = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError.single(
        f"unknown tissue '{name}'",
        field="tissue",
        remedy=f"{offer}known: {', '.join(tissue_names())}",
    )


def permittivity(name: str, frequency: ArrayLike) -> NDArray[np.complex128]:
    """Complex relative permittivity for exp(+jwt).

    Parameters
    ----------
    name : str
        One of `tissue_names`.
    frequency : float or ndarray
        Hz, above 0.

    Returns
    -------
    ndarray of complex128
        eps' - j eps''; see `conductivity` for the loss in S/m.

    Raises
    ------
    InputError
        For another name, or a frequency that is not above 0.

    References
    ----------
    S. Gabriel, R. W. Lau and C. Gabriel, Phys. Med. Biol. 41 (1996) 2271-2293, eq. 2.
    """
    f = np.asarray(frequency, np.float64)
    if not (np.all(np.isfinite(f)) and np.all(f > 0)):
        raise InputError.single(
            f"a tissue has no permittivity at {np.min(f):g} Hz",
            field="frequency",
            remedy="give frequencies above 0 in hertz",
        )
    return _model(tissue(name)).at(f)


def conductivity(name: str, frequency: ArrayLike) -> NDArray[np.float64]:
    """Conductivity in S/m that stands for all losses, w eps0 eps''; ionic and dipolar.

    Parameters
    ----------
    name : str
        One of `tissue_names`.
    frequency : float or ndarray
        Hz, above 0.

    Raises
    ------
    InputError
        As for `permittivity`.
    """
    loss = -permittivity(name, frequency).imag
    return np.asarray(TWO_PI * np.asarray(frequency, np.float64) * EPS0 * loss)


def at_frequency(name: str, frequency: float) -> Material:
    """The tissue with its permittivity and conductivity at one frequency, held constant.

    Parameters
    ----------
    name : str
        One of `tissue_names`.
    frequency : float
        Hz, above 0.

    Returns
    -------
    Material
        Named "NAME at FREQUENCY"; right at that frequency only.

    Raises
    ------
    InputError
        As for `permittivity`.
    """
    row = tissue(name)
    said = format_si(frequency, "Hz")
    return Material(
        f"{name}{_AT}{said}",
        float(permittivity(name, frequency).real),
        float(conductivity(name, frequency)),
        False,
        f"{_origin(row)}, value at {said} held constant{_cautioned(frequency)}",
    )


@lru_cache(maxsize=64)
def dispersive(name: str, band: tuple[float, float] = BAND) -> DispersiveTissue:
    """The tissue with Debye terms that stand for it over a band.

    Parameters
    ----------
    name : str
        One of `tissue_names`.
    band : tuple of (float, float)
        Lowest and highest frequency in Hz.

    Returns
    -------
    DispersiveTissue
        Material with poles, and the fit with its error.

    Raises
    ------
    InputError
        For another name or an unusable band.
    """
    row = tissue(name)
    fit = fit_relaxation(_model(row), band, _WANTED)
    low, high = (format_si(f, "Hz") for f in band)
    source = (
        f"{_origin(row)}, {_debye_count(fit)} Debye terms fitted from {low} to {high}, within "
        f"{100 * fit.error:.2g} %{_cautioned(band[0])}"
    )
    return DispersiveTissue(Material.of_function(name, fit.function, source), fit)


def material_of(name: str) -> Material | None:
    """Material that a twin file means by "muscle" or "muscle at 900 MHz".

    Parameters
    ----------
    name : str
        Name of a tissue, alone (dispersive, fitted over `BAND`) or with "at" and a frequency.

    Returns
    -------
    Material or None
        None if it does not name a tissue.

    Raises
    ------
    InputError
        If what follows "at" is not a frequency.
    """
    head, at, tail = name.partition(_AT)
    if head not in tissue_names():
        return None
    if not at:
        return dispersive(name).material
    try:
        return at_frequency(head, parse(tail.strip(), "frequency"))
    except UnitError as error:
        raise InputError.single(
            f"material '{name}': {error}",
            field="material",
            remedy=f"write for example '{head}{_AT}900 MHz', or '{head}' alone",
        ) from error


def caution(frequency: float) -> Notice | None:
    """What must be said about tissue data at a low frequency, or nothing.

    Parameters
    ----------
    frequency : float
        Lowest frequency in hertz at which they are used.
    """
    row = load().parameter("tissue-caution-below")
    if frequency >= row.value:
        return None
    return Notice(
        "tissue-low-frequency",
        f"Tissue data are used at {format_si(frequency, 'Hz')}: below "
        f"{format_si(row.value, 'Hz')} the measurements behind them are uncertain, because the "
        "electrodes polarise; compare conductivities with a set made for low frequencies.",
    )


def _model(row: Tissue) -> ColeCole:
    terms = tuple((term.step, term.time, term.broadening) for term in row.terms)
    return ColeCole(row.infinite, terms, row.conductivity)


def _origin(row: Tissue) -> str:
    return f"{row.standard}: {len(row.terms)} Cole-Cole terms"


def _debye_count(fit: Fit) -> int:
    return sum(pole != 0 for pole in fit.function.poles)


def _cautioned(frequency: float) -> str:
    return "" if caution(frequency) is None else "; uncertain at low frequencies"
