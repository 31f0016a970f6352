"""Periodic faces: values carried across the seam."""

from __future__ import annotations

from types import SimpleNamespace

from emtwin.backends.base import Box
from emtwin.backends.oracle.views import items


def transfer(a: SimpleNamespace, box: Box, _step: int) -> None:
    """field[target] = field[source]."""
    field = a.field.array[a.field.offset :]
    field[items(a.target, box)] = field[items(a.source, box)]
