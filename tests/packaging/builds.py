"""Builds and installs copies of the source tree, away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

# Tools that a build without a compiler may still see.
_PLAIN_TOOLS = ("sh", "bash", "env", "cat", "uname", "ls", "rm", "mkdir", "sed", "grep", "git")
_NEVER_COPIED = (
    ".git",
    ".venv",
    "build",
    "dist",
    "_native",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
)


@dataclass(frozen=True)
class Run:
    """What a command said."""

    returncode: int
    output: str


def run(*command: object, cwd: Path, **variables: str) -> Run:
    """Run a command with emtwin's own variables cleared and `variables` set."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("EMTWIN_", "PYTHON"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment | variables,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )
    return Run(done.returncode, done.stdout)


def succeed(*command: object, cwd: Path, **variables: str) -> str:
    """Output of a command that must succeed."""
    done = run(*command, cwd=cwd, **variables)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.output[-4000:]}"
    return done.output


def tracked_files(repository: Path) -> list[str]:
    """Paths that git tracks and that are there, or every file of an unpacked sdist."""
    if (repository / ".git").exists():
        listed = succeed("git", "ls-files", cwd=repository).splitlines()
        return [name for name in listed if (repository / name).is_file()]
    files = (f.relative_to(repository) for f in repository.rglob("*") if f.is_file())
    return [f.as_posix() for f in files if not _left_out(f)]


def _left_out(file: Path) -> bool:
    return any(Path(part).match(name) for part in file.parts for name in _NEVER_COPIED)


def copy_tree(repository: Path, target: Path) -> Path:
    """Copy of the tracked files, as a fresh clone would have them."""
    for name in tracked_files(repository):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(repository / name, target / name)
    return target


def path_without_compiler(folder: Path) -> str:
    """A PATH on which there is neither a compiler nor CMake."""
    folder.mkdir(parents=True, exist_ok=True)
    for tool in _PLAIN_TOOLS:
        found = shutil.which(tool)
        if found and not (folder / tool).exists():
            (folder / tool).symlink_to(found)
    return str(folder)


def build_wheel(source: Path, target: Path, **variables: str) -> Path:
    """The one wheel that pip builds from `source` (a folder or an sdist)."""
    pip = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", target, source)
    succeed(*pip, cwd=source.parent, **variables)
    (wheel,) = target.glob("*.whl")
    return wheel


def contents(wheel: Path) -> dict[str, bytes]:
    """Files of a wheel, without its own metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {n: archive.read(n) for n in archive.namelist() if ".dist-info/" not in n}


def environment(folder: Path) -> Path:
    """A new virtual environment's Python, which sees this one's dependencies but not its emtwin.

    A folder that a .pth file names is searched for modules, while the .pth files inside it, and
    so an editable emtwin, are not read.
    """
    succeed(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    site = succeed(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder
    ).strip()
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def install(python: Path, *what: object, cwd: Path, **variables: str) -> str:
    """Install without dependencies; returns what pip said."""
    pip = (python, "-m", "pip", "install", "--no-deps", "--force-reinstall")
    return succeed(*pip, *what, cwd=cwd, **variables)
