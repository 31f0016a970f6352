"""The examples of docs/receiver.md print what the page says."""

from __future__ import annotations

from typing import Any

import pytest

from emtwin.compliance.receiver import detectors_of, largest_step, measuring_time, receivers
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "receiver.md"


@pytest.mark.quick
def test_the_examples_print_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    found = list(blocks(PAGE))
    names: dict[str, Any] = {}
    for block in found:
        if block.language == "python":
            exec(compile(block.text, str(block), "exec"), names)
    [shown] = [block.text for block in found if block.language == "text"]
    assert capsys.readouterr().out == shown


@pytest.mark.quick
@pytest.mark.parametrize("receiver", receivers(), ids=lambda r: r.band)
def test_measuring_times_and_steps(receiver) -> None:
    """The page rounds to three digits."""
    [line] = [
        line
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith(f"| {receiver.band} | ")
    ]
    units = {"s": 1, "ms": 1e-3, "us": 1e-6, "Hz": 1, "kHz": 1e3}
    cells = [cell.split() for cell in line.strip("|").split("|")[1:]]
    told = [float(cell[0]) * units[cell[1]] for cell in cells if len(cell) == 2]
    times = [measuring_time(receiver, name) for name in detectors_of(receiver)]
    assert told == pytest.approx([*times, largest_step(receiver)], rel=0.006)
