"""A trace needs a plane of metal under it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import pipeline
from emtwin.errors import InputError
from tests.benches.tiny_device import write_tiny_device


def test_a_plane_that_is_no_metal_is_told(tmp_path: Path) -> None:
    """Not that the trace leaves its plane: no plane of it would do."""
    path = write_tiny_device(tmp_path, ("      plane: plane\n", "      plane: block\n"))
    with pytest.raises(InputError) as caught:
        pipeline.check(pipeline.load(path))
    (problem,) = caught.value.problems
    assert problem.field == "device.traces[0].plane"
    assert problem.message == "the plane block of trace clock is abs, which is no metal"
    assert problem.line
    assert problem.remedy
