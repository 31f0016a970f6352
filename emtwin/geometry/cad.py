"""STEP, glTF and 3MF: assemblies with the names of their parts, through cascadio and trimesh.

Both are read as a glTF scene: cascadio turns STEP into one, in metres, and trimesh decodes it.
"""

from __future__ import annotations

import importlib.util
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem
from emtwin.geometry.length_unit import scale_of
from emtwin.geometry.placement import Placement
from emtwin.geometry.shapes import Shapes
from emtwin.geometry.surface import Surface, weld
from emtwin.geometry.triangle_files import distinct

TOLERANCE = 1e-3
"""Distance of a curved face from its triangles, as a share of the largest side of a part."""

ANGLE = 0.2
"""Largest angle between neighbouring facets of a curved face in radians."""

TIME_LIMIT = 600.0
"""Seconds after which the translation of a STEP file is given up."""

_MODULES = ("cascadio", "trimesh", "networkx", "lxml")
_COUNTER = re.compile(r"(?<=.)[:.]\d+$")
_EXPORT_AGAIN = "export it again as STEP AP214 or AP242 from the CAD program"
_UNITS: dict[str, str | float] = {
    "micron": "um",
    "millimeter": "mm",
    "centimeter": "cm",
    "inch": "inch",
    "foot": 0.3048,
    "meter": "m",
}
_SI = {"$": 1.0, ".CENTI.": 1e-2, ".MILLI.": 1e-3, ".MICRO.": 1e-6}
_OTHER = {"INCH": 0.0254, "FOOT": 0.3048, "FEET": 0.3048}
_JSON = 0x4E4F534A  # type of the chunk of a GLB file that holds the scene
Parts = Sequence[tuple[str, NDArray[np.float64], NDArray[np.int64]]]


def read_cad(path: Path, form: str, tolerance: float | None = None) -> Shapes:
    """Parts of a STEP, glTF or 3MF file.

    A part is called after its product (STEP) or node (glTF, 3MF), with the assemblies that
    hold it before it, ``lid/clip``; the outermost assembly, which holds everything, and counters
    of an instance such as ``:1`` are left out. Repeated names are numbered in the order of
    the file: ``screw``, ``screw_2``.

    Parameters
    ----------
    path : Path
        The file.
    form : {"step", "gltf", "3mf"}
        Its format.
    tolerance : float, optional
        Largest distance of a curved face of a STEP file from its triangles in metres; by default
        `TOLERANCE` times the largest side of a part.

    Returns
    -------
    Shapes
        Surfaces in the unit that the file carries: metres for STEP and glTF.

    Raises
    ------
    InputError
        If a package is missing, or the file cannot be read or has no faces.
    """
    _demand_packages(path)
    if form == "step":
        with tempfile.TemporaryDirectory(prefix="emtwin-") as folder:
            return _step(path, Path(folder), tolerance)
    if form == "gltf":
        return _shapes(list(_parts(path, _gltf_names(path))), path, 1.0)
    return _three_mf(path)


def missing_packages() -> list[str]:
    """Packages of the extra ``cad`` that are not installed."""
    return [name for name in _MODULES if importlib.util.find_spec(name) is None]


def _demand_packages(path: Path) -> None:
    missing = missing_packages()
    if missing:
        raise InputError.single(
            f"reading '{path.suffix}' files needs {', '.join(missing)}, which is not installed",
            file=path,
            remedy="pip install 'emtwin[cad]', or export the parts as .stl or .msh",
        )


def _step(path: Path, folder: Path, tolerance: float | None) -> Shapes:
    """STEP by way of glTF; in its own process, since the CAD kernel prints and may crash."""
    target = folder / "parts.glb"
    stated = "" if tolerance is None else repr(tolerance)
    program = "import sys; from emtwin.geometry.cad import translate; translate(*sys.argv[1:])"
    command = [sys.executable, "-c", program, str(path), str(target), stated]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired as error:
        raise InputError.single(
            f"the file could not be read as step within {TIME_LIMIT:.0f} s, and was given up",
            file=path,
            remedy="export fewer parts, or state a larger 'tolerance' beside the file",
        ) from error
    if done.returncode or not target.is_file():
        said = re.sub(r"\x1b\[[0-9;]*m", "", (done.stdout + done.stderr).decode("utf-8", "replace"))
        cause = " ".join(said.replace("*", "").split()) or f"code {done.returncode}"
        raise _unreadable(path, ValueError(cause[-300:]))
    parts = list(_parts(target, _step_names(_scene(target))))
    shapes = _shapes([(name, _decimal(p), faces) for name, p, faces in parts], path, 1.0)
    return replace(shapes, stated=_step_unit(path))


def _step_unit(path: Path) -> float | None:
    """Size in metres of the length unit of a STEP file, None for several or none."""
    text = path.read_text(encoding="latin-1")
    entity = re.compile(r"\([^;]*?\bLENGTH_UNIT\b[^;]*;")
    found = set()
    for match in entity.finditer(text):
        plain = re.search(r"SI_UNIT\s*\(\s*(\$|\.\w+\.)\s*,\s*\.METRE\.", match[0])
        other = re.search(r"CONVERSION_BASED_UNIT\s*\(\s*'(\w+)'", match[0])
        found.add(_SI.get(plain[1]) if plain else _OTHER.get(other[1].upper()) if other else None)
    # An inch is defined by a length in metres or millimetres, which is no unit of the model.
    only = found & set(_OTHER.values()) or found
    return only.pop() if len(only) == 1 else None


def translate(source: str, target: str, tolerance: str) -> None:
    """Write a STEP file as GLB; ends the process with a code where that fails.

    Parameters
    ----------
    source, target : str
        STEP file and GLB file.
    tolerance : str
        Tolerance in metres; empty for `TOLERANCE` times the largest side of a part, which a
        first, coarse pass tells.
    """
    import cascadio

    def write(linear: float, angular: float) -> None:
        """One pass; cascadio counts in millimetres whatever the unit of the file."""
        if cascadio.step_to_glb(source, target, linear * 1e3, angular):
            sys.exit(1)

    if not tolerance:
        write(1e-2, 1.0)
        boxes = [a for a in _scene(Path(target)).get("accessors", []) if a["type"] == "VEC3"]
        sides = [
            high - low
            for a in boxes
            if "max" in a
            for low, high in zip(a["min"], a["max"], strict=True)
        ]
        tolerance = str(TOLERANCE * max(sides, default=0.1))
    write(float(tolerance), ANGLE)


def _decimal(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points without the noise of single precision: 0.03 for 0.029999999329.

    The step is the power of ten above the rounding of the largest coordinate, 0.1 um for a
    device of 0.3 m; planes stay planes.
    """
    largest = float(np.abs(points).max(initial=0.0))
    if largest == 0.0 or not np.isfinite(largest):
        return points
    digits = -int(np.ceil(np.log10(largest * np.finfo(np.float32).eps)))
    return np.round(points, digits)


def _scene(path: Path) -> dict[str, Any]:
    """The JSON scene of a GLB or glTF file."""
    content = path.read_bytes()
    if content[:4] == b"glTF":
        length, kind = np.frombuffer(content[12:20], "<u4")
        if kind != _JSON:
            raise ValueError("its first chunk is no scene")
        content = content[20 : 20 + int(length)]
    scene: dict[str, Any] = json.loads(content)
    return scene


def _step_names(scene: Mapping[str, Any]) -> dict[int, str]:
    """Names of all nodes with a mesh: product of the part, after the assemblies that hold it."""
    meshes = scene.get("meshes", [])
    return {
        node: "/".join([*path[:-1], _plain(meshes[mesh].get("name") or path[-1])])
        for node, mesh, path in _walk(scene)
    }


def _gltf_names(path: Path) -> dict[int, str]:
    try:
        scene = _scene(path)
        return {node: "/".join(names) for node, _, names in _walk(scene)}
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise _unreadable(path, error) from error


def _walk(scene: Mapping[str, Any]) -> Iterator[tuple[int, int, list[str]]]:
    """Node, mesh and path of names of every node with a mesh, in the order of the file."""
    nodes = scene.get("nodes", [])
    roots = scene["scenes"][scene.get("scene", 0)]["nodes"]
    alone = len(roots) == 1 and "mesh" not in nodes[roots[0]]

    def below(node: int, path: list[str]) -> Iterator[tuple[int, int, list[str]]]:
        here = [*path, _plain(nodes[node].get("name") or f"part{node}")]
        if "mesh" in nodes[node]:
            yield node, nodes[node]["mesh"], here
        for child in nodes[node].get("children", []):
            yield from below(child, here)

    for root in nodes[roots[0]].get("children", []) if alone else roots:
        yield from below(root, [])


def _plain(name: str) -> str:
    """Name of an instance without its counter, and without the slash that joins names."""
    return _COUNTER.sub("", name.strip()).replace("/", "_") or "part"


def _parts(path: Path, names: Mapping[int, str] | None) -> Iterator[Any]:
    """Name, points in metres and triangles of every part of a glTF file, in its order."""
    try:
        loaded = _loaded(path)
        found = [(int(node.removeprefix("node")), node) for node in loaded.graph.nodes_geometry]
    except Exception as error:  # trimesh's readers fail with whatever their parsing met
        raise _unreadable(path, error) from error
    order = {node: place for place, node in enumerate(names or {})}
    for number, node in sorted(found, key=lambda pair: order.get(pair[0], pair[0])):
        yield (names or {}).get(number, f"part{number}"), *_placed(loaded, node)


def _loaded(path: Path) -> Any:
    """trimesh's scene, its nodes called by their number: trimesh makes names distinct itself."""
    import trimesh

    scene = _scene(path)
    for number, node in enumerate(scene.get("nodes", [])):
        node["name"] = f"node{number}"
    text = json.dumps(scene).encode()
    content = path.read_bytes()
    if content[:4] == b"glTF":
        length = int.from_bytes(content[12:16], "little")
        text += b" " * (-len(text) % 4)
        chunk = len(text).to_bytes(4, "little") + content[16:20] + text
        rest = content[20 + length :]
        size = (12 + len(chunk) + len(rest)).to_bytes(4, "little")
        text = content[:8] + size + chunk + rest
    return trimesh.load_scene(
        io.BytesIO(text),
        file_type="glb" if content[:4] == b"glTF" else "gltf",
        resolver=trimesh.resolvers.FilePathResolver(str(path.resolve())),
        merge_primitives=True,
        skip_materials=True,
    )


def _placed(scene: Any, node: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points and triangles of a node's mesh in the frame of the scene."""
    matrix, name = scene.graph[node]
    mesh = scene.geometry[name]
    points = np.asarray(mesh.vertices, dtype=np.float64)
    triangles = np.asarray(getattr(mesh, "faces", np.empty((0, 3))), dtype=np.int64)
    placement = Placement(matrix[:3, :3], matrix[:3, 3])
    if not triangles.size:
        return points, triangles
    moved = placement.apply(Surface(points, triangles))
    return moved.points, moved.triangles


def _three_mf(path: Path) -> Shapes:
    import trimesh

    try:
        scene = trimesh.load_scene(path, file_type="3mf")
        nodes = list(scene.graph.nodes_geometry)
        names = [_plain(str(scene.graph[node][1])) for node in nodes]
        parts = [(name, *_placed(scene, node)) for name, node in zip(names, nodes, strict=True)]
        unit = scale_of(_UNITS[str(scene.units or "millimeter")], path)
    except Exception as error:  # trimesh's readers fail with whatever their parsing met
        raise _unreadable(path, error) from error
    return _shapes(parts, path, unit)


def _shapes(parts: Parts, path: Path, unit: float) -> Shapes:
    """Welded surfaces under distinct names; parts without faces (points, curves) are left out."""
    faced = [part for part in parts if len(part[2])]
    if not faced:
        raise InputError.single(
            "the file has no part with faces", file=path, remedy="export its solid bodies too"
        )
    names = distinct([name for name, _, _ in faced])
    surfaces: dict[str, Surface] = {}
    problems: list[Problem] = []
    for name, (_, points, triangles) in zip(names, faced, strict=True):
        try:
            surfaces[name] = weld(Surface(points, triangles))
        except InputError as error:
            problems += [
                replace(p, message=f"part '{name}': {p.message}", file=path) for p in error.problems
            ]
    if problems:
        raise InputError(problems)
    return Shapes(surfaces, unit)


def _unreadable(path: Path, error: Exception) -> InputError:
    form = path.suffix.lower().removeprefix(".")
    cause = " ".join(str(error).split()) or type(error).__name__
    return InputError.single(
        f"the file cannot be read as {form}: {cause[:300]}", file=path, remedy=_EXPORT_AGAIN
    )
