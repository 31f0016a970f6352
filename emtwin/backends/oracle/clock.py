"""The step number in a GPU's memory."""

from __future__ import annotations

from types import SimpleNamespace

from emtwin.backends.base import Box
from emtwin.backends.oracle.views import items


def count_steps(a: SimpleNamespace, box: Box, _step: int) -> None:
    """counter += by."""
    items(a.counter, box)[...] += a.by
