"""Presets and their changes."""

from __future__ import annotations

import pytest

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
