"""One row of a file of the package, changed, in a folder of its own: what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import resources
from emtwin.errors import InputError
from emtwin.standards import load

Change = tuple[str, str]


def refusal(folder: Path, file: str, row_id: str, change: Change) -> str:
    """Message about one row after a change; it has to name file, line and row."""
    text = (resources.standards_dir() / file).read_text(encoding="utf-8")
    (block,) = (b for b in text.split("\n\n") if f"  - id: {row_id}\n" in b + "\n")
    block = block[block.index("  - id:") :]
    old, new = change
    assert old in block, old
    (folder / "bad.yaml").write_text(f"rows:\n{block.replace(old, new)}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(folder)
    message = str(caught.value)
    assert "bad.yaml:" in message
    assert f"row '{row_id}'" in message
    assert all(problem.remedy for problem in caught.value.problems)
    return message
