"""Whether a relative permittivity gives energy away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.rational.pole_residue import PoleResidue

_PER_DECADE = 60
_DECADES_BEYOND = 3  # the next term is 1e-6 of the leading one there
_ROUND_OFF = 1e-9


class Violation(NamedTuple):
    """Where a permittivity generates energy: frequency in Hz and the loss factor -Im eps there."""

    frequency: float
    loss: float


def passivity_violation(permittivity: PoleResidue) -> Violation | None:
    """The worst frequency at which Im eps > 0 for exp(+jwt), or None.

    A passive medium has Im eps(w) <= 0 at every w > 0: s (eps - eps_inf) is positive real. Looked
    at is a sweep that is dense near every pole, from 3 decades below the lowest to 3 above the
    highest: there each end's leading term rules (sum r / p^2 and sum r; sum r p^2 where that
    vanishes), and the sign does not change any more.

    Parameters
    ----------
    permittivity : PoleResidue
        Relative permittivity; a pole at 0 is a conductivity.

    Returns
    -------
    Violation or None
        None where it is passive.
    """
    if not permittivity.poles:
        return None
    frequency = _sweep(permittivity)
    value = permittivity.at(frequency)
    excess = value.imag / (_scale(permittivity, frequency) + 1e-300)
    worst = int(np.argmax(excess))
    if excess[worst] > _ROUND_OFF:
        return Violation(float(frequency[worst]), -float(value[worst].imag))
    return None


def require_passive(permittivity: PoleResidue, name: str) -> None:
    """Refuse a permittivity that generates energy.

    Raises
    ------
    InputError
        With the frequency and the value.
    """
    found = passivity_violation(permittivity)
    if found is not None:
        raise InputError.single(
            f"{name} is not passive: at {found.frequency:.4g} Hz its permittivity has the "
            f"imaginary part {-found.loss:+.4g}, but with exp(+jwt) a passive material has none "
            "above 0",
            field=name,
            remedy="mend the sign of the residue, or fit again with fewer poles or a wider band",
        )


def _sweep(function: PoleResidue) -> NDArray[np.float64]:
    """Frequencies in Hz that show every pole."""
    poles = np.array([p for p in function.poles if p != 0] or [1.0 + 0j])
    size = np.abs(poles)
    low, high = np.log10(size.min()) - _DECADES_BEYOND, np.log10(size.max()) + _DECADES_BEYOND
    everywhere = np.logspace(low, high, int((high - low) * _PER_DECADE))
    across = np.tan(np.linspace(-1.5, 1.5, 121))  # 14 half-widths to each side
    near = (poles.imag[:, None] + np.abs(poles.real)[:, None] * across).ravel()
    omega: NDArray[np.float64] = np.unique(np.concatenate((everywhere, near[near > 0])))
    return omega / TWO_PI


def _scale(function: PoleResidue, frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the magnitudes of the terms: what round-off is measured against."""
    jw, total = 1j * TWO_PI * frequency, np.zeros(frequency.size)
    for pole, residue in zip(function.poles, function.residues, strict=True):
        total += np.abs(residue / (jw - pole)) + np.abs(residue / (-jw - pole)) * bool(pole.imag)
    return total
