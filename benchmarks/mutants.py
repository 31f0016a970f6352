"""Mutants of the kernels' text: one operator of one line of arithmetic turned into its opposite.

No C parser. The text is cut into tokens; comments, strings and directives are left out, of a
``#define`` only its head, so that the loops of launch.cuh count as arithmetic. The token before an
operator says what it is: after a value it has two operands, after anything else one. A name in
CamelCase is a type's. A star after a type declares a pointer, one without a left operand reads
through it; neither is arithmetic, nor are ``++``, ``--`` and the brackets of templates.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

OPPOSITE = {
    **{"+": "-", "-": "+", "*": "/", "/": "*", "%": "*"},
    **{"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*="},
    **{"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    **{"&&": "||", "||": "&&", "<<": ">>", ">>": "<<", "&": "|", "|": "&"},
}
"""What becomes of an operator with two operands; a sign with one becomes plus."""

_MINIMUM = "the lesser or greater of two equal values is either"
_TWICE = "a corner on the line is taken twice, to rounding: that adds a triangle of area 0"
_TIE = "both are equal where both are zero, which answers the same, or by a chance of rounding"
_UNIT = "the factor is 1 or -1"
_CUT_ANYWAY = "an outline that need not be cut is cut, and stays what it was"
_COLLAPSED = "only a triangle with one point twice has equal numbers, and no ray crosses it"

EQUIVALENT = {
    ("winding_votes.cu", "return magnitude(p - q) >= ON_SURFACE"): _TIE,
    ("winding_votes.cu", "magnitude(sum) >= all"): _TIE,
    ("winding_votes.cu", "magnitude(n_x) >= all"): _TIE,
    ("winding_votes.cu", "magnitude(n_y) >= all"): _TIE,
    ("winding_votes.cu", "if (centres[k] >= low || !is_beyond) {"): (
        "outside the triangle's heights its plane answers as they do, to rounding"
    ),
    ("launch.cuh", "Resident<ARITHMETIC>=::blocks"): (
        "ends a template's argument and compares nothing; for the device it does not compile"
    ),
    ("yee.cu", "a, box, i, j, k, k - 1);"): "a thread of the device takes one k, whatever the end",
    ("prisms.cu", "kept -= sign"): _CUT_ANYWAY,
    ("prisms.cu", "kept += sign / ("): _CUT_ANYWAY,
    ("prisms.cu", "- limit) > 0;"): _CUT_ANYWAY,
    ("prisms.cu", "at_q <= 0) ||"): _TWICE,
    ("prisms.cu", "at_q >= 0)) {"): _TWICE,
    ("yee.cu", "n <= low ? n : low + n - high"): (
        "element `low` absorbs only where the slabs meet, low = high, and then both give n"
    ),
    ("yee.cu", "(first <= a.low_z ? 0 : a.low_z - a.high_z)"): (
        "a part that begins at `low_z` absorbs only where the slabs meet, and then both give 0"
    ),
    ("dispersion.cu", "(Index m = 0; m <= VECTOR; ++m) {"): (
        "asks for one edge more: fewer stretches are taken as a whole, with the same bits"
    ),
    ("dispersion.cu", "a.offset[n + m] == a.offset[n] + m"): (
        "m = 0 always counts: every edge is taken alone, with the same bits"
    ),
    ("dispersion.cu", "a.material[n + m] == a.material[n]"): (
        "m = 0 always counts: every edge is taken alone, with the same bits"
    ),
    ("winding_votes.cu", "return one >= other;"): (
        "the two differ by more than rounding there, so they are not equal"
    ),
    ("winding_votes.cu", "value <= 0 ? -value : value"): "zero is zero with either sign",
    ("winding_votes.cu", "? p >= q : q < 0"): "the two differ by more than rounding there",
    ("winding_votes.cu", "? p > q : q <= 0"): (
        "an edge that begins and ends at one q is passed over before"
    ),
    ("winding_votes.cu", "return decides >= 0 ? 1 : -1;"): (
        "only a triangle without area has no normal, and no ray crosses it"
    ),
    ("winding_votes.cu", "bc_low = b[w] <= c[w]"): _MINIMUM,
    ("winding_votes.cu", "bc_high = b[w] <= c[w]"): _MINIMUM,
    ("winding_votes.cu", "low = a[w] <= bc_low"): _MINIMUM,
    ("winding_votes.cu", "high = a[w] >= bc_high"): _MINIMUM,
    ("winding_votes.cu", "side / shifted_side("): _UNIT,
    ("winding_votes.cu", "side * shifted_side(n_x, n_y, n_z) >= 0"): "the product is 1 or -1",
    ("winding_votes.cu", "is_beyond = centres[k] >= high;"): (
        "the shift takes a centre as high as the triangle's highest point beyond it"
    ),
    ("winding_votes.cu", "near ? on_it_counts : height >= 0;"): "a height of 0 is near",
    ("winding_votes.cu", "leaves = side / c.turn"): _UNIT,
    ("winding_votes.cu", "ba = b <= a"): _COLLAPSED,
    ("winding_votes.cu", "cb = c <= b"): _COLLAPSED,
    ("winding_votes.cu", "ca = c <= a"): _COLLAPSED,
    ("winding_votes.cu", "low = k <= low ? k : low;"): _MINIMUM,
    ("winding_votes.cu", "high >= a.n_w ? a.n_w : high;"): _MINIMUM,
    ("winding_votes.cu", "- 8 / leaves"): _UNIT,
    ("prisms.cu", "const double high = o[2] >= p[2]"): _MINIMUM,
    ("prisms.cu", "low = o[2] >= p[2]"): _MINIMUM,
    ("prisms.cu", "const double top = high >= q[2]"): _MINIMUM,
    ("prisms.cu", "bottom = low <= q[2]"): _MINIMUM,
    ("prisms.cu", "const double middle = q[2] >= high"): _MINIMUM,
    ("prisms.cu", "q[2] <= low ? low : q[2];"): _MINIMUM,
    ("prisms.cu", "(at_p >= 0 && at_q < 0)"): _TWICE,
    ("prisms.cu", "(at_p <= 0 && at_q > 0)"): _TWICE,
    ("prisms.cu", "if (c > 0) return (a + b + c) / 3;"): "for c = 0 the other forms give the same",
    ("prisms.cu", "k < n_z && above >= 0"): "where nothing is above, nothing is added",
    ("winding_number.cu", "across >= 0 && sum.im"): "an `across` of 0 has returned before",
    ("winding_number.cu", "across <= 0 && sum.im"): "an `across` of 0 has returned before",
    ("winding_number.cu", "(re <= 0 ? -re : re)"): "zero is zero with either sign",
    ("winding_number.cu", "(im <= 0 ? -im : im)"): "zero is zero with either sign",
    ("monitors.cu", "for (; k + LANES < last; k += LANES)"): (
        "the last whole vector of a row is then summed one by one"
    ),
    ("dispersion.cu", "if (n + VECTOR < box.hi[0]"): (
        "the last stretch may be taken edge by edge, with the same bits"
    ),
    ("experiments/yee_passes.cu", "return first + planes <= box.hi[0] ?"): _MINIMUM,
    ("experiments/yee_passes.cu", "if (p.j > box.hi[1] && p.k > box.hi[2]) continue;"): (
        "threads beyond the box then compute what nobody stores"
    ),
    ("experiments/yee_passes.cu", "e.put(i + 1"): "a plane as even or odd as the right one",
    ("experiments/yee_passes.cu", "second.put(i + 2"): "a plane as even or odd as the right one",
    ("launch.cuh", "if (blockIdx.x == 0 || threadIdx.x == 0)"): (
        "more threads of a row compute the same sum and store it in the same place"
    ),
}
"""Changes that cannot alter a result: (file, part of the altered line) and the reason."""

_TYPES = {"real", "double", "float", "Index", "int32", "flag", "row_id", "row_ids", "int"}
_TYPES |= {"unsigned", "char", "bool", "void", "long", "short", "auto", "const"}
_NO_VALUE = {"return", "else", "case", "if", "for", "while", "do"}
_TOKEN = re.compile(
    r"""(?P<space>\s+|\\\n|//[^\n]*|/\*.*?\*/)
      | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      | (?P<head>\#[ \t]*define[ \t]+\w+(?:\([^)]*\))?)
      | (?P<directive>\#[ \t]*(?:if|ifn?def|el|endif|include|pragma|undef|error)(?:\\\n|[^\n])*)
      | (?P<template>\btemplate\s*<[^>]*>|\b\w+_cast\s*<[^>]*>|\b\w+<[\w\s,]+>(?=\())
      | (?P<number>\bsizeof\s*\([^)]*\)|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\w*)
      | (?P<name>\w+)
      | (?P<sign><<=|>>=|->|\+\+|--|<<|>>|&&|\|\||::|\#\#|[-+*/%<>=!&|^]=|.)""",
    re.VERBOSE | re.DOTALL,
)


class MutationError(Exception):
    """Nothing can be said of any mutant; the message says why."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Parameters
    ----------
    file : str
        The kernel file, in the folder of the kernels.
    line : int
        Number of the line, from 1.
    start : int
        Place of the operator in the file's text, in characters.
    old, new : str
        The operator and what takes its place.
    after : str
        The line as altered, without its indentation.
    """

    file: str
    line: int
    start: int
    old: str
    new: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.old} -> {self.new}: {self.after}"

    @property
    def reason(self) -> str | None:
        """Why it cannot change a result, None if it can."""
        for (file, part), reason in EQUIVALENT.items():
            if file == self.file and part in self.after:
                return reason
        return None

    def apply(self, text: str) -> str:
        """The file's text with the change.

        Parameters
        ----------
        text : str
            The text that the mutant was found in.
        """
        return text[: self.start] + self.new + text[self.start + len(self.old) :]


def mutants_of(file: str, text: str) -> list[Mutant]:
    """Every mutant of a file, in the order of the text.

    Parameters
    ----------
    file : str
        Name of the file.
    text : str
        Its text.
    """
    return [_mutant(file, text, start, old, new) for start, old, new in _changes(text)]


def all_mutants(kernels: Path) -> list[Mutant]:
    """Mutants of all kernel files of a folder.

    Parameters
    ----------
    kernels : Path
        Folder with ``*.cu`` and ``*.cuh``, in itself and in folders of it.

    Returns
    -------
    list of Mutant
        Those that can change a result and those that cannot.

    Raises
    ------
    MutationError
        If an entry of `EQUIVALENT` is part of none or of several.
    """
    files = sorted(f.relative_to(kernels).as_posix() for f in kernels.rglob("*.cu*"))
    texts = {file: (kernels / file).read_text(encoding="utf-8") for file in files}
    found = [mutant for file, text in texts.items() for mutant in mutants_of(file, text)]
    for file, part in EQUIVALENT:
        named = [mutant for mutant in found if mutant.file == file and part in mutant.after]
        if len(named) != 1:
            raise MutationError(f"EQUIVALENT: {len(named)} mutants of {file} contain {part!r}")
    return found


def sample(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """A choice that leaves out no file: one of each, then from all, in the order of the text.

    Parameters
    ----------
    mutants : sequence of Mutant
        What to choose from.
    count : int
        How many; fewer than there are files leave files out.
    seed : int
        The same seed chooses the same mutants from the same text.
    """
    shuffled = random.Random(seed).sample(mutants, len(mutants))
    firsts = {mutant.file: mutant for mutant in reversed(shuffled)}
    chosen = set(sorted(shuffled, key=lambda mutant: firsts[mutant.file] != mutant)[:count])
    return [mutant for mutant in mutants if mutant in chosen]


def _mutant(file: str, text: str, start: int, old: str, new: str) -> Mutant:
    begin, end = text.rfind("\n", 0, start) + 1, (text + "\n").index("\n", start)
    after = text[begin:start] + new + text[start + len(old) : end]
    return Mutant(file, text.count("\n", 0, start) + 1, start, old, new, after.strip(" \\"))


def _changes(text: str) -> Iterator[tuple[int, str, str]]:
    """Place, operator and replacement, for every operator that is arithmetic."""
    types = _TYPES | set(re.findall(r"\b[A-Z]+[a-z]\w*", text))
    groups: list[set[bool]] = []  # for every open bracket, whether its tokens are types
    after_value = after_type = False
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "space":
            continue
        is_type = kind == "name" and (token in types or token.endswith("_arguments"))
        if kind == "sign" and not after_type:
            new = OPPOSITE.get(token) if after_value else {"-": "+"}.get(token)
            if new:
                yield match.start(), token, new
        after_type = is_type or (after_type and token in ("*", "&"))
        after_value = kind == "number" or (kind == "name" and token not in _NO_VALUE | types)
        if token in ("(", "["):
            groups.append(set())
        elif token in (")", "]"):
            after_value = not groups or groups.pop() != {True}  # a bracket around a type is a cast
        elif groups:
            groups[-1].add(after_type)
