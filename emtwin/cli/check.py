"""``emtwin check``: what a run would take, without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.cli.progress import duration
from emtwin.units import format_si

if TYPE_CHECKING:
    from rich.table import Table

    from emtwin.benches.estimates import SitePlan
    from emtwin.pipeline import CampaignPlan


@reported
def check(
    twin: options.TwinFile,
    accuracy: options.AccuracyName = None,
    json_output: options.Json = False,
) -> None:
    """Validate and voxelise TWIN; print cells, memory, steps and expected time; run nothing."""
    from emtwin import pipeline

    plan = pipeline.check(pipeline.load(twin, accuracy))
    if json_output:
        output.print_json(as_json(plan))
        return
    console = output.stdout()
    console.print(sites_table(plan))
    console.print(memory_table(plan))
    console.print(times_table(plan))
    for site in plan.sites:
        console.print(smallest_table(site))
    for site in plan.sites:
        console.print(audit_table(site))
    for notice in _notices(plan):
        output.line(console, f"- {notice}", "yellow")
    output.line(console, "The input is right. Nothing was run.", "green")


def as_json(plan: CampaignPlan) -> dict[str, Any]:
    """The plan for programs, with the time of all sites by backend in ``seconds``."""
    document: dict[str, Any] = output.plain(plan)
    return {"exit_code": 0, "seconds": seconds(plan), **document}


def seconds(plan: CampaignPlan) -> dict[str, float]:
    """Expected seconds of all sites together, by backend that can run them all."""
    if not plan.sites:
        return {}
    names = [name for name in plan.sites[0].seconds if all(name in s.seconds for s in plan.sites)]
    return {name: sum(site.seconds[name] for site in plan.sites) for name in names}


def sites_table(plan: CampaignPlan) -> Table:
    """Grid, memory and steps of every site."""
    rows = [
        (
            site.name,
            " x ".join(map(str, site.shape)),
            f"{site.cells:,}",
            f"{format_si(site.smallest_cell, 'm', 3)} to {format_si(site.largest_cell, 'm', 3)}",
            format_si(site.dt, "s", 3),
            f"{site.steps:,}",
            format_si(float(site.memory_bytes), "B", 3),
            ", ".join(site.driven),
        )
        for site in plan.sites
    ]
    names = ("Site", "Grid", "Cells", "Cell size", "Time step", "Steps", "Memory", "Runs driven at")
    return output.table(plan.name, names, rows, right=(2, 5, 6))


def memory_table(plan: CampaignPlan) -> Table:
    """Memory of every site by what takes it."""
    parts = dict.fromkeys(part for site in plan.sites for part in site.memory)
    rows = [
        (part, *(format_si(float(site.memory.get(part, 0)), "B", 3) for site in plan.sites))
        for part in parts
    ]
    total = [format_si(float(site.memory_bytes), "B", 3) for site in plan.sites]
    names = ("Memory", *(site.name for site in plan.sites))
    return output.table(
        "Memory at its peak", names, [*rows, ("together", *total)], right=range(1, len(names))
    )


def times_table(plan: CampaignPlan) -> Table:
    """Expected time of every site and of all on every backend that works here."""
    total = seconds(plan)
    rows = [
        (
            name,
            *(duration(site.seconds[name]) for site in plan.sites),
            duration(total[name]),
        )
        for name in total
    ]
    names = ("Backend", *(site.name for site in plan.sites), "Together")
    return output.table("Expected time", names, rows, right=range(1, len(names)))


def smallest_table(site: SitePlan) -> Table:
    """What sets the smallest cell of each axis, and the time step with it and without it."""
    rows = [
        (
            "xyz"[cell.axis],
            format_si(cell.size, "m", 3),
            cell.source,
            format_si(cell.without, "m", 3),
            format_si(site.dt, "s", 3),
            format_si(site.dt * cell.steps, "s", 3),
            f"{cell.steps:.2f}",
        )
        for cell in site.smallest
    ]
    names = (
        "Axis",
        "Smallest cell",
        "Set by",
        "Without it",
        "Time step",
        "Without it",
        "Times the steps",
    )
    return output.table(f"What sets the time step, {site.name}", names, rows, right=(1, 3, 4, 5, 6))


def audit_table(site: SitePlan) -> Table:
    """How each part became cells and edges of one site's grid."""
    rows = [
        (
            part.name,
            part.kind,
            part.material,
            f"{part.cells:,}",
            f"{part.edges:,}",
            _volume(part.volume_before),
            _volume(part.volume_after),
            "; ".join(part.notes),
        )
        for part in site.audit
    ]
    names = ("Part", "Kind", "Material", "Cells", "Edges", "Volume", "In the grid", "Notes")
    return output.table(f"Geometry audit, {site.name}", names, rows, right=(3, 4, 5, 6))


def _volume(cubic_metres: float | None) -> str:
    return f"{cubic_metres * 1e6:,.4g} cm³" if cubic_metres else "–"


def _notices(plan: CampaignPlan) -> list[str]:
    """Every notice once: sites share the campaign's."""
    found = [*plan.notices, *(notice for site in plan.sites for notice in site.notices)]
    return list(dict.fromkeys(map(str, found)))
