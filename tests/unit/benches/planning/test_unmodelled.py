"""Cables that are shorter in the model, and supplies without a lead in it, are told."""

from __future__ import annotations

import pytest

from emtwin import pipeline
from tests.unit.benches.planning.conftest import Load, device, lead, sensor

AC = ("power:", "  ac: {voltage: [230 V], frequencies: [50 Hz]}")


def test_a_cable_as_long_as_its_path_is_not_told(load: Load) -> None:
    """The lead's path with its drop to the floor is 820 mm, the sensor's 100 mm."""
    assert load(sensor("length: 100 mm"), lead("length: 0.82 m")).notices == ()
    assert load().notices == ()


def test_a_longer_cable_is_told_with_the_band_that_it_misses(load: Load) -> None:
    """A quarter of a wavelength of path and cable: c / 4 L."""
    told = {
        n.message.split("'")[1]: n for n in load(sensor("length: 1 m"), lead("length: 2 m")).notices
    }
    assert {n.name for n in told.values()} == {"cable-shortened"}
    for text in ("with 100 mm, and is 1 m long", "749 MHz instead of 74.9 MHz"):
        assert text in told["sensor"].message
    for text in ("820 mm (800 mm of it down to the floor", "91.4 MHz instead of 37.5 MHz"):
        assert text in told["lead"].message


@pytest.mark.parametrize("place", ["cables", "lines", None])
def test_a_supply_without_a_lead_is_told(load: Load, place: str | None) -> None:
    """Unless a cable of the model is its lead, or a line leaves it out with intent."""
    changes = [device(*AC)]
    if place == "cables":
        changes.append(lead("port: ac_mains"))
    if place == "lines":
        changes[0] = device(*AC, "lines: [{name: mains, port: ac_mains}]")
    found = [n for n in load(*changes).notices if n.name == "supply-lead-missing"]
    assert len(found) == (place is None)
    for notice in found:
        assert "port: ac_mains" in notice.message
        assert "230 V" in notice.message


def test_check_tells_the_band_that_a_run_will_not_carry(load: Load) -> None:
    """Both tests go beyond 300 MHz; what a run would tell is known before."""
    found = [n for n in pipeline.check(load()).notices if n.name == "band-outside-run"]
    assert [n.message.split(" is computed")[0] for n in found] == [
        "Radiated immunity",
        "Radiated emission",
    ]
    assert all("up to 0.3 GHz" in n.message for n in found)
