"""Reads every import of the package from its syntax trees, without importing anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One import statement, resolved to a module name."""

    importer: str
    imported: str
    file: Path
    line: int
    lazy: bool
    typing_only: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.importer} imports {self.imported}"


def modules(package: Path) -> dict[str, Path]:
    """Dotted name of every module below `package`, and its file."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = [package.name, *file.relative_to(package).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def read(package: Path) -> list[Import]:
    """Every import of every module of `package`."""
    known = modules(package)
    return [
        found for name, file in known.items() for found in imports_of(name, file, frozenset(known))
    ]


def imports_of(name: str, file: Path, known: frozenset[str]) -> Iterator[Import]:
    """Imports of one module; ``from a import b`` is a.b where that is a module."""
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    for node, lazy, typing_only in _walk(tree, lazy=False, typing_only=False):
        for target in _targets(node, name, file, known):
            yield Import(name, target, file, node.lineno, lazy, typing_only)


def _walk(
    node: ast.AST, *, lazy: bool, typing_only: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, lazy, typing_only
            continue
        inside = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        typed = typing_only or (
            isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        )
        yield from _walk(child, lazy=inside, typing_only=typed)


def _targets(
    node: ast.Import | ast.ImportFrom, name: str, file: Path, known: frozenset[str]
) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = _base(node, name, file)
    return [
        f"{base}.{alias.name}" if f"{base}.{alias.name}" in known or base == "scipy" else base
        for alias in node.names
    ]


def _base(node: ast.ImportFrom, name: str, file: Path) -> str:
    if node.level == 0:
        return node.module or ""
    package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    kept = package[: len(package) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """One cycle of `graph` as a list whose ends are equal, or an empty list."""
    done: set[str] = set()
    path: list[str] = []

    def visit(node: str) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        path.append(node)
        for target in sorted(graph.get(node, ())):
            found = visit(target)
            if found:
                return found
        path.pop()
        done.add(node)
        return []

    for start in sorted(graph):
        found = visit(start)
        if found:
            return found
    return []
