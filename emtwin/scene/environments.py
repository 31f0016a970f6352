"""What else the environments of intended use are called, and which of the three words is meant."""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

Name = Literal["professional", "home", "special"]

MEANINGS: dict[str, str] = {
    "professional": "the professional healthcare facility environment: hospitals, clinics and "
    "practices",
    "home": "the home healthcare environment: dwellings, nursing homes, public places and vehicles",
    "special": "a special environment: military, heavy industry, near high-power medical "
    "equipment; every test then gives its own levels",
}
"""What each word stands for, after figure 3 of IEC 60601-1-2:2014 (recalled)."""

_CALLED: dict[str, tuple[str, ...]] = {
    "special": (
        *("special", "military", "submarine", "radar", "industrial", "industry", "factory"),
        *("mri", "mr room", "short wave therapy"),
    ),
    "home": (
        *("home", "homecare", "domestic", "domicile", "residential", "house", "apartment"),
        *("ambulance", "ems", "emergency medical services", "vehicle", "car", "bus", "train"),
        *("aircraft", "airplane", "helicopter", "boat", "ship", "outdoor", "outdoors", "public"),
        *("school", "hotel", "shop"),
    ),
    "professional": (
        *("professional", "hospital", "clinic", "clinical", "healthcare", "health care", "ward"),
        *("facility", "doctor", "doctors", "physician", "dental", "dentist", "practice"),
        *(
            "surgery",
            "operating room",
            "operating theatre",
            "emergency room",
            "intensive care",
            "icu",
            "laboratory",
        ),
    ),
}
"""Words by which each one is known, the most particular environment first."""

_EMERGENCY = re.compile(r"\b(ambulance|ems|emergency medical)\b")


def meant_by(word: str) -> str:
    """The environment that another word means.

    Parameters
    ----------
    word : str
        What was written, for example ``hospital``.

    Returns
    -------
    str
        ``professional``, ``home`` or ``special``; empty where nothing of it is known, or it is one
        of the three misspelt.
    """
    said = _plain(word)
    for name, words in _CALLED.items():
        if any(re.search(rf"\b{known}s?\b", said) for known in words):
            return name
    near = {known: name for name, words in _CALLED.items() for known in words}
    found = difflib.get_close_matches(said, list(near), n=1, cutoff=0.8)
    return near[found[0]] if found and found[0] not in MEANINGS else ""


def remedy_for(word: str) -> str:
    """What to write in place of a word that means an environment; empty where none is meant."""
    name = meant_by(word)
    if not name:
        return ""
    more = "; IEC 60601-1-12 may ask for more" if _EMERGENCY.search(_plain(word)) else ""
    return f"write 'environment: {name}', {MEANINGS[name]}{more}"


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", " ", word.casefold()).strip()


def _named(value: Any) -> Any:
    """Refuse another name of an environment with the word that is meant."""
    choices = get_args(Name)
    if not isinstance(value, str) or value in choices:
        return value
    remedy = remedy_for(value)
    if not remedy:
        return value
    message = f"{value!r} is not one of {', '.join(choices)}"
    raise PydanticCustomError("remedied", "{message}", {"message": message, "remedy": remedy})


Environment = Annotated[Name, BeforeValidator(_named)]
"""Environment of intended use (IEC 60601-1-2): health care facility, home, or a special one
whose levels the manufacturer's risk management gives."""
