"""`emtwin site` prints tables and checks, and its exit code says whether they are kept."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from emtwin.benches import site_checks
from emtwin.benches.site_checks import AttenuationCheck, Check, SiteReport, UniformityCheck
from emtwin.compliance.field_uniformity import field_uniformity
from tests.unit.cli.conftest import Call

F = np.array([30e6, 100e6])


def _report(bound: float) -> SiteReport:
    values = np.array([15.8, -2.0])
    attenuation = AttenuationCheck("horizontal", 3.0, F, values + 0.25, values, values, values)
    wide = np.ones((2, 16))
    wide[1, :8] = 100.0
    return SiteReport(
        "native",
        (attenuation,),
        (
            UniformityCheck("plane wave", "vertical", field_uniformity(F[:1], np.ones((1, 16)))),
            UniformityCheck("bare metal floor", "horizontal", field_uniformity(F, wide)),
            UniformityCheck("no floor", "vertical", field_uniformity(F, 2 * np.ones((2, 16)))),
            UniformityCheck("no floor", "horizontal", field_uniformity(F[:1], wide[1:])),
        ),
        (
            Check("site attenuation, horizontal, 3 m: solver", 0.25, bound, "dB", "emtwin"),
            Check("floor: spoilt", 50.0, 3.0, "%", "emtwin", at_least=True),
        ),
    )


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A self-test that answers at once; what it was asked for, and the bound of its check."""
    asked: dict[str, Any] = {"bound": 0.5}

    def check_sites(backend: Any, *, quick: bool) -> SiteReport:
        """Remember the question."""
        asked.update(backend=backend.name, quick=quick)
        return _report(asked["bound"])

    monkeypatch.setattr(site_checks, "check_sites", check_sites)
    return asked


def test_tables_and_exit_code(call: Call, answers: dict[str, Any]) -> None:
    done = call("site", "--quick", "--backend", "numpy")
    assert done.code == 0
    assert answers == {"bound": 0.5, "backend": "numpy", "quick": True}
    for text in (
        "Normalised site attenuation at 3 m",
        "16.05",  # measured at 30 MHz
        "Field uniformity: dB that hold the best 12 of 16 points",
        "40.00",
        "5.4 V/m",  # 1.8 x 3 V/m of a plane wave
        "2.7 A",  # of an antenna that gives 2 V/m per ampere
        "none",  # no drive helps a field that is not uniform
        "at least 3 %",
        "2 checks on native, 0 failed",
    ):
        assert text in done.out, text


def test_a_bound_that_is_not_kept_fails(call: Call, answers: dict[str, Any]) -> None:
    answers["bound"] = 0.1
    done = call("site")
    assert done.code == 1
    assert "FAIL" in done.out
    assert "2 checks on native, 1 failed" in done.out
    assert answers["quick"] is False


def test_json(call: Call, answers: dict[str, Any]) -> None:
    done = call("site", "--json")
    found = json.loads(done.out)
    assert done.code == 0
    assert found["passed"] is True
    assert found["checks"][0]["value"] == 0.25
    assert found["checks"][0]["passed"] is True
    assert found["attenuation"][0]["error"] == pytest.approx([0.25, 0.25])
    spoilt = found["uniformity"][1]
    assert (spoilt["site"], spoilt["uniform"]) == ("bare metal floor", False)
    assert spoilt["drive_per_v_per_m"] == [1.8, None]


def test_a_wrong_backend_is_refused(call: Call, answers: dict[str, Any]) -> None:
    done = call("site", "--backend", "nativ")
    assert done.code == 2
    assert "Did you mean 'native'?" in done.err
