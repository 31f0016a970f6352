"""Limit lines that a field run is compared with: those of the declared group and power."""

from __future__ import annotations

import pytest

from emtwin.benches import radiated_emission
from tests.unit.benches.planning.conftest import Load, device

MAINS = "power: {ac: {voltage: [230 V, 240 V], current: 100 A}}"


@pytest.mark.parametrize(
    ("declared", "row"),
    [
        ((), "cispr11-g1-a-to-20kva-10m-30-230"),
        ((MAINS,), "cispr11-g1-a-above-20kva-10m-30-230"),  # 23 kVA at the lowest voltage
        (("equipment: {group: 2}",), "cispr11-g2-a-10m-30-47"),
    ],
)
def test_group_and_power_choose_the_line(load: Load, declared: tuple[str, ...], row: str) -> None:
    loaded = load(device(*declared))
    assert radiated_emission.line_of(loaded, "A", 10.0).rows[0].id == row
    assert loaded.twin.rated_power == (23e3 if MAINS in declared else 0.0)
