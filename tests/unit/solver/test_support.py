"""The support matrix says what a run uses, and warns or refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin.errors import GridError
from emtwin.solver import StopRule, run, support
from emtwin.solver.results import Support
from emtwin.solver.support import Feature, support_notices
from tests.machines import quick_backend
from tests.physics.scenes import crowded_scene


def test_every_row_names_a_test_that_is_there(repository: Path) -> None:
    """A row without a test would be a claim."""
    missing = [f.name for f in support.FEATURES if not (repository / "tests" / f.held_by).exists()]
    assert not missing
    names = [feature.name for feature in support.FEATURES]
    assert len(names) == len(set(names))


def test_what_a_scene_uses() -> None:
    """The crowded scene: graded, lossy, absorber, wire, trace, port and currents; no plane wave."""
    used = {entry.feature for entry in support.support(crowded_scene(1), "native")}
    assert {"graded grid", "conductivity", "thin wires", "traces on boards"} <= used
    assert {"absorber (CPML)", "ports across edges", "impressed currents"} <= used
    assert not {"plane wave", "near-to-far surface"} & used


def test_experimental_features_are_told_and_refused_ones_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One notice names all; a refusal says why and where to look."""
    rows = (
        Feature("sound", "physics", lambda _: True),
        Feature("new", "physics", lambda _: True, native="experimental"),
        Feature("unused", "physics", lambda _: False, native="refused", note="wrong"),
    )
    monkeypatch.setattr(support, "FEATURES", rows)
    found = support.support(crowded_scene(1), "native")
    assert found == (
        Support("sound", "validated", "physics"),
        Support("new", "experimental", "physics"),
    )
    (notice,) = support_notices(found, "native")
    assert notice.name == "not-validated"
    assert "Experimental on native: new." in notice.message
    assert support_notices(found[:1], "native") == ()

    monkeypatch.setattr(
        support, "FEATURES", (Feature("bad", "physics", lambda _: True, numpy="refused", note="x"),)
    )
    with pytest.raises(GridError, match=r"not possible on numpy: bad \(x\)") as caught:
        support.support(crowded_scene(1), "numpy")
    assert "doctor --support" in caught.value.problems[0].remedy


def test_the_matrix_travels_with_the_result() -> None:
    """Every run says what it used, and warns of nothing where all of it is validated."""
    result = run(crowded_scene(1), quick_backend("native", "float32"), StopRule(-5, -5, 512))
    assert {"thin wires", "conductivity"} <= {entry.feature for entry in result.support}
    assert all(entry.status == "validated" for entry in result.support)
    assert "not-validated" not in {notice.name for notice in result.notices}
