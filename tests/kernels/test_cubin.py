"""The kernels compiled for three generations of GPUs, with nvcc or else with NVRTC.

NVRTC comes as a wheel (nvidia-cuda-nvrtc, part of the extra `dev`); it needs no GPU, no driver.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from emtwin import resources
from emtwin.backends.cuda import inlined_source
from emtwin.backends.signatures import signatures

ARCHITECTURES = ("sm_80", "sm_90", "sm_120")
FILES = ("dispersion.cu", "elements.cu", "monitors.cu", "yee.cu")
MOST_REGISTERS = 128
"""Per thread: 65,536 registers of a multiprocessor over 512 threads, a quarter of its threads."""


def compile_with_nvcc(nvcc: str, file: str, architecture: str, real: str, folder: Path) -> str:
    """Messages of nvcc and ptxas; warnings are errors."""
    command = [nvcc, "-std=c++17", "-cubin", f"-arch={architecture}", "-fmad=false"]
    command += ["-Werror", "all-warnings", "-Xptxas", "-v,-warn-spills", f"-DEMTWIN_REAL={real}"]
    command += [str(resources.kernels_dir() / file), "-o", str(folder / f"{file}.cubin")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / f"{file}.cubin").stat().st_size > 0
    return done.stderr + done.stdout


def nvrtc_library() -> Path | None:
    """The NVRTC library of the wheel, if it is installed."""
    for name in ("nvidia-cuda-nvrtc", "nvidia-cuda-nvrtc-cu12"):
        try:
            files = metadata.distribution(name).files or []
        except metadata.PackageNotFoundError:
            continue
        for entry in files:
            if re.fullmatch(r"libnvrtc\.so\.\d+", entry.name):
                return Path(str(entry.locate()))
    return None


def compile_with_nvrtc(library: Path, file: str, architecture: str, real: str) -> str:
    """Log of NVRTC and ptxas for the very text that the cuda backend hands over."""
    nvrtc = ctypes.CDLL(str(library))
    program = ctypes.c_void_p()
    source = inlined_source(file).encode()
    assert not nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, file.encode(), 0, None, None)
    options = [f"--gpu-architecture={architecture}", "--std=c++17", "--fmad=false"]
    options += [f"-DEMTWIN_REAL={real}", "--ptxas-options=-v"]
    texts = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
    failed = nvrtc.nvrtcCompileProgram(program, len(options), texts)
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    text = log.value.decode()
    assert not failed, text
    assert "warning" not in text, text
    nvrtc.nvrtcGetCUBINSize(program, ctypes.byref(size))
    assert size.value > 0
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return text


def check_report(log: str, file: str) -> None:
    """ptxas's report: every kernel of the file is there, no spills, registers within bounds."""
    kernels = [name for name, signature in signatures().items() if signature.file == file]
    compiled = re.findall(r"Compiling entry function '(\w+)'", log)
    assert sorted(compiled) == sorted(kernels), log
    registers = [int(n) for n in re.findall(r"Used (\d+) registers", log)]
    spills = re.findall(r"(\d+) bytes spill stores, (\d+) bytes spill loads", log)
    for name, count in zip(compiled, registers, strict=True):
        print(f"{file} {name}: {count} registers")
    assert len(spills) == len(kernels)
    assert all(stores == loads == "0" for stores, loads in spills), log
    assert max(registers) <= MOST_REGISTERS


@pytest.mark.parametrize("real", ["float", "double"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("file", FILES)
def test_kernels_compile_without_warnings_or_spills(
    file: str, architecture: str, real: str, tmp_path: Path
) -> None:
    """A register that spills would cost global memory traffic, the very thing that limits FDTD.

    Expected: no warning, no spill, at most 128 registers per thread. Which registers each kernel
    needs is printed (pytest -s).
    """
    nvcc, nvrtc = shutil.which("nvcc"), nvrtc_library()
    if nvrtc is not None:
        log = compile_with_nvrtc(nvrtc, file, architecture, real)
    elif nvcc is not None:
        log = compile_with_nvcc(nvcc, file, architecture, real, tmp_path)
    else:
        pytest.skip("neither nvcc nor NVRTC here: pip install nvidia-cuda-nvrtc, or emtwin[dev]")
    check_report(log, file)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("file", FILES)
def test_nvcc_agrees(file: str, architecture: str, tmp_path: Path) -> None:
    """nvcc reads the sources with their include as a whole, and warns of more than NVRTC does."""
    nvcc = shutil.which("nvcc")
    if nvcc is None:
        pytest.skip("no nvcc on this machine; NVRTC compiles the same text in the default tier")
    check_report(compile_with_nvcc(nvcc, file, architecture, "float", tmp_path), file)


def test_every_kernel_file_is_compiled() -> None:
    """A new .cu file that is not listed here would never be compiled for a GPU."""
    assert {path.name for path in resources.kernels_dir().glob("*.cu")} == set(FILES)
