"""The materials that every twin file may name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from emtwin.errors import InputError
from emtwin.materials.material import Material, loss_conductivity
from emtwin.materials.tissues import material_of, tissue_names

_NO_EXTRA: Mapping[str, Material] = MappingProxyType({})
_LOSS_FREQUENCY = 1e9
"""Where the loss tangents of the plastics are turned into a conductivity, Hz."""

_VACUUM = (
    Material("vacuum", 1.0, 0.0, False, "definition"),
    Material("air", 1.0, 0.0, False, "relative permittivity 1.0006 at sea level, rounded to 1"),
)

# name, relative permittivity, loss tangent at 1 GHz, spread that data sheets show
_INSULATORS = (
    ("abs", 2.8, 0.010, "2.4 to 3.3, tan delta 0.005 to 0.02"),
    ("polycarbonate", 2.9, 0.010, "2.8 to 3.1, tan delta 0.006 to 0.012"),
    ("pc_abs", 2.85, 0.010, "2.7 to 3.1, between its two components"),
    ("pmma", 2.6, 0.008, "2.5 to 2.9, tan delta 0.005 to 0.014"),
    ("polyethylene", 2.3, 0.0004, "2.25 to 2.35"),
    ("polypropylene", 2.2, 0.0005, "2.2 to 2.3"),
    ("ptfe", 2.1, 0.0003, "2.0 to 2.1"),
    ("pvc", 3.0, 0.02, "2.7 to 3.5, depends on plasticiser"),
    ("silicone", 3.0, 0.005, "2.8 to 3.6, depends on filler"),
    ("fr4", 4.4, 0.020, "4.1 to 4.7, depends on resin content and weave"),
    ("glass", 6.5, 0.010, "soda-lime 6 to 7.5, borosilicate 4.6"),
    ("alumina", 9.6, 0.0003, "9.0 to 9.9, depends on purity"),
)

_LIQUIDS = (
    Material(
        "water",
        78.4,
        0.21,
        False,
        "pure water at 25 degC, single Debye term (78.4, 5.2, 8.27 ps): its dipolar loss at "
        "1 GHz given as a conductivity; nearly lossless at 30 MHz",
    ),
    Material(
        "saline",
        76.0,
        1.6,
        False,
        "0.9 % sodium chloride at 25 degC: ionic conductivity; dipolar loss (0.2 S/m at 1 GHz) "
        "left out",
    ),
)

# name, handbook conductivity in S/m, remark
_METALS = (
    ("copper", 5.8e7, "annealed copper, 20 degC"),
    ("aluminium", 3.7e7, "pure aluminium, 20 degC; alloys 2e7 to 3.5e7 S/m"),
    ("steel", 7e6, "low-carbon steel; its permeability is not modelled"),
    ("stainless_steel", 1.4e6, "austenitic stainless steel"),
    ("brass", 1.5e7, "yellow brass"),
    ("tin_plate", 8.7e6, "tin surface of coated steel"),
    ("lithium_cell", 7e6, "a cell in its metal can, seen from outside a metal body"),
)


def _insulator(name: str, permittivity: float, loss_tangent: float, spread: str) -> Material:
    source = (
        f"typical of data sheets: permittivity {spread}; tan delta {loss_tangent:g} at 1 GHz given "
        "as a constant conductivity, so losses are too high below 1 GHz and too low above; replace "
        "by the data sheet of the grade used"
    )
    conductivity = loss_conductivity(permittivity, loss_tangent, _LOSS_FREQUENCY)
    return Material(name, permittivity, conductivity, False, source)


def _metal(name: str, conductivity: float, remark: str) -> Material:
    source = f"{remark}; handbook value, recorded only: a perfect conductor in this version"
    return Material(name, 1.0, conductivity, True, source)


LIBRARY: Mapping[str, Material] = MappingProxyType(
    {
        material.name: material
        for material in (
            *_VACUUM,
            *(_insulator(*row) for row in _INSULATORS),
            *_LIQUIDS,
            *(_metal(*row) for row in _METALS),
        )
    }
)
"""Every library material by name; tissues are found by `lookup` as well."""


def names(extra: Mapping[str, Material] = _NO_EXTRA) -> tuple[str, ...]:
    """Names of all known materials, sorted, tissues and `extra` included."""
    return tuple(sorted({*LIBRARY, *tissue_names(), *extra}))


def lookup(name: str, extra: Mapping[str, Material] = _NO_EXTRA) -> Material:
    """Find a material by its name.

    Parameters
    ----------
    name : str
        Name as written in the twin file. A tissue's alone means its dispersion, fitted with
        poles; "muscle at 900 MHz" means its values there, held constant.
    extra : mapping of str to Material, optional
        Materials that the user declared; they hide library entries of the
        same name.

    Returns
    -------
    Material
        The material.

    Raises
    ------
    InputError
        If the name is unknown, with the nearest names, or a tissue's frequency cannot be read.
    """
    if name in extra:
        return extra[name]
    if name in LIBRARY:
        return LIBRARY[name]
    found = material_of(name)
    if found is not None:
        return found
    raise InputError.single(
        f"unknown material '{name}'", field="material", remedy=_suggestion(name, names(extra))
    )


def _suggestion(name: str, known: tuple[str, ...]) -> str:
    nearest = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    offer = f"did you mean {' or '.join(nearest)}? " if nearest else ""
    return f"{offer}known: {', '.join(known)}; or declare it under `materials:`"
