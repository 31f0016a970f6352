"""Mesh files with random damage end in regions or in one of our errors, never in anything else."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import meshes, read_regions
from tests.unit.geometry import two_cubes
from tests.unit.geometry.two_cubes import SAMPLES

_NUMBER = re.compile(rb"-?\d+(\.\d+)?")
_WORSE = (b"-1", b"0", b"nan", b"inf", b"99999999999", b"1e400", b"1e300", b"x", b"")
# Formats with a process of their own take half a second a file: the slow test has a few of those.
HERE = [name for name, sample in SAMPLES.items() if sample.form not in meshes.OWN_PROCESS]
ELSEWHERE = [name for name in SAMPLES if name not in HERE]


def damaged(content: bytes, rng: random.Random) -> bytes:
    """The content cut off, with bytes changed, repeated or lost, or with one number replaced."""
    at = rng.randrange(len(content))
    kind = rng.randrange(5)
    if kind == 0:
        return content[:at]
    if kind == 1:
        changed = bytearray(content)
        for _ in range(rng.randrange(1, 6)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return bytes(changed)
    if kind == 2:
        return content[:at] + content[at : at + rng.randrange(1, 40)] * 2 + content[at + 40 :]
    numbers = list(_NUMBER.finditer(content))
    if kind == 3 or not numbers:
        return content[:at] + content[at + rng.randrange(1, 60) :]
    number = rng.choice(numbers)
    return content[: number.start()] + rng.choice(_WORSE) + content[number.end() :]


def read_damaged(folder: Path, name: str, count: int) -> int:
    """How many of `count` damaged files are read; what is read is finite."""
    whole = two_cubes.write(folder, name).read_bytes()
    rng = random.Random(name)
    read = 0
    for number in range(count):
        path = folder / f"t{number}{SAMPLES[name].ending}"
        path.write_bytes(damaged(whole, rng))
        problems, regions = (), {}
        try:
            regions = read_regions(path, "mm")
        except InputError as error:
            problems = error.problems
        assert bool(problems) != bool(regions)
        assert all(problem.file == path and problem.remedy for problem in problems)
        assert all(np.isfinite(region.surface.points).all() for region in regions.values())
        read += bool(regions)
    return read


@pytest.mark.parametrize("name", HERE)
def test_five_damaged_files(tmp_path: Path, name: str) -> None:
    read_damaged(tmp_path, name, 5)


@pytest.mark.slow
@pytest.mark.parametrize("name", HERE)
def test_eighty_damaged_files(tmp_path: Path, name: str) -> None:
    """Some are read (damage to a name, for one) and some are not: the damage is of both kinds."""
    assert 0 < read_damaged(tmp_path, name, 80) < 80


@pytest.mark.slow
@pytest.mark.parametrize("name", ELSEWHERE)
def test_damaged_files_of_formats_that_may_hang(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meshes, "TIME_LIMIT", 5.0)
    assert read_damaged(tmp_path, name, 10) < 10
