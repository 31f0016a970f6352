"""Fits of tissues and tables, with the error that is told."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import EPS0, TWO_PI
from emtwin.errors import InputError
from emtwin.rational import (
    ColeCole,
    debye,
    drude,
    fit_permittivity,
    fit_relaxation,
    lorentz,
    passivity_violation,
    vector_fit,
)
from tests.validation import Validated

# S. Gabriel et al. 1996, the parametric model: eps_inf, (delta, tau, alpha) x 4, sigma.
MUSCLE = ColeCole(
    4.0,
    (
        (50.0, 7.234e-12, 0.1),
        (7000.0, 353.678e-9, 0.1),
        (1.2e6, 318.31e-6, 0.1),
        (2.5e7, 2.274e-3, 0.0),
    ),
    0.2,
)
BLOOD = ColeCole(4.0, ((56.0, 8.377e-12, 0.1), (5200.0, 132.629e-9, 0.1)), 0.7)
CORTICAL_BONE = ColeCole(
    2.5,
    (
        (10.0, 13.263e-12, 0.2),
        (180.0, 79.577e-9, 0.2),
        (5e3, 159.155e-6, 0.2),
        (1e5, 15.915e-3, 0.0),
    ),
    0.02,
)
TISSUES = {
    "muscle": (MUSCLE, 900e6, 55.032, 0.9430),
    "blood": (BLOOD, 2450e6, 58.264, 2.5448),
    "cortical bone": (CORTICAL_BONE, 64e6, 16.681, 0.0595),
}
BAND = (30e6, 6e9)


@pytest.mark.parametrize("name", TISSUES)
@pytest.mark.parametrize("fit", [fit_relaxation, fit_permittivity])
def test_tissues(name: str, fit: object, validated: Validated) -> None:
    """Permittivity and conductivity of the fit at the check frequency within 1 %.

    The values are the 4-Cole-Cole model's own (given to 4 digits: the model within 1e-3). Debye
    terms approach a Cole-Cole arc geometrically: over the 2.3 decades from 30 MHz to 6 GHz four or
    five are enough for 1 % of abs(eps), and the error that the fit tells is that of a finer grid.
    """
    model, frequency, permittivity, conductivity = TISSUES[name]
    found = fit(model, BAND, 0.003)  # type: ignore[operator]
    assert len(found.function.poles) <= 7
    assert not found.notices
    assert passivity_violation(found.function) is None
    fine = np.geomspace(*BAND, 1717)
    off = np.abs(found.function.at(fine) - model.at(fine)) / np.abs(model.at(fine))
    assert off.max() == pytest.approx(found.error, rel=0.05)
    for value, part in ((model.at(frequency), 1e-3), (found.function.at(frequency), 0.01)):
        assert value.real == pytest.approx(permittivity, rel=part)
        assert -value.imag * TWO_PI * frequency * EPS0 == pytest.approx(conductivity, rel=part)
    validated(
        f"{name}, relative permittivity of the fit ({fit.__name__}) at {frequency / 1e6:g} MHz",  # type: ignore[attr-defined]
        float(found.function.at(frequency).real),
        permittivity,
        0.01,
        relative=True,
        reference="Gabriel 4-Cole-Cole",
    )


def test_vector_fitting_finds_the_poles_of_a_rational_function() -> None:
    """Two resonances, a relaxation and free charges, from 120 samples: back to 1e-8."""
    model = (
        lorentz(2.0, [(1.5, TWO_PI * 1e9, 3e8), (0.7, TWO_PI * 3e9, 1e9)])
        + debye(0.0, [(3.0, 1e-10)])
        + drude(0.0, [(4e9, 2e9)])
    )
    frequency = np.geomspace(1e8, 1e10, 120)
    found = vector_fit(frequency, model.at(frequency), 6, static=True)
    key = np.abs
    ours, theirs = sorted(found.poles, key=key), sorted(model.poles, key=key)
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1.0)
    wide = np.geomspace(1e7, 1e11, 33)
    np.testing.assert_allclose(found.at(wide), model.at(wide), rtol=1e-8)


def test_fewest_poles_and_a_table() -> None:
    """A table of two relaxations needs two terms, three of each kind at most; the band cuts it."""
    model, frequency = debye(3.0, [(5.0, 1e-10), (2.0, 1e-11)]), np.geomspace(1e8, 2e10, 60)
    for fit in (fit_relaxation, fit_permittivity):
        found = fit((frequency, model.at(frequency)), (2e8, 1e10), 1e-5)
        assert found.band[0] >= 2e8
        assert found.band[1] <= 1e10
        assert found.error < 1e-5
        poles = [p for p in found.function.poles if p != 0]
        np.testing.assert_allclose(sorted(np.real(poles)), [-1e11, -1e10], rtol=1e-3)


def test_a_poor_fit_says_so() -> None:
    """One Debye term for muscle is 11 % off: the notice holds the error and what was asked for."""
    found = fit_relaxation(MUSCLE, BAND, 0.01, max_terms=1)
    assert found.error == pytest.approx(0.106, abs=0.01)
    assert [n.name for n in found.notices] == ["poor-fit"]
    assert "1 % was asked for" in found.notices[0].message


def test_what_cannot_be_fitted() -> None:
    """Active data, too few of them, no band, tables of two lengths, and a gaining resonance."""
    f = np.geomspace(1e8, 1e10, 40)
    with pytest.raises(InputError, match=r"not passive: eps = .* at .* Hz") as caught:
        fit_relaxation((f, debye(3.0, [(5.0, 1e-10)]).at(f).conj()))
    assert "eps' - j eps''" in caught.value.problems[0].remedy
    with pytest.raises(InputError, match="at least 3 finite samples"):
        fit_permittivity((f[:2], np.ones(2)))
    with pytest.raises(InputError, match="needs a band"):
        fit_relaxation(MUSCLE)
    with pytest.raises(InputError, match="as many permittivities as frequencies"):
        fit_permittivity((f, np.ones(3)))
    with pytest.raises(InputError, match="3 samples cannot tell 6 poles"):
        vector_fit(f[:3], np.ones(3, complex), 6)
    with pytest.raises(InputError, match="below 1"):  # eps_inf of 0.5 over the whole band
        fit_permittivity((f, debye(0.5, [(5.0, 1e-9)]).at(f)), conducts=False)
