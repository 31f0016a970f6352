"""The command line, called in this process, and a pipeline that answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import emtwin
from emtwin.benches.ends import EndAudit
from emtwin.benches.ladder import LevelPlan
from emtwin.cli import main
from emtwin.errors import InputError, Notice
from emtwin.results import Campaign
from emtwin.voxel import Box, Change, Contact, Gap, GapInGrid, Net, NetlistAudit
from emtwin.voxel.audit.walls import FACES, WallAudit
from tests.unit.campaign_factory import make_campaign


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, stdout and stderr."""

    code: int
    out: str
    err: str


Call = Callable[..., Done]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command as the entry point does."""
    for name, value in (("COLUMNS", "200"), ("TERMINAL_WIDTH", "200"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)

    def run(*arguments: str | Path) -> Done:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        text = capsys.readouterr()
        return Done(int(ended.value.code or 0), text.out, text.err)

    return run


@dataclass(frozen=True)
class Update:
    """As `emtwin.pipeline.Update`."""

    stage: str
    fraction: float | None = None
    detail: str = ""
    seconds_left: float | None = None
    levels: tuple[LevelPlan, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class PartAudit:
    """What the audit table reads of a part."""

    name: str = "housing"
    kind: str = "solid"
    material: str = "abs"
    cells: int = 12345
    edges: int = 40321
    volume_before: float = 4.0e-4
    volume_after: float = 4.1e-4
    area_before: float = 0.25
    area_after: float | None = 0.26
    notes: tuple[str, ...] = ("one cell thick",)

    @property
    def volume_error(self) -> float:
        """As of the real one."""
        return self.volume_after / self.volume_before - 1

    @property
    def as_faces(self) -> bool:
        """No thin metal part."""
        return False

    @property
    def area_error(self) -> float:
        """As of the real one."""
        return (self.area_after or 0.0) / self.area_before - 1


NETLIST = NetlistAudit(
    before=(Net(("frame", "post_1")), Net(("lid",)), Net(("shim",))),
    after=(Net(("frame", "post_1", "lid"), 512),),
    contacts=(Contact(("frame", "post_1"), 0.0, 0.002, (0.01, 0.02, 0.03)),),
    near=(Contact(("post_1", "lid"), 0.0015, 0.0, (0.05, 0.02, 0.03)),),
    changes=(
        Change(
            *("contact", ("frame", "lid"), ("frame", "lid"), 0.0004, 0.0),
            *((0.04, 0.02, 0.03), (0.001, 0.002, 0.004), "a gasket closes it"),
        ),
        Change(
            *("open", ("a", "b"), ("a", "b"), 0.0, 0.00123),
            *((0.04, 0.02, 0.03), (0.001, 0.002, 0.004), "screws"),
        ),
        Change(
            *("lost", ("shim",), ("shim",), None, 0.0),
            *((0.04, 0.02, 0.03), (0.001, 0.002, 0.004), "tiny"),
        ),
    ),
    tolerance=5e-6,
)
_SLOT = Box((0.0, 0.0, 0.0), (0.001, 0.05, 0.0))
GAPS = (
    GapInGrid(Gap(("lid", "lid"), 0, _SLOT, True, 0, 0.004), "closed", 1.0),
    GapInGrid(Gap(("lid", "frame"), 0, _SLOT, True, 2, 0.0005), "open", 0.0),
)
WALLS = (
    WallAudit("lid", 0.5e-3, 0.4e-3, 0.97, (FACES,), 1234),
    WallAudit("foil", None, None, 1.0, (FACES,), 12),
)
ENDS = (
    EndAudit("lead", "start", "bond", "frame", ("frame", "lid"), 0.00025, 0.0005),
    EndAudit("lead", "end", "open", "", (), None, 0.0),
)


@dataclass(frozen=True)
class SmallestCell:
    """As `emtwin.voxel.SmallestCell`."""

    axis: int = 2
    size: float = 0.8e-3
    at: float = 0.03
    source: str = "ground_plane at 29.6 mm, next to board"
    without: float = 2e-3
    steps: float = 1.9


@dataclass(frozen=True)
class SitePlan:
    """As `emtwin.benches.estimates.SitePlan`; a test holds the fields equal."""

    name: str = "free_space"
    shape: tuple[int, int, int] = (50, 40, 55)
    cells: int = 110_000
    smallest_cell: float = 0.002
    largest_cell: float = 0.012
    dt: float = 3.8e-12
    memory: dict[str, int] = field(
        default_factory=lambda: {"program": 150 * 2**20, "fields": 362 * 2**20}
    )
    memory_bytes: int = 512 * 2**20
    driven: tuple[str, ...] = ("sensor_input",)
    steps: int = 8200
    seconds: dict[str, float] = field(default_factory=lambda: {"native": 65.0, "numpy": 4000.0})
    audit: tuple[PartAudit, ...] = (PartAudit(),)
    walls: tuple[WallAudit, ...] = WALLS
    netlist: NetlistAudit = NETLIST
    ends: tuple[EndAudit, ...] = ENDS
    notices: tuple[Notice, ...] = (Notice("lines-merged", "moved by 0.4 mm"),)
    smallest: tuple[SmallestCell, ...] = (SmallestCell(),)
    gaps: tuple[GapInGrid, ...] = GAPS


@dataclass(frozen=True)
class CampaignPlan:
    """As `emtwin.pipeline.CampaignPlan`."""

    name: str = "Infusion pump"
    sites: tuple[SitePlan, ...] = (SitePlan(), SitePlan(name="over_floor", driven=("clock",)))
    notices: tuple[Notice, ...] = (Notice("lines-merged", "moved by 0.4 mm"),)
    without_verdict: tuple[str, ...] = ("esd", "surge")
    levels: tuple[LevelPlan, ...] = ()


@dataclass
class FakePipeline:
    """Stands for `emtwin.pipeline`: records what it is asked, answers what it is told.

    Parameters
    ----------
    outcomes : tuple of str
        Outcomes of the verdicts, in the order of the tests.
    failure : BaseException or None
        Raised by `run` in place of an answer.
    saves_before_failure : bool
        The result file is complete when the failure comes.
    left_out : tuple of str
        Tests of the plan without a verdict.
    """

    outcomes: tuple[str, ...] = ("pass", "pass")
    failure: BaseException | None = None
    saves_before_failure: bool = False
    left_out: tuple[str, ...] = ()
    load_error: InputError | None = None
    asked: dict[str, Any] = field(default_factory=dict)
    campaign: Campaign | None = None

    def load(self, path: Path, accuracy: str | None = None) -> str:
        """A loaded twin."""
        self.asked |= {"path": path, "accuracy": accuracy}
        if self.load_error:
            raise self.load_error
        return "loaded twin"

    def check(self, loaded: Any, levels: int = 0) -> CampaignPlan:
        """A plan of two sites, with a level of refinement if any is asked for."""
        assert loaded == "loaded twin"
        level = LevelPlan("radiated_emission", 0.7, 3e-3, 9e-3, 54321, 2**30, 1e9, 60.0)
        return CampaignPlan(levels=(level,) * bool(levels))

    def geometry(self, loaded: Any) -> Campaign:
        """The geometry of a campaign."""
        assert loaded == "loaded twin"
        return make_campaign()

    def run(self, loaded: Any, folder: Path, *, progress: Any = None, **rest: Any) -> Campaign:
        """A campaign with the wanted outcomes, its result file and report."""
        assert loaded == "loaded twin"
        self.asked |= {"folder": folder, **rest}
        for fraction in (0.0, 0.5, 1.0):
            progress(Update("emission: clock driven", fraction, f"energy {-20 * fraction} dB", 3.0))
        progress(Update("files and pictures"))
        campaign = make_campaign(tests_without_verdict=list(self.left_out))
        for verdict, outcome in zip(campaign.verdicts, self.outcomes, strict=True):
            verdict["outcome"] = outcome
        if self.failure is None or self.saves_before_failure:
            (folder / "results.h5").write_bytes(b"complete")
        if self.failure is not None:
            raise self.failure
        (folder / "report.html").write_text("report", encoding="utf-8")
        self.campaign = campaign
        return campaign


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakePipeline:
    """The pipeline replaced; the current folder is empty."""
    fake = FakePipeline()
    module = ModuleType("emtwin.pipeline")
    for name in ("load", "check", "geometry", "run"):
        setattr(module, name, getattr(fake, name))
    monkeypatch.setitem(sys.modules, "emtwin.pipeline", module)
    monkeypatch.setattr(emtwin, "pipeline", module, raising=False)
    monkeypatch.chdir(tmp_path)
    return fake
