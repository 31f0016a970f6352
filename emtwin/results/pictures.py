"""The pictures of a campaign: which files, and how they were drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Pictures(Mapping[str, Path]):
    """Picture files by name, with a note on how they were made.

    Parameters
    ----------
    files : dict of str to Path
        Name, for example ``setup/radiated_immunity``, to PNG or SVG file.
    note : str
        Empty when the 3-D views were rendered; otherwise why they were drawn
        as flat projections instead. The report repeats it.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    note: str = ""

    def __getitem__(self, name: str) -> Path:
        return self.files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)
