"""Imports point down only, in no cycle, and some libraries have one door."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.imports import Import, cycle, imports_of, modules, read

DEPTH = {name: depth for depth, line in enumerate(rules.LAYERS) for name in line}


@pytest.fixture(scope="module")
def package(repository: Path) -> Path:
    return repository / "emtwin"


@pytest.fixture(scope="module")
def imports(package: Path) -> list[Import]:
    return read(package)


def layer(module: str) -> str:
    """Second part of a dotted name: ``emtwin.voxel.plan`` is in layer ``voxel``."""
    parts = module.split(".")
    inside = parts[0] == "emtwin" and len(parts) > 1 and parts[1] != "__main__"
    return parts[1] if inside else ""


def points_up(found: Import) -> bool:
    """Tell whether an import breaks the rule of layers."""
    source, target = layer(found.importer), layer(found.imported)
    if not source or not target or source == target or (source, target) in rules.EXCEPTIONS:
        return False
    if target in rules.FORBIDDEN.get(source, frozenset()):
        return True
    if DEPTH[source] == DEPTH[target]:
        return target not in rules.SHARED_LEAVES
    return DEPTH[source] > DEPTH[target]


def folder(module: str) -> str:
    """First three parts of a dotted name: ``emtwin.voxel.gaps`` for ``emtwin.voxel.gaps.flat``."""
    return ".".join(module.split(".")[:3])


def report(found: list[Import], rule: str) -> str:
    return "\n".join([rule, *map(str, found)])


def test_every_module_belongs_to_a_layer(package: Path) -> None:
    strangers = {layer(name) for name in modules(package)} - set(DEPTH) - {""}
    assert not strangers, f"not in tests/architecture/rules.py: {sorted(strangers)}"


def test_imports_point_down(imports: list[Import]) -> None:
    wrong = [found for found in imports if points_up(found)]
    assert not wrong, report(wrong, "imports may point down only:")


def test_inside_the_package_imports_of_the_top_are_not_used(imports: list[Import]) -> None:
    wrong = [
        found for found in imports if found.imported == "emtwin" and found.importer != "emtwin"
    ]
    wrong = [found for found in wrong if layer(found.importer) != "cli"]
    assert not wrong, report(wrong, "name the module, not the package's top:")


def test_there_is_no_cycle(imports: list[Import]) -> None:
    graph: dict[str, set[str]] = {}
    for found in imports:
        if found.imported.startswith("emtwin.") and not found.typing_only:
            graph.setdefault(found.importer, set()).add(found.imported)
    found_cycle = cycle(graph)
    assert not found_cycle, "import cycle: " + " -> ".join(found_cycle)


def test_there_is_no_cycle_between_the_folders_of_a_layer(
    package: Path, imports: list[Import]
) -> None:
    """Each folder, and each module beside it, is one node; what a folder shows does not count."""
    shown = {name for name, file in modules(package).items() if file.name == "__init__.py"}
    graph: dict[str, set[str]] = {}
    for found in imports:
        counts = not found.typing_only and found.importer not in shown
        if counts and found.imported.startswith("emtwin."):
            graph.setdefault(folder(found.importer), set()).add(folder(found.imported))
    for name, needed in graph.items():
        needed.discard(name)
    found_cycle = cycle(graph)
    assert not found_cycle, "folders that need each other: " + " -> ".join(found_cycle)


@pytest.mark.parametrize("library", sorted(rules.SOLE_IMPORTERS))
def test_a_library_has_one_door(imports: list[Import], library: str) -> None:
    door = rules.SOLE_IMPORTERS[library]
    wrong = [f for f in imports if f.imported.split(".")[0] == library and f.importer != door]
    assert not wrong, report(wrong, f"only {door} imports {library}:")


def test_no_library_under_a_reciprocal_licence(imports: list[Import]) -> None:
    wrong = [f for f in imports if f.imported.split(".")[0] in rules.NEVER_IMPORTED]
    assert not wrong, report(wrong, "GPL and AGPL programs are run beside, never imported:")


def test_heavy_libraries_are_imported_lazily(imports: list[Import]) -> None:
    wrong = [
        f
        for f in imports
        if not (f.lazy or f.typing_only)
        and any(f.imported == h or f.imported.startswith(h + ".") for h in rules.LAZY_LIBRARIES)
        and f.importer != rules.SOLE_IMPORTERS.get(f.imported.split(".")[0])
    ]
    assert not wrong, report(wrong, "import these inside the function that needs them:")


class TestTheReaderItself:
    """A test of imports that reads none would always pass."""

    def test_it_reads_the_package(self, imports: list[Import]) -> None:
        assert any(f.imported == "emtwin.errors" for f in imports)
        assert len(imports) > 20

    def test_upward_sideways_and_forbidden_imports_are_found(self, tmp_path: Path) -> None:
        file = tmp_path / "plan.py"
        file.write_text(
            "from emtwin import solver\n"
            "def f():\n    from emtwin.report.html import write\n"
            "from ..grid import yee\n"
            "from emtwin.errors import InputError\n"
        )
        known = frozenset({"emtwin.solver", "emtwin.report.html", "emtwin.grid.yee"})
        found = list(imports_of("emtwin.voxel.plan", file, known))
        assert [f.imported for f in found] == [
            "emtwin.solver",
            "emtwin.report.html",
            "emtwin.grid.yee",
            "emtwin.errors",
        ]
        assert [points_up(f) for f in found] == [True, True, False, False]
        assert [f.lazy for f in found] == [False, True, False, False]
        assert str(found[0]).endswith("plan.py:1: emtwin.voxel.plan imports emtwin.solver")
        sideways = next(iter(imports_of("emtwin.geometry.plan", file, known)))
        assert points_up(sideways)

    def test_a_cycle_is_named(self) -> None:
        assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
        assert cycle({"a": {"b", "c"}, "b": {"c"}}) == []
