"""Changes of the electrical netlist that the user accepts, each with a reason.

One of four forms, told apart by the key that is there: ``{contact: [A, B]}``, ``{open: [A, B]}``,
``{lost: A}`` and ``{covered: A}``.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from emtwin.scene.quantities import Declared, Name, Text

KINDS = ("contact", "open", "lost", "covered")
"""Keys of which an allowance has exactly one."""


def _two(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if names is not None and len(names) != 2:
        raise ValueError(
            f"names {len(names)} parts where two touch; write contact: [PART, OTHER_PART]"
        )
    return names


def _one_or_two(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if names is not None and len(names) not in (1, 2):
        raise ValueError(
            f"names {len(names)} parts; write open: [PART, OTHER_PART], or open: [PART] for a part "
            "that falls apart by itself"
        )
    return names


class Allowance(Declared):
    """A change of the netlist in the grid that is no error.

    Parameters
    ----------
    contact : tuple of str, optional
        Two parts that may become one conductor in the grid although they do not touch.
    open : tuple of str, optional
        Two parts that may lose their contact, or one that may fall apart.
    lost : str, optional
        Part of which pieces may be missing in the grid.
    covered : str, optional
        Metal part whose place dielectrics of higher priority may take.
    reason : str
        Why that does no harm; the report repeats it.
    """

    contact: Annotated[
        tuple[Name, ...] | None,
        AfterValidator(_two),
        Field(json_schema_extra={"minItems": 2, "maxItems": 2}),
    ] = None
    open: Annotated[
        tuple[Name, ...] | None,
        AfterValidator(_one_or_two),
        Field(json_schema_extra={"minItems": 1, "maxItems": 2}),
    ] = None
    lost: Name | None = None
    covered: Name | None = None
    reason: Text

    @property
    def kind(self) -> str:
        """The key that is there: ``contact``, ``open``, ``lost`` or ``covered``."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """Parts, or pieces such as ``post_1``, that it is about."""
        named = getattr(self, self.kind)
        return (named,) if isinstance(named, str) else tuple(named)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(
                f"has {' and '.join(given) or 'none'} of {', '.join(KINDS)}; give exactly one, "
                "for example {contact: [PART, OTHER_PART], reason: WHY}"
            )
        return self
