"""Builds a mutant and holds it against NumPy as tests/kernels does, in a process of its own.

A build is one small library, hardly optimised: the mutated file alone for the host, or all kernels
on the emulated device branch of launch.cuh. A header is tried with all kernel files, and with the
experiments, which have no other form than that for a device. Whoever survives one build is tried in
the next.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.mutants import Mutant, MutationError
from emtwin import resources
from emtwin.backends import Stage, cuda
from emtwin.backends.cuda import CudaBackend
from emtwin.backends.numpy_backend import NumpyBackend
from emtwin.backends.signatures import signatures
from tests.kernels.argument_base import ArgumentSet
from tests.kernels.argument_sets import LATER_STEPS, SHAPES, argument_set, parity_set
from tests.kernels.emulator import EmulatedCupy, declare
from tests.kernels.passes import FORMS, passed, swept
from tests.kernels.passes import SHAPES as PASS_SHAPES
from tests.kernels.test_grid_emulator import BLOCKS, SEED, emulate
from tests.kernels.test_parity import same

SURVIVED, UNCOMPILABLE = "survived", "does not compile"
DIFFERS, CRASHED, ENDLESS = CATCHES = ("another result", "a crash", "no end")
PROCESSOR_SECONDS = 20  # of one trial, which takes less than two
EMULATOR = Path(__file__).resolve().parent.parent / "tests" / "kernels" / "grid_emulator.cpp"
EXPERIMENTS = "experiments/"
_BOX = np.dtype([("lo", "i8", 3), ("hi", "i8", 3)])
_ENTRY = """extern "C" void run_{0}(const void* arguments, const Box* box, Index step) {{
  {0}(*static_cast<const {0}_arguments*>(arguments), *box, step);
}}
"""
Case = tuple[ArgumentSet, range, dict[str, NDArray[Any]]]
"""A call of a kernel, its steps, and what NumPy makes of them."""


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

    def has(self, file: str) -> bool:
        """Whether anything of a file is compiled.

        Parameters
        ----------
        file : str
            The file on trial.
        """
        return self.emulated or not file.startswith(EXPERIMENTS)

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
        MutationError
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

    def cases(self, file: str) -> Sequence[Case]:
        """What tests/kernels runs of a file's kernels on this build.

        Parameters
        ----------
        file : str
            The file on trial.
        """
        if self.emulated and _in_passes(file):
            for shape in PASS_SHAPES:
                swept(self.precision, shape)
        return (_emulator_cases if self.emulated else _parity_cases)(file, self.precision)

    def compare(self, library: ctypes.CDLL, file: str) -> None:
        """Run the kernels of a file as the tests do.

        Parameters
        ----------
        library : ctypes.CDLL
            What `compile` made.
        file : str
            The file on trial.

        Raises
        ------
        AssertionError
            If a result is not NumPy's.
        """
        machine = _Machine(library, self.precision)
        for n, (case, steps, reference) in enumerate(self.cases(file)):
            if not self.emulated:
                same(case.kernel, reference, case.run(machine, len(steps), first_step=steps[0]))
                continue
            for last_first in (False, True):
                block = BLOCKS[n % len(BLOCKS)]
                found = emulate(library, case, self.precision, block, reversed_order=last_first)
                same(case.kernel, reference, found)
        if self.emulated and _in_passes(file):
            _compare_passes(library, self.precision)


BUILDS = (Build("float32"), Build("float64"), Build("float32", emulated=True))


def judge(mutant: Mutant) -> str:
    """Outcome of a mutant: one of `CATCHES`, `UNCOMPILABLE`, or `SURVIVED`.

    Parameters
    ----------
    mutant : Mutant
        A mutant of this tree's kernels.

    Raises
    ------
    MutationError
        If the unaltered kernels fail as well, so that nothing follows, or there is no compiler.
    """
    outcomes = []
    for build in (build for build in BUILDS if build.has(mutant.file)):
        outcomes.append(outcome(build, mutant.file, mutant.apply))
        if outcomes[-1] != SURVIVED:
            _require_unaltered(build, mutant.file)
        if outcomes[-1] in CATCHES:
            return outcomes[-1]
    return UNCOMPILABLE if UNCOMPILABLE in outcomes else SURVIVED


def compiler() -> str:
    """Path of the C++ compiler.

    Raises
    ------
    MutationError
        If there is none.
    """
    found = shutil.which("g++") or shutil.which("clang++")
    if found is None:
        raise MutationError("no C++ compiler on this machine: install g++")
    return found


def outcome(build: Build, file: str, alter: Callable[[str], str]) -> str:
    """What one build makes of an altered file; see `judge`.

    Parameters
    ----------
    build : Build
        How to compile and run.
    file : str
        Name of a file of gpu_kernels.
    alter : callable
        Gives its new text from its text.
    """
    with tempfile.TemporaryDirectory() as folder:
        kernels = shutil.copytree(resources.kernels_dir(), Path(folder) / "gpu_kernels")
        text = (kernels / file).read_text(encoding="utf-8")
        (kernels / file).write_text(alter(text), encoding="utf-8")
        library = build.compile(kernels, file)
        return UNCOMPILABLE if library is None else _compare_apart(build, library, file)


@cache
def _require_unaltered(build: Build, file: str) -> None:
    found = outcome(build, file, lambda text: text)
    if found != SURVIVED:
        raise MutationError(f"{file} as it stands fails too ({found}): mend it first")


def _compare_apart(build: Build, library: Path, file: str) -> str:
    """Compare in a forked process, which may crash, write anywhere or never end."""
    build.cases(file)  # made once, for all forks
    with warnings.catch_warnings():
        # From Python 3.12 on: NumPy's idle threads, which the child does without.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        status = 1
        try:
            faulthandler.disable()
            resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what the C library says of a broken heap
            build.compare(ctypes.CDLL(str(library)), file)
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: SURVIVED, 1: DIFFERS, -signal.SIGXCPU: ENDLESS}.get(code, CRASHED)


def _in_passes(file: str) -> bool:
    return file.startswith(EXPERIMENTS) or file.endswith(".cuh")


def _compare_passes(library: ctypes.CDLL, precision: str) -> None:
    """Passes over memory against NumPy's sweeps; in a process of its own, whose CuPy this is."""
    emulated = EmulatedCupy({"float": declare(library)})
    cuda._cupy = lambda: emulated  # type: ignore[assignment]
    for n, form in enumerate(FORMS):
        emulated.reversed_order = bool(n // 2 % 2)
        shape = PASS_SHAPES[n % 2]
        found = passed(CudaBackend(precision), shape, form)
        np.testing.assert_array_equal(found, swept(precision, shape))


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
def _parity_cases(file: str, precision: str) -> list[Case]:
    calls = []
    for kernel in _kernels(file):
        calls += [(parity_set(kernel, precision, shape), range(3)) for shape in SHAPES]
        later = [range(step, step + 1) for step in LATER_STEPS]
        calls += [(parity_set(kernel, precision, SHAPES[0]), steps) for steps in later]
    return [_referred(case, steps, precision) for case, steps in calls]


@cache
def _emulator_cases(file: str, precision: str) -> list[Case]:
    pairs = [(kernel, shape) for kernel in _kernels(file) for shape in SHAPES]
    cases = [argument_set(kernel, precision, SEED, shape) for kernel, shape in pairs]
    return [_referred(case, range(3), precision) for case in cases]


def _referred(case: ArgumentSet, steps: range, precision: str) -> Case:
    numpy = NumpyBackend(precision)
    return case, steps, case.run(numpy, len(steps), first_step=steps[0])


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
