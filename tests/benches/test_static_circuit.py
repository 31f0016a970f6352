"""The static circuit of a site's cables, and where it meets the port model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emtwin.benches.static_circuit import static_circuit
from emtwin.errors import InputError
from emtwin.quasistatic import join
from tests.benches.conftest import SetUp


@pytest.mark.slow
def test_circuit_and_port_model_join_in_the_chamber(immunity_chamber: SetUp) -> None:
    """The cable's port in free space, from 9 kHz to 300 MHz: within 0.5 dB at 80 MHz and above.

    Below a tenth of its first resonance at 130 MHz it is a capacitor.
    """
    site, model = immunity_chamber.done.site, immunity_chamber.done.model
    circuit = static_circuit(site)
    assert circuit.ports == ("input",)
    n = model.port_names.index("input")
    s = model.scattering[:, n, n]
    field = (model.reference[n] * (1 + s) / (1 - s))[:, None, None]
    low = np.geomspace(9e3, 10e6, 4)
    frequencies = np.asarray(model.frequencies)
    joined = join(circuit.impedance, low, field, frequencies, circuit.limit.frequency)
    assert joined.overlap[0] == frequencies[0]
    assert joined.overlap[1] > 90e6
    c = -1 / (2 * np.pi * low * joined.impedance[: low.size, 0, 0].imag)
    np.testing.assert_allclose(c, c[0], rtol=0.02)


def test_a_site_without_cable_ports_has_no_circuit(immunity_chamber: SetUp) -> None:
    bare = replace(immunity_chamber.done.site, wires=())
    with pytest.raises(InputError, match="free_space: no cable has a port"):
        static_circuit(bare)
