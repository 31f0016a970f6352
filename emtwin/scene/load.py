"""Twin file to `Twin` and back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from emtwin.errors import InputError, Notice, Problem
from emtwin.scene import checks, translate
from emtwin.scene.document import Document, FieldPath, as_yaml, nearest_line, parse, parsed
from emtwin.scene.twin import Twin

# fmt: off
_MESH_SUFFIXES = frozenset({
    ".msh", ".stl", ".vtu", ".vtk", ".obj", ".ply", ".off", ".step", ".stp", ".igs", ".iges",
    ".brep", ".glb", ".gltf", ".3mf", ".inp", ".med", ".bdf", ".fem", ".nas", ".mesh", ".meshb",
    ".xdmf", ".nii", ".gz", ".nrrd",
})
# fmt: on
_LARGEST_FILE = 2**20


@dataclass(frozen=True)
class LoadedTwin:
    """A twin file that was read and checked.

    Parameters
    ----------
    twin : Twin
        Its content in SI units, mesh paths absolute.
    path : Path
        The file.
    text : str
        The file as it was read, for provenance.
    lines : mapping of FieldPath to int
        Line of every field, counted from 1.
    notices : tuple of Notice
        What was decided on the way from the file to the twin.
    """

    twin: Twin
    path: Path
    text: str
    lines: Mapping[FieldPath, int]
    notices: tuple[Notice, ...] = ()

    @property
    def sha256(self) -> str:
        """SHA-256 of the text, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def line_of(self, field: str) -> int | None:
        """Line of a field such as ``device.ports[0].name``, or of the nearest one round it."""
        return nearest_line(self.lines, parsed(field))

    def problem(self, field: str, message: str, remedy: str = "") -> Problem:
        """Problem at a field of this file, for checks that need more than the file.

        Parameters
        ----------
        field : str
            Field path, for example ``device.parts[2].material``.
        message, remedy : str
            What is wrong and how to mend it.

        Returns
        -------
        Problem
            With file and line filled in.
        """
        return Problem(message, self.path, self.line_of(field), field, remedy)


def load(
    path: str | Path,
    *,
    materials: Collection[str] | None = None,
    regions: checks.Regions | None = None,
    boards: Callable[[Document], list[Problem]] | None = None,
) -> LoadedTwin:
    """Read and check a twin file.

    Parameters
    ----------
    path : str or Path
        The YAML file; mesh paths in it start at its folder.
    materials : collection of str, optional
        Names of the material library, to check material names in the same
        pass; left out, they are not checked.
    regions : callable, optional
        ``regions(mesh)`` gives the region names of a `MeshFile`, to check
        region names in the same pass; an InputError it raises is reported
        with the others.
    boards : callable, optional
        Writes the parts, traces and cables of circuit boards into the document
        before it is checked, and gives what is wrong with the boards; left
        out, boards are only checked for their form.

    Returns
    -------
    LoadedTwin
        The declaration in SI units with the line of every field.

    Raises
    ------
    InputError
        With every problem of the file, in the order of its lines.
    """
    path = Path(path)
    text = _text(path)
    document = parse(text, path)
    if document.data is None and not document.problems:
        raise InputError.single("the file is empty", file=path, remedy=_START)
    if document.data is not None and not isinstance(document.data, dict):
        shown = repr(document.data)[:60]
        message = f"the file holds {shown}, not a mapping of fields"
        raise InputError.single(message, file=path, line=1, remedy=_START)
    if document.data is None:
        raise InputError(document.problems)
    return LoadedTwin(_checked(document, materials, regions, boards), path, text, _frozen(document))


def dump(twin: Twin) -> str:
    """Write a twin as YAML that `load` reads back to an equal twin.

    Parameters
    ----------
    twin : Twin
        The declaration; quantities are written in SI units with all digits.

    Returns
    -------
    str
        YAML text, ending in a newline.
    """
    data = twin.model_dump(mode="json", by_alias=True, exclude_none=True)
    return as_yaml(data, sort_keys=False, default_flow_style=None)


_START = "write one with 'emtwin init MESH', or start from examples/infusion_pump/twin.yaml"


def _checked(
    document: Document,
    materials: Collection[str] | None,
    regions: checks.Regions | None,
    boards: Callable[[Document], list[Problem]] | None,
) -> Twin:
    made = boards(document) if boards else []
    twin, found = _validated(document)
    found += made
    found += checks.problems(document, materials, regions)
    found = document.problems + [p for p in found if not _echo(p, document)]
    if found or twin is None:
        raise InputError(sorted(dict.fromkeys(found), key=lambda p: p.line or 0))
    return twin


def _validated(document: Document) -> tuple[Twin | None, list[Problem]]:
    context: dict[str, Any] = {"from_file": True, "folder": document.file.parent.resolve()}
    try:
        twin = Twin.model_validate(document.data, context=context, by_alias=True, by_name=False)
    except ValidationError as error:
        return None, [translate.problem(e, document, Twin) for e in error.errors()]
    return twin, []


def _echo(problem: Problem, document: Document) -> bool:
    """True for a second message about a field that is still blank."""
    return parsed(problem.field) in document.blanks


def _frozen(document: Document) -> Mapping[FieldPath, int]:
    return MappingProxyType(dict(document.lines))


def _text(path: Path) -> str:
    if path.suffix.lower() in _MESH_SUFFIXES:
        remedy = f"write a twin file for it first: emtwin init {path.name}"
        raise InputError.single("this is a mesh, not a twin file", file=path, remedy=remedy)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError([_no_file(path)]) from None
    except OSError as error:
        reason = "it is a folder" if path.is_dir() else error.strerror
        message = f"the file cannot be read: {reason}"
        raise InputError.single(message, file=path, remedy="name a readable twin file") from None
    if len(content) > _LARGEST_FILE:
        message = f"the file has {len(content) / 2**20:.1f} MiB; a twin file has less than 1 MiB"
        raise InputError.single(message, file=path, remedy="name a twin file, not a mesh or result")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        remedy = "save the file as UTF-8 text"
        raise InputError.single(message, file=path, line=line, remedy=remedy) from None


def _no_file(path: Path) -> Problem:
    folder = path.parent
    beside = [f.name for f in folder.glob("*.y*ml")] if folder.is_dir() else []
    remedy = translate.did_you_mean(path.name, beside, "twin files there")
    return Problem("the file does not exist", path, remedy=remedy)
