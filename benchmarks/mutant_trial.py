"""Builds a mutant and holds it against NumPy as tests/kernels does, in a process of its own.

A build is one small library, hardly optimised: the mutated file alone for the host, or all kernels on
the emulated device branch of launch.cuh. A header is tried with all kernel files. Whoever survives
one build is tried in the next.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.mutants import Mutant
from emtwin import resources
from emtwin.backends import Stage
from emtwin.backends.numpy_backend import NumpyBackend
from emtwin.backends.signatures import signatures
from tests.kernels.argument_sets import SHAPES, ArgumentSet, argument_set, parity_set
from tests.kernels.test_grid_emulator import BLOCKS, emulate
from tests.kernels.test_parity import same

SURVIVED, UNCOMPILABLE = "survived", "does not compile"
DIFFERS, CRASHED, ENDLESS = CATCHES = ("another result", "a crash", "no end")
PROCESSOR_SECONDS = 20  # of one trial, which takes less than two
EMULATOR = Path(__file__).resolve().parent.parent / "tests" / "kernels" / "grid_emulator.cpp"
_BOX = np.dtype([("lo", "i8", 3), ("hi", "i8", 3)])
_ENTRY = """extern "C" void run_{0}(const void* arguments, const Box* box, Index step) {{
  {0}(*static_cast<const {0}_arguments*>(arguments), *box, step);
}}
"""
Reference = dict[str, NDArray[Any]]


class TrialError(Exception):
    """Nothing can be said of any mutant here; the message says why."""


@dataclass(frozen=True)
class Build:
    """One way to compile kernels and to run them.

    Parameters
    ----------
    precision : str
        float32 or float64.
    emulated : bool
        Whether the device branch is compiled, else the host's.
    """

    precision: str
    emulated: bool = False

    def compile(self, kernels: Path, file: str) -> Path | None:
        """Library beside a folder of kernels, or None if the compiler refuses the text.

        Parameters
        ----------
        kernels : Path
            A copy of gpu_kernels.
        file : str
            The file on trial.

        Raises
        ------
        TrialError
            If there is no compiler.
        """
        source, library = kernels.parent / "trial.cpp", kernels.parent / "trial.so"
        source.write_text(EMULATOR.read_text() if self.emulated else _host_source(kernels, file))
        real = {"float32": "float", "float64": "double"}[self.precision]
        command = [compiler(), "-std=c++17", "-O1", "-w", "-fPIC", "-shared", "-ffp-contract=off"]
        command += [f"-DEMTWIN_REAL={real}", *(["-DEMTWIN_EMULATE_GRID"] * self.emulated)]
        command += [f"-I{kernels}", str(source), "-o", str(library)]
        done = subprocess.run(command, capture_output=True, check=False)
        return library if done.returncode == 0 else None

    def compare(self, library: ctypes.CDLL, file: str) -> None:
        """Run the kernels of a file as the tests do.

        Raises
        ------
        AssertionError
            If a result is not NumPy's.
        """
        cases = _emulator_cases if self.emulated else _parity_cases
        machine = _Machine(library, self.precision)
        for n, (case, reference) in enumerate(cases(file, self.precision)):
            block = BLOCKS[n % len(BLOCKS)]
            same(
                case.kernel,
                reference,
                emulate(library, case, self.precision, block, reversed_order=False)
                if self.emulated
                else case.run(machine),
            )


BUILDS = (Build("float32"), Build("float64"), Build("float32", emulated=True))


def judge(mutant: Mutant) -> str:
    """Outcome of a mutant: one of `CATCHES`, `UNCOMPILABLE`, or `SURVIVED`.

    Parameters
    ----------
    mutant : Mutant
        A mutant of this tree's kernels.

    Raises
    ------
    TrialError
        If the unaltered kernels fail as well, so that nothing follows, or there is no compiler.
    """
    outcomes = []
    for build in BUILDS:
        outcomes.append(_outcome(build, mutant.file, mutant.apply))
        if outcomes[-1] in CATCHES:
            _require_unaltered(build, mutant.file)
            return outcomes[-1]
    return UNCOMPILABLE if UNCOMPILABLE in outcomes else SURVIVED


def compiler() -> str:
    """Path of the C++ compiler.

    Raises
    ------
    TrialError
        If there is none.
    """
    found = shutil.which("g++") or shutil.which("clang++")
    if found is None:
        raise TrialError("no C++ compiler on this machine: install g++")
    return found


@cache
def _require_unaltered(build: Build, file: str) -> None:
    outcome = _outcome(build, file, lambda text: text)
    if outcome != SURVIVED:
        raise TrialError(f"{file} as it stands fails too ({outcome}): mend it first")


def _outcome(build: Build, file: str, alter: Callable[[str], str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        kernels = shutil.copytree(resources.kernels_dir(), Path(folder) / "gpu_kernels")
        text = (kernels / file).read_text(encoding="utf-8")
        (kernels / file).write_text(alter(text), encoding="utf-8")
        library = build.compile(kernels, file)
        return UNCOMPILABLE if library is None else _run_apart(build, library, file)


def _run_apart(build: Build, library: Path, file: str) -> str:
    """Compare in a forked process, which may crash, write anywhere or never end."""
    (_emulator_cases if build.emulated else _parity_cases)(file, build.precision)  # once, before forks
    child = os.fork()
    if child == 0:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            build.compare(ctypes.CDLL(str(library)), file)
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: SURVIVED, 1: DIFFERS, -signal.SIGXCPU: ENDLESS}.get(code, CRASHED)


def _kernel_files(folder: Path, file: str) -> list[str]:
    """The file itself, or every kernel file where a header is on trial."""
    return [file] if file.endswith(".cu") else sorted(f.name for f in folder.glob("*.cu"))


def _kernels(file: str) -> list[str]:
    files = _kernel_files(resources.kernels_dir(), file)
    return [name for name, signature in signatures().items() if signature.file in files]


def _host_source(folder: Path, file: str) -> str:
    includes = [f'#include "{name}"\n' for name in _kernel_files(folder, file)]
    return "".join([*includes, *map(_ENTRY.format, _kernels(file))])


@cache
def _parity_cases(file: str, precision: str) -> list[tuple[ArgumentSet, Reference]]:
    cases = [parity_set(name, precision, shape) for name in _kernels(file) for shape in SHAPES]
    return [(case, case.run(NumpyBackend(precision))) for case in cases]


@cache
def _emulator_cases(file: str, precision: str) -> list[tuple[ArgumentSet, Reference]]:
    cases = [argument_set(k, precision, 11, shape) for k in _kernels(file) for shape in SHAPES]
    return [(case, case.run(NumpyBackend(precision))) for case in cases]


class _Program:
    """Stages that call the functions of one library."""

    def __init__(self, library: ctypes.CDLL, stages: Sequence[Stage], real: np.dtype[Any]) -> None:
        self._calls = []
        for stage in stages:
            packed, box = signatures()[stage.kernel].pack(stage.arguments, real), np.zeros((), _BOX)
            box["lo"], box["hi"] = stage.box
            self._calls.append((getattr(library, f"run_{stage.kernel}"), packed, box))

    def run(self, first_step: int, n_steps: int) -> None:
        """Run `n_steps` steps."""
        for step in range(first_step, first_step + n_steps):
            for function, packed, box in self._calls:
                pointers = (ctypes.c_void_p(array.ctypes.data) for array in (packed, box))
                function(*pointers, ctypes.c_longlong(step))


class _Machine(NumpyBackend):
    """Host memory, and the kernels of one library."""

    def __init__(self, library: ctypes.CDLL, precision: str) -> None:
        super().__init__(precision)
        self._library = library

    def program(self, stages: Sequence[Stage]) -> _Program:  # type: ignore[override]
        """Bind stages."""
        return _Program(self._library, stages, self.real)
