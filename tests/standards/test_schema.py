"""The published schema is the models' schema, and agrees with the loader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from emtwin import resources
from emtwin.scene import document
from emtwin.standards import schema

ROOT = Path(__file__).parents[2]
FILES = sorted(resources.standards_dir().glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())
    return jsonschema.Draft202012Validator(schema.json_schema())


def _content(name: str) -> Any:
    file = resources.standards_dir() / name
    return document.parse(file.read_text(encoding="utf-8"), file).data


def test_published_schema_has_not_drifted() -> None:
    published = (ROOT / schema.PUBLISHED).read_text(encoding="utf-8")
    assert published == schema.published_text(), "run: python -m emtwin.standards.schema"


def test_command_writes_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "standards.schema.json"
    schema.main([str(target)])
    assert json.loads(target.read_text(encoding="utf-8")) == schema.json_schema()
    assert str(target) in capsys.readouterr().out


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_agrees(validator: Any, file: Path) -> None:
    assert [error.message for error in validator.iter_errors(_content(file.name))] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("frequency_from", 80e6),
        ("confidence", "sure"),
        ("environments", []),
        ("levels", [0]),
        ("lewels", [3]),
        ("edition", 2020),
        ("port", "mains"),
        ("modulation", {"form": "am", "depth": 80, "frequency": "1 kHz"}),
    ],
)
def test_bad_row_disagrees(validator: Any, field: str, value: Any) -> None:
    content = _content("iec60601_1_2_table4.yaml")
    (row,) = (r for r in content["rows"] if r["id"].endswith("radiated-rf-home"))
    row[field] = value
    assert not validator.is_valid(content)


@pytest.mark.parametrize("model", schema.reachable_models(), ids=lambda model: model.__name__)
def test_every_field_is_described_in_the_docstring(model: Any) -> None:
    assert set(model.model_fields) - {"kind"} <= set(schema.descriptions(model))
