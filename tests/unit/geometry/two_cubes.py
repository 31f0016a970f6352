"""Two cubes of tetrahedra or triangles, `body` and `lid`, as files of many formats."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import meshio
import numpy as np

SIDE = 10.0
_CUBE = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=float)
_TETS = np.array(
    [[0, 1, 3, 7], [0, 3, 2, 7], [0, 2, 6, 7], [0, 6, 4, 7], [0, 4, 5, 7], [0, 5, 1, 7]]
)
_SIDES = np.array(
    [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
)
# The lid is 8 mm wide, so that the two are not mistaken for each other.
POINTS = np.concatenate([_CUBE * SIDE, _CUBE * 8.0 + [20.0, 0.0, 0.0]])
TETRAHEDRA = np.concatenate([_TETS, _TETS + 8])
QUADS = np.concatenate([_SIDES, _SIDES + 8])
TRIANGLES = np.concatenate([QUADS[:, [0, 1, 2]], QUADS[:, [0, 2, 3]]])
VOLUMES = (1000.0, 512.0)
_TAGS = np.repeat([3, 5], 6)


class Sample(NamedTuple):
    """How a format is written, and what its regions are called when it is read."""

    form: str
    ending: str
    names: tuple[str, ...]
    array: str = ""
    options: Mapping[str, Any] = {}


BY_NUMBER = ("material_3", "material_5")
SAMPLES = {
    "gmsh 4.1": Sample("gmsh", ".msh", ("t",)),
    "gmsh 4.1 ascii": Sample("gmsh", ".msh", ("t",), options={"binary": False}),
    "gmsh 2.2": Sample("gmsh22", ".msh", ("body", "lid"), "gmsh:physical"),
    "gmsh 2.2 ascii": Sample("gmsh22", ".msh", ("body", "lid"), "gmsh:physical", {"binary": False}),
    "vtu": Sample("vtu", ".vtu", BY_NUMBER, "material"),
    "vtu ascii": Sample("vtu", ".vtu", BY_NUMBER, "material", {"binary": False}),
    "vtk 5.1": Sample("vtk51", ".vtk", BY_NUMBER, "material"),
    "vtk 4.2 ascii": Sample("vtk42", ".vtk", BY_NUMBER, "material", {"binary": False}),
    "xdmf": Sample("xdmf", ".xdmf", BY_NUMBER, "material"),
    "med": Sample("med", ".med", ("body", "lid"), "cell_tags"),
    "abaqus": Sample("abaqus", ".inp", ("body", "lid"), "sets"),
    "nastran": Sample("nastran", ".bdf", ("nastran_3", "nastran_5"), "nastran:ref"),
    "optistruct": Sample("nastran", ".fem", ("nastran_3", "nastran_5"), "nastran:ref"),
    "medit": Sample("medit", ".mesh", ("medit_3", "medit_5"), "medit:ref"),
    "medit binary": Sample("medit", ".meshb", ("medit_3", "medit_5"), "medit:ref"),
    "tetgen": Sample("tetgen", ".ele", ("tetgen_3", "tetgen_5"), "tetgen:ref"),
    "netgen": Sample("netgen", ".vol", ("netgen_3", "netgen_5"), "netgen:index"),
    "avs-ucd": Sample("avsucd", ".avs", ("avsucd_3", "avsucd_5"), "avsucd:material"),
    "flac3d": Sample("flac3d", ".f3grid", ("body", "lid"), "sets"),
    "tecplot": Sample("tecplot", ".tec", BY_NUMBER, "material"),
    "su2": Sample("su2", ".su2", ("t",)),
    "mdpa": Sample("mdpa", ".mdpa", ("t",)),
    "fluent": Sample("ansys", ".msh", ("t",)),
    "ply": Sample("ply", ".ply", ("t",)),
    "ply ascii": Sample("ply", ".ply", ("t",), options={"binary": False}),
    "off": Sample("off", ".off", ("t",)),
    "stl": Sample("stl", ".stl", ("t",), options={"binary": True}),
    "stl ascii": Sample("stl", ".stl", ("t",), options={"binary": False}),
    "obj": Sample("obj", ".obj", ("t",)),
}
"""Formats that meshio writes as it reads them."""


def write(folder: Path, name: str) -> Path:
    """File ``t`` of the sample called `name`, in `folder`."""
    sample = SAMPLES[name]
    surface = sample.form in ("ply", "off", "stl", "obj")
    cells = [("triangle", TRIANGLES)] if surface else [("tetra", TETRAHEDRA)]
    data, sets, fields = {}, {}, {}
    if sample.array == "sets":
        sets = {"body": [np.arange(6)], "lid": [np.arange(6, 12)]}
    elif sample.array:
        data = {sample.array: [_TAGS]}
    if sample.array == "gmsh:physical":
        data["gmsh:geometrical"] = [_TAGS]
        fields = {"body": np.array([3, 3]), "lid": np.array([5, 3])}
    mesh = meshio.Mesh(POINTS, cells, cell_data=data, cell_sets=sets, field_data=fields)
    if sample.form == "med":
        mesh.cell_tags = {3: ["body"], 5: ["lid"]}
    path = folder / f"t{sample.ending}"
    said = io.StringIO()
    with (
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        meshio.write(path, mesh, file_format=sample.form, **sample.options)
    return path
