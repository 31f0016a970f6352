"""Where the files are that travel with the package; the only module that knows.

Three layouts have to work: an installed wheel (data in ``emtwin/_data``), a
checkout installed with ``pip install -e`` (data beside the package, library in
site-packages), and a checkout that shadows an installed wheel because Python was
started in it (data of the checkout, library of the wheel, told apart by its hash).
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from emtwin.errors import EmtwinError

_PACKAGE = Path(__file__).resolve().parent
_LIBRARY_NAMES = {"win32": "emtwin_native.dll", "darwin": "libemtwin_native.dylib"}
_KERNEL_SUFFIXES = (".cu", ".cuh", ".cpp", ".h")
REBUILD_COMMAND = "pip install --no-deps -e ."


class ResourceError(EmtwinError):
    """A file that belongs to the package is not where the package was installed."""


def in_checkout() -> bool:
    """Tell whether this package is imported from a source tree.

    Returns
    -------
    bool
        False in an installed wheel, which carries its data in ``emtwin/_data``.
    """
    return not (_PACKAGE / "_data").is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file()


def kernels_dir() -> Path:
    """Folder of the kernel sources (``*.cu``, ``*.cuh``).

    Returns
    -------
    Path
        Absolute path.

    Raises
    ------
    ResourceError
        If the installation is incomplete.
    """
    return _folder("gpu_kernels")


def standards_dir() -> Path:
    """Folder of the levels and limits (``*.yaml``).

    Returns
    -------
    Path
        Absolute path.

    Raises
    ------
    ResourceError
        If the installation is incomplete.
    """
    return _folder("standards")


def meshes_dir() -> Path:
    """Folder of the example meshes.

    Returns
    -------
    Path
        Absolute path.

    Raises
    ------
    ResourceError
        If the installation is incomplete.
    """
    return _folder("meshes")


def examples_dir() -> Path:
    """Folder of the example twins, whose mesh paths are right from there.

    Returns
    -------
    Path
        Absolute path.

    Raises
    ------
    ResourceError
        If the installation is incomplete.
    """
    return _folder("examples")


def _folder(name: str) -> Path:
    root = _PACKAGE.parent if in_checkout() else _PACKAGE / "_data"
    folder = root / name
    if not folder.is_dir():
        raise ResourceError(
            f"the folder {folder} is missing, so this installation of emtwin is incomplete; "
            "install it again: pip install --force-reinstall --no-deps emtwin"
        )
    return folder


def library_name() -> str:
    """File name of the native library on this system.

    Returns
    -------
    str
        ``libemtwin_native.so``, ``libemtwin_native.dylib`` or ``emtwin_native.dll``.
    """
    return _LIBRARY_NAMES.get(sys.platform, "libemtwin_native.so")


def native_library() -> Path | None:
    """Find the compiled kernels of this installation.

    ``EMTWIN_NATIVE_LIBRARY`` names another one, for example a sanitiser build.

    Returns
    -------
    Path or None
        None where the package was installed without a compiler.

    Raises
    ------
    ResourceError
        If ``EMTWIN_NATIVE_LIBRARY`` names a file that does not exist.
    """
    chosen = os.environ.get("EMTWIN_NATIVE_LIBRARY")
    if chosen:
        return _existing(Path(chosen))
    beside = _PACKAGE / "_native" / library_name()
    installed = _recorded_library() if in_checkout() else None
    return installed or (beside if beside.is_file() else None)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ResourceError(
            f"EMTWIN_NATIVE_LIBRARY names {path}, which does not exist; unset it, or build it"
        )
    return path.resolve()


def _recorded_library() -> Path | None:
    """Path of the library among the files that pip recorded for the installed emtwin."""
    try:
        recorded = metadata.distribution("emtwin").files or []
    except metadata.PackageNotFoundError:
        return None
    for file in recorded:
        if file.name == library_name() and file.parent.name == "_native":
            path = Path(str(file.locate())).resolve()
            return path if path.is_file() else None
    return None


@cache
def native_source_hash() -> str:
    """SHA-256 over every kernel source, as CMakeLists.txt computes it for the library.

    Returns
    -------
    str
        Hexadecimal digest of the lines ``<sha256 of file>  <relative path>``, sorted by path.

    Raises
    ------
    ResourceError
        If the installation is incomplete.
    """
    return _tree_hash(kernels_dir(), _KERNEL_SUFFIXES)


@cache
def code_hash() -> str:
    """SHA-256 over every module of the package, hexadecimal, as `native_source_hash`."""
    return _tree_hash(_PACKAGE, (".py",))


@cache
def standards_hash() -> str:
    """SHA-256 over all levels and limits, hexadecimal, as `native_source_hash`."""
    return _tree_hash(standards_dir(), (".yaml",))


def _tree_hash(root: Path, suffixes: tuple[str, ...]) -> str:
    files = {
        file.relative_to(root).as_posix(): file
        for file in root.rglob("*")
        if file.suffix in suffixes and file.is_file()
    }
    lines = (f"{_digest(files[name])}  {name}\n" for name in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
