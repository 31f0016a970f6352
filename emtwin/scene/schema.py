"""JSON schema of the twin file, for completion and checks in an editor.

``python -m emtwin.scene.schema`` writes docs/twin.schema.json; a test fails
when the file and the models drift apart.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from emtwin.scene.paths import AXES
from emtwin.scene.translate import models_in
from emtwin.scene.twin import Twin

PUBLISHED = Path("docs/twin.schema.json")
"""Where the schema is kept in a checkout."""

_ENTRY = re.compile(r"^    (\w[\w, ]*) : .*\n((?:        .*\n?)+)", re.MULTILINE)


def json_schema() -> dict[str, Any]:
    """Schema of a twin file, draft 2020-12; descriptions come from the docstrings.

    Returns
    -------
    dict
        JSON-able schema.
    """
    schema = Twin.model_json_schema(by_alias=True, mode="validation")
    definitions = schema.get("$defs", {})
    for model in reachable_models():
        target = schema if model is Twin else definitions.get(model.__name__, {})
        _describe(target, model)
    _relax_trace_ends(definitions)
    _allow_steps(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "emtwin twin file",
    }


def published_text() -> str:
    """Text of the published schema file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def reachable_models() -> list[type[BaseModel]]:
    """Every model that a twin file can hold, the twin itself first."""
    found: list[type[BaseModel]] = [Twin]
    for model in found:  # grows while it is walked
        for info in model.model_fields.values():
            found += [m for m in dict.fromkeys(models_in(info.annotation)) if m not in found]
    return found


def field_descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Description of each field, from the Parameters section of the docstring."""
    entries = _ENTRY.findall(model.__doc__ or "")
    return {name: " ".join(text.split()) for names, text in entries for name in names.split(", ")}


def _describe(target: dict[str, Any], model: type[BaseModel]) -> None:
    mapping = next((s for s in target.get("anyOf", []) if "properties" in s), target)
    mapping.pop("description", None)
    target["description"] = (model.__doc__ or "").partition("\n")[0]
    descriptions = field_descriptions(model)
    for name, schema in mapping.get("properties", {}).items():
        schema["description"] = descriptions[name]


def _relax_trace_ends(definitions: dict[str, Any]) -> None:
    """A trace's end may leave `part` out, which the model fills in from `plane`."""
    for form in ("EndPort", "EndLoad"):
        relaxed = {**definitions[form], "title": f"Trace{form}"}
        relaxed["required"] = [key for key in relaxed["required"] if key != "part"]
        definitions[f"Trace{form}"] = relaxed
    for side in ("start", "end"):
        for choice in definitions["Trace"]["properties"][side]["oneOf"]:
            name = str(choice["$ref"]).rpartition("/")[2]
            if f"Trace{name}" in definitions:
                choice["$ref"] = f"#/$defs/Trace{name}"


def _allow_steps(definitions: dict[str, Any]) -> None:
    """A cable's point may be a step, and an end at a pad of a board is left out of the path."""
    path = definitions["Cable"]["properties"]["path"]
    point, one = path["items"], {"minProperties": 1, "maxProperties": 1}
    axes = dict.fromkeys(AXES, point["prefixItems"][0])
    step = {"type": "object", "properties": axes, "additionalProperties": False, **one}
    path["items"], path["minItems"] = {"anyOf": [point, step]}, 1


def main(arguments: list[str]) -> None:
    """Write the schema to the path given, or to its place in the checkout."""
    target = Path(arguments[0]) if arguments else PUBLISHED
    target.write_text(published_text(), encoding="utf-8")
    sys.stdout.write(f"wrote {target}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
