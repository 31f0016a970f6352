"""The way of a twin through the house: mesh in, voxels, fields, port models, verdicts, files.

`run` is the picture of the architecture as one function; what it calls is one step each.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from emtwin import materials, scene
from emtwin.backends import Backend, select_backend
from emtwin.benches.applicable import geometry
from emtwin.benches.boards import Boards
from emtwin.benches.bodies import bodies_of, regions_of
from emtwin.benches.estimates import Placed, SitePlan
from emtwin.benches.finding import Finding
from emtwin.benches.memory import free_notice
from emtwin.benches.netlist_verdict import needless_allowances
from emtwin.benches.planning import Plan, plan_tests
from emtwin.benches.records import campaign_of
from emtwin.benches.sites import Site
from emtwin.clock import Clock
from emtwin.compliance import richardson
from emtwin.convergence import MARGIN, Computed, Prepared, Rules, Study, study, with_note
from emtwin.errors import InputError, Notice
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
    """What a campaign would cost, site by site, and the tests of the plan that it leaves out."""

    name: str
    sites: tuple[SitePlan, ...]
    notices: tuple[Notice, ...]
    without_verdict: tuple[str, ...] = ()


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
    loaded = replace(loaded, notices=tuple(boards.notices))
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


def check(loaded: LoadedTwin) -> CampaignPlan:
    """Validate and voxelise everything, run nothing.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.

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
    notices = [*loaded.notices, *notices]
    left_out = planned.without_verdict()
    return CampaignPlan(loaded.twin.device.name, plans, tuple(notices), left_out)


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
        sites = sites_of(loaded, bodies, machine=machine)
        every = _fitting(loaded, sites, machine)
    first = _solved(loaded, bodies, machine, clock, sites, report)
    done, findings, levels = first.sites, list(first.findings), None
    if convergence:
        wanted = (rules or Rules()).within(loaded.twin.accuracy.settings().convergence_db)
        levels = _study(loaded, bodies, machine, clock, report, first, every, wanted)
        done, findings = levels.finest.sites, _judged_again(loaded, bodies, levels)
    report(Update("files and pictures"))
    with clock.stage("records"):
        campaign = campaign_of(loaded, bodies, machine, done, findings, clock.seconds)
    campaign.meta["tests_without_verdict"] = list(planned.without_verdict())
    if levels is not None:
        campaign.meta["convergence"] = levels.as_dict()
    _write(campaign, folder, clock)
    campaign.meta["timing"] = dict(clock.seconds)  # the files know only the stages before them
    return campaign


# -- steps ------------------------------------------------------------------------------------


def _fitting(loaded: LoadedTwin, sites: dict[str, Site], machine: Backend) -> list[Placed]:
    """The sites with their cost, refused above the budget and above what is free."""
    every = placed_sites(loaded, sites)
    for one in every:
        one.refuse_above_budget(loaded)
        one.refuse_above_free(loaded, machine)
    return every


def _solved(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    machine: Backend,
    clock: Clock,
    sites: dict[str, Site],
    report: Report,
) -> Computed:
    """Run all sites and judge them."""
    begin = time.perf_counter()
    done = {name: run_site(loaded, site, machine, clock, report) for name, site in sites.items()}
    report(Update("evaluation"))
    findings = []
    for test, result in done.items():
        with clock.stage(test):
            findings.append(judge(loaded, bodies, test, result))
    return Computed(tuple(findings), done, time.perf_counter() - begin)


def _study(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    machine: Backend,
    clock: Clock,
    report: Report,
    first: Computed,
    every: list[Placed],
    rules: Rules,
) -> Study:
    """The same at other resolutions until the margins stay."""

    def prepare(refinement: float) -> Prepared:
        """A level with all cells larger or smaller by a factor."""
        with clock.stage("mesh and voxels"):
            sites = sites_of(loaded, bodies, refinement, machine)
            placed_ = _fitting(loaded, sites, machine)

        def compute(name: str) -> Computed:
            """Run that level, and say in the progress which it is."""

            def named(update: Update) -> None:
                """Forward an update with the level's name."""
                report(replace(update, stage=f"{name}: {update.stage}"))

            return _solved(loaded, bodies, machine, clock, sites, named)

        return Prepared.of(placed_, compute)

    def announce(name: str, seconds: float) -> None:
        """Tell that a level starts."""
        report(Update(name, detail="starts", seconds_left=seconds))

    base = Prepared.of(every, lambda _name: first)
    return study(first, base, prepare, rules, announce)


def _judged_again(loaded: LoadedTwin, bodies: tuple[Body, ...], levels: Study) -> list[Finding]:
    """Findings of the finest level with the mesh error that the levels show."""
    better, estimates = [], levels.estimates
    for finding in levels.finest.findings:
        estimate = estimates.get((finding.test, MARGIN))
        if estimate is not None:
            error = richardson.contribution(estimate, len(levels.levels))
            done = levels.finest.sites[finding.test]
            finding = with_note(judge(loaded, bodies, finding.test, done, error), error.basis)
        better.append(replace(finding, notices=(*finding.notices, *levels.notices)))
    return better


def _write(campaign: Campaign, folder: Path, clock: Clock) -> None:
    """Result file first, then what is made from it."""
    from emtwin.report import write_report
    from emtwin.viz import pictures

    folder.mkdir(parents=True, exist_ok=True)
    with clock.stage("result file"):
        campaign.save(folder / "results.h5")
    with clock.stage("VTK files"):
        write_vtk(campaign, folder / "vtk")
    with clock.stage("pictures"):
        drawn = pictures(campaign, folder / "pictures")
    with clock.stage("report"):
        write_report(campaign, drawn, folder / "report.html")
