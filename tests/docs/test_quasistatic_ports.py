"""The example of ports in docs/quasistatic.md runs, and finds what it should."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.constants import EPS0
from tests.docs.pages import recipe


def test_the_example_of_a_board_in_its_box(capsys: pytest.CaptureFixture[str]) -> None:
    """Ground plane to box: at least its two sides, 12 mm over the bottom and 28 mm under the lid,
    and fringes; at 9 kHz the port is that capacitor. The plane has 1.5 squares, 0.739 mohm.
    """
    found: dict[str, Any] = {}
    exec(recipe("quasistatic-ports", "docs/quasistatic.md"), found)
    plates = EPS0 * 0.12 * 0.08 * (1 / 12e-3 + 1 / 28e-3)
    assert plates < found["plane_to_box"] < 2 * plates
    assert found["box_to_floor"] > EPS0 * 0.16 * 0.1 / 8e-3
    assert -1 / found["impedance"][0].imag / (2 * np.pi * 9e3) == pytest.approx(
        found["plane_to_box"], rel=1e-6
    )
    assert found["resistance"] == pytest.approx(1.5 / (5.8e7 * 35e-6), rel=1e-6)
    assert 100e6 < found["circuit"].limit.frequency < 400e6
    assert "port earth" in capsys.readouterr().out
