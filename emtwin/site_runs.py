"""Sites of a twin run and judged: placed, driven port by port, assembled, evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from emtwin.backends import Backend
from emtwin.benches import emitters, methods, radiated_emission, radiated_immunity
from emtwin.benches.applicable import requests
from emtwin.benches.estimates import Placed, placed
from emtwin.benches.finding import Finding
from emtwin.benches.ladder import LevelPlan
from emtwin.benches.mesh_quality import MeshQuality
from emtwin.benches.planning import ALLOWED_STEPS, device_size
from emtwin.benches.records import SiteResult
from emtwin.benches.site_ports import REFERENCE
from emtwin.benches.sites import Site, build_site
from emtwin.benches.views import samples_of_views
from emtwin.clock import Clock
from emtwin.compliance.uncertainty import Contribution
from emtwin.compliance.verdict import outside_method
from emtwin.errors import Notice
from emtwin.extract import assemble
from emtwin.extract.from_runs import extract
from emtwin.scene import LoadedTwin
from emtwin.solver import SET_UP, Progress, RunResult, Simulation, StopRule
from emtwin.solver import run as run_fields
from emtwin.voxel import Body

_PORT_ALLOWANCE_DB = 5.0  # harmonic inversion adds what a port still rings


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
    levels : tuple of LevelPlan
        Levels of refinement that will be computed, told before the first.
    note : str
        A remark, in place of all but the stage.
    """

    stage: str
    fraction: float | None = None
    detail: str = ""
    seconds_left: float | None = None
    levels: tuple[LevelPlan, ...] = ()
    note: str = ""


Report = Callable[[Update], None]

FieldRun = Callable[[Simulation, Backend, StopRule, Callable[[Progress], None]], RunResult]
"""What runs the fields: `emtwin.solver.run`, or one that keeps what it found."""


def silent(_update: Update) -> None:
    """Report to nobody."""


def sites_of(
    loaded: LoadedTwin, bodies: tuple[Body, ...], machine: Backend | None = None
) -> dict[str, Site]:
    """Place the device in the site of every applicable test.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    machine : Backend, optional
        Where cells are found; by default on the host.

    Returns
    -------
    dict of str to Site
        By name of the test.
    """
    sites: dict[str, Site] = {}
    for test, wanted in requests(loaded).items():
        earlier = sum(
            site.outline.extent().left_behind(len(targets(loaded, site))) for site in sites.values()
        )
        sites[test] = build_site(loaded, bodies, wanted, earlier=earlier, backend=machine)
    return sites


def targets(loaded: LoadedTwin, site: Site) -> tuple[str, ...]:
    """Ports that must be driven in a site."""
    bench = radiated_immunity.victims if site.floor is None else emitters.sources
    return site.driven_ports([port.name for port in bench(loaded)])


def placed_sites(loaded: LoadedTwin, sites: dict[str, Site]) -> list[Placed]:
    """Every site with its cost, in the order in which they run."""
    return placed(sites, {test: targets(loaded, site) for test, site in sites.items()}, loaded)


def run_site(
    loaded: LoadedTwin,
    site: Site,
    machine: Backend,
    clock: Clock | None = None,
    report: Report = silent,
    fields: FieldRun = run_fields,
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
    fields : callable
        Runs the fields.

    Returns
    -------
    SiteResult
        Port model, runs and what limits their accuracy.
    """
    clock = clock or Clock()
    settings = loaded.twin.accuracy.settings()
    port_db = settings.decay_db + _PORT_ALLOWANCE_DB
    stop = StopRule(settings.decay_db, port_db, settings.max_steps or ALLOWED_STEPS)
    names = [port.name for port in site.ports]
    results, extracted = {}, {}
    with clock.stage(SET_UP):
        views = samples_of_views(site)
    for driven in targets(loaded, site):
        stage = f"{site.name.replace('_', ' ')}, {driven} driven"
        report(Update(stage))
        with clock.stage(SET_UP):
            simulation = site.simulation(driven, views)
        results[driven] = fields(simulation, machine, stop, _forward(stage, report))
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


def uncovered(loaded: LoadedTwin, sites: Mapping[str, Site]) -> Iterator[Notice]:
    """Say which parts of the tests' ranges the runs will not carry.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    sites : mapping of str to Site
        The discrete sites by test.

    Yields
    ------
    Notice
        ``band-outside-run``.
    """
    for test, site in sites.items():
        if test == radiated_immunity.TEST:
            yield from radiated_immunity.uncovered(loaded, site)
        else:
            yield from radiated_emission.uncovered(site)


def judge(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    test: str,
    done: SiteResult,
    refined: Contribution | None = None,
) -> Finding:
    """Result of a test from its site's runs.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    test : str
        Name of the test.
    done : SiteResult
        The site after its runs.
    refined : Contribution, optional
        Mesh error that other resolutions gave; replaces the estimate.

    Returns
    -------
    Finding
        Outside the method where the runs carry no verdict.
    """
    site, model, quality = done.site, done.model, done.quality
    if test == radiated_immunity.TEST:
        finding = radiated_immunity.evaluate(loaded, site, model, quality, refined)
    else:
        radius = _boundary_radius(bodies)
        finding = radiated_emission.evaluate(loaded, site, model, quality, radius, refined)
    if quality.trouble:
        undecided = outside_method(test, finding.verdict.clause, quality.trouble)
        finding = replace(finding, verdict=undecided)
    return _with_method(loaded, bodies, test, done, finding)


def _with_method(
    loaded: LoadedTwin, bodies: tuple[Body, ...], test: str, done: SiteResult, finding: Finding
) -> Finding:
    """The finding with the method that answered it, and why that one."""
    site = done.site
    steps = loaded.twin.accuracy.settings().max_steps or ALLOWED_STEPS
    covered = methods.coverage(done.quality.time_step, steps, site.outline.f_max)
    _, size = device_size(loaded.twin, bodies)
    choices = methods.choose(test, site.band, size, covered, methods.Ports())
    used = [choice.reason for choice in choices if choice.method is methods.Method.FULL_WAVE]
    reason = "; ".join(used or (choice.reason for choice in choices))
    verdict = replace(finding.verdict, method=methods.Method.FULL_WAVE.value, method_reason=reason)
    return replace(finding, verdict=verdict)


def _boundary_radius(bodies: tuple[Body, ...]) -> float:
    """Radius of the smallest circle about the turntable's axis that holds the parts, metres."""
    return float(max(np.hypot(*body.surface.points[:, :2].T).max() for body in bodies))
