"""The way of a twin through the house: mesh in, voxels, fields, port models, verdicts, files.

`run` is the picture of the architecture as one function; what it calls is one step each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from emtwin import materials, scene
from emtwin.backends import Backend, select_backend
from emtwin.benches import radiated_emission, radiated_immunity
from emtwin.benches.applicable import geometry as geometry
from emtwin.benches.applicable import placements
from emtwin.benches.boards import Boards
from emtwin.benches.bodies import bodies_of, regions_of
from emtwin.benches.estimates import Placed, SitePlan, placed
from emtwin.benches.finding import Finding
from emtwin.benches.memory import free_notice
from emtwin.benches.mesh_quality import MeshQuality
from emtwin.benches.netlist_verdict import needless_allowances
from emtwin.benches.records import SiteResult, campaign_of
from emtwin.benches.site_ports import REFERENCE
from emtwin.benches.sites import Site, build_site
from emtwin.benches.views import samples_of_views
from emtwin.clock import Clock
from emtwin.compliance.verdict import outside_method
from emtwin.errors import InputError, Notice
from emtwin.extract import assemble
from emtwin.extract.from_runs import extract
from emtwin.results import Campaign, check_writable
from emtwin.results.vtk import write_vtk
from emtwin.scene import LoadedTwin
from emtwin.solver import SET_UP, Progress, StopRule
from emtwin.solver import run as run_fields
from emtwin.voxel import Body

_PORT_ALLOWANCE_DB = 5.0  # harmonic inversion adds what a port still rings
_RESULT_BYTES = 200 * 2**20  # what a campaign writes at most at normal accuracy


@dataclass(frozen=True)
class Update:
    """Progress of a campaign.

    Parameters
    ----------
    stage : str
        What is being done.
    fraction : float or None
        Share of the stage that is done.
    detail : str
        Decay of the energy, for example.
    seconds_left : float or None
        Estimate for the stage.
    """

    stage: str
    fraction: float | None = None
    detail: str = ""
    seconds_left: float | None = None


Report = Callable[[Update], None]


def _silent(_update: Update) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class CampaignPlan:
    """What a campaign would cost, site by site."""

    name: str
    sites: tuple[SitePlan, ...]
    notices: tuple[Notice, ...]


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
    sites = sites_of(loaded, bodies_of(loaded))
    every = _placed(loaded, sites)
    for one in every:
        one.refuse_above_budget(loaded)
    plans = tuple(one.plan for one in every)
    notices = [n for p in plans for n in (*p.notices, *free_notice(p.name, p.memory))]
    notices += needless_allowances(loaded, [site.netlist for site in sites.values()])
    notices = [*loaded.notices, *notices]
    return CampaignPlan(loaded.twin.device.name, plans, tuple(notices))


def run(
    loaded: LoadedTwin,
    folder: Path,
    *,
    backend: str = "auto",
    precision: str = "float32",
    convergence: bool = False,
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
        Repeat at a coarser resolution and put the difference in place of the estimated mesh error.
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
    report, clock = progress or _silent, Clock()
    machine = select_backend(backend, precision)
    check_writable(folder, _RESULT_BYTES)
    report(Update("geometry"))
    with clock.stage("geometry"):
        bodies = bodies_of(loaded)
    with clock.stage("mesh and voxels"):
        sites = sites_of(loaded, bodies)
        for one in _placed(loaded, sites):
            one.refuse_above_budget(loaded)
            one.refuse_above_free(loaded, machine)
    done = {name: run_site(loaded, site, machine, clock, report) for name, site in sites.items()}
    report(Update("evaluation"))
    findings = []
    for test, result in done.items():
        with clock.stage(test):
            findings.append(_judge(loaded, bodies, test, result))
    if convergence:
        findings = _refined(loaded, bodies, machine, clock, report, done, findings)
    report(Update("files and pictures"))
    with clock.stage("records"):
        campaign = campaign_of(loaded, bodies, machine, done, findings, clock.seconds)
    _write(campaign, folder, clock)
    campaign.meta["timing"] = dict(clock.seconds)  # the files know only the stages before them
    return campaign


# -- steps ------------------------------------------------------------------------------------


def sites_of(
    loaded: LoadedTwin, bodies: tuple[Body, ...], refinement: float = 1.0
) -> dict[str, Site]:
    """Place the device in the site of every applicable test.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    refinement : float
        Factor on the cell sizes, above 1 coarser.

    Returns
    -------
    dict of str to Site
        By name of the test.
    """
    sites: dict[str, Site] = {}
    for test, where in placements(loaded).items():
        earlier = sum(
            site.outline.extent().left_behind(len(_targets(loaded, site)))
            for site in sites.values()
        )
        sites[test] = build_site(loaded, bodies, **where, refinement=refinement, earlier=earlier)
    return sites


def _targets(loaded: LoadedTwin, site: Site) -> tuple[str, ...]:
    """Ports that must be driven in a site."""
    bench = radiated_immunity.victims if site.floor is None else radiated_emission.sources
    return site.driven_ports([port.name for port in bench(loaded)])


def _placed(loaded: LoadedTwin, sites: dict[str, Site]) -> list[Placed]:
    return placed(sites, {test: _targets(loaded, site) for test, site in sites.items()}, loaded)


def run_site(
    loaded: LoadedTwin,
    site: Site,
    machine: Backend,
    clock: Clock | None = None,
    report: Report = _silent,
) -> SiteResult:
    """One run per driven port, assembled into the site's port model.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    site : Site
        Where it stands.
    machine : Backend
        What to run on.
    clock : Clock, optional
        Collects the wall time.
    report : callable
        Receives an `Update` now and then.

    Returns
    -------
    SiteResult
        Port model, runs and what limits their accuracy.
    """
    clock = clock or Clock()
    settings = loaded.twin.accuracy.settings()
    port_db = settings.decay_db + _PORT_ALLOWANCE_DB
    stop = StopRule(settings.decay_db, port_db, settings.max_steps or 200_000)
    names = [port.name for port in site.ports]
    results, extracted = {}, {}
    with clock.stage(SET_UP):
        views = samples_of_views(site)
    for driven in _targets(loaded, site):
        stage = f"{site.name.replace('_', ' ')}, {driven} driven"
        report(Update(stage))
        with clock.stage(SET_UP):
            simulation = site.simulation(driven, views)
        results[driven] = run_fields(simulation, machine, stop, _forward(stage, report))
        clock.add(results[driven].timing)
        with clock.stage("port model"):
            extracted[driven] = extract(results[driven], site.pulse, names, driven)
            results[driven] = replace(results[driven], currents=None)  # they are in `extracted`
    with clock.stage("port model"):
        model = assemble(
            site.name,
            site.frequencies,
            names,
            np.full(len(names), REFERENCE),
            [e.run for e in extracted.values()],
        )
        extracted = {name: e.without_currents() for name, e in extracted.items()}
    quality = MeshQuality.of(site, list(results.values()))
    return SiteResult(site, model, quality, results, extracted)


def _forward(stage: str, report: Report) -> Callable[[Progress], None]:
    def forward(p: Progress) -> None:
        report(Update(stage, p.fraction, f"energy {p.decay_db:.1f} dB", p.seconds_left))

    return forward


def _judge(
    loaded: LoadedTwin, bodies: tuple[Body, ...], test: str, done: SiteResult, refined: Any = None
) -> Finding:
    site, model, quality = done.site, done.model, done.quality
    if test == radiated_immunity.TEST:
        finding = radiated_immunity.evaluate(loaded, site, model, quality, refined)
    else:
        radius = _boundary_radius(bodies)
        finding = radiated_emission.evaluate(loaded, site, model, quality, radius, refined)
    if quality.trouble:
        undecided = outside_method(test, finding.verdict.clause, quality.trouble)
        return replace(finding, verdict=undecided)
    return finding


def _boundary_radius(bodies: tuple[Body, ...]) -> float:
    """Radius of the smallest circle about the turntable's axis that holds the parts, metres."""
    return float(max(np.hypot(*body.surface.points[:, :2].T).max() for body in bodies))


def _refined(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    machine: Backend,
    clock: Clock,
    report: Report,
    done: dict[str, SiteResult],
    findings: list[Finding],
) -> list[Finding]:
    """Judge again, with the mesh error taken from a second, coarser resolution."""
    from emtwin.compliance.uncertainty import refinement

    ratio, better = 1.4, []
    for finding, (test, site) in zip(
        findings, sites_of(loaded, bodies, ratio).items(), strict=True
    ):
        repeated = run_site(loaded, site, machine, clock, report)
        with clock.stage(test):
            coarse = _judge(loaded, bodies, test, repeated)
        if finding.verdict.margin_db is None or coarse.verdict.margin_db is None:
            better.append(finding)
            continue
        error = refinement(finding.verdict.margin_db, coarse.verdict.margin_db, ratio)
        better.append(_judge(loaded, bodies, test, done[test], error))
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
