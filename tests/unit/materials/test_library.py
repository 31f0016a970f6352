"""Materials: values, look-up, messages."""

from __future__ import annotations

import math

import pytest

from emtwin.constants import EPS0
from emtwin.errors import InputError
from emtwin.materials import LIBRARY, Material, lookup, loss_conductivity, names

MADE_UP = Material("abs", 3.3, 0.0, False, "data sheet")


@pytest.mark.parametrize(
    "name", ["vacuum", "abs", "fr4", "glass", "polycarbonate", "silicone", "water", "saline"]
)
def test_insulators_and_liquids_are_no_metals(name: str) -> None:
    material = lookup(name)
    assert not material.metal
    assert material.permittivity >= 1.0


@pytest.mark.parametrize("name", ["copper", "aluminium", "steel", "lithium_cell"])
def test_metals_are_metals(name: str) -> None:
    assert lookup(name).metal
    assert "perfect conductor" in lookup(name).source


def test_fr4_has_its_loss_tangent_at_1_ghz_and_says_so() -> None:
    fr4 = lookup("fr4")
    assert fr4.permittivity == 4.4
    tangent = fr4.conductivity / (2 * math.pi * 1e9 * EPS0 * fr4.permittivity)
    assert tangent == pytest.approx(0.02, rel=1e-12)
    assert "1 GHz" in fr4.source
    assert "constant conductivity" in fr4.source


def test_loss_conductivity_is_linear_in_frequency() -> None:
    assert loss_conductivity(4.4, 0.02, 2e9) == 2 * loss_conductivity(4.4, 0.02, 1e9)


def test_every_material_has_name_and_source() -> None:
    assert all(name == material.name and material.source for name, material in LIBRARY.items())


def test_declared_material_hides_the_library() -> None:
    assert lookup("abs", {"abs": MADE_UP}) is MADE_UP
    assert "mine" in names({"mine": MADE_UP})


@pytest.mark.parametrize(("typo", "meant"), [("aluminum", "aluminium"), ("FR4", "fr4")])
def test_unknown_material_offers_the_nearest(typo: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"unknown material '{typo}'") as caught:
        lookup(typo)
    assert f"did you mean {meant}" in caught.value.problems[0].remedy


def test_hopeless_name_lists_what_is_known() -> None:
    with pytest.raises(InputError) as caught:
        lookup("unobtainium_xyz")
    assert "known: abs" in caught.value.problems[0].remedy


def test_impossible_values_are_refused_together() -> None:
    with pytest.raises(InputError) as caught:
        Material("bad", 0.5, -1.0, False, " ")
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "materials.bad.permittivity" in text
    assert "-1 S/m" in text
