"""Materials with axes, permeability and poles, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from emtwin.constants import EPS0
from emtwin.errors import InputError
from emtwin.materials import Material
from emtwin.rational import ColeCole, PoleResidue, debye, drude, fit_relaxation

WATER = debye(0.0, [(73.2, 8.27e-12)])


def made(**changes: Any) -> Material:
    """A material with some values changed."""
    values = {"permittivity": 4.0, "conductivity": 0.0, "metal": False, "source": "made up"}
    return Material("stuff", **(values | changes))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"permittivity": (2.0, 0.5, 2.0)}, "relative permittivity must be 1 or more, got 0.5"),
        ({"permittivity": (2.0, 3.0)}, "one value or three, along x, y and z, got 2"),
        ({"conductivity": -1.0}, "conductivity must be 0 or more, got -1 S/m"),
        ({"permeability": 0.9}, "relative permeability must be 1 or more, got 0.9"),
        ({"magnetic_loss": float("inf")}, "magnetic conductivity must be 0 or more, got inf ohm/m"),
        ({"poles": debye(1.0, [(2.0, 1e-9)])}, r"hold a constant \(1\)"),
        ({"poles": drude(0.0, [(1e9, 1e9)])}, "a pole at 0"),
        ({"poles": WATER.scaled(-1)}, r"not passive: at .* Hz .* imaginary part \+"),
        ({"poles": (WATER, WATER)}, "once or for x, y and z, got 2"),
        ({"source": " "}, "needs a source"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], match: str) -> None:
    """Each with its value, unit and place."""
    with pytest.raises(InputError, match=match):
        made(**changes)


def test_all_problems_at_once() -> None:
    """Two wrong values and no source are three problems."""
    with pytest.raises(InputError) as caught:
        made(permittivity=0.0, magnetic_loss=-1.0, source="")
    assert [p.field.split(".")[-1] for p in caught.value.problems] == [
        "permittivity",
        "magnetic_loss",
        "source",
    ]


def test_loss_may_make_poles_passive() -> None:
    """A Drude metal's pole alone gives energy; with its static conductivity it does not."""
    function = drude(1.0, [(1e10, 1e9)])
    material = Material.of_function("plasma", function, "made up")
    assert material.conductivity == pytest.approx(EPS0 * 1e11)
    assert material.poles == PoleResidue(0.0, (-1e9 + 0j,), (-1e11 + 0j,))
    with pytest.raises(InputError, match="not passive"):
        made(poles=material.poles)


def test_a_fit_becomes_a_material() -> None:
    """Cole-Cole to poles to a material that is not magnetic."""
    fit = fit_relaxation(ColeCole(4.0, ((50.0, 7e-12, 0.1),), 0.5), (1e8, 1e10))
    material = Material.of_function("tissue", fit.function, "made up")
    assert material.permittivity == fit.function.constant
    assert not material.magnetic
    assert made(permeability=(1.0, 1.0, 2.0)).magnetic
