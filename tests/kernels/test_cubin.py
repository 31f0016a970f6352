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
from emtwin.backends.kernel_source import inlined_source
from emtwin.backends.signatures import signatures_in

ARCHITECTURES = ("sm_80", "sm_90", "sm_120")
KERNELS = resources.kernels_dir()
FILES = tuple(sorted(file.relative_to(KERNELS).as_posix() for file in KERNELS.rglob("*.cu")))
MOST_REGISTERS = {"float": 64, "double": 128}
"""Per thread; what `__launch_bounds__` in launch.cuh asks for."""
WARPS = {"sm_80": 64, "sm_90": 64, "sm_120": 48}
"""Most resident warps of a multiprocessor (CUDA C++ Programming Guide, compute capabilities)."""
SWEEPS = re.compile(r"yee_(h|h_tabled|e)(_inner)?")


def occupancy(registers: int, architecture: str, block: int = 128) -> float:
    """Resident warps as a share of the most there may be, as registers limit it.

    A multiprocessor has 65,536 registers; a warp gets them in units of 256, and blocks are resident
    as a whole.
    """
    of_block = -(-registers * 32 // 256) * 256 * block // 32
    return min(65_536 // of_block * block // 32, WARPS[architecture]) / WARPS[architecture]


def compile_with_nvcc(nvcc: str, file: str, architecture: str, real: str, folder: Path) -> str:
    """Messages of nvcc and ptxas; warnings are errors."""
    command = [nvcc, "-std=c++17", "-cubin", f"-arch={architecture}", "-fmad=false"]
    command += ["-Werror", "all-warnings", "-Xptxas", "-v,-warn-spills", f"-DEMTWIN_REAL={real}"]
    cubin = folder / f"{Path(file).name}.cubin"
    command += ["-DEMTWIN_NARROW=1", f"-I{KERNELS}", str(KERNELS / file), "-o", str(cubin)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert cubin.stat().st_size > 0
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


def compile_with_nvrtc(
    library: Path, file: str, architecture: str, real: str, *, narrow: bool = True
) -> str:
    """Log of NVRTC and ptxas for the very text that the cuda backend hands over."""
    nvrtc = ctypes.CDLL(str(library))
    program = ctypes.c_void_p()
    source = inlined_source(file).encode()
    assert not nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, file.encode(), 0, None, None)
    options = [f"--gpu-architecture={architecture}", "--std=c++17", "--fmad=false"]
    options += [f"-DEMTWIN_REAL={real}", f"-DEMTWIN_NARROW={narrow:d}", "--ptxas-options=-v"]
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


_ENTRY = re.compile(
    r"Compiling entry function '(?P<name>\w+)'.*?"
    r"(?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads.*?"
    r"Used (?P<registers>\d+) registers",
    re.DOTALL,
)


def check_report(log: str, file: str, architecture: str, real: str) -> None:
    """ptxas's report: each kernel of the file is there, none spills, registers within bounds."""
    text = (KERNELS / file).read_text(encoding="utf-8")
    most = MOST_REGISTERS["double" if "#define ARITHMETIC double" in text else real]
    found = {entry["name"]: entry for entry in _ENTRY.finditer(log)}
    assert sorted(found) == sorted(signatures_in(file)), log
    for name, entry in found.items():
        registers = int(entry["registers"])
        share = occupancy(registers, architecture)
        print(f"{file} {architecture} {real} {name}: {registers} registers, {share:.0%} of warps")
        assert entry["stores"] == entry["loads"] == "0", f"{name} spills:\n{log}"
        assert registers <= most, name
        if real == "float" and SWEEPS.fullmatch(name):
            assert share >= 0.5, f"{name}: {registers} registers leave {share:.0%} of the warps"
        if real == "float" and name.endswith("_inner"):
            assert share >= 0.9, f"{name}: {registers} registers leave {share:.0%} of the warps"


@pytest.mark.parametrize("real", ["float", "double"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("file", FILES)
def test_kernels_compile_without_warnings_or_spills(
    file: str, architecture: str, real: str, tmp_path: Path
) -> None:
    """A register that spills would cost global memory traffic, the very thing that limits FDTD.

    Expected: no warning, no spill. In float, the type of every run that is not asked for otherwise,
    the sweeps leave room for half of the warps that a multiprocessor can hold, and those of the
    interior, which have most of the cells, for nine tenths: enough loads in flight to keep the
    memory busy. What each kernel needs is printed (pytest -s).
    """
    nvcc, nvrtc = shutil.which("nvcc"), nvrtc_library()
    if nvrtc is not None:
        log = compile_with_nvrtc(nvrtc, file, architecture, real)
        if "row_ids" in (KERNELS / file).read_text(encoding="utf-8"):
            wide = compile_with_nvrtc(nvrtc, file, architecture, real, narrow=False)
            check_report(wide, file, architecture, real)
    elif nvcc is not None:
        log = compile_with_nvcc(nvcc, file, architecture, real, tmp_path)
    else:
        pytest.skip("neither nvcc nor NVRTC here: pip install nvidia-cuda-nvrtc, or emtwin[dev]")
    check_report(log, file, architecture, real)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("file", FILES)
def test_nvcc_agrees(file: str, architecture: str, tmp_path: Path) -> None:
    """nvcc reads the sources with their include as a whole, and warns of more than NVRTC does."""
    nvcc = shutil.which("nvcc")
    if nvcc is None:
        pytest.skip("no nvcc on this machine; NVRTC compiles the same text in the default tier")
    log = compile_with_nvcc(nvcc, file, architecture, "float", tmp_path)
    check_report(log, file, architecture, "float")


def test_occupancy_follows_from_registers() -> None:
    """64 registers of 1024 threads fill a multiprocessor; one more takes a unit of 256 per warp.

    65 registers: 2304 per warp, 9216 per block of 128, 7 blocks: 28 of 64 warps.
    """
    assert occupancy(32, "sm_90") == 1.0
    assert occupancy(64, "sm_90") == 0.5
    assert occupancy(65, "sm_90") == 28 / 64
    assert occupancy(64, "sm_120") == 32 / 48


def test_a_spill_or_a_hungry_kernel_is_found() -> None:
    """Negative control, on a report with ptxas's words."""
    name, file = "transfer", "boundaries.cu"
    report = (
        "Compiling entry function '{}' for 'sm_90'\n"
        "0 bytes stack frame, {} bytes spill stores, 0 bytes spill loads\nUsed {} registers"
    )
    check_report(report.format(name, 0, 64), file, "sm_90", "float")
    with pytest.raises(AssertionError, match="transfer spills"):
        check_report(report.format(name, 8, 64), file, "sm_90", "float")
    with pytest.raises(AssertionError, match="transfer"):
        check_report(report.format(name, 0, 65), file, "sm_90", "float")


def test_every_kernel_file_is_compiled() -> None:
    """A new .cu file that is not listed here would never be compiled for a GPU."""
    assert {path.name for path in KERNELS.rglob("*.cu")} == {Path(file).name for file in FILES}
    assert "experiments/yee_passes.cu" in FILES
