"""The judge and the compiled kernels on a whole site: mesh, wires, trace, ports, absorber."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import select_backend
from emtwin.solver import RunResult, StopRule, run
from tests.benches.conftest import SetUp


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-4), ("float64", 1e-9)])
def test_port_voltages_of_numpy_and_native_agree(
    emission_site: SetUp, precision: str, tolerance: float
) -> None:
    """Spectra of all ports, relative to the largest value; kernels without contraction: equal.

    The tolerances are those asked of the whole program; the run is cut after 400 steps, since
    what is compared is the sequence of operations, not the physics.
    """
    site = emission_site.done.site

    def voltages(backend: str) -> RunResult:
        return run(
            site.simulation("clock"), select_backend(backend, precision), StopRule(max_steps=400)
        )

    ours, judge = voltages("native"), voltages("numpy")
    assert [notice.name for notice in ours.notices] == ["not-decayed"]
    for name, record in judge.ports.items():
        expected = np.fft.rfft(record.voltage)
        found = np.fft.rfft(ours.ports[name].voltage)
        scale = max(np.abs(np.fft.rfft(r.voltage)).max() for r in judge.ports.values())
        assert np.abs(found - expected).max() <= tolerance * scale
