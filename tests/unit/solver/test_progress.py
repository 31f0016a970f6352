"""What a run says of itself while it goes on."""

from __future__ import annotations

import pytest

from benchmarks import scenes
from emtwin.backends import host_backend
from emtwin.solver import Progress, StopRule
from emtwin.solver.run import Loop


@pytest.mark.parametrize(
    ("energy", "port", "share"),
    [(-80.0, -30.0, 0.5), (-25.0, -90.0, 0.5), (-80.0, -90.0, 1.0), (0.0, 0.0, 0.1)],
)
def test_what_fades_last_says_how_much_is_left(
    monkeypatch: pytest.MonkeyPatch, energy: float, port: float, share: float
) -> None:
    """A port that still rings holds the share back, however little energy is left in the grid."""
    told: list[Progress] = []
    loop = Loop(scenes.cube(24), host_backend(), StopRule(-50.0, -60.0, 1000), told.append)
    monkeypatch.setattr(loop, "decay_db", lambda: energy)
    monkeypatch.setattr(loop, "port_decay_db", lambda: port)
    loop.done = 100
    loop._report(8.0)
    [progress] = told
    assert progress.fraction == pytest.approx(share)
    assert progress.seconds_left == pytest.approx(8.0 * (1 - share) / share)
