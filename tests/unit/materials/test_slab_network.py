"""The network that stands for a slab: passive, exact at rest, right up to its frequency."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import MU0
from emtwin.materials.slab import slab_impedances
from emtwin.materials.slab_network import (
    fitted_network,
    network_error,
    slab_network,
)

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("n", [2, 3, 10, 100])
def test_every_branch_is_passive(n: int) -> None:
    """Conductances, delays and the inductance are positive for any number of branches."""
    network = slab_network(58e6, 10e-6, n)
    assert (network.conductance > 0).all()
    assert (network.delay > 0).all()
    assert network.inductance > 0


@pytest.mark.parametrize("n", [2, 5])
def test_at_rest_a_slab_is_its_resistance(n: int) -> None:
    """Z11 = Z12 = 1 / (sigma t) where the skin depth is large: to (t / delta)^2 = 1e-8."""
    network, square = slab_network(1e3, 1e-3, n), 1 / (1e3 * 1e-3)
    f = np.array([1e-4 / (np.pi * MU0 * 1e3 * 1e-6) * 1e-4])
    for impedance in (*network.impedances(f), *slab_impedances(1e3, 1e-3, f)):
        assert impedance[0] == pytest.approx(square, rel=1e-7)


def test_the_slab_against_a_stack_of_thin_layers() -> None:
    """The two-port of a slab by 2000 layers of resistance and inductance in a ladder: 1e-5.

    Each layer of thickness h shunts with sigma h and has j w mu h in series (a symmetric T cell is
    right to (gamma h)^2 / 24 = 1e-6 at 6 skin depths).
    """
    conductivity, thickness, layers = 1e4, 1e-3, 2000
    f = np.array([1e9])
    w, h = 2 * np.pi * f[0], thickness / layers
    half, shunt = 1j * w * MU0 * h / 2, conductivity * h
    cell = (
        np.array([[1, half], [0, 1]])
        @ np.array([[1, 0], [shunt, 1]])
        @ np.array([[1, half], [0, 1]])
    )
    chain = np.linalg.matrix_power(cell, layers)
    z11, z12 = slab_impedances(conductivity, thickness, f)
    assert z11[0] == pytest.approx(chain[0, 0] / chain[1, 0], rel=1e-5)
    assert z12[0] == pytest.approx(1 / chain[1, 0], rel=1e-5)


@pytest.mark.parametrize("seed", range(8))
def test_any_slab_is_fitted_up_to_twenty_skin_depths(seed: int) -> None:
    """Random metals: both impedances within 0.5 %, as asked, and with fewer than 128 branches."""
    rng = np.random.default_rng(seed)
    conductivity, f_max = 10 ** rng.uniform(0, 8), 10 ** rng.uniform(5, 10)
    thickness = rng.uniform(0.01, 20) / np.sqrt(np.pi * f_max * MU0 * conductivity)
    network, error = fitted_network(conductivity, thickness, f_max)
    assert error <= 0.005
    assert network.delay.shape[1] < 128
    assert error == network_error(network, conductivity, thickness, f_max)


def test_a_permeable_metal_is_a_thicker_one() -> None:
    """mu enters as mu t and mu sigma t^2: with mu_r = 4 the branches are those of sigma / 4, 4 t
    scaled by what is left, 4 t sigma / 4 = sigma t: the same conductances, 4 times the delays."""
    one, four = slab_network(1e6, 1e-4, 4), slab_network(1e6, 1e-4, 4, permeability=4.0)
    np.testing.assert_allclose(four.conductance, one.conductance)
    np.testing.assert_allclose(four.delay, 4 * one.delay)
    assert four.inductance == pytest.approx(4 * one.inductance)
