"""Numbers of methods."""

from __future__ import annotations

from typing import Literal

from emtwin.standards.row import Number, Row, Text


class Parameter(Row):
    """A number of a method: a height, a bandwidth, an uncertainty.

    Parameters
    ----------
    name : str
        What the number is.
    value : float
        The number in `unit`.
    unit : str
        Its unit, ``1`` where it has none.
    """

    kind: Literal["parameter"]
    name: Text
    value: Number
    unit: Text

    def summary(self) -> str:
        """Name and value in one line."""
        return f"{self.name}: {self.value:g}{'' if self.unit == '1' else ' ' + self.unit}"
