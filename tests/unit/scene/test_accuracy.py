"""Presets and their changes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from emtwin.scene import Accuracy
from emtwin.scene.accuracy import PRESETS


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_preset_by_word(name: str) -> None:
    assert Accuracy.model_validate(name).settings() == PRESETS[name]


def test_presets_are_what_the_documentation_says() -> None:
    draft, normal, fine = (PRESETS[name] for name in ("draft", "normal", "fine"))
    assert (draft.f_max_immunity, draft.f_max_emission, draft.decay_db) == (1e9, 1e9, -40.0)
    assert (normal.f_max_immunity, normal.f_max_emission, normal.decay_db) == (2.7e9, 1e9, -50.0)
    assert (fine.cells_per_wavelength, normal.cells_per_wavelength) == (15.0, 12.0)
    assert draft.finest_cell > normal.finest_cell > fine.finest_cell


def test_changes_keep_the_rest_and_say_so() -> None:
    accuracy = Accuracy.model_validate({"preset": "normal", "f_max": "2 GHz", "memory": "6 GiB"})
    settings = accuracy.settings()
    assert settings.name == "normal (changed)"
    assert (settings.f_max_immunity, settings.f_max_emission) == (2e9, 1e9)
    assert settings.memory_bytes == 6 * 2**30
    assert settings.decay_db == -50.0


def test_f_max_below_the_emission_band_ends_that_run_too() -> None:
    assert Accuracy(f_max=3e8).settings().f_max_emission == 3e8


def test_a_finest_cell_below_twice_the_smallest_one_brings_it_down() -> None:
    assert Accuracy(finest_cell=2e-3).settings().smallest_cell == 1e-3
    assert Accuracy(finest_cell=20e-3).settings().smallest_cell == 1.5e-3
    assert Accuracy(finest_cell=2e-3, smallest_cell=1.8e-3).settings().smallest_cell == 1.8e-3
    assert [PRESETS[name].smallest_cell for name in PRESETS] == [1.5e-3, 1.5e-3, 1.25e-3]


def test_growth_and_fit_are_settings_and_written_back() -> None:
    accuracy = Accuracy.model_validate({"preset": "fine", "growth": 1.2, "fit": True})
    settings = accuracy.settings()
    assert (settings.growth, settings.fit, settings.name) == (1.2, True, "fine (changed)")
    assert accuracy.model_dump() == {"preset": "fine", "growth": 1.2, "fit": True}
    assert Accuracy(fit=False).model_dump() == "draft"


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"smallest_cell": "9 mm"}, "smallest_cell is 9 mm, above finest_cell of 8 mm"),
        ({"smallest_cell": "3 mm", "finest_cell": "2 mm"}, "above finest_cell of 2 mm"),
        ({"growth": 1.31}, "less than or equal to 1.3"),
        ({"growth": 1.0}, "greater than or equal to 1.05"),
        ({"fit": "yes"}, "valid boolean"),
    ],
)
def test_planner_settings_that_cannot_be(declared: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Accuracy.model_validate(declared)
