"""Which files can be read, by their ending."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emtwin.errors import InputError

Reader = Literal["meshio", "triangles", "cad", "gmsh", "labels"]


@dataclass(frozen=True)
class Format:
    """One kind of geometry file.

    Parameters
    ----------
    name : str
        Name of the format, for meshio's formats meshio's own.
    reader : {"meshio", "triangles", "cad", "gmsh", "labels"}
        Which reader knows it.
    regions : str
        What the regions of a file come from.
    carries_unit : bool
        Whether the file itself says the unit of its coordinates.
    needs : str
        Package, extra or program that it needs beyond a plain installation.
    """

    name: str
    reader: Reader
    regions: str
    carries_unit: bool = False
    needs: str = ""


_ARRAY = "cell data of whole numbers"
_GMSH = Format("gmsh", "meshio", "physical groups")
_STEP = Format("step", "cad", "parts of the assembly", True, "emtwin[cad]")
_GLTF = Format("gltf", "cad", "nodes", True, "emtwin[cad]")
_BREP = Format("brep", "gmsh", "solids, numbered", False, "Gmsh")
_IGES = Format("iges", "gmsh", "names of entities, or solids, numbered", True, "Gmsh")
_EXODUS = Format("exodus", "meshio", "element blocks, numbered", False, "emtwin[exodus]")
_XDMF = Format("xdmf", "meshio", _ARRAY)
_NASTRAN = Format("nastran", "meshio", "property numbers")
_MEDIT = Format("medit", "meshio", "reference numbers")
_TETGEN = Format("tetgen", "meshio", "region attributes")
_NIFTI = Format("nifti", "labels", "labels of the voxels", True, "emtwin[phantoms]")
_NRRD = Format("nrrd", "labels", "labels of the voxels", True, "emtwin[phantoms]")

FORMATS = {
    ".msh": _GMSH,
    ".stl": Format("stl", "triangles", "solids of an ASCII file, or the file"),
    ".obj": Format("obj", "triangles", "objects and groups"),
    ".ply": Format("ply", "meshio", _ARRAY),
    ".off": Format("off", "meshio", "the file"),
    ".vtk": Format("vtk", "meshio", _ARRAY),
    ".vtu": Format("vtu", "meshio", _ARRAY),
    ".xdmf": _XDMF,
    ".xmf": _XDMF,
    ".med": Format("med", "meshio", "groups"),
    ".inp": Format("abaqus", "meshio", "element sets"),
    ".bdf": _NASTRAN,
    ".fem": _NASTRAN,
    ".nas": _NASTRAN,
    ".mesh": _MEDIT,
    ".meshb": _MEDIT,
    ".e": _EXODUS,
    ".exo": _EXODUS,
    ".ex2": _EXODUS,
    ".ele": _TETGEN,
    ".vol": Format("netgen", "meshio", "domain numbers"),
    ".avs": Format("avsucd", "meshio", "material numbers"),
    ".su2": Format("su2", "meshio", "the file"),
    ".ugrid": Format("ugrid", "meshio", "surface numbers"),
    ".tec": Format("tecplot", "meshio", _ARRAY),
    ".f3grid": Format("flac3d", "meshio", "groups"),
    ".mdpa": Format("mdpa", "meshio", "the file"),
    ".step": _STEP,
    ".stp": _STEP,
    ".glb": _GLTF,
    ".gltf": _GLTF,
    ".3mf": Format("3mf", "cad", "objects of the build", True, "emtwin[cad]"),
    ".igs": _IGES,
    ".iges": _IGES,
    ".brep": _BREP,
    ".nii": _NIFTI,
    ".nii.gz": _NIFTI,
    ".nrrd": _NRRD,
    ".nhdr": _NRRD,
    ".raw.json": Format("raw", "labels", "labels of the voxels", True),
}
"""Every ending that can be read."""

REFUSED = {
    ".dat": "the ending .dat is used by many programs; rename a Tecplot file to .tec",
    ".xml": "DOLFIN's XML is no longer kept; save the mesh as .xdmf",
    ".node": "name the .ele file of TetGen instead; the .node file beside it is read with it",
    ".cgns": "meshio reads a small part of CGNS only; save the mesh as .vtu or .msh",
    ".h5m": "save the mesh as .vtu or .msh",
    ".hmf": "HMF is an experiment of meshio; save the mesh as .xdmf",
    ".svg": "a drawing in a plane has no volume; export a body as .step or .stl",
    ".wkt": "a map has no volume; export a body as .step or .stl",
    ".post": "save the mesh as .inp, .bdf or .vtu",
    ".dxf": "a drawing has no bodies; export them as .step or .stl",
    ".sldprt": "export it from SolidWorks as .step",
    ".sldasm": "export it from SolidWorks as .step",
    ".ipt": "export it from Inventor as .step",
    ".iam": "export it from Inventor as .step",
    ".catpart": "export it from CATIA as .step",
    ".prt": "export it from the CAD program as .step",
    ".x_t": "Parasolid is closed; export it as .step",
    ".kicad_pcb": "declare the board under device.boards; its copper, nets and substrate follow",
    ".raw": "name the JSON file beside it, NAME.raw.json, which says shape, spacing and labels",
}
"""Endings that are known and not read, with the way out."""


def format_of(path: Path) -> Format:
    """Format of a file by its ending.

    Parameters
    ----------
    path : Path
        The file; it is opened for ``.msh`` only, an ending that several programs use.

    Returns
    -------
    Format
        Entry of `FORMATS`.

    Raises
    ------
    InputError
        If the ending is not known or is refused, with the way out.
    """
    ending = ending_of(path)
    if ending in FORMATS:
        return _mesh_program(path) if ending == ".msh" else FORMATS[ending]
    remedy = REFUSED.get(ending) or f"convert it to one of {', '.join(FORMATS)}"
    raise InputError.single(
        f"mesh files ending in '{path.suffix}' cannot be read", file=path, remedy=remedy
    )


def ending_of(path: Path) -> str:
    """Ending in lower case, of two parts where `FORMATS` knows it: ``.nii.gz``."""
    double = "".join(path.suffixes[-2:]).lower()
    return double if double in FORMATS else path.suffix.lower()


def _mesh_program(path: Path) -> Format:
    """Gmsh and Fluent share the ending .msh; Fluent's files begin with a bracket."""
    with path.open("rb") as file:
        begins = file.read(64).lstrip()[:1]
    return Format("ansys", "meshio", "the file") if begins == b"(" else _GMSH
