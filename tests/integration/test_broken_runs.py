"""Runs that are interrupted, grow or end too early: what is left, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import pipeline
from emtwin.errors import RunError
from emtwin.kept_runs import FOLDER
from emtwin.pipeline import Update
from emtwin.solver import simulation as declaration
from emtwin.solver.checks.stability import stable_step
from tests.benches.tiny_device import ONE_RUN_PER_SITE, write_tiny_device
from tests.integration.conftest import Call


@pytest.mark.parametrize(
    ("stage", "finished"),
    [("geometry", 0), ("over floor, clock driven", 1), ("files and pictures", 2)],
)
def test_an_interrupted_run_leaves_finished_field_runs_only(
    stage: str, finished: int, tmp_path: Path
) -> None:
    """Ctrl-C while voxels are made, in the time loop, and just before the files are written."""
    loaded = pipeline.load(write_tiny_device(tmp_path, *ONE_RUN_PER_SITE, tenfold=True))

    def interrupt(update: Update) -> None:
        if update.stage == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.run(loaded, tmp_path / "out", progress=interrupt)
    left = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.parent.name for path in left} <= {FOLDER}
    kept = {path.name for path in left} - {"identity.json"}
    assert len(kept) == finished
    assert not [name for name in kept if not name.endswith(".npz")]


def test_an_interrupted_run_keeps_earlier_results(tmp_path: Path) -> None:
    loaded = pipeline.load(write_tiny_device(tmp_path, *ONE_RUN_PER_SITE, tenfold=True))
    earlier = tmp_path / "out" / "results.h5"
    earlier.parent.mkdir()
    earlier.write_bytes(b"results of yesterday")

    def interrupt(update: Update) -> None:
        if update.fraction is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.run(loaded, earlier.parent, progress=interrupt)
    assert earlier.read_bytes() == b"results of yesterday"
    assert list(earlier.parent.iterdir()) == [earlier]


def test_growing_fields_end_the_run_with_their_place(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the stable step: exit code 3, a place and a remedy, and no result file.

    The growth is so fast that float32 ends before the first look; the step is found afterwards.
    """
    monkeypatch.setattr(declaration, "stable_step", lambda grid, net: 2 * stable_step(grid, net))
    twin = write_tiny_device(tmp_path, *ONE_RUN_PER_SITE, tenfold=True)
    done = call("run", twin, "--out", tmp_path / "out", "--quiet")
    assert done.code == 3
    assert "The run failed: the fields became infinite in step" in done.err
    assert "the largest is e_" in done.err
    assert "Within 2 cells of it: wire " in done.err
    assert "Look there for a wire" in done.err
    assert not list(tmp_path.glob("out/*"))


def test_a_run_shorter_than_its_pulse_is_refused(tmp_path: Path) -> None:
    """The pulse lasts 404 steps here."""
    changes = (*ONE_RUN_PER_SITE, ("decay_db: -40", "decay_db: -40, max_steps: 200"))
    loaded = pipeline.load(write_tiny_device(tmp_path, *changes))
    with pytest.raises(RunError, match=r"driven at input was stopped after .* accuracy\.max_steps"):
        pipeline.run(loaded, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [FOLDER]


def test_a_run_that_did_not_decay_says_so(tmp_path: Path) -> None:
    """The step budget ends the run; decay and what was asked for are in the notice."""
    changes = (*ONE_RUN_PER_SITE, ("decay_db: -40", "decay_db: -90, max_steps: 600"))
    loaded = pipeline.load(write_tiny_device(tmp_path, *changes, tenfold=True))
    bodies = pipeline.bodies_of(loaded)
    site = pipeline.sites_of(loaded, bodies)["radiated_immunity"]
    done = pipeline.run_site(loaded, site, pipeline.select_backend("auto"))
    notices = {n.name: n.message for n in done.extracted["input"].notices}
    assert "The run driven at input ended after" in notices["not-decayed"]
    assert "-90 and -85 dB were asked for" in notices["not-decayed"]
    assert done.extracted["input"].finished_by.startswith("step budget")
