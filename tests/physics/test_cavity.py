"""A box of perfect conductor rings at the frequencies of the discrete equations."""

from __future__ import annotations

import pytest

from emtwin.backends import Backend
from tests.physics.cavity import Mode, box, fitted_frequency, grid_frequency, ring

CELLS, SIZES = (20, 16, 24), (15e-3, 20e-3, 12.5e-3)
MODES: dict[Mode, float] = {
    (1, 1, 0): 684433771.599,
    (1, 0, 1): 706476194.956,
    (0, 1, 1): 684548475.744,
    (1, 1, 1): 847670254.164,
    (2, 1, 0): 1101408367.587,
    (5, 3, 4): 3484332495.567,
}


def test_time_step() -> None:
    """0.99 / (c sqrt(sum 1 / d^2)) = 2.858671439242e-11 s for these cells, to the digits given."""
    assert box(CELLS, SIZES).dt == pytest.approx(2.858671439242e-11, rel=1e-12)


@pytest.mark.quick
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_mode_rings_at_the_discrete_frequency(mode: Mode, machine64: Backend) -> None:
    """f = asin((c dt / 2) sqrt(sum (2/d sin(m pi / 2N))^2)) / (pi dt), from the discrete equations.

    A mode's eigenvector put into the fields rings at this one frequency. Round-off of 1e-16 per
    step and a fit over 3000 steps leave far less than the 1e-9 asserted; the values in hertz are
    those published with the check, to their last digit.
    """
    simulation = box(CELLS, SIZES)
    expected = grid_frequency(mode, CELLS, SIZES, simulation.dt)
    assert expected == pytest.approx(MODES[mode], rel=1e-11)
    found = fitted_frequency(ring(simulation, machine64, mode, 3000), simulation.dt)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_mode_in_single_precision(mode: Mode, machine: Backend) -> None:
    """The same in float32: coefficients rounded to 6e-8 shift the frequency by about as much.

    Tolerance 2e-7, three rounded coefficients (dt/mu, dt/eps, 1/d) of half an ulp each.
    """
    simulation = box(CELLS, SIZES)
    expected = grid_frequency(mode, CELLS, SIZES, simulation.dt)
    found = fitted_frequency(ring(simulation, machine, mode, 3000), simulation.dt)
    assert found == pytest.approx(expected, rel=2e-7)
