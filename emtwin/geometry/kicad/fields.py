"""Numbers, points and nets out of expressions, with a problem for each that is not one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Problem
from emtwin.geometry.kicad.curves import arc
from emtwin.geometry.kicad.sexpr import Expression

Points = NDArray[np.float64]

MILLIMETRE = 1e-3
_SHOWN = {
    "slash": "/",
    "backslash": "\\",
    "bar": "|",
    "dblquote": '"',
    "quote": "'",
    "lt": "<",
    "gt": ">",
    "colon": ":",
    "space": " ",
    "tab": "\t",
    "return": "\n",
    "brace": "{",
}
_HIDDEN = re.compile("{(" + "|".join(_SHOWN) + ")}")
_FARTHEST = 10.0  # metres; KiCad's own limit is about 2
_MEND = "open the board in KiCad and save it again"


def number(value: float) -> str:
    """A length in millimetres as a message shows it."""
    return f"{value + 0.0:.6g}"


def shown(name: str) -> str:
    """A net's name as KiCad shows it: a file has ``P1.0{slash}XL1`` for ``P1.0/XL1``."""
    return _HIDDEN.sub(lambda found: _SHOWN[found[1]], name)


@dataclass
class Fields:
    """Reads values and collects what is wrong with them.

    Parameters
    ----------
    file : Path
        Place of the text.
    problems : list of Problem
        What was found so far.
    nets : dict of str to str
        Name of every numbered net.
    """

    file: Path
    problems: list[Problem]
    nets: dict[str, str]

    def fault(self, message: str, line: int) -> None:
        """Add a problem."""
        self.problems.append(Problem(message, self.file, line, remedy=_MEND))

    def value(self, owner: Expression, text: str, what: str) -> float:
        """A finite number; 0 with a problem where it is none."""
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found) or abs(found) > _FARTHEST / MILLIMETRE:
            self.fault(f"{what} of ({owner.name} ...) is {text[:40]!r}, not a number", owner.line)
            return 0.0
        return found

    def length(self, owner: Expression, name: str, default: float | None = None) -> float:
        """Length in metres of the list `name` inside `owner`."""
        text = owner.word(name)
        if not text and default is not None:
            return default
        return self.value(owner, text, name) * MILLIMETRE

    def position(self, owner: Expression, name: str) -> tuple[float, float]:
        """Point in metres, y up, of the list `name` inside `owner`."""
        found = owner.first(name)
        if found is None or len(found.words) < 2:
            self.fault(f"({owner.name} ...) has no point {name!r}", owner.line)
            return (0.0, 0.0)
        x, y = (self.value(owner, text, name) for text in found.words[:2])
        return x * MILLIMETRE, -y * MILLIMETRE

    def angle(self, owner: Expression, name: str, place: int) -> float:
        """Angle in radians, counter-clockwise: word number `place` of the list `name`."""
        found = owner.first(name)
        if found is None or len(found.words) <= place:
            return 0.0
        text = found.words[place]
        return 0.0 if text == "unlocked" else math.radians(self.value(owner, text, "the angle"))

    def net(self, owner: Expression) -> str:
        """Net of an item, whether the file gives its number, both, or only its name."""
        found = owner.first("net")
        words = found.words if found else []
        if not words:
            return ""
        if len(words) > 1:
            return shown(words[1])
        return self.nets.get(words[0], shown(owner.word("net_name") or _only_name(words)))

    def corners(self, owner: Expression) -> Points:
        """Corners of the list ``pts`` inside `owner`, arcs as chords, shape (n, 2)."""
        found = owner.first("pts")
        pieces: list[Points] = []
        for item in (v for v in (found.values if found else []) if isinstance(v, Expression)):
            if item.name == "xy":
                if len(item.words) != 2:
                    self.fault("(xy ...) needs two numbers", item.line)
                    continue
                x, y = (self.value(item, text, "a coordinate") for text in item.words)
                pieces.append(np.array([[x, -y]]) * MILLIMETRE)
            elif item.name == "arc":
                pieces.append(arc(*(self.position(item, p) for p in ("start", "mid", "end"))))
        return np.concatenate(pieces) if pieces else np.zeros((0, 2))


def _only_name(words: Sequence[str]) -> str:
    """A net that is given by its name; the number 0 is KiCad's for no net."""
    return "" if words[0] == "0" else words[0]
