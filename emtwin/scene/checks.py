"""What must hold between the fields of a twin file.

Works on plain data and passes over what has the wrong shape (the models report
that), so that a misspelt unit hides no misspelt reference.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from emtwin.errors import InputError, Problem
from emtwin.scene.allowances import KINDS
from emtwin.scene.device import MeshFile, implied_region
from emtwin.scene.document import Document, FieldPath, written
from emtwin.scene.plan_checks import plan_problems
from emtwin.scene.translate import did_you_mean, raw_value

Regions = Callable[[MeshFile], Collection[str]]
"""Names of the regions of a mesh file; raises InputError for a bad file."""


_PIECE = re.compile(r"[_-]\d+$")


class Item(NamedTuple):
    """A mapping of a list in the file, with its place."""

    path: FieldPath
    value: Mapping[str, Any]

    def text(self, key: str) -> str | None:
        """Value of a text field, None where it is missing or no text."""
        value = self.value.get(key)
        return value if isinstance(value, str) else None


class End(NamedTuple):
    """One end of a cable or trace."""

    path: FieldPath
    value: Any
    wire: Item


def problems(
    document: Document,
    materials: Collection[str] | None = None,
    regions: Regions | None = None,
) -> Iterator[Problem]:
    """Every cross-check that fails.

    Parameters
    ----------
    document : Document
        File to check, read but not validated.
    materials : collection of str, optional
        Names of the material library; left out, material names are not checked.
    regions : callable, optional
        Gives the region names of a mesh file; left out, regions are not checked.

    Yields
    ------
    Problem
        With file, line, field path, value and remedy.
    """
    yield from _unique_names(document)
    yield from _references(document)
    yield from _port_use(document)
    yield from _ends(document)
    yield from _allowances(document)
    yield from _tests(document)
    yield from plan_problems(document)
    yield from _meshes(document, regions)
    if materials is not None:
        yield from _materials(document, materials)


def items(document: Document, *path: str) -> list[Item]:
    """Mappings in the list at `path`; empty where there is no such list."""
    value, _ = raw_value(document.data, path)
    entries = value if isinstance(value, list) else []
    return [Item((*path, i), entry) for i, entry in enumerate(entries) if isinstance(entry, dict)]


def _wires(document: Document) -> list[Item]:
    return items(document, "device", "cables") + items(document, "device", "traces")


def _all_ends(document: Document) -> Iterator[End]:
    for wire in _wires(document):
        for side in ("start", "end"):
            if side in wire.value:
                yield End((*wire.path, side), wire.value[side], wire)


def _names(entries: list[Item]) -> list[str]:
    return [name for entry in entries if (name := entry.text("name")) is not None]


def _unique_names(document: Document) -> Iterator[Problem]:
    groups = {
        "part": items(document, "device", "parts"),
        "cable or trace": _wires(document) + items(document, "device", "lines"),
        "port": items(document, "device", "ports"),
    }
    for what, group in groups.items():
        first: dict[str, Item] = {}
        for item in group:
            name = item.text("name")
            if name is not None and first.setdefault(name, item) is not item:
                line = document.line_of((*first[name].path, "name"))
                message = f"the {what} name {name!r} is already used on line {line}"
                yield document.problem((*item.path, "name"), message, "give it another name")


def _references(document: Document) -> Iterator[Problem]:
    parts = _names(items(document, "device", "parts"))
    ports = _names(items(document, "device", "ports"))
    for trace in items(document, "device", "traces"):
        yield from _known(document, trace.path, trace.value, "plane", parts, "parts")
    for end in _all_ends(document):
        if isinstance(end.value, dict):
            for key in ("bond", "part"):
                yield from _known(document, end.path, end.value, key, parts, "parts")
            yield from _known(document, end.path, end.value, "port", ports, "ports")


def _known(
    document: Document,
    path: FieldPath,
    value: Mapping[str, Any],
    key: str,
    names: list[str],
    plural: str,
) -> Iterator[Problem]:
    name = value.get(key)
    place = (*path, key)
    if isinstance(name, str) and name not in names and place not in document.blanks:
        message = f"there is no {plural.removesuffix('s')} {name!r}"
        yield document.problem(place, message, did_you_mean(name, names, plural))


def _port_use(document: Document) -> Iterator[Problem]:
    used: dict[str, list[FieldPath]] = defaultdict(list)
    for end in _all_ends(document):
        if isinstance(end.value, dict) and isinstance(end.value.get("port"), str):
            used[end.value["port"]].append((*end.path, "port"))
    for port in items(document, "device", "ports"):
        name = port.text("name")
        if name is not None and name not in used:
            message = f"the port {name!r} is at no end of a cable or trace"
            remedy = f"add 'start: {{port: {name}, part: PART}}' to a cable, or remove the port"
            yield document.problem(port.path, message, remedy)
    for name, places in used.items():
        for place in places[1:]:
            message = f"the port {name!r} is already at {written(places[0])}"
            yield document.problem(place, message, "declare a port of its own for this end")


def _ends(document: Document) -> Iterator[Problem]:
    for cable in items(document, "device", "cables"):
        if "common_mode" in cable.value and cable.value.get("end") != "floor":
            message = "a common-mode impedance needs an end on the floor"
            remedy = "write 'end: floor' or remove common_mode"
            yield document.problem((*cable.path, "common_mode"), message, remedy)
    for end in _all_ends(document):
        plane = end.wire.text("plane")
        if plane is None or not isinstance(end.value, dict):
            continue
        for key in ("part", "bond"):
            name = end.value.get(key)
            if isinstance(name, str) and name != plane:
                message = f"{name!r} is not the trace's plane {plane!r}"
                yield document.problem((*end.path, key), message, f"write {key}: {plane}")


def _allowances(document: Document) -> Iterator[Problem]:
    parts = _names(items(document, "device", "parts"))
    first: dict[tuple[str, tuple[str, ...]], Item] = {}
    for item in items(document, "device", "allow"):
        for kind in KINDS:
            value = item.value.get(kind)
            named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
            names = [name for name in named if isinstance(name, str)]
            for name in names:
                # A piece of a part, post_1, is known only when its mesh is.
                if name not in parts and _PIECE.sub("", name) not in parts:
                    message = f"there is no part {name!r}"
                    yield document.problem(
                        (*item.path, kind), message, did_you_mean(name, parts, "parts")
                    )
            key = (kind, tuple(sorted(names)))
            if names and first.setdefault(key, item) is not item:
                line = document.line_of(first[key].path)
                message = f"the same is already allowed on line {line}"
                yield document.problem((*item.path, kind), message, "remove one of the two")


_TESTS = {
    "radiated_immunity": ("immunity", "{threshold: 0.2 V, quantity: carrier_rms}"),
    "radiated_emission": (
        "emission",
        "{frequency: 24 MHz, amplitude: 3.3 V, rise_time: 1.5 ns}",
    ),
}


def _tests(document: Document) -> Iterator[Problem]:
    ports = items(document, "device", "ports")
    for test, (key, example) in _TESTS.items():
        value, _ = raw_value(document.data, ("tests", test))
        declared = value if isinstance(value, dict) else {}
        if "not_applicable" in declared or any(port.value.get(key) for port in ports):
            continue
        if not isinstance(document.data, dict) or "device" not in document.data:
            continue
        message = f"no port has '{key}', so the test has nothing to judge"
        remedy = (
            f"add '{key}: {example}' to a port, or state under tests "
            f"'{test}: {{not_applicable: REASON}}'"
        )
        yield document.problem(("tests", test), message, remedy)
    limit, _ = raw_value(document.data, ("tests", "radiated_emission", "class"))
    if limit == "A" and raw_value(document.data, ("environment",))[0] == "home":
        message = "class A is not allowed in the home environment"
        remedy = "write 'class: B' or 'environment: professional'"
        yield document.problem(("tests", "radiated_emission", "class"), message, remedy)


def _meshes(document: Document, regions: Regions | None) -> Iterator[Problem]:
    default = ("device", "mesh")
    shared, _ = raw_value(document.data, default)
    known = _Meshes(document, regions)
    if isinstance(shared, dict):
        yield from known.open(Item(default, shared))
    taken: dict[tuple[Path, str, str], Item] = {}
    for part in items(document, "device", "parts"):
        own = part.value.get("mesh")
        if own is None and shared is None:
            remedy = "add 'mesh: {file: FILE, unit: mm}' to the part or to the device"
            yield document.problem(part.path, "the part has no mesh", remedy)
        if isinstance(own, dict):
            yield from known.open(Item((*part.path, "mesh"), own))
        mesh = own if own is not None else shared
        if isinstance(mesh, dict) and isinstance(mesh.get("file"), str):
            yield from _region(document, part, mesh, known, taken)


def _region(
    document: Document,
    part: Item,
    mesh: Mapping[str, Any],
    known: _Meshes,
    taken: dict[tuple[Path, str, str], Item],
) -> Iterator[Problem]:
    path = known.resolve(mesh["file"])
    names = known.regions.get(known.key(mesh))
    region = part.text("region")
    if region is None and (name := part.text("name")) is not None:
        region = implied_region(name, path, names)
    if region is None:
        return
    place = (*part.path, "region" if "region" in part.value else "name")
    if names is not None and region not in names:
        message = f"the mesh {path.name} has no region {region!r}"
        yield document.problem(place, message, did_you_mean(region, names, "regions"))
    # Moved differently, one region is several parts: four screws of one file.
    where = repr((part.value.get("transform"), part.value.get("mesh")))
    other = taken.setdefault((path, region, where), part)
    if other is not part:
        message = f"the region {region!r} of {path.name} is already the part {other.text('name')!r}"
        remedy = "name another region, remove one part, or move it with a transform of its own"
        yield document.problem(place, message, remedy)


class _Meshes:
    """Mesh files named in a twin file: which exist, and their regions."""

    def __init__(self, document: Document, reader: Regions | None) -> None:
        self.document = document
        self.reader = reader
        self.regions: dict[tuple[Path, str], Collection[str]] = {}
        self.seen: set[tuple[Path, str]] = set()

    def resolve(self, file: str) -> Path:
        """Absolute path of a mesh file."""
        return Path(self.document.file.parent, file).resolve()

    def open(self, mesh: Item) -> Iterator[Problem]:
        """Problems of a mesh file; its region names are kept."""
        file = mesh.text("file")
        place = (*mesh.path, "file")
        if not file or place in self.document.blanks:
            return
        path = self.resolve(file)
        if not path.is_file():
            yield self._missing(place, file, path)
        elif (key := self.key(mesh.value)) not in self.seen:
            self.seen.add(key)
            yield from self._read(place, key, mesh)

    def key(self, mesh: Mapping[str, Any]) -> tuple[Path, str]:
        """A mesh file and how it is read."""
        path = self.resolve(str(mesh.get("file")))
        return path, repr([mesh.get(name) for name in ("unit", "cell_data", "labels")])

    def _read(self, place: FieldPath, key: tuple[Path, str], mesh: Item) -> Iterator[Problem]:
        if self.reader is None:
            return
        try:
            context = {"from_file": True, "folder": self.document.file.parent.resolve()}
            declared = MeshFile.model_validate(dict(mesh.value), context=context)
        except ValidationError:  # told with the other fields
            return
        try:
            self.regions[key] = self.reader(declared)
        except InputError as error:
            for found in error.problems:
                message = f"{found.field}: {found.message}" if found.field else found.message
                yield self.document.problem(place, message, found.remedy)

    def _missing(self, place: FieldPath, file: str, path: Path) -> Problem:
        if path.is_dir():
            return self.document.problem(place, f"{file!r} is a folder", "name the mesh file in it")
        if not path.parent.is_dir():
            remedy = f"the folder {path.parent} does not exist either; paths start at the twin file"
            return self.document.problem(place, f"the mesh file {file!r} does not exist", remedy)
        beside = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
        remedy = did_you_mean(path.name, beside, f"files in {path.parent}")
        return self.document.problem(place, f"the mesh file {file!r} does not exist", remedy)


def _materials(document: Document, library: Collection[str]) -> Iterator[Problem]:
    extra, _ = raw_value(document.data, ("materials",))
    names = [*library, *(extra if isinstance(extra, dict) else {})]
    for key, group in (("material", "parts"), ("permittivity", "traces")):
        for item in items(document, "device", group):
            if _without_frequency(item.value.get(key)) not in names:
                yield from _known(document, item.path, item.value, key, names, "materials")


def _without_frequency(material: Any) -> Any:
    """Name of a material that is meant at one frequency, as "muscle at 900 MHz"."""
    return material.partition(" at ")[0] if isinstance(material, str) else material
