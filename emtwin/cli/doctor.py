"""``emtwin doctor``: what works here, what is missing and how to get it."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.units import format_si

EXTRAS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "cuda12": (("cupy",), "runs on an NVIDIA GPU (driver for CUDA 12)"),
    "cuda13": (("cupy",), "runs on an NVIDIA GPU (driver for CUDA 13)"),
    "view": (("trame", "trame_vtk", "trame_vuetify"), "3-D views in a browser"),
    "cad": (("cascadio", "trimesh", "networkx", "lxml"), "reads STEP, glTF and 3MF files"),
    "phantoms": (("nibabel", "nrrd"), "reads label volumes: NIfTI, NRRD"),
    "pcb": (("shapely",), "reads circuit boards (.kicad_pcb)"),
    "quasistatic": (("pyamg",), "solves low-frequency fields faster"),
    "exodus": (("netCDF4",), "reads Exodus meshes"),
    "mesh": (("gmsh",), "makes the example meshes again"),
    "test": (("pytest", "hypothesis", "jsonschema"), "runs the tests"),
}
"""Modules of each optional extra, and what it is good for."""
_REINSTALL = "install emtwin again: pip install --force-reinstall --no-deps emtwin"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        What was looked at.
    works : bool or None
        None where nothing can fail.
    detail : str
        What was found.
    remedy : str
        How to get it, where it is missing.
    """

    name: str
    works: bool | None
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """Everything that was looked at.

    Parameters
    ----------
    python, emtwin : str
        Versions.
    machine : dict
        System, processor, cores, memory in bytes.
    versions : dict of str to str
        Installed packages.
    backends : tuple of Finding
        ``cuda``, ``native`` and ``numpy``.
    native : dict
        Path of the library, instruction set and threads, where it works.
    rendering : Finding
        Whether 3-D pictures can be rendered.
    resources : tuple of Finding
        Folders that belong to the installation.
    extras : tuple of Finding
        Optional packages.
    programs : tuple of Finding
        Programs that emtwin runs where the user has installed them.
    """

    python: str
    emtwin: str
    machine: dict[str, Any]
    versions: dict[str, str]
    backends: tuple[Finding, ...]
    native: dict[str, Any] = field(default_factory=dict)
    rendering: Finding = field(default_factory=lambda: Finding("rendering", None, ""))
    resources: tuple[Finding, ...] = ()
    extras: tuple[Finding, ...] = ()
    programs: tuple[Finding, ...] = ()


@reported
def doctor(
    json_output: options.Json = False,
    support: Annotated[
        bool,
        typer.Option("--support", help="What the field solver can do, and where it is validated."),
    ] = False,
) -> None:
    """Print versions, backends, GPU and rendering; what is missing and how to get it."""
    if support:
        _print_support(json_output)
        return
    diagnosis = diagnose()
    if json_output:
        output.print_json(diagnosis)
        return
    console = output.stdout()
    for text, style in _described(diagnosis):
        output.line(console, text, style)


def _print_support(json_output: bool) -> None:
    """The support matrix: each feature, its status on each backend, and the test that holds it."""
    from emtwin.solver.support import BACKENDS, FEATURES

    if json_output:
        output.print_json([feature.row() for feature in FEATURES])
        return
    columns = ["feature", *BACKENDS, "held by tests/", "limits"]
    rows = [[str(value) for value in feature.row().values()] for feature in FEATURES]
    output.stdout().print(output.table("Field solver: features and backends", columns, rows))


def diagnose() -> Diagnosis:
    """Look at this installation and this machine."""
    from emtwin.results import provenance

    versions = provenance.versions()
    return Diagnosis(
        python=f"{platform.python_version()} ({sys.executable})",
        emtwin=provenance.version_of("emtwin"),
        machine=provenance.machine(),
        versions={name: text for name, text in versions.items() if name != "python"},
        backends=_backends(),
        native=_native(),
        rendering=_rendering(),
        resources=_resources(),
        extras=_extras(),
        programs=(_gmsh(), _kicad()),
    )


def _backends() -> tuple[Finding, ...]:
    from emtwin.backends import available_backends

    found = []
    try:
        statuses = available_backends()
    except Exception as error:  # the doctor comes to broken installations
        return (Finding("backends", False, f"{type(error).__name__}: {error}", _REINSTALL),)
    for status in statuses:
        detail, _, remedy = status.detail.partition(". ")
        if status.available:
            found.append(Finding(status.name, True, status.detail))
        else:
            found.append(Finding(status.name, False, detail.rstrip("."), remedy))
    return tuple(found)


def _native() -> dict[str, Any]:
    from emtwin import resources
    from emtwin.backends import native
    from emtwin.errors import EmtwinError

    try:
        native.load_library()
        return {
            "library": resources.native_library(),
            "instruction_set": native.instruction_set(),
            "threads": native.default_threads(),
        }
    except EmtwinError:
        return {}
    except OSError as error:  # a library of another system, which the loader refuses
        return {"error": str(error)}


def _rendering() -> Finding:
    from emtwin.viz.probe import probe

    answer = probe()
    if answer.works:
        return Finding("rendering", True, f"3-D pictures, {answer.window or 'default window'}")
    detail, _, remedy = answer.reason.partition("; on ")
    return Finding(
        "rendering",
        False,
        f"{detail}; pictures are drawn flat with matplotlib",
        f"on {remedy}" if remedy else "",
    )


def _resources() -> tuple[Finding, ...]:
    from emtwin import resources

    folders = {
        "kernels": resources.kernels_dir,
        "standards": resources.standards_dir,
        "meshes": resources.meshes_dir,
        "examples": resources.examples_dir,
    }
    found = []
    for name, folder in folders.items():
        try:
            found.append(Finding(name, True, str(folder())))
        except resources.ResourceError as error:
            found.append(Finding(name, False, str(error)))
    return tuple(found)


def _extras() -> tuple[Finding, ...]:
    found = []
    for name, (modules, purpose) in EXTRAS.items():
        missing = [module for module in modules if importlib.util.find_spec(module) is None]
        remedy = f"pip install 'emtwin[{name}]'" if missing else ""
        found.append(Finding(name, not missing, purpose, remedy))
    return tuple(found)


def _gmsh() -> Finding:
    from emtwin.geometry.iges import GET_GMSH, find_gmsh, gmsh_version

    purpose = "reads IGES and BREP files"
    program = find_gmsh()
    if program is None:
        return Finding("gmsh", False, purpose, GET_GMSH)
    version = gmsh_version(program)
    if not version:
        return Finding("gmsh", False, f"{program} does not say its version", GET_GMSH)
    return Finding("gmsh", True, f"{purpose} ({version}, {program})")


def _kicad() -> Finding:
    from emtwin.geometry.kicad.filling import GET_KICAD, find_kicad

    purpose = "fills the zones of a board that was saved without"
    program = find_kicad()
    if program is None:
        return Finding("kicad-cli", False, purpose, GET_KICAD)
    if not program.is_file():
        return Finding("kicad-cli", False, f"there is no {program}", GET_KICAD)
    return Finding("kicad-cli", True, f"{purpose} ({program})")


def _described(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """Lines with their style."""
    machine = diagnosis.machine
    memory = machine.get("memory_bytes")
    lines = [
        (f"emtwin {diagnosis.emtwin}, Python {diagnosis.python}", "bold"),
        (f"{machine['system']}, {machine['processor']}, {machine['cores']} cores", ""),
        (f"memory {format_si(float(memory), 'B') if memory else 'unknown'}", ""),
        (", ".join(f"{name} {version}" for name, version in diagnosis.versions.items()), "dim"),
        ("\nBackends, the fastest first (`--backend auto` takes the first that works)", "bold"),
        *_lines(diagnosis.backends),
    ]
    if "library" in diagnosis.native:
        lines.append((f"  native library: {diagnosis.native['library']}", "dim"))
    lines += [("\nPictures", "bold"), *_lines((diagnosis.rendering,))]
    lines += [("\nFiles of the installation", "bold"), *_lines(diagnosis.resources)]
    lines += [("\nOptional extras", "bold"), *_lines(diagnosis.extras, optional=True)]
    lines += [("\nOptional programs", "bold"), *_lines(diagnosis.programs, optional=True)]
    return lines


def _lines(findings: tuple[Finding, ...], *, optional: bool = False) -> list[tuple[str, str]]:
    lines = []
    for finding in findings:
        word = "ok" if finding.works else "--" if optional else "NO"
        style = "green" if finding.works else "" if optional else "yellow"
        lines.append((f"  {word}  {finding.name:<10} {finding.detail}", style))
        if finding.remedy:
            lines.append((f"                 -> {finding.remedy}", style))
    return lines
