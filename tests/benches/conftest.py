"""One fixture per test set-up of IEC 60601-1-2 and CISPR 11, on a device of seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from emtwin import pipeline
from emtwin.backends import select_backend
from emtwin.benches import radiated_emission, radiated_immunity
from emtwin.benches.bodies import bodies_of
from emtwin.benches.finding import Finding
from emtwin.benches.records import SiteResult
from emtwin.scene import LoadedTwin
from emtwin.voxel import Body
from tests.benches.tiny_device import write_tiny_device


@dataclass(frozen=True)
class SetUp:
    """A test set-up after its runs."""

    loaded: LoadedTwin
    bodies: tuple[Body, ...]
    done: SiteResult


@pytest.fixture(scope="session")
def tiny_twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twin file of the tiny device."""
    return write_tiny_device(tmp_path_factory.mktemp("tiny"))


def set_up(twin: Path, test: str) -> SetUp:
    """Load, place, run: what a bench needs before it evaluates."""
    loaded = pipeline.load(twin)
    bodies = bodies_of(loaded)
    site = pipeline.sites_of(loaded, bodies)[test]
    done = pipeline.run_site(loaded, site, select_backend("auto"))
    return SetUp(loaded, bodies, done)


@pytest.fixture(scope="session")
def immunity_chamber(tiny_twin: Path) -> SetUp:
    """IEC 61000-4-3: the device in free space, a plane wave on four faces, two polarisations."""
    return set_up(tiny_twin, radiated_immunity.TEST)


@pytest.fixture(scope="session")
def emission_site(tiny_twin: Path) -> SetUp:
    """CISPR 16-2-3: the device 0.8 m over a conducting floor, height scan and turntable."""
    return set_up(tiny_twin, radiated_emission.TEST)


@pytest.fixture(scope="session")
def emission_finding(emission_site: SetUp) -> Finding:
    """What the emission test found on the tiny device."""
    done = emission_site.done
    return radiated_emission.evaluate(
        emission_site.loaded, done.site, done.model, done.quality, 0.05
    )
