"""Uncertainty contributions against their formulae and limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.compliance.uncertainty import (
    MAINS_NETWORK,
    SEMI_ANECHOIC,
    Contribution,
    added_to_reading,
    cispr_16_4_2,
    combine,
    cut_off,
    grid_dispersion,
    termination_spread,
    u_cispr,
    yee_wavenumber,
)
from emtwin.constants import C0
from emtwin.errors import InputError

PARTS = st.lists(st.floats(0.0, 20.0), max_size=6)


@given(values=PARTS, verified=st.booleans())
def test_parts_add_up_to_the_whole(values: list[float], verified: bool) -> None:
    budget = combine(
        [Contribution(str(n), value) for n, value in enumerate(values)],
        verified_by_refinement=verified,
    )
    whole = 2.0 * math.sqrt(sum(value**2 for value in values))
    assert budget.expanded_db == pytest.approx(whole if verified else max(6.0, whole), abs=1e-9)
    listed = math.sqrt(sum(value**2 for _, value in budget.table))
    assert listed == pytest.approx(budget.expanded_db)


def test_floor_is_named_only_where_it_acts() -> None:
    small, large = Contribution("a", 1.0), Contribution("b", 4.0)
    assert [name for name, _ in combine([small]).table] == ["a", "model floor"]
    assert [name for name, _ in combine([large]).table] == ["b"]
    assert [name for name, _ in combine([small], verified_by_refinement=True).table] == ["a"]


def test_numerical_wavenumber_of_ten_cells_per_wavelength() -> None:
    cell = 0.03
    # With the magic time step along one axis the scheme has no dispersion.
    exact = 2 * math.pi * 1e9 / C0
    assert yee_wavenumber(1e9, cell, cell / C0) == pytest.approx(exact, rel=1e-12)
    # With a vanishing time step: sin(k d / 2) = w d / (2 c).
    spatial = 2 / cell * math.asin(exact * cell / 2)
    assert yee_wavenumber(1e9, cell, 1e-18) == pytest.approx(spatial, rel=1e-9)
    assert spatial / exact == pytest.approx(1.0 + (exact * cell) ** 2 / 24, rel=1e-3)


def test_numerical_wavenumber_is_second_order() -> None:
    exact = 2 * math.pi * 1e9 / C0
    errors = [yee_wavenumber(1e9, d, 0.5 * d / C0) - exact for d in (0.01, 0.005)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.02)


def test_unresolved_frequency_is_refused() -> None:
    with pytest.raises(InputError, match="no wave of 1e\\+10 Hz propagates") as caught:
        yee_wavenumber(10e9, 0.03, 1e-12)
    assert "0.003 m" in caught.value.problems[0].remedy


@given(cell=st.floats(1e-3, 2e-2), factor=st.floats(1.05, 1.4))
def test_dispersion_grows_with_the_cell(cell: float, factor: float) -> None:
    step = 1e-12
    small = grid_dispersion(1e9, cell, step, 0.5).standard_db
    assert 0.0 <= small <= grid_dispersion(1e9, cell * factor, step, 0.5).standard_db


def test_dispersion_is_bounded_by_opposite_phase() -> None:
    worst = grid_dispersion(2.7e9, 0.02, 1e-12, 100.0)
    assert worst.standard_db == pytest.approx(20 * math.log10(3.0) / math.sqrt(3.0))


def test_dispersion_in_a_dielectric_is_that_of_the_longer_path() -> None:
    vacuum = grid_dispersion(2e9, 5e-3, 1e-15, 0.2)
    plastic = grid_dispersion(1e9, 5e-3, 1e-15, 0.2, permittivity=4.0)
    assert plastic.standard_db == pytest.approx(vacuum.standard_db, rel=1e-6)


@pytest.mark.parametrize(("share", "bound"), [(0.0, 0.0), (0.01, 0.0864), (0.1, 0.8279)])
def test_cut_off(share: float, bound: float) -> None:
    part = cut_off(share)
    assert part.standard_db * math.sqrt(3.0) == pytest.approx(bound, abs=1e-4)


@pytest.mark.parametrize("share", [-0.1, math.nan])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="0 or more"):
        cut_off(share)


def test_cispr_value_is_expanded_with_two() -> None:
    part = cispr_16_4_2(u_cispr("radiated_emission", 100e6, SEMI_ANECHOIC))
    assert part.expanded_db == pytest.approx(6.3)
    assert part.standard_db == pytest.approx(3.15)
    assert "CISPR 16-4-2" in part.basis
    assert "row cispr16-4-2-radiated-30-1000" in part.basis


@pytest.mark.parametrize(
    ("test", "frequency", "method", "expanded"),
    [
        ("conducted_emission", 50e3, MAINS_NETWORK, 3.8),
        ("conducted_emission", 150e3, MAINS_NETWORK, 3.4),
        ("conducted_emission", 30e6, MAINS_NETWORK, 3.4),
        ("radiated_emission", 30e6 * (1 - 1e-10), SEMI_ANECHOIC, 6.3),
        ("radiated_emission", 1e9, SEMI_ANECHOIC, 6.3),
        ("radiated_emission", 100e6, "fully anechoic room", 5.3),
        ("radiated_emission", 1e9, "free-space site", 5.2),
        ("radiated_emission", 18e9, "free-space site", 5.5),
        ("conducted_emission", 1e6, "voltage probe", 2.9),
    ],
)
def test_u_cispr_by_test_method_and_frequency(
    test: str, frequency: float, method: str, expanded: float
) -> None:
    assert u_cispr(test, frequency, method).expanded == expanded


@pytest.mark.parametrize(
    ("test", "frequency", "method", "remedy"),
    [
        ("radiated_emission", 2e9, SEMI_ANECHOIC, "use one of free-space site, fully anechoic"),
        ("conducted_emission", 1e6, "voltage prob", "voltage probe"),
        ("magnetic_emission", 1e6, "loop", "emtwin standards cispr 16-4-2"),
    ],
)
def test_no_u_cispr(test: str, frequency: float, method: str, remedy: str) -> None:
    with pytest.raises(InputError, match="CISPR 16-4-2 has no uncertainty for") as caught:
        u_cispr(test, frequency, method)
    assert method in caught.value.problems[0].message
    assert remedy in caught.value.problems[0].remedy


@pytest.mark.parametrize(("laboratory", "added"), [(0.0, 0.0), (6.3, 0.0), (7.0, 0.7)])
def test_a_laboratory_within_u_cispr_adds_nothing(laboratory: float, added: float) -> None:
    """U_lab <= U_CISPR compares the reading as it is; 7.0 dB against 6.3 adds 0.7 dB."""
    row = u_cispr("radiated_emission", 100e6, SEMI_ANECHOIC)
    assert added_to_reading(laboratory, row) == pytest.approx(added)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_a_laboratory_without_an_uncertainty(bad: float) -> None:
    row = u_cispr("radiated_emission", 100e6, SEMI_ANECHOIC)
    with pytest.raises(InputError, match="laboratory's uncertainty must be 0 dB or more") as caught:
        added_to_reading(bad, row)
    assert "k = 2" in caught.value.problems[0].remedy


def test_termination_spread_counts_from_the_value_used() -> None:
    part = termination_spread([40.0, 42.0, 43.0, 37.0], nominal_db=42.0)
    assert part.standard_db == pytest.approx(5.0 / math.sqrt(3.0))
    assert termination_spread([], 40.0).standard_db == 0.0


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf])
def test_impossible_contribution_is_refused(bad: float) -> None:
    with pytest.raises(InputError, match="0 dB or more"):
        Contribution("bad", bad)
