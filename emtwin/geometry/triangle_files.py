"""STL and OBJ, read here because their names of solids, objects and groups matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.geometry.shapes import Cells

_BINARY = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_EXPORT_AGAIN = "export it again; open it in Gmsh or ParaView to see whether it is whole"
_SOLID = re.compile(rb"^[ \t]*solid\b[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_END = re.compile(rb"^[ \t]*endsolid\b", re.MULTILINE)
_VERTEX = re.compile(rb"\bvertex[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)")


def read_stl(path: Path) -> Cells:
    """Triangles of an STL file.

    A binary file, and an ASCII file of one solid, is one region called after the file. An
    ASCII file of several solids has a region for each, called after the solid.

    Parameters
    ----------
    path : Path
        The file. It is binary if its length is that of its count of triangles, whatever
        word it begins with.

    Returns
    -------
    Cells
        Points (three per triangle) and regions.

    Raises
    ------
    InputError
        If it is neither, or not whole.
    """
    content = path.read_bytes()
    if not content:
        raise _unreadable(path, "stl: it is empty")
    count = int.from_bytes(content[80:84], "little") if len(content) >= 84 else -1
    if len(content) == 84 + 50 * count:
        corners = np.frombuffer(content, _BINARY, count, 84)["corners"]
        return _one_each(path, {path.stem: corners.astype(np.float64)})
    if content.lstrip()[:5].lower() == b"solid":
        return _one_each(path, dict(_solids(path, content)))
    if count >= 0:
        raise _unreadable(
            path,
            f"stl: its head names {count} triangles, which need {84 + 50 * count} bytes, but it "
            f"has {len(content)}",
        )
    raise _unreadable(path, "stl: it begins neither with 'solid' nor with a count of triangles")


def _solids(path: Path, content: bytes) -> Iterator[tuple[str, NDArray[np.float64]]]:
    starts = list(_SOLID.finditer(content))
    ends = [*(match.start() for match in starts[1:]), len(content)]
    names = _names([match[1].decode("utf-8", "replace") for match in starts], path.stem)
    for name, start, end in zip(names, starts, ends, strict=True):
        body = content[start.end() : end]
        try:
            numbers = np.array([m.groups() for m in _VERTEX.finditer(body)], dtype=np.float64)
        except ValueError as error:
            raise _unreadable(path, f"stl: {error}") from error
        if not _END.search(body) or len(numbers) % 3:
            raise _unreadable(
                path, f"stl: the solid '{name}' breaks off after {len(numbers)} corners"
            )
        if len(numbers):
            yield name, numbers.reshape(-1, 3, 3)


def _names(found: list[str], stem: str) -> list[str]:
    """One solid is called after the file; of several each has its own name, made distinct."""
    return [stem] if len(found) == 1 else distinct([name or stem for name in found])


def distinct(names: list[str]) -> list[str]:
    """Names with repeated ones numbered: ``screw``, ``screw_2``, ``screw_3``."""
    taken = set(names)
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        text = name
        while seen[name] > 1 and (text := f"{name}_{seen[name]}") in taken:
            seen[name] += 1
        taken.add(text)
        result.append(text)
    return result


def _one_each(path: Path, solids: dict[str, NDArray[np.float64]]) -> Cells:
    solids = {name: corners for name, corners in solids.items() if len(corners)}
    if not solids:
        raise _unreadable(path, "stl: it has no triangle")
    ends = np.cumsum([len(corners) for corners in solids.values()])
    numbers = np.arange(3 * ends[-1], dtype=np.int64).reshape(-1, 3)
    parts = np.split(numbers, ends[:-1])
    points = np.concatenate([corners.reshape(-1, 3) for corners in solids.values()])
    return Cells(
        points, {name: {"triangle": part} for name, part in zip(solids, parts, strict=True)}
    )


def read_obj(path: Path) -> Cells:
    """Faces of a Wavefront OBJ file by object and group.

    A region is called ``OBJECT/GROUP``, or by the one of the two that the file has; faces
    before the first name are called after the file. Polygons become triangles that fan out
    from their first corner.

    Parameters
    ----------
    path : Path
        The file, UTF-8 text.

    Returns
    -------
    Cells
        Points and regions.

    Raises
    ------
    InputError
        With the line that cannot be read.
    """
    points: list[list[float]] = []
    faces: dict[str, list[tuple[int, int, int]]] = {}
    names = {"o": "", "g": ""}
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            word, _, rest = line.strip().partition(" ")
            try:
                if word == "v":
                    points.append(_point(rest))
                elif word == "f":
                    name = "/".join(filter(None, names.values())) or path.stem
                    faces.setdefault(name, []).extend(_fan(rest, len(points)))
                elif word in names:
                    # An object ends the group before it; `default` is what exporters call none.
                    names["g"] = ""
                    names[word] = "" if rest.strip() in ("default", "off") else rest.strip()
            except ValueError as error:
                raise InputError.single(
                    f"the file cannot be read as obj: {error} in '{line.strip()[:60]}'",
                    file=path,
                    line=number,
                    remedy=_EXPORT_AGAIN,
                ) from error
    if not faces:
        raise _unreadable(path, f"obj: it has no face (it has {len(points)} points)")
    groups = {name: {"triangle": np.array(some, dtype=np.int64)} for name, some in faces.items()}
    return Cells(np.array(points, dtype=np.float64), groups)


def _point(rest: str) -> list[float]:
    numbers = [float(word) for word in rest.split()[:3]]
    if len(numbers) < 3:
        raise ValueError("a point with fewer than three coordinates")
    return numbers


def _fan(rest: str, n_points: int) -> list[tuple[int, int, int]]:
    """Triangles of a face; negative numbers count back from the last point."""
    corners = []
    for word in rest.split():
        number = int(word.split("/")[0])
        index = number - 1 if number > 0 else n_points + number
        if number == 0 or index < 0:
            raise ValueError(f"a face names point {number}, but there are {n_points} before it")
        corners.append(index)
    if len(corners) < 3:
        raise ValueError("a face with fewer than three corners")
    return [(corners[0], b, c) for b, c in pairwise(corners[1:])]


def _unreadable(path: Path, why: str) -> InputError:
    return InputError.single(f"the file cannot be read as {why}", file=path, remedy=_EXPORT_AGAIN)
