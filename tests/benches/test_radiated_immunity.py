"""Radiated RF immunity: exposures, reciprocity against direct plane waves, verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emtwin.backends import select_backend
from emtwin.benches import radiated_immunity
from emtwin.compliance.verdict import Outcome
from emtwin.scene import load
from emtwin.solver import PlaneWave, StopRule, run
from tests.benches.conftest import SetUp, set_up


def test_exposures_are_transverse_and_of_the_level() -> None:
    """Four faces, two polarisations: eight unit directions, fields at right angles to them."""
    directions, fields = radiated_immunity.incident_fields(3.0)
    assert directions.shape == fields.shape == (8, 3)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0)
    np.testing.assert_allclose(np.linalg.norm(fields, axis=1), 3.0)
    np.testing.assert_allclose(np.einsum("nc,nc->n", directions, fields), 0.0, atol=1e-15)
    assert (fields[::2, 2] == 3.0).all(), "the first polarisation is vertical"


def test_sweep_steps_are_one_percent_and_reach_the_end(tiny_twin: Path) -> None:
    """IEC 61000-4-3: 1 % of the preceding frequency at most, 80 MHz to the end of the run."""
    sweep = radiated_immunity.sweep_of(load(tiny_twin), 1e9)
    assert sweep[0] == 80e6
    assert sweep[-1] == 1e9
    assert (sweep[1:] / sweep[:-1] < 1.0100001).all()


@pytest.mark.parametrize("exposure", [0, 1])
def test_reciprocity_agrees_with_a_direct_plane_wave(
    immunity_chamber: SetUp, exposure: int
) -> None:
    """Voltage across the victim's 50 ohm, from the driven run and from a plane wave in the grid.

    Both use the same grid, so dispersion inside the surface is common to both, and every spectrum
    is finished. What differs is the way outside: the transform's phases are those of free space,
    and the incident wave is the grid's own. At 300 MHz and ten cells per wavelength its k is 1.1 %
    larger, over the three cells from the face of the box to the device 1.2 degrees; where the
    response is strong, below 150 MHz, a quarter of that. Asked for are 0.5 dB and 5 degrees.
    """
    decibel, degrees = direct_against_reciprocal(immunity_chamber, exposure)
    assert decibel < 0.015
    assert degrees < 0.5


@pytest.mark.slow
def test_reciprocity_on_the_example_device(repository: Path) -> None:
    """Pump without its shield bond, one vertical and one horizontal exposure of its front.

    At the example's own setting, draft to 1 GHz. Much of the field at the lead's resonance still
    rings when the driven run ends at -40 dB; cut there, it was 3 dB off. With every spectrum
    finished, 0.038 dB and 0.24 degrees were measured, largest over all frequencies within 20 dB of
    the peak (0.001 dB and 0.01 degrees with an incident wave of free space's own phase: what is
    left is the grid's dispersion on the way in). A tenth of the 0.5 dB and 5 degrees asked for.
    """
    chamber = set_up(
        repository / "examples" / "infusion_pump" / "twin_rev_a.yaml", radiated_immunity.TEST
    )
    for exposure in (0, 1):
        decibel, degrees = direct_against_reciprocal(chamber, exposure)
        assert decibel < 0.05, f"exposure {exposure}: {decibel:.3f} dB, {degrees:.2f} degrees"
        assert degrees < 0.5, f"exposure {exposure}: {decibel:.3f} dB, {degrees:.2f} degrees"


def direct_against_reciprocal(set_up: SetUp, exposure: int) -> tuple[float, float]:
    """Largest difference in dB and degrees, where the response is within 20 dB of its peak."""
    site, model = set_up.done.site, set_up.done.model
    directions, fields = radiated_immunity.incident_fields(1.0)
    towards, field = directions[exposure : exposure + 1], fields[exposure : exposure + 1]
    column = model.index("input") if "input" in model.port_names else model.index("sensor_input")
    expected = model.received(towards, field.astype(np.complex128))[:, 0, column]

    start = -2.0 * towards[0]  # the wave passes this point, outside the box, at the pulse's start
    wave = PlaneWave(
        tuple((-towards[0]).tolist()),
        tuple(field[0].tolist()),
        site.surface.lo,
        site.surface.hi,
        tuple((-start).tolist()),
    )
    simulation = replace(site.simulation(""), plane_wave=wave, surface=None)
    result = run(simulation, select_backend("auto"), StopRule(-40, -35))
    name = model.port_names[column]
    record = result.ports[name]
    voltage = -record.current * record.resistance / result.source  # per V/m of the wave
    travel = np.exp(1j * 2 * np.pi * site.frequencies * 2.0 / 299_792_458.0)
    ratio = voltage * travel / expected
    strong = np.abs(expected) > 0.1 * np.abs(expected).max()
    level = 20 * np.log10(np.abs(ratio[strong]))
    phase = np.degrees(np.angle(ratio[strong]))
    return float(np.abs(level).max()), float(np.abs(phase).max())


def test_verdict_names_the_worst_case_and_its_uncertainty(immunity_chamber: SetUp) -> None:
    """Margin is threshold over voltage; U has the floor of 6 dB; the band is told."""
    done = immunity_chamber.done
    finding = radiated_immunity.evaluate(
        immunity_chamber.loaded, done.site, done.model, done.quality
    )
    verdict = finding.verdict
    voltage = finding.curves["voltage"].values
    assert verdict.margin_db == pytest.approx(20 * np.log10(5.0 / voltage.max()))
    assert verdict.uncertainty_db is not None
    assert verdict.uncertainty_db >= 6.0
    assert set(verdict.worst) == {"frequency", "port", "face", "polarisation", "voltage"}
    assert verdict.outcome in set(Outcome)
    assert [notice.name for notice in finding.notices] == ["band-outside-run"]
    assert not verdict.verified_by_refinement
