"""The native kernels and their executor under AddressSanitizer and UndefinedBehaviorSanitizer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emtwin import resources
from tests.kernels.emulator import build_emulator

pytestmark = pytest.mark.slow

_REST = """#include "library.h"
#define NONE(variant) extern const KernelTable kernels_##variant; \\
  const KernelTable kernels_##variant = {nullptr, 0};
NONE(float_v3) NONE(float_v4) NONE(double_v3) NONE(double_v4)
"""


@pytest.fixture(scope="module")
def sanitised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The native library of the lowest instruction set, with both sanitisers."""
    compiler = shutil.which("g++")
    if compiler is None or os.uname().machine != "x86_64":
        pytest.skip("needs g++ on x86-64 Linux")
    folder = tmp_path_factory.mktemp("sanitised")
    rest = folder / "rest.cpp"
    rest.write_text(_REST)
    flags = [compiler, "-std=c++17", "-g", "-O1", "-fPIC", "-ffp-contract=off", "-march=x86-64-v2"]
    flags += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    flags += [f"-I{resources.kernels_dir()}", f"-I{resources.kernels_dir() / 'native'}"]
    flags += [f'-DEMTWIN_SOURCE_SHA256="{resources.native_source_hash()}"']
    native, objects = resources.kernels_dir() / "native", []
    for real in ("float", "double"):
        objects.append(folder / f"{real}.o")
        variant = [f"-DEMTWIN_REAL={real}", f"-DEMTWIN_VARIANT={real}_v2"]
        subprocess.run(
            [*flags, *variant, "-c", str(native / "kernels.cpp"), "-o", str(objects[-1])],
            check=True,
        )
    library = folder / resources.library_name()
    own = [str(file) for file in native.glob("*.cpp") if file.name != "kernels.cpp"]
    sources = [*own, str(rest), *map(str, objects)]
    subprocess.run([*flags, "-shared", "-pthread", *sources, "-o", str(library)], check=True)
    return library


def run_sanitised(library: Path, repository: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """sanitised_run.py in a process of its own, the sanitiser's runtime loaded first."""
    runtime = subprocess.run(
        ["g++", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    )
    environment = os.environ | {
        "LD_PRELOAD": runtime.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0",  # the interpreter's own
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "EMTWIN_NATIVE_LIBRARY": str(library),
        "EMTWIN_ISA": "v2",
        "PYTHONPATH": str(repository),
        "PYTHONMALLOC": "malloc",  # red zones around every array
    }
    return subprocess.run(
        [sys.executable, "-m", "tests.kernels.sanitised_run", *words],
        env=environment,
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_access_beyond_an_array_and_nothing_undefined(sanitised: Path, repository: Path) -> None:
    """Kernels read one neighbour beyond the fields: all of them need the guard elements.

    Expected: every kernel at odd sizes, and a scene with wires, ports, plane wave and absorber, run
    to their end without a report.
    """
    done = run_sanitised(sanitised, repository)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "clean"


def test_device_branch_stays_within_its_arrays(
    sanitised: Path, repository: Path, tmp_path: Path
) -> None:
    """The ragged last blocks of a launch must do nothing; a GPU would read on without a word.

    Expected: every kernel at odd sizes, and a scene in graphs and in interior and shell, run to
    their end on the emulator without a report.
    """
    flags = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    libraries = [str(build_emulator(tmp_path, real, *flags)) for real in ("float", "double")]
    done = run_sanitised(sanitised, repository, "device", *libraries)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "clean"


def test_sanitiser_sees_an_overrun(sanitised: Path, repository: Path) -> None:
    """Negative control: reading the element after the last is reported."""
    done = run_sanitised(sanitised, repository, "overrun")
    assert done.returncode != 0
    assert "AddressSanitizer" in done.stderr
