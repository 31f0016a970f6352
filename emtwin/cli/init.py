"""``emtwin init``: a first twin file from a mesh."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, get_args

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.errors import InputError


@reported
def init(
    mesh: Annotated[
        Path, typer.Argument(metavar="MESH", help="Mesh with named regions (Gmsh) or an STL file.")
    ],
    unit: Annotated[
        str,
        typer.Option("--unit", help="Unit of the mesh's coordinates: m, cm, mm, um, inch, mil."),
    ] = "",
    output_file: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Twin file to write.")
    ] = Path("twin.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")] = False,
) -> None:
    """Write a commented twin file with one part for each region of MESH."""
    from emtwin.geometry import read_regions
    from emtwin.results import check_writable
    from emtwin.scene import template

    _check_unit(unit)
    _check_target(output_file, force)
    regions = read_regions(mesh, unit)
    check_writable(output_file.parent, 2**20)
    described = [
        (name, region.kind, _extent(region.surface.lo, region.surface.hi))
        for name, region in regions.items()
    ]
    text = template.template(_seen_from(output_file, mesh), unit, described)
    output_file.write_text(text, encoding="utf-8")
    _tell(output_file, len(regions), template.blanks(text))


def _check_unit(unit: str) -> None:
    from emtwin.scene.device import MeshUnit

    known = get_args(MeshUnit)
    choose = f"give --unit with one of {', '.join(known)}"
    if not unit:
        raise InputError.single(
            "a mesh file does not say the unit of its coordinates", field="--unit", remedy=choose
        )
    if unit not in known:
        raise InputError.single(
            f"'{unit}' is not a unit of mesh coordinates",
            field="--unit",
            remedy=f"{choose}.{options.nearest(unit, known)}",
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


def _tell(path: Path, regions: int, blanks: list[str]) -> None:
    console = output.stdout()
    noun = "region" if regions == 1 else "regions"
    output.line(console, f"{path}: a twin with {regions} {noun} of the mesh.", "green")
    if blanks:
        output.line(console, f"{len(blanks)} blanks (FILL_IN) are yours to fill:")
    for field in blanks:
        output.line(console, f"  {field}")
    output.line(console, f"Then: emtwin check {path}")
