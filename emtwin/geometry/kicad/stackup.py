"""Thickness and material of every layer: from the file's stack-up, or assumed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from emtwin.errors import Notice
from emtwin.geometry.kicad.board import StackLayer
from emtwin.geometry.kicad.fields import Fields
from emtwin.geometry.kicad.sexpr import Expression

COPPER = 35e-6
"""Thickness of a copper layer where the file has no stack-up, metres (1 oz per square foot)."""

PERMITTIVITY, LOSS_TANGENT = 4.4, 0.020
"""FR-4 at 1 GHz where the file says no more; as in the material library."""

OUTER = 0.2e-3
"""Assumed distance of an outer layer to the next one on boards of four layers and more, metres."""


def stack_of(
    root: Expression, copper: Sequence[str], fields: Fields
) -> tuple[tuple[StackLayer, ...], list[Notice]]:
    """Copper and insulators from top to bottom.

    Parameters
    ----------
    root : Expression
        The board.
    copper : sequence of str
        Its copper layers, top to bottom.
    fields : Fields
        Reads the values.

    Returns
    -------
    layers : tuple of StackLayer
        In the order of the board.
    notices : list of Notice
        ``board-stackup`` where it had to be assumed.
    """
    setup = root.first("setup")
    declared = setup.first("stackup") if setup else None
    layers = tuple(_declared(declared, fields)) if declared else ()
    names = [layer.name for layer in layers if layer.copper]
    if names == list(copper) and _sound(layers):
        return layers, []
    general = root.first("general")
    total = fields.length(general, "thickness", 1.6e-3) if general else 1.6e-3
    least = COPPER * len(copper) + 1e-4
    layers = tuple(_assumed(copper, max(total, least)))
    why = "has no stack-up" if declared is None else "has a stack-up that does not fit its layers"
    text = ", ".join(f"{one.name} {one.thickness * 1e3:.3g} mm" for one in layers)
    return layers, [
        Notice(
            "board-stackup",
            f"{fields.file.name} {why}. Assumed from top to bottom, FR-4 with a permittivity of "
            f"{PERMITTIVITY:g} and a loss tangent of {LOSS_TANGENT:g}: {text}. State it in KiCad "
            "under File > Board Setup > Physical Stackup.",
        )
    ]


def _sound(layers: Sequence[StackLayer]) -> bool:
    """Whether no thickness is missing between two copper layers."""
    kinds = [layer.copper for layer in layers]
    apart = all(not (one and other) for one, other in pairwise(kinds))
    return apart and all(one.copper or one.thickness > 0 for one in layers)


def _declared(stackup: Expression, fields: Fields) -> Iterator[StackLayer]:
    for layer in stackup.all("layer"):
        kind = layer.word("type").casefold()
        name = layer.words[0] if layer.words else ""
        if kind == "copper":
            yield StackLayer(name, True, abs(fields.length(layer, "thickness", COPPER)))
        elif name.startswith("dielectric") or kind in ("core", "prepreg"):
            yield from _sheets(layer, name, fields)


def _sheets(layer: Expression, name: str, fields: Fields) -> Iterator[StackLayer]:
    """An insulator; one that is glued together repeats its fields after ``addsublayer``."""
    groups: list[Expression] = [Expression(layer.line, [layer.name])]
    for value in layer.values[1:]:
        if value == "addsublayer" or (
            isinstance(value, Expression) and value.name == "addsublayer"
        ):
            groups.append(Expression(layer.line, [layer.name]))
        else:
            groups[-1].values.append(value)
    for number, group in enumerate(groups):
        permittivity = fields.value(group, group.word("epsilon_r", str(PERMITTIVITY)), "epsilon_r")
        loss = fields.value(group, group.word("loss_tangent", str(LOSS_TANGENT)), "loss_tangent")
        if permittivity < 1 or not 0 <= loss < 1:
            fields.fault(
                f"{name} has a permittivity of {permittivity:g} and a loss tangent of {loss:g}",
                layer.line,
            )
        yield StackLayer(
            name if number == 0 else f"{name} sublayer {number + 1}",
            False,
            abs(fields.length(group, "thickness", 0.0)),
            max(permittivity, 1.0),
            min(max(loss, 0.0), 1.0),
            group.word("material", "unknown"),
        )


def _assumed(copper: Sequence[str], total: float) -> Iterator[StackLayer]:
    between = len(copper) - 1
    free = total - COPPER * len(copper)
    outer = min(OUTER, free / max(between, 1))
    sizes = [free] if between <= 1 else [free / between] * between
    if between == 3:
        sizes = [outer, free - 2 * outer, outer]
    for number, name in enumerate(copper):
        yield StackLayer(name, True, COPPER)
        if number < max(between, 1):
            yield StackLayer(
                f"dielectric {number + 1}", False, sizes[number], PERMITTIVITY, LOSS_TANGENT, "FR4"
            )


def homogenised(layers: Sequence[StackLayer]) -> tuple[float, float]:
    """Permittivity and loss tangent of one material in place of several on top of each other.

    The field between planes is across the layers, so that capacitances are in series: the mean
    of 1 / permittivity, weighted with the thickness, is kept. Copper is passed over.

    Parameters
    ----------
    layers : sequence of StackLayer
        Layers on top of each other, one insulator at least.

    Returns
    -------
    permittivity : float
        Relative.
    loss_tangent : float
        Dimensionless.
    """
    sheets = [layer for layer in layers if not layer.copper]
    total = sum(layer.thickness for layer in sheets)
    series = sum(
        layer.thickness / (layer.permittivity * (1 - 1j * layer.loss_tangent)) for layer in sheets
    )
    complex_permittivity = total / series if total else complex(PERMITTIVITY)
    loss = -complex_permittivity.imag / complex_permittivity.real
    return complex_permittivity.real, 0.0 if math.isclose(loss, 0.0) else loss
