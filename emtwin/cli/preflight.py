"""What can be known to go wrong before hours are spent, found all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from emtwin.errors import InputError, Problem

if TYPE_CHECKING:
    from emtwin.scene import LoadedTwin

RESULT_BYTES = 200 * 2**20
"""What results, pictures and VTK files take at most at normal accuracy."""

Found = TypeVar("Found")


def prepare(
    twin: Path, folder: Path, junit: Path | None, backend: str, precision: str, accuracy: str | None
) -> LoadedTwin:
    """Read the twin and make sure that the run can begin and its results can be kept.

    Parameters
    ----------
    twin : Path
        Twin file.
    folder : Path
        Output folder; made if missing.
    junit : Path or None
        JUnit file that is to be written; the folder round it is made.
    backend, precision : str
        As `emtwin.backends.select_backend` takes them.
    accuracy : str or None
        Accuracy in place of the twin file's.

    Returns
    -------
    LoadedTwin
        The twin.

    Raises
    ------
    InputError
        With the problems of the twin file, of the folders and of the backend together.
    """
    from emtwin import pipeline
    from emtwin.backends import select_backend
    from emtwin.results import check_writable

    problems: list[Problem] = []
    loaded = _attempt(problems, lambda: pipeline.load(twin, accuracy))
    _attempt(problems, lambda: check_writable(folder, RESULT_BYTES))
    if junit is not None:
        _attempt(problems, lambda: _check_file(junit))
    _attempt(problems, lambda: select_backend(backend, precision))
    if loaded is None or problems:
        raise InputError(problems)
    return loaded


@contextmanager
def left_as_found(*folders: Path) -> Iterator[None]:
    """Remove folders that were made meanwhile and stayed empty, if the block fails.

    Parameters
    ----------
    *folders : Path
        Folders that the block may make, with their parents.
    """
    made = [path for folder in folders for path in (folder, *folder.parents) if not path.exists()]
    try:
        yield
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise


def slow_backend_warning(backend: str) -> str:
    """Say loudly that only the slow reference is left, and how to mend it.

    Parameters
    ----------
    backend : str
        What the user chose.

    Returns
    -------
    str
        Empty unless ``auto`` has to fall back to ``numpy``.
    """
    from emtwin.backends import available_backends

    if backend != "auto":
        return ""
    statuses = {status.name: status for status in available_backends()}
    if any(status.available for name, status in statuses.items() if name != "numpy"):
        return ""
    return (
        "WARNING: no compiled backend works here, so the run uses numpy and takes up to 100 "
        f"times longer. {statuses['native'].detail}"
    )


def _attempt(problems: list[Problem], call: Callable[[], Found]) -> Found | None:
    try:
        return call()
    except InputError as error:
        problems.extend(error.problems)
        return None


def _check_file(path: Path) -> None:
    from emtwin.results import check_writable

    if path.is_dir():
        raise InputError.single(
            f"{path} is a folder, not a file", field="--junit", remedy="add a file name"
        )
    check_writable(path.parent, 2**20)
