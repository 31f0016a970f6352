"""Whatever a text editor does to a twin file, the answer is a twin or an InputError."""

from __future__ import annotations

from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emtwin import scene
from emtwin.errors import InputError

SOUP = ["", "[", "]", "{", "}", ":", "-", "\t", "null", "1e9", "[1, {a: b}]", "*x", "&x ", "é"]
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _answers(path: Path) -> bool:
    """True for a twin or an InputError that says something; other exceptions pass through."""
    try:
        return isinstance(scene.load(path, materials=("abs",)).twin, scene.Twin)
    except InputError as error:
        return all(problem.message and problem.remedy for problem in error.problems)


@relaxed
@given(start=st.integers(0, 1800), length=st.integers(0, 60), text=st.sampled_from(SOUP))
def test_damaged_text(folder: Path, good: str, start: int, length: int, text: str) -> None:
    path = folder / "damaged.yaml"
    path.write_text(good[:start] + text + good[start + length :], encoding="utf-8")
    assert _answers(path)


@relaxed
@given(data=st.data())
def test_any_shape_in_the_place_of_any_value(folder: Path, good: str, data: st.DataObject) -> None:
    tree = yaml.safe_load(good)
    node = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        deeper = isinstance(node[key], (dict, list)) and node[key]
        if not deeper or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = data.draw(SHAPES)
    path = folder / "reshaped.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    assert _answers(path)
