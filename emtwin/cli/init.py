"""``emtwin init``: a first twin file from a mesh."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.errors import InputError

if TYPE_CHECKING:
    from emtwin.geometry import Region


@reported
def init(
    meshes: Annotated[
        list[Path],
        typer.Argument(
            metavar="MESH...", help="Mesh, CAD file or label volume; several where parts have own."
        ),
    ],
    unit: Annotated[
        str,
        typer.Option(
            "--unit",
            help="Unit of the coordinates: m, cm, mm, um, inch, mil; where the file has none.",
        ),
    ] = "",
    output_file: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Twin file to write.")
    ] = Path("twin.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")] = False,
) -> None:
    """Write a commented twin file with one part for each region of each MESH."""
    from emtwin.results import check_writable
    from emtwin.scene import template

    _check_unit(unit)
    _check_target(output_file, force)
    read = [_read(mesh, unit) for mesh in meshes]
    check_writable(output_file.parent, 2**20)
    described = [
        template.MeshRegions(
            _seen_from(output_file, mesh),
            known,
            [
                (name, region.kind, _extent(region.surface.lo, region.surface.hi))
                for name, region in regions.items()
            ],
            comment,
        )
        for mesh, (regions, known, comment) in zip(meshes, read, strict=True)
    ]
    text = template.template(*described)
    output_file.write_text(text, encoding="utf-8")
    found = [region for regions, _, _ in read for region in regions.values()]
    output.notices(output.stdout(), (notice for region in found for notice in region.notices))
    _tell(output_file, len(found), len(meshes), template.blanks(text))


def _read(mesh: Path, unit: str) -> tuple[dict[str, Region], str, str]:
    """Regions, the unit for the twin file, and what is known of it.

    A unit that nobody knows is left blank, and the regions are then read as if it were a metre.
    """
    from emtwin.geometry import UnitUnknown, read_regions
    from emtwin.scene.document import BLANK

    try:
        regions = read_regions(mesh, unit or None)
    except UnitUnknown as error:
        return read_regions(mesh, 1.0), BLANK, error.problems[0].message
    assumed = [n.message for r in regions.values() for n in r.notices if n.name == "unit-assumed"]
    own = "The file says its unit itself."
    return regions, unit, "" if unit else assumed[0] if assumed else own


def _check_unit(unit: str) -> None:
    from emtwin.scene.device import MeshUnit

    known = get_args(MeshUnit)
    if unit and unit not in known:
        raise InputError.single(
            f"'{unit}' is not a unit of mesh coordinates",
            field="--unit",
            remedy=f"give --unit with one of {', '.join(known)}.{options.nearest(unit, known)}",
        )


def _check_target(path: Path, force: bool) -> None:
    if path.is_dir():
        raise InputError.single(
            f"{path} is a folder, not a file", field="--output", remedy="add a file name"
        )
    if path.exists() and not force:
        raise InputError.single(
            f"{path} exists and was not changed",
            field="--output",
            remedy="choose another --output, or replace it with --force",
        )


def _extent(lo: object, hi: object) -> tuple[float, float, float]:
    import numpy as np

    x, y, z = (float(length) for length in np.subtract(hi, lo))  # type: ignore[call-overload]
    return x, y, z


def _seen_from(target: Path, mesh: Path) -> Path:
    """`mesh` as the twin file names it: relative to its own folder where there is a way."""
    try:
        return Path(os.path.relpath(mesh.resolve(), target.resolve().parent))
    except ValueError:  # another drive
        return mesh.resolve()


def _tell(path: Path, regions: int, meshes: int, blanks: list[str]) -> None:
    console = output.stdout()
    noun = "region" if regions == 1 else "regions"
    source = "the mesh" if meshes == 1 else f"{meshes} meshes"
    output.line(console, f"{path}: a twin with {regions} {noun} of {source}.", "green")
    if blanks:
        output.line(console, f"{len(blanks)} blanks (FILL_IN) are yours to fill:")
    for field in blanks:
        output.line(console, f"  {field}")
    output.line(console, f"Then: emtwin check {path}")
