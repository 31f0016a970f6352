"""Inductance of flat strips against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ellipk, ellipkm1

from emtwin.constants import C0, ETA0
from emtwin.grid import Grid
from emtwin.solver.wires.cross_section import strip_inductance, stripline_inductance
from emtwin.solver.wires.network import build_network
from emtwin.solver.wires.trace_cells import covered_inductance
from emtwin.solver.wires.wire import Trace


@pytest.mark.parametrize("ratio", [0.02, 0.1, 0.5, 1.0, 3.0, 10.0])
def test_stripline_in_the_middle(ratio: float) -> None:
    """Cohn (1954): Z = eta K(k') / (4 K(k)) in air with k = tanh(pi w / 2b), exact."""
    k, other = np.tanh(np.pi * ratio / 2), 1 / np.cosh(np.pi * ratio / 2)
    impedance = ETA0 / 4 * ellipk(other**2) / ellipkm1(other**2)
    found = stripline_inductance(ratio * 1e-3, 0.5e-3, 0.5e-3)
    assert k**2 + other**2 == pytest.approx(1)
    assert found == pytest.approx(impedance / C0, rel=1e-12)


@pytest.mark.parametrize("width", [0.1e-3, 1e-3, 3e-3])
def test_stripline_with_its_upper_plane_far_away(width: float) -> None:
    """It becomes the strip over one plane, which Hammerstad and Jensen have to 0.1 %."""
    found = stripline_inductance(width, 1e-3, 1.0)
    assert found == pytest.approx(strip_inductance(width, 1e-3), rel=1e-3)


def test_stripline_is_the_same_upside_down_and_lower_than_with_one_plane() -> None:
    low = stripline_inductance(0.3e-3, 0.2e-3, 1e-3)
    assert low == pytest.approx(stripline_inductance(0.3e-3, 1e-3, 0.2e-3), rel=1e-12)
    assert low < strip_inductance(0.3e-3, 0.2e-3)


@pytest.mark.parametrize("below", [False, True])
def test_a_covered_trace_is_a_stripline(below: bool) -> None:
    """Half way up a cell of 1 mm under metal: Cohn's line, with the speed of the insulator."""
    lines = np.arange(20) * 1e-3
    path = np.array([[i, 8, 8] for i in range(5, 12)])
    trace = Trace(
        "t", path, 0.5e-3, 0.3e-3, permittivity=4.4, below=below, covered=frozenset({2, 3})
    )
    network = build_network(Grid(lines, lines, lines), (), (trace,))
    values = [(s.inductance / s.length, s.capacitance / s.length) for s in network.segments]
    own = stripline_inductance(0.3e-3, 0.5e-3, 0.5e-3)
    assert covered_inductance(trace, 1e-3) == own
    for number in (2, 3):
        assert values[number][0] == pytest.approx(own)
        assert np.sqrt(np.prod(values[number])) == pytest.approx(np.sqrt(4.4) / C0)
    assert values[0][0] != pytest.approx(own)
    (notice,) = network.notices
    assert notice.name == "trace-covered"
    assert "2 of its 6 mm" in notice.message
