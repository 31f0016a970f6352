"""The way of a twin through the house: mesh in, voxels, fields, port models, verdicts, files.

`run` is the picture of the architecture as one function; what it calls is one step each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emtwin import materials, scene
from emtwin.backends import Backend, select_backend
from emtwin.benches.applicable import geometry
from emtwin.benches.boards import Boards
from emtwin.benches.bodies import bodies_of, regions_of
from emtwin.benches.estimates import SitePlan
from emtwin.benches.ladder import LevelPlan, planned_levels
from emtwin.benches.memory import free_notice
from emtwin.benches.netlist_verdict import needless_allowances
from emtwin.benches.planning import Plan, plan_tests, unmodelled
from emtwin.benches.records import campaign_of
from emtwin.benches.sites import Site
from emtwin.clock import Clock
from emtwin.compliance import richardson
from emtwin.convergence import MARGIN, Computed, Rules, Study, studies, with_note
from emtwin.errors import InputError, Notice
from emtwin.kept_runs import FOLDER as KEPT_RUNS
from emtwin.kept_runs import KeptRuns, identity_of_campaign
from emtwin.level_runs import LevelRuns
from emtwin.results import Campaign, check_writable
from emtwin.results.vtk import write_vtk
from emtwin.scene import LoadedTwin
from emtwin.site_runs import (
    Report,
    Update,
    judge,
    placed_sites,
    run_site,
    silent,
    sites_of,
    uncovered,
)
from emtwin.voxel import Body

__all__ = [
    "CampaignPlan",
    "Update",
    "check",
    "geometry",
    "load",
    "plan",
    "run",
    "run_site",
    "sites_of",
]

_RESULT_BYTES = 200 * 2**20  # what a campaign writes at most at normal accuracy


@dataclass(frozen=True)
class CampaignPlan:
    """What a campaign would cost, site by site, and the tests of the plan that it leaves out.

    Levels of refinement are there where they were asked for.
    """

    name: str
    sites: tuple[SitePlan, ...]
    notices: tuple[Notice, ...]
    without_verdict: tuple[str, ...] = ()
    levels: tuple[LevelPlan, ...] = ()


def load(path: Path, accuracy: str | None = None) -> LoadedTwin:
    """Read a twin file, with regions and materials checked in the same pass.

    Parameters
    ----------
    path : Path
        The YAML file.
    accuracy : str, optional
        Preset that replaces the file's own.

    Raises
    ------
    InputError
        Everything that is wrong with it.
    """
    boards = Boards()
    loaded = scene.load(
        path,
        materials=materials.names(),
        regions=lambda mesh: boards.regions.get(mesh.file) or tuple(regions_of(mesh)),
        boards=boards.expand,
    )
    loaded = replace(loaded, notices=(*boards.notices, *unmodelled(loaded.twin)))
    match accuracy:
        case None:
            return loaded
        case "draft" | "normal" | "fine":
            return replace(loaded, twin=loaded.twin.with_accuracy(accuracy))
    raise InputError.single(
        f"there is no accuracy {accuracy!r}", remedy="choose draft, normal or fine"
    )


def plan(loaded: LoadedTwin, *, edition: str | None = None, authority: str = "") -> Plan:
    """Tests that the device needs and those that it does not; runs nothing.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    edition : str, optional
        Edition of IEC 60601-1-2; the current one if left out.
    authority : str, default ""
        Authority whose rules hold besides.

    Returns
    -------
    Plan
        Tests with levels, frequencies, time, methods and reasons.

    Raises
    ------
    InputError
        If the edition is unknown or a declared level contradicts the environment.
    """
    return plan_tests(loaded, edition=edition, authority=authority)


def check(loaded: LoadedTwin, levels: int = 0) -> CampaignPlan:
    """Validate and voxelise everything, run nothing.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    levels : int, default 0
        Number of levels of refinement to plan for each test.

    Returns
    -------
    CampaignPlan
        Cells, memory, steps and expected time.

    Raises
    ------
    InputError
        Whatever a run would refuse.
    """
    bodies = bodies_of(loaded)
    planned = plan_tests(loaded, bodies=bodies)
    sites = sites_of(loaded, bodies)
    every = placed_sites(loaded, sites)
    for one in every:
        one.refuse_above_budget(loaded)
    plans = tuple(one.plan for one in every)
    notices = [n for p in plans for n in (*p.notices, *free_notice(p.name, p.memory))]
    places = sites.values()
    notices += needless_allowances(loaded, [s.netlist for s in places], [s.model for s in places])
    notices = [*loaded.notices, *notices, *uncovered(loaded, sites)]
    left_out = planned.without_verdict()
    refined: tuple[LevelPlan, ...] = ()
    if levels:
        runs = LevelRuns(loaded, bodies, select_backend("auto"), Clock(), silent, sites)
        refined = planned_levels(runs.ladders(levels), levels)
    return CampaignPlan(loaded.twin.device.name, plans, tuple(notices), left_out, refined)


def run(
    loaded: LoadedTwin,
    folder: Path,
    *,
    backend: str = "auto",
    precision: str = "float32",
    convergence: bool = False,
    rules: Rules | None = None,
    progress: Report | None = None,
) -> Campaign:
    """Run the whole campaign and write its results.

    Until they are written the field runs are kept in the folder, and the same call goes on with
    them after an interruption; see `emtwin.kept_runs`.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    folder : Path
        Where results go; created if needed.
    backend, precision : str
        See `emtwin.backends.select_backend`.
    convergence : bool
        Repeat at other resolutions until the margins stay, and put what that says of them in
        place of the estimated mesh error.
    rules : Rules, optional
        When the repetition stops; the twin's accuracy says what is left out.
    progress : callable, optional
        Receives an `Update` now and then.

    Returns
    -------
    Campaign
        Verdicts and data, as stored in ``results.h5``.

    Raises
    ------
    InputError
        If the twin, the folder or the backend is unfit; nothing was computed.
    RunError
        If a run failed.
    """
    report, clock = progress or silent, Clock()
    machine = select_backend(backend, precision)
    check_writable(folder, _RESULT_BYTES)
    report(Update("geometry"))
    with clock.stage("geometry"):
        bodies = bodies_of(loaded)
        planned = plan_tests(loaded, bodies=bodies)
    with clock.stage("mesh and voxels"):
        sites = sites_of(loaded, bodies, machine)
        _refuse_what_does_not_fit(loaded, sites, machine)
    kept = KeptRuns(
        folder / KEPT_RUNS,
        identity_of_campaign(loaded, bodies, machine),
        clock,
        lambda told: report(Update("kept runs", note=told)),
    )
    levels = LevelRuns(loaded, bodies, machine, clock, report, sites, kept)
    job = _Job(loaded, bodies, machine, planned, clock, folder)
    if convergence:
        wanted = (rules or Rules()).within(loaded.twin.accuracy.settings().convergence_db)
        campaign = job.campaign(*_refined(levels, job, wanted, report))
    else:
        campaign = job.campaign({test: levels.compute(test, sites[test], report) for test in sites})
    report(Update("files and pictures"))
    _write(campaign, folder, clock)
    kept.clear()
    campaign.meta["timing"] = dict(clock.seconds)  # the files know only the stages before them
    return campaign


# -- steps ------------------------------------------------------------------------------------


def _refuse_what_does_not_fit(loaded: LoadedTwin, sites: dict[str, Site], machine: Backend) -> None:
    """Refuse sites above the memory budget and above what is free."""
    for one in placed_sites(loaded, sites):
        one.refuse_above_budget(loaded)
        one.refuse_above_free(loaded, machine)


@dataclass(frozen=True, eq=False)
class _Job:
    """What a campaign is put together from, besides its results."""

    loaded: LoadedTwin
    bodies: tuple[Body, ...]
    machine: Backend
    planned: Plan
    clock: Clock
    folder: Path

    def campaign(
        self, computed: dict[str, Computed], refined: Sequence[Study] | None = None
    ) -> Campaign:
        """Everything that there is of the tests, after a refinement study with its tables."""
        loaded, bodies, clock = self.loaded, self.bodies, self.clock
        with clock.stage("records"):
            done = {test: one.site for test, one in computed.items()}
            findings = [one.finding for one in computed.values()]
            campaign = campaign_of(loaded, bodies, self.machine, done, findings, clock.seconds)
        campaign.meta["tests_without_verdict"] = list(self.planned.without_verdict())
        if refined is not None:
            campaign.meta["convergence"] = [study.as_dict() for study in refined]
        return campaign

    def judged_again(self, study: Study) -> Computed:
        """The finest level of a test with the mesh error that the levels show."""
        best, estimate = study.finest, study.estimates.get(MARGIN)
        finding = best.finding
        if estimate is not None:
            error = richardson.contribution(estimate, len(study.levels))
            finding = judge(self.loaded, self.bodies, study.test, best.site, error)
            finding = with_note(finding, error.basis)
        finding = replace(finding, notices=(*finding.notices, *study.notices))
        return replace(best, finding=finding)


def _refined(
    levels: LevelRuns, job: _Job, rules: Rules, report: Report
) -> tuple[dict[str, Computed], list[Study]]:
    """The tests on the declared grids, then on others until the margins stay."""
    ladders = levels.ladders(rules.levels)
    report(Update("levels of refinement", levels=planned_levels(ladders, rules.levels)))

    def announce(name: str, seconds: float) -> None:
        """Tell that a level starts."""
        report(Update(name, detail="starts", seconds_left=seconds))

    def judged(found: Sequence[Study]) -> tuple[dict[str, Computed], list[Study]]:
        """Results by test, with the studies."""
        return {study.test: job.judged_again(study) for study in found}, list(found)

    def keep(found: Sequence[Study]) -> None:
        """Write what there is, so that an interruption does not lose it."""
        campaign = job.campaign(*judged(found))
        with job.clock.stage("result file"):
            _save(campaign, job.folder)

    first = {test: levels.compute(test, site, report) for test, site in levels.sites.items()}
    return judged(studies(ladders, first, levels.prepare, rules, announce, keep))


def _write(campaign: Campaign, folder: Path, clock: Clock) -> None:
    """Result file first, then what is made from it."""
    from emtwin.report import write_report
    from emtwin.viz import pictures

    with clock.stage("result file"):
        _save(campaign, folder)
    with clock.stage("VTK files"):
        write_vtk(campaign, folder / "vtk")
    with clock.stage("pictures"):
        drawn = pictures(campaign, folder / "pictures")
    with clock.stage("report"):
        write_report(campaign, drawn, folder / "report.html")


def _save(campaign: Campaign, folder: Path) -> None:
    """Write the result file."""
    folder.mkdir(parents=True, exist_ok=True)
    campaign.save(folder / "results.h5")
