"""Read and check standards/*.yaml."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from emtwin import resources
from emtwin.errors import InputError, Problem
from emtwin.standards import editions
from emtwin.standards.checks import check
from emtwin.standards.editions import Registry
from emtwin.standards.kinds import AnyRow
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.parameters import Parameter
from emtwin.standards.reading import read_rows
from emtwin.standards.row import Row

Found = TypeVar("Found", bound=Row)
_NO_REGISTRY = Registry()


@dataclass(frozen=True)
class Standards:
    """All rows, in the order of files and lines.

    Parameters
    ----------
    rows : tuple of rows
        The rows, of any kind.
    registry : Registry, optional
        Known editions. Without it every row counts as current.
    """

    rows: tuple[AnyRow, ...]
    registry: Registry = _NO_REGISTRY

    @property
    def levels(self) -> tuple[Level, ...]:
        """Immunity levels."""
        return self.of(Level)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Pieces of emission limit lines."""
        return self.of(Limit)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Numbers of methods."""
        return self.of(Parameter)

    def in_edition(self, row: AnyRow, edition: str | None = None) -> bool:
        """Whether a row stands in an edition.

        Parameters
        ----------
        row : row
            A row of any kind.
        edition : str, optional
            Year or name of an edition, ``2007`` or ``4.1``; the current
            edition of the row's standard if left out.

        Returns
        -------
        bool
            False also for an edition that the row's standard does not have.
        """
        if edition is None:
            return self.registry.is_current(row)
        known = self.registry.edition(row.standard, edition)
        return known is not None and row.edition == known.edition

    def row(self, row_id: str) -> AnyRow:
        """Row with this id.

        Parameters
        ----------
        row_id : str
            Its id.

        Returns
        -------
        Level, Limit or Parameter
            The row.

        Raises
        ------
        InputError
            If there is none; the message offers the nearest ids.
        """
        for row in self.rows:
            if row.id == row_id:
                return row
        near = difflib.get_close_matches(row_id, [row.id for row in self.rows], n=3)
        raise InputError.single(
            f"no row '{row_id}' in the standards",
            remedy=f"did you mean {' or '.join(near)}?" if near else "see `emtwin standards`",
        )

    def parameter(self, row_id: str) -> Parameter:
        """Parameter with this id.

        Parameters
        ----------
        row_id : str
            Its id.

        Returns
        -------
        Parameter
            The row; its number is ``value``.

        Raises
        ------
        InputError
            If there is no such row or it is not a parameter.
        """
        row = self.row(row_id)
        if not isinstance(row, Parameter):
            raise InputError.single(f"row '{row_id}' is a {row.kind}, not a parameter")
        return row

    def of(self, kind: type[Found]) -> tuple[Found, ...]:
        """All rows of one kind, for example ``of(Level)``."""
        return tuple(row for row in self.rows if isinstance(row, kind))


@lru_cache(maxsize=8)
def load(folder: Path | None = None) -> Standards:
    """Read and check every ``*.yaml`` of a folder.

    Parameters
    ----------
    folder : Path, optional
        Folder of the files; the standards of the package if left out. Where it
        has no ``editions.yaml``, the package's holds.

    Returns
    -------
    Standards
        All rows. Read once per folder and process.

    Raises
    ------
    InputError
        With every bad row of every file: file, line, row id, field and remedy.
    """
    place = folder or resources.standards_dir()
    registry = editions.read_registry(_registry_file(place))
    problems: list[Problem] = []
    rows: list[tuple[AnyRow, Problem]] = []
    for file in sorted(place.glob("*.yaml")):
        if file.name != editions.FILE:
            rows.extend(read_rows(file, problems))
    if not rows and not problems:
        problems.append(Problem("no row of any standard found", place, remedy="reinstall emtwin"))
    problems.extend(filter(None, (registry.problem(row, at) for row, at in rows)))
    problems.extend(check(rows))
    if problems:
        raise InputError(problems)
    return Standards(tuple(row for row, _ in rows), registry)


def _registry_file(folder: Path) -> Path:
    """The folder's own registry, else that of the package."""
    own = folder / editions.FILE
    return own if own.is_file() else resources.standards_dir() / editions.FILE
