"""Text of a kernel file with everything that it includes, as a compiler at run time needs it."""

from __future__ import annotations

import re
from functools import cache

from emtwin import resources

_INCLUDE = re.compile(r'^#include "([\w./]+)"$', re.MULTILINE)


@cache
def inlined_source(file: str) -> str:
    """Text of a kernel file, each file of its folder that it includes put in place of the include.

    CuPy's cache is keyed by this text alone and would not see a change of an included header.

    Parameters
    ----------
    file : str
        Name of the file.
    """
    return _inlined(file, set())


def _inlined(file: str, seen: set[str]) -> str:
    seen.add(file)
    text = (resources.kernels_dir() / file).read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda m: "" if m[1] in seen else _inlined(m[1], seen), text)
