"""The parameters that a docstring names are those of the function or the fields of the class."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.imports import modules

_SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-{3,}\n|\Z)", re.M | re.S)
_ENTRY = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :|$)", re.M)


def documented(docstring: str) -> set[str]:
    """Names in the Parameters section of a docstring."""
    section = _SECTION.search(docstring)
    entries = _ENTRY.findall(section[1]) if section else []
    return {name.strip().lstrip("*") for entry in entries for name in entry.split(",")}


def parameters(node: ast.FunctionDef) -> set[str]:
    """Names that a function takes."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    stars = filter(None, (arguments.vararg, arguments.kwarg))
    return {argument.arg for argument in (*every, *stars)} - {"self", "cls"}


def fields(node: ast.ClassDef, inherited: dict[str, set[str]]) -> set[str]:
    """Names that a class takes: annotated fields, aliases, those of its __init__ and its bases."""
    names: set[str] = set()
    for child in node.body:
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            names |= {child.target.id, *re.findall(r"alias='(\w+)'", ast.unparse(child))}
        if isinstance(child, ast.FunctionDef) and child.name == "__init__":
            names |= parameters(child)
    for base in node.bases:
        names |= inherited.get(ast.unparse(base), set())
    return names


def classes(tree: ast.Module) -> dict[str, set[str]]:
    """What each class of a module takes, without bases from other modules."""
    known: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            known[node.name] = fields(node, known)
    return known


def mistakes(tree: ast.Module, others: dict[str, set[str]] | None = None) -> Iterator[str]:
    """Lines that name an unknown parameter, or leave out one of a list that names others."""
    inherited = (others or {}) | classes(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        told = documented(ast.get_docstring(node) or "")
        if isinstance(node, ast.ClassDef):
            wrong = told - fields(node, inherited)
        else:
            wrong = told ^ parameters(node) if told else set()
        if wrong:
            yield f"{node.lineno}: {node.name}: {', '.join(sorted(wrong))}"


def test_docstrings_name_the_parameters_that_there_are(repository: Path) -> None:
    trees = {
        file: ast.parse(file.read_text(encoding="utf-8"))
        for file in modules(repository / "emtwin").values()
    }
    known: dict[str, set[str]] = {}
    for tree in trees.values():
        known |= classes(tree)
    found = [
        f"{file}:{mistake}" for file, tree in trees.items() for mistake in mistakes(tree, known)
    ]
    assert not found, "\n".join(["unknown or missing in the Parameters section:", *found])


FUNCTION = '''
def f(a, b, *rest):
    """Do.

    Parameters
    ----------
    {names} : int
        Text : with a colon.

    Returns
    -------
    x : int
    """
'''


@pytest.mark.parametrize(
    ("names", "expected"),
    [("a, b, *rest", []), ("a, b", ["2: f: rest"]), ("a, b, rest, c", ["2: f: c"])],
)
def test_a_wrong_name_is_found(names: str, expected: list[str]) -> None:
    assert list(mistakes(ast.parse(FUNCTION.format(names=names)))) == expected


def test_fields_of_a_dataclass_count() -> None:
    text = (
        'class A:\n    """S.\n\n    Parameters\n    ----------\n    x : int\n    """\n    {}: int\n'
    )
    assert list(mistakes(ast.parse(text.format("x")))) == []
    assert list(mistakes(ast.parse(text.format("y")))) == ["1: A: x"]
