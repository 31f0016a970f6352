"""A box of perfect conductor rings at the frequencies of the discrete equations."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import C0
from tests.physics.cavity import Mode, box, fitted_frequency, grid_frequency, ring
from tests.validation import Validated

CELLS, SIZES = (20, 16, 24), (15e-3, 20e-3, 12.5e-3)
MODES: dict[Mode, float] = {
    (1, 1, 0): 684433771.599,
    (1, 0, 1): 706476194.956,
    (0, 1, 1): 684548475.744,
    (1, 1, 1): 847670254.164,
    (2, 1, 0): 1101408367.587,
    (5, 3, 4): 3484332495.567,
}


@pytest.mark.quick
def test_time_step(validated: Validated) -> None:
    """0.99 / (c sqrt(sum 1 / d^2)) = 2.858671439242e-11 s for these cells, to the digits given."""
    validated(
        "cavity, time step at 0.99 of the limit",
        box(CELLS, SIZES).dt,
        2.858671439242e-11,
        1e-12,
        relative=True,
        reference="Courant limit",
        unit="s",
    )


@pytest.mark.quick
def test_the_grid_lowers_the_frequency_of_the_continuum(validated: Validated) -> None:
    """(1, 1, 0) of the continuum: c/2 sqrt(1/a^2 + 1/b^2) = 684891865.461 Hz, a = 0.3, b = 0.32 m.

    The grid's 684433771.599 Hz is 6.69e-4 lower: space alone gives (k d)^2 / 24 per axis, weighted
    with k_i^2, and the time step takes part of it back.
    """
    sides = [n * d for n, d in zip(CELLS, SIZES, strict=True)]
    continuum = C0 / 2 * np.hypot(1 / sides[0], 1 / sides[1])
    validated(
        "cavity, mode (1, 1, 0) of the continuum",
        continuum,
        684891865.461,
        1e-12,
        relative=True,
        reference="c/2 sqrt(1/a^2 + 1/b^2)",
        unit="Hz",
    )
    assert MODES[1, 1, 0] / continuum == pytest.approx(1 - 6.69e-4, abs=1e-6)


def hold(validated: Validated, mode: Mode, found: float, expected: float, precision: str) -> None:
    """One mode against the discrete dispersion relation."""
    validated(
        f"cavity, mode {mode}, {precision}",
        found,
        expected,
        {"float64": 1e-9, "float32": 2e-7}[precision],
        relative=True,
        reference="discrete dispersion relation",
        unit="Hz",
    )


@pytest.mark.quick
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_mode_rings_at_the_discrete_frequency(
    mode: Mode, machine64: Backend, validated: Validated
) -> None:
    """f = asin((c dt / 2) sqrt(sum (2/d sin(m pi / 2N))^2)) / (pi dt), from the discrete equations.

    A mode's eigenvector put into the fields rings at this one frequency. Round-off of 1e-16 per
    step and a fit over 3000 steps leave far less than the 1e-9 asserted; the values in hertz are
    those published with the check, to their last digit.
    """
    simulation = box(CELLS, SIZES)
    expected = grid_frequency(mode, CELLS, SIZES, simulation.dt)
    assert expected == pytest.approx(MODES[mode], rel=1e-11)
    found = fitted_frequency(ring(simulation, machine64, mode, 3000), simulation.dt)
    hold(validated, mode, found, expected, "float64")


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_mode_in_single_precision(mode: Mode, machine: Backend, validated: Validated) -> None:
    """The same in float32: coefficients rounded to 6e-8 shift the frequency by about as much.

    Tolerance 2e-7, three rounded coefficients (dt/mu, dt/eps, 1/d) of half an ulp each.
    """
    simulation = box(CELLS, SIZES)
    expected = grid_frequency(mode, CELLS, SIZES, simulation.dt)
    found = fitted_frequency(ring(simulation, machine, mode, 3000), simulation.dt)
    hold(validated, mode, found, expected, "float32")
