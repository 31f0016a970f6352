"""Random mutations of mesh files and twin files."""

from __future__ import annotations

import re

import numpy as np

_NUMBER = re.compile(rb"-?\d+\.?\d*(?:[eE][-+]?\d+)?")
_NUMBERS = [b"nan", b"-1", b"0", b"1e308", b"-1e-320", b"inf", b"99999999999", b"2147483648", b"x"]
_VALUES = [b"null", b"[]", b"{}", b"-1", b"1e400", b".nan", b"true", b"'text'", b"5 furlong"]
_VALUES += [b"1e99 mm", b"-3 mm", b"0 mm", b".inf m", b"[1 mm, 2 mm]", b"!!python/name:os.system"]


def mutate(data: bytes, seed: int) -> bytes:
    """One to three random changes of a file that holds text or binary data."""
    rng = np.random.default_rng(seed)
    for _ in range(int(rng.integers(1, 4))):
        data = _CHANGES[int(rng.integers(len(_CHANGES)))](data, rng)
    return data


def mutate_twin(data: bytes, seed: int) -> bytes:
    """One to three random changes of a YAML text."""
    rng = np.random.default_rng(seed)
    changes = (*_CHANGES, _other_value, _other_value, _other_value, _other_key, _other_key)
    for _ in range(int(rng.integers(1, 4))):
        data = changes[int(rng.integers(len(changes)))](data, rng)
    return data


def _flip_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    if not data:
        return data
    array = np.frombuffer(data, np.uint8).copy()
    at = rng.integers(len(array), size=int(rng.integers(1, 9)))
    array[at] = rng.integers(256, size=len(at))
    return array.tobytes()


def _truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(len(data) + 1))]


def _change_number(data: bytes, rng: np.random.Generator) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    chosen = found[int(rng.integers(len(found)))]
    other = found[int(rng.integers(len(found)))][0]
    pool = [*_NUMBERS, other, other, other]
    return data[: chosen.start()] + pool[int(rng.integers(len(pool)))] + data[chosen.end() :]


def _delete_lines(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\n")
    start = int(rng.integers(len(lines)))
    return b"\n".join(lines[:start] + lines[start + int(rng.integers(1, 4)) :])


def _swap_lines(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\n")
    i, j = rng.integers(len(lines), size=2)
    lines[i], lines[j] = lines[j], lines[i]
    return b"\n".join(lines)


def _repeat_part(data: bytes, rng: np.random.Generator) -> bytes:
    start, end = sorted(rng.integers(len(data) + 1, size=2))
    return data[:end] + data[start : min(end, start + 200)] + data[end:]


def _other_value(data: bytes, rng: np.random.Generator) -> bytes:
    found = list(re.finditer(rb"(?<=: )[^,{}\[\]\n#]+", data))
    if not found:
        return data
    chosen = found[int(rng.integers(len(found)))]
    value = _VALUES[int(rng.integers(len(_VALUES)))]
    return data[: chosen.start()] + value + data[chosen.end() :]


def _other_key(data: bytes, rng: np.random.Generator) -> bytes:
    found = list(re.finditer(rb"\w+(?=:)", data))
    if not found:
        return data
    chosen = found[int(rng.integers(len(found)))]
    other = found[int(rng.integers(len(found)))][0]
    return data[: chosen.start()] + other + data[chosen.end() :]


_CHANGES = (_flip_bytes, _truncate, _change_number, _change_number, _delete_lines, _swap_lines)
_CHANGES = (*_CHANGES, _repeat_part)
