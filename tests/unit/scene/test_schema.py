"""The published schema is the models' schema, and agrees with the loader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from emtwin.scene import schema

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())
    return jsonschema.Draft202012Validator(schema.json_schema())


def test_published_schema_has_not_drifted() -> None:
    published = (ROOT / schema.PUBLISHED).read_text(encoding="utf-8")
    assert published == schema.published_text(), "run: python -m emtwin.scene.schema"


def test_command_writes_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "twin.schema.json"
    schema.main([str(target)])
    assert json.loads(target.read_text(encoding="utf-8")) == schema.json_schema()
    assert str(target) in capsys.readouterr().out


def test_good_file_agrees(validator: Any, good: str) -> None:
    assert [e.message for e in validator.iter_errors(yaml.safe_load(good))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("radius: 1 mm", "radius: 1"),
        ("radius: 1 mm", "radius: -1 mm"),
        ("radius: 1 mm", "raduis: 1 mm"),
        ("end: open", "end: opne"),
        ("accuracy: draft", "accuracy: darft"),
        ("environment: professional", "environment: hom"),
    ],
)
def test_bad_file_disagrees(validator: Any, good: str, old: str, new: str) -> None:
    assert not validator.is_valid(yaml.safe_load(good.replace(old, new)))


@pytest.mark.parametrize("model", schema.reachable_models(), ids=lambda model: model.__name__)
def test_every_field_is_described_in_the_docstring(model: Any) -> None:
    names = [info.alias or name for name, info in model.model_fields.items()]
    assert list(schema.field_descriptions(model)) == names
