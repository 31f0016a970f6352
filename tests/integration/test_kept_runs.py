"""A campaign that is interrupted goes on with the same command, and gives the same bits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emtwin import kept_runs, pipeline, resources
from emtwin.backends import Backend
from emtwin.convergence import Rules
from emtwin.pipeline import Update
from emtwin.results import Campaign
from emtwin.scene import LoadedTwin
from emtwin.solver import Progress, RunResult, Simulation, StopRule
from emtwin.solver import run as run_fields
from tests.benches.tiny_device import ONE_RUN_PER_SITE, Change, block, write_stl, write_tiny_device

NO_EMISSION = (
    "radiated_emission: {class: B, distance: 3 m}",
    "radiated_emission: {not_applicable: the clock stands still in this mode}",
)
RULES = Rules(change_db=1e-3, levels=2)
DECLARED = "free space, input driven"
COARSER = "radiated immunity, cells x 1.68: free space, input driven"


class Counted:
    """`emtwin.solver.run`, which notes the steps that are told and the cells of runs that end."""

    def __init__(self, **more: Any) -> None:
        self.steps, self.ended, self._more = list[int](), list[int](), more

    def __call__(
        self,
        simulation: Simulation,
        machine: Backend,
        stop: StopRule,
        progress: Callable[[Progress], None],
        checkpoint: Path | None,
    ) -> RunResult:
        def forward(p: Progress) -> None:
            self.steps.append(p.step)
            progress(p)

        more = {"checkpoint": checkpoint, **self._more}
        result = run_fields(simulation, machine, stop, forward, **more)
        self.ended.append(simulation.grid.n_cells)
        return result


@pytest.fixture(autouse=True)
def only_the_result_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and report take longer than the runs."""
    monkeypatch.setattr(
        pipeline, "_write", lambda campaign, folder, _: pipeline._save(campaign, folder)
    )


def twin(folder: Path, *changes: Change) -> LoadedTwin:
    folder.mkdir(exist_ok=True)
    changes = (*ONE_RUN_PER_SITE, NO_EMISSION, *changes)
    return pipeline.load(write_tiny_device(folder, *changes, tenfold=True))


def study(
    loaded: LoadedTwin, out: Path, progress: Callable[[Update], None] | None = None
) -> Campaign:
    return pipeline.run(loaded, out, convergence=True, rules=RULES, progress=progress)


def killed_in(stage: str, batch: int = 1) -> Callable[[Update], None]:
    """Progress that ends the process, so to say, after some batches of steps of one run."""
    seen = list[Update]()

    def forward(update: Update) -> None:
        if update.stage == stage and update.fraction is not None:
            seen.append(update)
            if len(seen) == batch:
                raise KeyboardInterrupt

    return forward


def told(updates: list[Update]) -> list[str]:
    return [update.note for update in updates if update.note]


def without_times(value: Any) -> Any:
    """What a campaign says, without the seconds that it took and the date."""
    if isinstance(value, dict):
        times = {"seconds", "timing", "created"}
        return {name: without_times(entry) for name, entry in value.items() if name not in times}
    return [without_times(entry) for entry in value] if isinstance(value, list) else value


def assert_same(found: Campaign, expected: Campaign) -> None:
    """The same to the bit."""
    assert found.verdicts == expected.verdicts
    assert without_times(found.meta) == without_times(expected.meta)
    assert set(found.datasets) == set(expected.datasets)
    for name, dataset in expected.datasets.items():
        for variable in dataset.variables:
            one, two = found.datasets[name][variable].values, dataset[variable].values
            assert one.dtype == two.dtype
            assert (
                one.tolist() == two.tolist()
                if one.dtype == object
                else one.tobytes() == two.tobytes()
            )


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_write", lambda campaign, out, _: pipeline._save(campaign, out))
        return study(twin(folder), folder / "out")


def test_a_study_killed_at_every_level_gives_the_same_bits(
    uninterrupted: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every level's run is killed once; none that had ended is run again; nothing stays.

    A kept run gives the arrays that it gave before, so the tolerance is no bit at all.
    """
    runs, updates, out = Counted(), list[Update](), tmp_path / "out"
    monkeypatch.setattr(kept_runs, "run", runs)
    for place in (DECLARED, COARSER):
        with pytest.raises(KeyboardInterrupt):
            study(twin(tmp_path), out, killed_in(place))
    found = study(twin(tmp_path), out, updates.append)
    levels = uninterrupted.meta["convergence"][0]["levels"]
    assert len(levels) == 2
    assert sorted(runs.ended) == [level["cells"] for level in levels]
    assert told(updates) == ["going on from 1 finished and 0 started"]
    found.meta["twin_file"] = uninterrupted.meta["twin_file"]
    assert_same(found, uninterrupted)
    assert [path.name for path in out.iterdir()] == ["results.h5"]


def test_the_started_run_goes_on_from_its_checkpoint(
    uninterrupted: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint is written after each batch of steps, once its progress was told.

    So the run that is killed when it tells the second batch goes on with that one.
    """
    first, then, updates = Counted(every_seconds=0.0), Counted(), list[Update]()
    monkeypatch.setattr(kept_runs, "run", first)
    with pytest.raises(KeyboardInterrupt):
        study(twin(tmp_path), tmp_path / "out", killed_in(COARSER, batch=2))
    monkeypatch.setattr(kept_runs, "run", then)
    found = study(twin(tmp_path), tmp_path / "out", updates.append)
    assert told(updates) == ["going on from 1 finished and 1 started"]
    assert then.steps[0] == first.steps[-1] == 2 * first.steps[-2]
    found.meta["twin_file"] = uninterrupted.meta["twin_file"]
    assert_same(found, uninterrupted)


def test_a_plain_run_takes_its_level_into_a_study(
    uninterrupted: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules of the refinement decide no bit of a run: a plain run is the first level of a study."""

    def late(update: Update) -> None:
        if update.stage == "files and pictures":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.run(twin(tmp_path), tmp_path / "out", progress=late)
    runs = Counted()
    monkeypatch.setattr(kept_runs, "run", runs)
    study(twin(tmp_path), tmp_path / "out")
    levels = uninterrupted.meta["convergence"][0]["levels"]
    (declared,) = (level["cells"] for level in levels if level["refinement"] == 1.0)
    assert len(runs.ended) == 1
    assert declared not in runs.ended


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("twin", "tests differs"),
        ("comment", ""),
        ("mesh", "part block differs"),
        ("precision", "precision differs ('float32' there, 'float64' here)"),
        ("backend", "backend differs ('numpy' there, 'cuda' here)"),
        ("code", "code of emtwin differs"),
        ("standards", "standards differs"),
        ("version", "version of emtwin differs ("),
    ],
)
def test_what_differs_is_told_and_the_campaign_begins_anew(
    change: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comments of the twin file do not count."""
    machine: Any = pipeline.select_backend("numpy")
    loaded = twin(tmp_path)
    first = kept_runs.identity_of_campaign(loaded, pipeline.bodies_of(loaded), machine)
    folder = tmp_path / "kept_runs"
    folder.mkdir()
    (folder / "identity.json").write_text(json.dumps(first), "utf-8")
    (folder / f"{0:016x}.npz").write_bytes(b"a finished run")
    match change:
        case "twin":
            loaded = twin(tmp_path, ("radiated_immunity: {}", "radiated_immunity: {dwell: 2 s}"))
        case "comment":
            loaded.path.write_text(loaded.path.read_text("utf-8") + "\n# new\n", "utf-8")
            loaded = pipeline.load(loaded.path)
        case "mesh":
            write_stl(tmp_path / "block.stl", *block((-0.4, -0.2, 0.2), (0.4, 0.2, 0.41)))
        case "precision":
            machine = pipeline.select_backend("numpy", "float64")
        case "backend":
            machine = SimpleNamespace(name="cuda", real=machine.real)
        case "code" | "standards":
            monkeypatch.setattr(resources, f"{change}_hash", lambda: "another")
        case "version":
            monkeypatch.setattr(kept_runs, "version_of", lambda _: "99")
    bodies = pipeline.bodies_of(loaded)
    identity = kept_runs.identity_of_campaign(loaded, bodies, machine)
    said = list[str]()
    kept_runs.KeptRuns(folder, identity, pipeline.Clock(), said.append)
    if not why:
        assert said == ["going on from 1 finished and 0 started"]
        return
    (told_once,) = said
    assert told_once.startswith("deleted, to begin anew, because ")
    assert why in told_once
    assert not folder.exists()


def test_an_identity_is_the_same_in_another_process(tmp_path: Path) -> None:
    """Sets and hashes of another seed: a machine that was started anew finds its own."""
    loaded = twin(tmp_path)
    machine = pipeline.select_backend("numpy")
    ours = kept_runs.identity_of_campaign(loaded, pipeline.bodies_of(loaded), machine)
    script = (
        "import json, sys; from pathlib import Path; from emtwin import kept_runs, pipeline\n"
        "loaded = pipeline.load(Path(sys.argv[1])); machine = pipeline.select_backend('numpy')\n"
        "bodies = pipeline.bodies_of(loaded)\n"
        "print(json.dumps(kept_runs.identity_of_campaign(loaded, bodies, machine)))\n"
    )
    command = [sys.executable, "-c", script, str(loaded.path)]
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert json.loads(done.stdout) == ours


@pytest.mark.parametrize("batch", [1, 2])
def test_a_damaged_file_is_told_and_its_run_begins_anew(
    batch: int, uninterrupted: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of the finished level; killed a batch later, the started one's checkpoint too."""
    updates, out = list[Update](), tmp_path / "out"
    monkeypatch.setattr(kept_runs, "run", Counted(every_seconds=0.0))
    with pytest.raises(KeyboardInterrupt):
        study(twin(tmp_path), out, killed_in(COARSER, batch))
    files = list(out.glob("kept_runs/*.npz"))
    assert len(files) == batch
    for file in files:
        file.write_bytes(file.read_bytes()[:-100])
    found = study(twin(tmp_path), out, updates.append)
    _, *said = told(updates)
    assert len(said) == batch
    for text in said:
        assert "npz deleted, to begin anew, because the checkpoint cannot be read" in text
    found.meta["twin_file"] = uninterrupted.meta["twin_file"]
    assert_same(found, uninterrupted)


def test_files_of_others_stay(tmp_path: Path) -> None:
    """A folder of that name that is not ours."""
    own = tmp_path / "out" / "kept_runs" / "arrays.npz"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    updates = list[Update]()
    pipeline.run(twin(tmp_path), tmp_path / "out", progress=updates.append)
    assert list(own.parent.iterdir()) == [own]
    assert told(updates) == []


class Usage:
    """Of a disk."""

    free = 10**6


def test_a_full_disk_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for the checkpoint nothing is kept; where it fills later the file is lost."""
    updates, out = list[Update](), tmp_path / "out"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(kept_runs.shutil, "disk_usage", lambda _: Usage())
        patch.setattr(pipeline, "check_writable", lambda folder, _: folder.mkdir())
        pipeline.run(twin(tmp_path), out, progress=updates.append)
    (said,) = told(updates)
    assert said.startswith("this one is not kept, because the disk has not 1.")
    updates.clear()
    monkeypatch.setattr(kept_runs, "write", full)
    pipeline.run(twin(tmp_path), out, progress=updates.append)
    assert told(updates) == ["this one is not kept: No space left on device"]
    assert [path.name for path in out.iterdir()] == ["results.h5"]
