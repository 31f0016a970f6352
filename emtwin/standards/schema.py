"""JSON schema of the files of standards/, for completion and checks in an editor.

``python -m emtwin.standards.schema`` writes docs/standards.schema.json; a test
fails when the file and the models drift apart.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from emtwin.scene.schema import field_descriptions
from emtwin.scene.translate import models_in
from emtwin.standards.editions import StandardEditions
from emtwin.standards.kinds import KINDS

PUBLISHED = Path("docs/standards.schema.json")
"""Where the schema is kept in a checkout."""


def json_schema() -> dict[str, Any]:
    """Schema of a file of rows or of the registry of editions, draft 2020-12.

    Returns
    -------
    dict
        JSON-able schema; descriptions come from the docstrings.
    """
    roots = [*KINDS.values(), StandardEditions]
    _, made = models_json_schema([(model, "validation") for model in roots])
    definitions = made["$defs"]
    for model in reachable_models():
        _describe(definitions[model.__name__], model)
    _allow_quantities(definitions["Waveform"]["properties"])
    kinds = [{"$ref": f"#/$defs/{model.__name__}"} for model in KINDS.values()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "emtwin rows of standards",
        "oneOf": [
            _file("rows", {"oneOf": kinds}),
            _file("standards", {"$ref": "#/$defs/StandardEditions"}),
        ],
        "$defs": definitions,
    }


def published_text() -> str:
    """Text of the published schema file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def reachable_models() -> list[type[BaseModel]]:
    """Every model that the files can hold: kinds of row, and what they are made of."""
    found: list[type[BaseModel]] = [*KINDS.values(), StandardEditions]
    for model in found:  # grows while it is walked
        for info in model.model_fields.values():
            found += [m for m in dict.fromkeys(models_in(info.annotation)) if m not in found]
    return found


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Description of each field, also of those that a model inherits."""
    inherited: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel):
            inherited |= field_descriptions(base)
    return inherited


def _file(key: str, items: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: {"type": "array", "items": items}},
        "required": [key],
        "additionalProperties": False,
    }


def _describe(target: dict[str, Any], model: type[BaseModel]) -> None:
    target["description"] = (model.__doc__ or "").partition("\n")[0]
    said = descriptions(model)
    for name, schema in target.get("properties", {}).items():
        if name in said:
            schema["description"] = said[name]


def _allow_quantities(fields: dict[str, Any]) -> None:
    """A figure of a waveform is read by its dimension: ``50 ns``, or a plain number."""
    for name in ("nominal", "lowest", "highest"):
        fields[name]["anyOf"].insert(0, {"type": "string"})


def main(arguments: list[str]) -> None:
    """Write the schema to the path given, or to its place in the checkout."""
    target = Path(arguments[0]) if arguments else PUBLISHED
    target.write_text(published_text(), encoding="utf-8")
    sys.stdout.write(f"wrote {target}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
