"""``emtwin check``: what a run would take, without running it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.cli.progress import levels_table
from emtwin.cli.view import check_target, draw
from emtwin.units import duration, format_si

if TYPE_CHECKING:
    from rich.table import Table

    from emtwin.benches.estimates import SitePlan
    from emtwin.pipeline import CampaignPlan
    from emtwin.voxel import GapInGrid


CELLS_ACROSS = 2
"""Cells across a gap below which it is listed."""

_KINDS = {"contact": "contact formed", "open": "contact opened", "lost": "metal lost"}


@reported
def check(
    twin: options.TwinFile,
    accuracy: options.AccuracyName = None,
    json_output: options.Json = False,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FILE", help="Draw the geometry audit as PNG."),
    ] = None,
    convergence: Annotated[
        bool,
        typer.Option("--convergence", help="Show what `emtwin run --convergence` would compute."),
    ] = False,
) -> None:
    """Validate and voxelise TWIN; print cells, memory, steps and expected time; run nothing."""
    from emtwin import pipeline
    from emtwin.convergence import Rules

    if picture is not None:
        check_target(picture, "--picture")
    loaded = pipeline.load(twin, accuracy)
    levels = Rules().levels if convergence else 0
    if picture is not None:
        # Before the check, so that what the check refuses can be seen.
        geometry = pipeline.geometry(loaded)
        draw(geometry, "audit", next(iter(geometry.group("voxels"))), picture)
        output.line(output.stderr(), str(picture), "cyan")
    plan = pipeline.check(loaded, levels)
    if json_output:
        output.print_json(as_json(plan))
        return
    console = output.stdout()
    console.print(sites_table(plan))
    console.print(memory_table(plan))
    console.print(times_table(plan))
    if plan.levels:
        console.print(levels_table(plan.levels))
    for site in plan.sites:
        console.print(smallest_table(site))
    for site in plan.sites:
        for table in (
            audit_table(site),
            walls_table(site),
            netlist_table(site),
            *_more_tables(site),
        ):
            console.print(table)
    # sites share the campaign's
    output.notices(console, [*plan.notices, *(n for site in plan.sites for n in site.notices)])
    output.without_verdict(console, plan.without_verdict)
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
            _change(part.volume_error) if part.volume_before and not part.as_faces else "–",
            _area(part.area_before),
            "–" if part.area_after is None else _change(part.area_error),
            "; ".join(part.notes),
        )
        for part in site.audit
    ]
    names = (
        *("Part", "Kind", "Material", "Cells", "Edges", "Volume", "In the grid"),
        *("Surface", "In the grid", "Notes"),
    )
    return output.table(f"Geometry audit, {site.name}", names, rows, right=range(3, 9))


def walls_table(site: SitePlan) -> Table:
    """How thick the walls of each part are, and what stands for them in the grid."""
    from emtwin.report.walls import shields

    rows = [
        (
            wall.name,
            _length(wall.thickness),
            _length(wall.thinnest),
            f"{wall.thin_share:.0%}",
            f"{wall.faces:,}" if wall.faces else "–",
            "–" if wall.conductivity is None else format_si(wall.conductivity, "S/m", 3),
            "–" if wall.resistance is None else format_si(wall.resistance, "ohm", 3),
            shields(wall.shielding),
            "; ".join(wall.models),
        )
        for wall in site.walls
    ]
    names = (
        *("Part", "Wall", "Thinnest", "Thinner than a cell", "Metal faces"),
        *("Conducts", "Ohm a square", "Shields", "In the grid"),
    )
    return output.table(f"Walls, {site.name}", names, rows, right=range(1, 8))


def netlist_table(site: SitePlan) -> Table:
    """Conductors of the geometry, and how many the grid made of each."""
    after = site.netlist.after
    rows = []
    for number, net in enumerate(site.netlist.before, start=1):
        mine = [n for n, other in enumerate(after, start=1) if set(other.pieces) & set(net.pieces)]
        edges = sum(after[n - 1].edges for n in mine)
        rows.append((str(number), ", ".join(net.pieces), _numbers(mine), f"{edges:,}"))
    names = ("Conductor", "Metal that touches", "In the grid", "Edges")
    return output.table(f"Netlist, {site.name}", names, rows, right=(3,))


def changes_table(site: SitePlan) -> Table:
    """Contacts that formed or opened, and what allows them; parts that nearly touch."""
    rows = [
        (
            _KINDS[change.kind],
            ", ".join(change.pieces),
            "–" if change.gap is None else f"{(change.gap or -change.overlap) * 1e3:.3g} mm",
            _place(change.place),
            " x ".join(f"{size * 1e3:.3g}" for size in change.cell) + " mm",
            change.allowed,
        )
        for change in site.netlist.changes
    ]
    rows += [
        ("near", ", ".join(c.pieces), f"{c.gap * 1e3:.3g} mm", _place(c.place), "", "no contact")
        for c in site.netlist.near
    ]
    names = ("Change", "Metal", "Gap", "Place", "Cells there", "Allowed because")
    return output.table(f"Changes of the netlist, {site.name}", names, rows, right=(2,))


def gaps_table(site: SitePlan) -> Table:
    """Gaps between conductors that the grid shuts, or gives less than two cells."""
    rows = [
        (
            ", ".join(dict.fromkeys(found.gap.parts)),
            f"{found.gap.width * 1e3:.3g} mm",
            f"{found.gap.length * 1e3:.3g} mm",
            str(found.gap.cells),
            found.state,
            f"{found.bridged:.0%}",
        )
        for found in _doubtful_gaps(site)
    ]
    names = ("Gap in or between", "Width", "Length", "Cells across", "In the grid", "Bridged")
    sound = len(site.gaps) - len(rows)
    title = f"Gaps that the grid shuts or hardly resolves, {site.name} ({sound} others are sound)"
    return output.table(title, names, rows, right=(1, 2, 3, 5))


def _doubtful_gaps(site: SitePlan) -> list[GapInGrid]:
    return [g for g in site.gaps if g.state != "open" or (g.gap.cells or 0) < CELLS_ACROSS]


def ends_table(site: SitePlan) -> Table:
    """What every end of a cable or trace meets."""
    rows = [
        (
            f"{end.wire}, {end.end}",
            end.kind,
            end.wanted or "–",
            ", ".join(end.found) or "–",
            "–" if end.distance is None else f"{end.distance * 1e3:.3g} mm",
            f"{end.moved * 1e3:.3g} mm",
        )
        for end in site.ends
    ]
    names = ("End", "Kind", "Is to meet", "Meets in the grid", "Distance drawn", "Moved by")
    return output.table(f"Ends of cables and traces, {site.name}", names, rows, right=(4, 5))


def _more_tables(site: SitePlan) -> list[Table]:
    """Tables that a site may have nothing for."""
    found = [changes_table(site)] if site.netlist.changes or site.netlist.near else []
    found += [gaps_table(site)] if _doubtful_gaps(site) else []
    return found + ([ends_table(site)] if site.ends else [])


def _numbers(conductors: list[int]) -> str:
    return " + ".join(map(str, conductors)) or "none"


def _place(metres: tuple[float, float, float]) -> str:
    return ", ".join(f"{value * 1e3:.4g}" for value in metres) + " mm"


def _change(error: float) -> str:
    return f"{round(error, 3) + 0.0:+.1%}"  # no -0.0 %


def _length(metres: float | None) -> str:
    return "–" if metres is None else format_si(metres, "m", 3)


def _area(square_metres: float) -> str:
    return f"{square_metres * 1e4:,.4g} cm²"


def _volume(cubic_metres: float | None) -> str:
    return f"{cubic_metres * 1e6:,.4g} cm³" if cubic_metres else "–"
