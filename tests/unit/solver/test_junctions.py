"""Laws of diodes and suppressors, their table, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq

from emtwin.errors import GridError
from emtwin.solver import TVS, Diode, Junction
from emtwin.solver.lumped.junction_table import LARGEST_CURRENT, Pieces, nodes, pieces

Real = NDArray[np.float64]


def log_range(low: float, high: float) -> st.SearchStrategy[float]:
    """Values whose logarithm is even between two bounds."""
    return st.floats(np.log(low), np.log(high)).map(lambda x: float(np.exp(x)))


diodes = st.builds(
    Diode,
    saturation_current=log_range(2e-30, 0.9),
    emission=st.floats(0.5, 5.0),
    breakdown_voltage=st.one_of(st.just(np.inf), log_range(0.02, 5e3)),
    breakdown_current=log_range(1e-9, 1.0),
    breakdown_emission=log_range(0.11, 900.0),
    temperature=st.floats(200.0, 500.0),
)
suppressors = st.builds(
    lambda standoff, knee, clamp, peak, bidirectional: TVS(
        standoff,
        standoff * knee,
        standoff * knee * clamp,
        peak,
        bidirectional=bidirectional,
    ),
    log_range(1.0, 500.0),
    st.floats(1.05, 1.4),
    st.floats(1.1, 1.9),
    log_range(1.0, 1000.0),
    st.booleans(),
)
loads = st.tuples(log_range(1e-12, 1e6), st.one_of(st.just(0.0), log_range(1e-9, 1e3)))


def looked_up(table: Pieces, t: Real) -> Real:
    """The table's current, as the kernel reads it."""
    k = np.maximum(np.searchsorted(table.begin, t, side="right") - 1, 0)
    s, (_, value, slope, bend, twist) = t - table.begin[k], table
    return np.asarray(value[k] + s * (slope[k] + s * (bend[k] + s * twist[k])))


def inside(device: Junction) -> Real:
    """Junction voltages that the table covers, between its nodes and next to zero."""
    u = nodes(device)
    between = u[:-1] + np.diff(u) * np.array([[0.21], [0.5], [0.79]])
    tiny = np.geomspace(1e-6, 1.0, 60) * min(u[-1], 0.02)
    found = np.concatenate((between.ravel(), tiny, -tiny))
    return found[np.abs(device.current(found)) < LARGEST_CURRENT]


@given(st.one_of(diodes, suppressors), loads)
def test_table_holds_the_law(device: Junction, load: tuple[float, float]) -> None:
    """t = p u + R f(u) from the exact law gives f(u) back within 3e-6 of itself.

    A cubic through values and slopes misses a function by at most h^4 max|f''''| / 384 where it is
    not small, with h = 1/16 of a slope voltage (5/4 of that where two exponentials meet) 4e-8 to
    1e-7 of an exponential; beside the node at zero, where the current is x, it misses by
    x^2 (h - x)^2 / 24, so by h^3 (4/27) / 24 = 1.5e-6 of it, 2.9e-6 with 5/4 h. Added: round-off
    of t, 1e-14 of t times the slope. Currents below 1e-40 A, which the tail of a breakdown leaves
    out, do not count.
    """
    resistance, memory = load
    u = inside(device)
    i = device.current(u)
    p = 1 + resistance * memory
    t = p * u + resistance * i
    table = pieces(device, resistance, memory)
    g = device.conductance(u)
    round_off = 1e-14 * np.abs(t) * g / (p + resistance * g)
    miss = np.abs(looked_up(table, t) - i)
    assert np.all(miss <= 3e-6 * np.abs(i) + round_off + 1e-40)


@given(st.one_of(diodes, suppressors), loads)
def test_table_is_passive(device: Junction, load: tuple[float, float]) -> None:
    """Everywhere, beyond the table too: i and u = (t - R i) / p have the sign of t, i rises.

    Both are zero at the node t = 0, and both rise: pieces with end slopes between zero and three
    times the chord are monotone (Fritsch and Carlson 1980). To rounding: 1e-15 of the current at
    the ends of the piece, and of t.
    """
    resistance, memory = load
    table = pieces(device, resistance, memory)
    wide = np.geomspace(1e-12, 2 * max(table.begin[-1], -table.begin[0]), 3000)
    t = np.sort(np.concatenate((inside(device), wide, -wide)))
    i, of_u = looked_up(table, t), t - resistance * looked_up(table, t)
    k = np.searchsorted(table.begin, t, side="right")
    ends = np.abs(np.append(table.value, table.value[-1])[[np.maximum(k - 1, 0), k]]).max(axis=0)
    loose = 1e-15 * np.maximum(ends, np.abs(i))
    assert np.all(np.diff(table.begin) >= 0)
    assert np.all(i * np.sign(t) >= -loose)
    assert np.all(of_u * np.sign(t) >= -1e-15 * np.abs(t) - resistance * loose)
    assert np.all(np.diff(i) >= -loose[1:] - loose[:-1])
    assert looked_up(table, np.zeros(1))[0] == 0.0


@given(diodes)
def test_diode_follows_shockley_and_its_breakdown(device: Diode) -> None:
    """i = IS (exp(u / N Vt) - 1) for u > 0, and -IBV more than saturation at -BV.

    At -BV the second exponential is IBV (1 - exp(-BV / slope)), by its definition; at u > 0 it
    adds at most the current that it has there, IBV exp(-BV / slope). Vt(300 K) = 25.852 mV.
    """
    thermal = 0.0258519991 * device.temperature / 300
    u = np.linspace(0.1, 20, 50) * device.emission * thermal
    shockley = device.saturation_current * np.expm1(u / (device.emission * thermal))
    stray = 0.0
    if np.isfinite(device.breakdown_voltage):
        slope = device.breakdown_emission * thermal
        bv, ibv = device.breakdown_voltage, device.breakdown_current
        stray = ibv * np.exp(-bv / slope)
        expected = device.saturation_current * np.expm1(-bv / (device.emission * thermal))
        expected -= ibv - stray
        assert device.current(np.array([-bv]))[0] == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(device.current(u), shockley, rtol=1e-6, atol=1.01 * stray)


@given(suppressors)
def test_suppressor_meets_its_data_sheet(device: TVS) -> None:
    """At 1 mA the breakdown voltage, at the peak current the clamping voltage, 1e-6 relative; at
    the stand-off voltage no more than the leakage, all at the terminals.
    """

    def terminal(current: float) -> float:
        u = brentq(lambda u: float(device.current(np.array(u))) - current, 0, 2e3, xtol=1e-12)
        return float(u + device.series_resistance * current)

    assert terminal(device.test_current) == pytest.approx(device.breakdown, rel=1e-6)
    assert terminal(device.peak_current) == pytest.approx(device.clamping, rel=1e-6)
    assert terminal(device.leakage) >= device.standoff * (1 - 1e-6)
    mirrored = -device.current(np.array([-device.breakdown * 0.999]))[0]
    forward = device.current(np.array([device.breakdown * 0.999]))[0]
    if device.bidirectional:
        assert mirrored == pytest.approx(forward, rel=1e-12)
    else:
        assert mirrored > 1e3 * forward  # a forward diode


def test_nonsense_is_refused_all_at_once() -> None:
    """Field, value with unit and remedy, every one of them."""
    with pytest.raises(GridError) as caught:
        Diode(0.0, 7.0, -1.0, -1e-12, 0.0, temperature=20.0)
    message = str(caught.value)
    for part in (
        "saturation current = 0 A",
        "emission = 7  is not within 0.5 to 5",
        "series resistance = -1 ohm",
        "capacitance = -1e-12 F",
        "breakdown voltage = 0 V",
        "temperature = 20 K",
    ):
        assert part in message
    assert len(caught.value.problems) == 6
    assert all(p.field and p.remedy for p in caught.value.problems)
    with pytest.raises(GridError, match="saturation current = nan A"):
        Diode(float("nan"))
    with pytest.raises(GridError, match="standoff 33 V, breakdown 30 V and clamping 53 V do not"):
        TVS(33.0, 30.0, 53.0, 11.0)
    with pytest.raises(GridError, match=r"leakage 0\.01 A, test current 0\.001 A and peak"):
        TVS(33.0, 36.7, 53.0, 11.0, leakage=1e-2)
