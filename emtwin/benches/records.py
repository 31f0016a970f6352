"""What a campaign keeps: datasets, verdicts and how they came about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.benches import radiated_emission, radiated_immunity
from emtwin.benches.finding import Finding
from emtwin.benches.mesh_quality import MeshQuality
from emtwin.benches.netlist_verdict import needless_allowances
from emtwin.benches.planning.levels import clause_of
from emtwin.benches.sites import Site
from emtwin.benches.views import view_datasets
from emtwin.compliance.verdict import Verdict, not_applicable
from emtwin.errors import Notice
from emtwin.extract import PortModel
from emtwin.extract.from_runs import Extracted
from emtwin.results import Campaign, layout, provenance
from emtwin.scene import LoadedTwin
from emtwin.solver import RunResult
from emtwin.standards import load as load_standards
from emtwin.voxel import Body, GapInGrid, NetlistAudit, VoxelModel, conductor_of_nodes

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class SiteResult:
    """A site after its runs.

    Parameters
    ----------
    site : Site
        The site.
    model : PortModel
        Its ports.
    quality : MeshQuality
        Mesh and runs.
    results : dict of str to RunResult
        Runs by driven port.
    extracted : dict of str to Extracted
        What was taken from them.
    """

    site: Site
    model: PortModel
    quality: MeshQuality
    results: dict[str, RunResult]
    extracted: dict[str, Extracted]


def campaign_of(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    machine: Backend,
    done: dict[str, SiteResult],
    findings: list[Finding],
    timing: Mapping[str, float],
) -> Campaign:
    """Everything that a finished campaign keeps.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    machine : Backend
        What it ran on.
    done : dict of str to SiteResult
        Sites after their runs, by test.
    findings : list of Finding
        Results of the tests.
    timing : mapping of str to float
        Wall time per stage, seconds.

    Returns
    -------
    Campaign
        Ready to be saved.
    """
    datasets = device_datasets(bodies)
    for result in done.values():
        datasets |= _site_datasets(result)
    for finding in findings:
        datasets[finding.test] = _finding_dataset(finding)
        datasets |= _views(done[finding.test], finding)
    verdicts = [finding.verdict for finding in findings] + _not_applicable(loaded)
    return Campaign(
        _meta(loaded, machine, done, findings, timing),
        [verdict.as_dict() for verdict in verdicts],
        datasets,
    )


def device_datasets(bodies: Sequence[Body]) -> dict[str, xr.Dataset]:
    """Surface of every part as it was read, ``device/<part>``."""
    return {
        f"device/{body.name}": layout.device_part(
            body.surface.points, body.surface.triangles, body.material.name, body.kind
        )
        for body in bodies
    }


def geometry_campaign(
    name: str,
    bodies: Sequence[Body],
    site: str,
    model: VoxelModel,
    netlist: NetlistAudit,
    gaps: Sequence[GapInGrid],
) -> Campaign:
    """The geometry of one site alone, for its picture before anything has run.

    Parameters
    ----------
    name : str
        Name of the device.
    bodies : sequence of Body
        Its parts.
    site : str
        Name of the site.
    model : VoxelModel
        Its parts on the grid.
    netlist : NetlistAudit
        Audit of the netlist, whatever it found.
    gaps : sequence of GapInGrid
        What became of its gaps.

    Returns
    -------
    Campaign
        Without verdicts.
    """
    entry: dict[str, Any] = {"name": site, "netlist": netlist_record(netlist), "ends": []}
    entry["gaps"] = gap_records(gaps)
    return Campaign(
        {"name": name, "sites": [entry]},
        [],
        device_datasets(bodies) | geometry_datasets(site, model, ()),
    )


def netlist_record(netlist: NetlistAudit) -> dict[str, Any]:
    """The audit of a netlist in the words of JSON."""
    return dict(json.loads(json.dumps(asdict(netlist))))


def gap_records(gaps: Sequence[GapInGrid]) -> list[dict[str, Any]]:
    """Gaps in the words of JSON, lengths in metres."""
    return [
        {
            "parts": list(found.gap.parts),
            "width": found.gap.width,
            "length": found.gap.length,
            "place": list(found.gap.place),
            "cells": found.gap.cells,
            "state": found.state,
            "bridged": found.bridged,
        }
        for found in gaps
    ]


def _views(done: SiteResult, finding: Finding) -> dict[str, xr.Dataset]:
    assert finding.worst_frequency is not None
    if finding.test == radiated_immunity.TEST:
        caption = (
            f"|E| when port {finding.driven} is driven with 1 V rms: by reciprocity, where the "
            "field is strong "
            "is where an outer field couples into that port."
        )
    else:
        caption = (
            f"|E| when port {finding.driven} is driven with 1 V rms of source voltage "
            "behind 50 ohm."
        )
    return view_datasets(
        done.site, done.results[finding.driven], finding.test, finding.worst_frequency, 1.0, caption
    )


def _finding_dataset(finding: Finding) -> xr.Dataset:
    import xarray as xr

    variables = {
        name: (curve.axes, curve.values, {"unit": curve.unit})
        for name, curve in finding.curves.items()
    }
    coordinates = {name: list(values) for name, values in finding.coordinates.items()}
    return xr.Dataset(variables, coords=coordinates, attrs=dict(finding.attributes))


def _site_datasets(done: SiteResult) -> dict[str, xr.Dataset]:
    return geometry_datasets(done.site.name, done.site.model, done.site.lines)


def geometry_datasets(
    site: str, model: VoxelModel, lines: Sequence[tuple[str, NDArray[np.float64]]]
) -> dict[str, xr.Dataset]:
    """Cells, conductors and wires of one site, as pictures need them.

    Parameters
    ----------
    site : str
        Name of the site.
    model : VoxelModel
        Voxels.
    lines : sequence of (str, ndarray)
        Paths of all thin conductors in metres.

    Returns
    -------
    dict of str to xarray.Dataset
        ``voxels/<site>`` and ``wires/<site>``.
    """
    names, starts, ends = [], [], []
    for name, path in lines:
        for start, end in pairwise(path):
            names.append(name)
            starts.append(start)
            ends.append(end)
    return {
        f"voxels/{site}": layout.voxels(
            model.grid.lines,
            model.cell_part,
            [body.name for body in model.bodies],
            [body.material.name for body in model.bodies],
            {axis: part >= 0 for axis, part in zip("xyz", model.sheet_part, strict=True)},
            conductor_of_nodes(model).reshape(model.grid.nodes),
            [body.material.metal for body in model.bodies],
        ),
        f"wires/{site}": layout.wires(names, np.array(starts), np.array(ends)),
    }


def _not_applicable(loaded: LoadedTwin) -> list[Verdict]:
    tests, verdicts = loaded.twin.tests, []
    immunity, emission = tests.radiated_immunity, tests.radiated_emission
    if immunity.not_applicable is not None:
        clause = clause_of(loaded, radiated_immunity.TEST, "enclosure", load_standards())
        verdicts.append(not_applicable(radiated_immunity.TEST, clause, immunity.not_applicable))
    if emission.not_applicable is not None:
        own = radiated_emission.line_of(loaded, loaded.twin.equipment_class, emission.distance)
        clause = own.rows[0].citation
        verdicts.append(not_applicable(radiated_emission.TEST, clause, emission.not_applicable))
    return verdicts


def _meta(
    loaded: LoadedTwin,
    machine: Backend,
    done: dict[str, SiteResult],
    findings: list[Finding],
    timing: Mapping[str, float],
) -> dict[str, Any]:
    settings = loaded.twin.accuracy.settings()
    device = loaded.twin.device
    inputs = {device.mesh_of(part).file for part in device.parts}
    notices: list[Notice] = [*loaded.notices]
    for result in done.values():
        notices += result.site.notices
        notices += [n for e in result.extracted.values() for n in e.notices]
    notices += [notice for finding in findings for notice in finding.notices]
    sites = [result.site for result in done.values()]
    notices += needless_allowances(loaded, [s.netlist for s in sites], [s.model for s in sites])
    return {
        "name": device.name,
        **provenance.collect(loaded.path, loaded.text, sorted(inputs)),
        "backend": machine.name,
        "precision": str(machine.real),
        "accuracy": {key: value for key, value in vars(settings).items() if value is not None},
        "timing": dict(timing),
        "sites": [_site_meta(result) for result in done.values()],
        "audit": _audit(done),
        "notices": [asdict(n) for n in dict.fromkeys(notices)],
        "language": "en",
    }


def _site_meta(done: SiteResult) -> dict[str, Any]:
    grid = done.site.grid
    return {
        "name": done.site.name,
        "grid": {
            "shape": list(grid.shape),
            "cells": grid.n_cells,
            "smallest_cell": float(min(d.min() for d in grid.spacings)),
            "largest_cell": float(max(d.max() for d in grid.spacings)),
            "dt": done.quality.time_step,
        },
        "netlist": netlist_record(done.site.netlist),
        "ends": [asdict(end) | {"found": list(end.found)} for end in done.site.ends],
        "gaps": gap_records(done.site.gaps),
        "walls": [asdict(wall) for wall in done.site.model.walls],
        "runs": [
            {
                "port": name,
                "steps": result.n_steps,
                "seconds": result.seconds,
                "decay_db": result.decay_db,
                "port_decay_db": result.port_decay_db,
                "finished_by": done.extracted[name].finished_by,
            }
            for name, result in done.results.items()
        ],
    }


def _audit(done: dict[str, SiteResult]) -> list[dict[str, Any]]:
    first = next(iter(done.values()), None)
    if first is None:
        return []
    return [
        {
            "name": part.name,
            "kind": part.kind,
            "material": part.material,
            "cells": part.cells,
            "edges": part.edges,
            "volume_before": part.volume_before,
            "volume_after": part.volume_after,
            "area_before": part.area_before,
            "area_after": part.area_after,
            "wall": wall.thickness,
            "models": list(wall.models),
            "notes": "; ".join(part.notes),
        }
        for part, wall in zip(first.site.model.audit, first.site.model.walls, strict=True)
    ]
