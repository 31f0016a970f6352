"""Poles, models, passivity."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import EPS0
from emtwin.errors import InputError
from emtwin.rational import (
    ColeCole,
    PoleResidue,
    debye,
    drude,
    lorentz,
    passivity_violation,
    require_passive,
)

FREQUENCY = np.geomspace(1e7, 1e11, 50)
JW = 2j * np.pi * FREQUENCY


def test_models_are_their_formulas() -> None:
    """Debye, Drude and Lorentz (under- and overdamped), as poles and as written in the books."""
    np.testing.assert_allclose(
        debye(2.0, [(3.0, 1e-11), (7.0, 1e-9)]).at(FREQUENCY),
        2 + 3 / (1 + JW * 1e-11) + 7 / (1 + JW * 1e-9),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        drude(1.0, [(3e10, 5e9)]).at(FREQUENCY), 1 + 9e20 / (JW * (JW + 5e9)), rtol=1e-9
    )
    for rate in (1e9, 9e10):
        np.testing.assert_allclose(
            lorentz(1.5, [(2.0, 2e10, rate)]).at(FREQUENCY),
            1.5 + 2 * 4e20 / (4e20 + rate * JW + JW**2),
            rtol=1e-9,
        )


def test_cole_cole_without_broadening_is_debye() -> None:
    """a = 0 is a Debye term, and the conductivity a pole at 0."""
    model = ColeCole(4.0, ((50.0, 7e-12, 0.0),), 0.3)
    same = debye(4.0, [(50.0, 7e-12)]) + PoleResidue(0.0, (0j,), (0.3 / EPS0,))
    np.testing.assert_allclose(model.at(FREQUENCY), same.at(FREQUENCY), rtol=1e-12)
    constant, rest, static = same.split()
    assert (constant, len(rest.poles)) == (4.0, 1)
    assert EPS0 * static == pytest.approx(0.3)


def test_sums_join_equal_poles() -> None:
    """The average of two materials has each pole once, with the weighted residues."""
    one, two = debye(2.0, [(4.0, 1e-11)]), debye(6.0, [(8.0, 1e-11), (1.0, 1e-9)])
    mean = one.scaled(0.25) + two.scaled(0.75)
    assert len(mean.poles) == 2
    np.testing.assert_allclose(
        mean.at(FREQUENCY), 0.25 * one.at(FREQUENCY) + 0.75 * two.at(FREQUENCY), rtol=1e-12
    )


def test_a_pair_is_real_in_time() -> None:
    """f(s*) = f(s)*: the pair's other half is implied."""
    function = PoleResidue(1.0, (-1e9 + 4e9j, -2e9), (3e9 - 1e9j, 5e8))
    s = np.array([1e9 + 2e9j])
    np.testing.assert_allclose(function(s.conj()), function(s).conj(), rtol=1e-14)
    other = 3e9 - 1e9j
    by_hand = 1 + other / (s - (-1e9 + 4e9j)) + other.conjugate() / (s - (-1e9 - 4e9j))
    np.testing.assert_allclose(function(s), by_hand + 5e8 / (s + 2e9), rtol=1e-14)


@pytest.mark.parametrize(
    ("poles", "residues", "match"),
    [
        ((1e9,), (1.0,), "unstable"),
        ((1e9j,), (1.0,), "unstable"),
        ((-1e9 - 1e9j,), (1.0,), "below the real axis"),
        ((-1e9,), (1j,), "complex residue"),
        ((-1e9,), (), "1 poles but 0 residues"),
        ((complex("nan"),), (1.0,), "not finite"),
    ],
)
def test_impossible_poles(
    poles: tuple[complex, ...], residues: tuple[complex, ...], match: str
) -> None:
    """Each is refused with its value."""
    with pytest.raises(InputError, match=match):
        PoleResidue(1.0, poles, residues)


def test_impossible_models() -> None:
    """Times and rates above 0; a double pole; a broadening below 1; a finite constant."""
    with pytest.raises(InputError, match="relaxation time must be above 0, got 0 s"):
        debye(1.0, [(1.0, 0.0)])
    with pytest.raises(InputError, match="collision rate must be above 0"):
        drude(1.0, [(1e9, 0.0)])
    with pytest.raises(InputError, match="double pole"):
        lorentz(1.0, [(1.0, 1e9, 2e9)])
    with pytest.raises(InputError, match="0 <= a < 1"):
        ColeCole(1.0, ((1.0, 1e-9, 1.0),))
    with pytest.raises(InputError, match="the constant is inf"):
        PoleResidue(np.inf)


def test_passive_models_are_found_passive() -> None:
    """Debye, Drude, Lorentz and their sums, poles six decades apart."""
    total = debye(2.0, [(4.0, 1e-11)]) + lorentz(0.0, [(1.0, 2e10, 1e7)]) + drude(0.0, [(1e8, 1e5)])
    assert passivity_violation(total) is None
    assert passivity_violation(PoleResidue(4.0)) is None


def test_active_models_are_found_and_the_place_named() -> None:
    """-3 / (1 + jw 3 ps) outweighs 5 / (1 + jw 10 ps) where f > 48.0 GHz.

    The sum of d w tau / (1 + w^2 tau^2): (50 - 9) + w^2 (50 * 9 - 9 * 100) < 0, in ps: w^2 >
    41 / 450.    Also a negative conductivity, and a Lorentz line of gain 1e-4 wide.
    """
    found = passivity_violation(debye(2.0, [(5.0, 1e-11), (-3.0, 3e-12)]))
    assert found is not None
    assert found.frequency > 48.0e9
    assert found.loss < 0
    assert passivity_violation(PoleResidue(2.0, (0j,), (-1.0,))) is not None
    gain = debye(2.0, [(5.0, 1e-11)]) + lorentz(0.0, [(-1e-2, 1e11, 1e7)])
    place = passivity_violation(gain)
    assert place is not None
    assert place.frequency == pytest.approx(1e11 / (2 * np.pi), rel=1e-3)
    with pytest.raises(InputError, match=r"gain is not passive: at 1\.59.*e\+10 Hz"):
        require_passive(gain, "gain")
