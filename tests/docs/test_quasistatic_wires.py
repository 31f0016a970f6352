"""The recipe of thin wires in docs/quasistatic.md."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.constants import EPS0, TWO_PI
from tests.docs.pages import recipe


def test_wires_recipe() -> None:
    """2 pi eps / acosh(h / a) times the length, more by the riser and the ends: 0 to 25 %."""
    found: dict[str, Any] = {}
    exec(recipe("quasistatic-wires", "docs/quasistatic.md"), found)
    line = TWO_PI * EPS0 / np.arccosh(20e-3 / 0.5e-3) * 0.2
    assert line < found["capacitance"] < 1.25 * line
    z = found["circuit"].impedance(np.array([1e3]))[0, 0, 0]
    assert z.imag == pytest.approx(-1 / (TWO_PI * 1e3 * found["capacitance"]), rel=1e-6)
