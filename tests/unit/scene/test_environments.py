"""An environment by another name: the message says which of the three words is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emtwin.errors import Problem
from emtwin.scene.environments import meant_by

Find = Callable[..., tuple[Problem, ...]]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *((w, "professional") for w in ("hospital", "Clinic", "professional healthcare facility")),
        *((w, "professional") for w in ("operating_room", "hospitals", "dental", "hospitel")),
        *((w, "home") for w in ("homecare", "home healthcare", "home-care", "ambulance", "EMS")),
        *((w, "home") for w in ("nursing home", "vehicle", "helicopter", "schools")),
        *((w, "special") for w in ("military", "special environment", "MRI room of a hospital")),
        *((w, "") for w in ("xyz", "", "???", "careless", "hom", "professionall")),
    ],
)
def test_which_environment_a_word_means(word: str, meant: str) -> None:
    assert meant_by(word) == meant


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("hospital", "write 'environment: professional', the professional healthcare facility"),
        ("homecare", "write 'environment: home', the home healthcare environment"),
        ("ambulance", "IEC 60601-1-12 may ask for more"),
        ("radar site", "write 'environment: special'"),
    ],
)
def test_the_message_says_what_to_write(find: Find, written: str, remedy: str) -> None:
    (problem,) = find(("environment: professional", f"environment: {written}"))
    assert problem.field == "environment"
    assert problem.message == f"{written!r} is not one of professional, home, special"
    assert remedy in problem.remedy
    assert "did you mean" not in problem.remedy
