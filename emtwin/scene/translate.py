"""From a pydantic error to a problem that a user can mend."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from emtwin.errors import Problem
from emtwin.scene.document import Document, FieldPath
from emtwin.scene.ends import FORMS
from emtwin.scene.sources import SOURCES

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "path_type": "a path",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
}
_BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def problem(error: ErrorDetails, document: Document, root: type[BaseModel]) -> Problem:
    """Problem that an entry of ``ValidationError.errors()`` describes.

    Parameters
    ----------
    error : ErrorDetails
        The entry.
    document : Document
        The file that was validated.
    root : type of BaseModel
        Model of the whole file, to look up what a field expects.

    Returns
    -------
    Problem
        With file, line, field path, value and remedy.
    """
    path = field_path(error["loc"]) + _within(error)
    declared = find_field(root, error["loc"])
    message, remedy = _said(error, path, declared, document, root)
    return document.problem(path, message, remedy)


def field_path(location: Iterable[int | str]) -> FieldPath:
    """Location without pydantic's marks: tags in ``<>``, ``[key]``."""
    keys = [key for key in location if key != "[key]"]
    return tuple(key for key in keys if isinstance(key, int) or not _is_tag(key))


def raw_value(data: Any, path: FieldPath) -> tuple[Any, bool]:
    """Value at a path of plain data, and whether it is there."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None, False
    return data, True


def did_you_mean(word: object, known: Iterable[str], plural: str) -> str:
    """Remedy that proposes the nearest known word, or lists all of them.

    Parameters
    ----------
    word : object
        What was written.
    known : iterable of str
        What could have been written.
    plural : str
        What they are, for the list: ``parts``.

    Returns
    -------
    str
        One sentence.
    """
    names = list(known)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(str(word).casefold(), list(folded), n=1, cutoff=0.6)
    near = near or [part for part in str(word).casefold().split() if part in folded]
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    listed = ", ".join(sorted(names)[:20]) + (", ..." if len(names) > 20 else "")
    return f"known {plural}: {listed}" if names else f"there are no {plural} yet; add one"


def _said(
    error: ErrorDetails,
    path: FieldPath,
    declared: FieldInfo | None,
    document: Document,
    root: type[BaseModel],
) -> tuple[str, str]:
    """Message and remedy of one error."""
    kind, context = error["type"], dict(error.get("ctx", {}))
    value, present = raw_value(document.data, path)
    if not present:
        value = error["input"]
    if kind == "missing":
        return "is missing", _missing(path, declared)
    if kind == "extra_forbidden":
        known = _keys(model_at(root, error["loc"][:-1]))
        return f"unknown field {path[-1]!r}", did_you_mean(path[-1], known, "fields here")
    if kind == "end_form":
        return f"{_shown(value)} is not a known end", _end_remedy(value, path)
    if kind == "source_kind":
        message = f"{_shown(value)} is not a known kind of source"
        return message, did_you_mean(value, SOURCES, "kinds")
    if kind in ("literal_error", "enum"):
        return _literal(value, declared)
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return (
            f"{_shown(value)} must be {words} {context[key]:g}",
            f"give a value {words} {context[key]:g}",
        )
    if kind in ("too_short", "too_long"):
        return _length(kind, context)
    if kind in ("remedied", "value_error"):
        return _own(error, context)
    return _type(kind, value, error["msg"])


def _within(error: ErrorDetails) -> FieldPath:
    """Field inside the model at the error's place: what a check of the whole model is about."""
    if error["type"] == "source_kind":
        return ("kind",)
    return tuple(error.get("ctx", {}).get("field", ()))


def _own(error: ErrorDetails, context: Mapping[str, Any]) -> tuple[str, str]:
    """A message that emtwin's own validators made; its remedy is the part after ';'."""
    if error["type"] == "remedied":
        return error["msg"], str(context["remedy"])
    message, _, remedy = str(context["error"]).partition("; ")
    return message, remedy


def _missing(path: FieldPath, declared: FieldInfo | None) -> str:
    example = _example(declared, path[-1]) if declared else "..."
    return f"add '{path[-1]}: {example}'"


def _literal(value: object, declared: FieldInfo | None) -> tuple[str, str]:
    choices = [str(choice) for choice in get_args(_plain(declared))] if declared else []
    remedy = did_you_mean(value, choices, "values")
    listed = ", ".join(choices)
    return f"{_shown(value)} is not one of {listed}", remedy


def _length(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    short = kind == "too_short"
    limit = context["min_length"] if short else context["max_length"]
    side = "at least" if short else "at most"
    message = f"holds {context['actual_length']} entries where {side} {limit} are needed"
    return message, "add the missing entries" if short else "remove the surplus entries"


def _type(kind: str, value: object, fallback: str) -> tuple[str, str]:
    wanted = _KINDS.get(kind)
    if wanted is None:
        return f"{_shown(value)}: {fallback}", "correct the value"
    if value is None:
        return f"is empty where {wanted} is expected", "give a value or remove the line"
    if wanted == "text":
        return f"{_shown(value)} is not text", f'put it in quotes: "{value}"'
    return f"{_shown(value)} is not {wanted}", f"write {wanted}"


def _end_remedy(value: object, path: FieldPath) -> str:
    words = ["open"] if "traces" in path or path[-1] == "start" else ["open", "floor"]
    if isinstance(value, dict) and value:
        keys = [key for key in FORMS if key not in ("open", "floor")]
        keys = [key for key in keys if key != "board" or "traces" not in path]
        hint = did_you_mean(next(iter(value)), keys, "keys")
        if hint.startswith("did"):
            return hint
    part = "" if "traces" in path else ", part: PART"
    bonds = ["{bond: PART}"] + ["{board: BOARD, pad: J1.2}"] * ("cables" in path)
    forms = [*bonds, f"{{port: PORT{part}}}", f"{{load: 100 ohm{part}}}", *words]
    return "write one of " + ", ".join(forms)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _is_tag(key: int | str) -> bool:
    return isinstance(key, str) and key.startswith("<") and key.endswith(">")


def _plain(declared: FieldInfo) -> Any:
    """Annotation without ``| None``."""
    options = [arg for arg in get_args(declared.annotation) if arg is not types.NoneType]
    is_union = get_origin(declared.annotation) in (types.UnionType, Union)
    return options[0] if is_union and len(options) == 1 else declared.annotation


def _keys(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    return [info.alias or name for name, info in model.model_fields.items()]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model class inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def model_at(root: type[BaseModel], location: Iterable[int | str]) -> type[BaseModel] | None:
    """Model class that validates the mapping at a pydantic location."""
    model: type[BaseModel] | None = root
    by_name = False
    for key in location:
        if isinstance(key, int) or by_name:
            by_name = False  # the user's own key, as in materials.NAME
        elif _is_tag(key):
            model = (FORMS | SOURCES)[key[1:-1]]
        elif model is not None:
            info = _field_of(model, key)
            by_name = info is not None and get_origin(info.annotation) is dict
            model = next(models_in(info.annotation), None) if info else None
    return model


def find_field(root: type[BaseModel], location: tuple[int | str, ...]) -> FieldInfo | None:
    """Field at a pydantic location, None inside lists of numbers and the like."""
    if not location or not isinstance(location[-1], str):
        return None
    model = model_at(root, location[:-1])
    return _field_of(model, location[-1]) if model else None


def _field_of(model: type[BaseModel], key: str) -> FieldInfo | None:
    fields = model.model_fields
    return fields.get(key) or next((f for f in fields.values() if f.alias == key), None)


def _example(declared: FieldInfo, key: object) -> str:
    """What could stand there, as YAML."""
    schemas = [extra for extra in declared.metadata if isinstance(extra, WithJsonSchema)]
    for schema in schemas:
        if schema.json_schema and "examples" in schema.json_schema:
            return str(schema.json_schema["examples"][0])
    if key in ("start", "end"):
        return "open"
    model = next(models_in(declared.annotation), None)
    if model is not None and get_origin(declared.annotation) is not tuple:
        needed = [name for name, info in model.model_fields.items() if info.is_required()]
        return "{" + ", ".join(f"{name}: ..." for name in needed) + "}"
    if declared.annotation is bool:
        return "true | false"
    choices = get_args(declared.annotation)
    if choices and all(isinstance(choice, (str, int)) for choice in choices):
        return " | ".join(str(choice) for choice in choices)
    return "[...]" if get_origin(declared.annotation) is tuple else "..."
