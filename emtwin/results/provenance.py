"""Where a result came from: input, versions, machine. Needs no git and no network."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "scipy", "xarray", "h5py", "h5netcdf", "meshio", "pydantic", "pyvista", "vtk")


def collect(twin_file: Path | None, twin_text: str, inputs: Iterable[Path] = ()) -> dict[str, Any]:
    """Provenance of a run that starts now, ready for `Campaign.meta`.

    Parameters
    ----------
    twin_file : Path or None
        The twin file as the user named it.
    twin_text : str
        Its text, kept whole so that the run can be repeated.
    inputs : iterable of Path
        Further files that the result depends on, such as meshes.

    Returns
    -------
    dict
        Keys created (ISO 8601, UTC), emtwin_version, twin_file, twin_text,
        input_sha256, inputs (file, sha256, bytes), machine, versions.
    """
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "emtwin_version": version_of("emtwin"),
        "twin_file": str(twin_file) if twin_file else "",
        "twin_text": twin_text,
        "input_sha256": hashlib.sha256(twin_text.encode()).hexdigest(),
        "inputs": [describe_file(path) for path in dict.fromkeys(inputs)],
        "machine": machine(),
        "versions": versions(),
    }


def describe_file(path: Path) -> dict[str, Any]:
    """Name, SHA-256 and size in bytes of one input file."""
    content = Path(path).read_bytes()
    return {
        "file": Path(path).name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }


def version_of(package: str) -> str:
    """Installed version of `package`, or ``not installed``."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def versions() -> dict[str, str]:
    """Python and the installed packages that can change a result or its pictures."""
    found = {"python": platform.python_version()}
    found.update({name: version_of(name) for name in PACKAGES})
    return found


def machine() -> dict[str, Any]:
    """Operating system, processor, cores this process may use, memory in bytes."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": _cores(),
        "memory_bytes": _memory(),
    }


def _processor() -> str:
    """Model name; `platform.processor()` is empty on most Linux systems."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _cores() -> int:
    """Cores granted to this process, which in a container may be fewer than installed."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
