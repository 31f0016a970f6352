"""The output folder is tried before the run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emtwin.errors import InputError
from emtwin.results import check_writable


def test_missing_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    check_writable(folder, 1000)
    assert list(folder.iterdir()) == []


def test_folder_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write results into .*file"):
        check_writable(tmp_path / "file" / "out", 0)


def test_full_disk_gives_both_sizes(tmp_path: Path) -> None:
    needed = shutil.disk_usage(tmp_path).free + 2**40
    with pytest.raises(InputError, match=r"MiB free, the results need [\d,.]+ MiB"):
        check_writable(tmp_path, needed)
