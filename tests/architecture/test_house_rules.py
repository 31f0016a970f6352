"""Names, lengths and docstrings of the package's folders."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.imports import modules


@pytest.fixture(scope="module")
def package(repository: Path) -> Path:
    return repository / "emtwin"


def test_no_module_is_a_drawer_for_odds_and_ends(package: Path) -> None:
    wrong = [
        n for n in modules(package) if rules.FORBIDDEN_NAMES & set(n.split(".")[-1].split("_"))
    ]
    assert not wrong, f"say what is in it: {wrong}"


def test_each_folder_says_what_comes_in_what_goes_out_and_what_it_never_does(
    package: Path,
) -> None:
    silent = []
    for name, file in modules(package).items():
        if file.name != "__init__.py" or file.parent == package:
            continue
        text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        missing = [w for w in ("In", "Out", "Never") if not re.search(rf"^{w}\b", text, re.M)]
        if missing:
            silent.append(f"{name} lacks {', '.join(missing)}")
    assert not silent, "\n".join(silent)


def test_every_folder_with_modules_is_a_package(package: Path) -> None:
    folders = {file.parent for file in modules(package).values()}
    wrong = [str(f) for f in sorted(folders) if not (f / "__init__.py").is_file()]
    assert not wrong, f"no __init__.py in {wrong}"


def test_no_file_is_longer_than_it_should_be(package: Path) -> None:
    lengths = {
        file.relative_to(package).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
        for file in modules(package).values()
    }
    wrong = {
        name: length
        for name, length in lengths.items()
        if length > rules.LONGEST_FILE and name not in rules.LONGER_FILES
    }
    assert not wrong, f"more than {rules.LONGEST_FILE} lines: {wrong}"


def test_only_backends_choose_by_backend(package: Path) -> None:
    wrong = [
        f"{file}:{number}"
        for name, file in modules(package).items()
        if not name.startswith("emtwin.backends")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\bif backend(\.name)? *==|\bxp *=", line)
    ]
    assert not wrong, f"no `if backend == ...` and no `xp = ...` outside backends: {wrong}"


def test_help_loads_no_heavy_library() -> None:
    heavy = sorted(rules.LAZY_LIBRARIES)
    code = (
        "import sys\n"
        "from emtwin.cli import main\n"
        "sys.argv = ['emtwin', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [m for m in {heavy!r} if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert "LOADED []" in done.stdout, done.stdout[-500:] + done.stderr[-2000:]
