"""What the pages say about commands, files and the tree is true."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.docs.pages import ROOT, Block, blocks, marked_command, name_of, pages

PAGES = pytest.mark.parametrize("page", pages(), ids=name_of)
_COMMAND = re.compile(r"(?<![\w/-])emtwin +(?!_)([a-z]+)\b([^`\n|]*)")
_IMAGE_OR_LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)|<img[^>]*src=\"([^\"]+)\"")
_PATH = re.compile(
    r"`((?:emtwin|gpu_kernels|standards|meshes|examples|tests|docs|benchmarks|\.ci|scene|geometry"
    r"|voxel|solver|extract|benches|network|compliance|report|viz|backends|materials|cli)"
    r"/[\w./-]*)`"
)
NOT_IN_THE_TREE = {
    "emtwin/_data/": "in an installed wheel only",
    "tests/benches/": "made by whoever follows the recipe",
}
PYTHON = [block for page in pages() for block in blocks(page) if block.language == "python"]


def _said(page: Path) -> str:
    """Code spans and shell blocks of a page: where commands stand."""
    text = page.read_text(encoding="utf-8")
    shell = "".join(block.text for block in blocks(page) if block.language == "sh")
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)
    return "\n".join([shell, *re.findall(r"`([^`\n]+)`", prose)])


@cache
def _help(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "emtwin", *words, "--help"],
        capture_output=True,
        text=True,
        check=False,
        env=_plain_environment(),
    )
    assert done.returncode == 0, done.stderr
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)


def _plain_environment() -> dict[str, str]:
    import os

    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    plain = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", "PYTHONPATH": path}
    return os.environ | plain


class TestReadmeCommands:
    """`.ci/run` reads the same markers and runs what stands between them."""

    @pytest.mark.parametrize(
        ("name", "ends_with"),
        [
            ("run", ".venv/bin/emtwin run examples/infusion_pump/twin.yaml"),
            ("test", ".venv/bin/pytest -n auto"),
        ],
    )
    def test_each_block_holds_one_line(self, name: str, ends_with: str) -> None:
        lines = marked_command(name)
        assert len(lines) == 1
        assert lines[0].startswith("python3 -m venv .venv && .venv/bin/pip install -e ")
        assert lines[0].endswith(ends_with)

    def test_the_markers_are_used_once(self) -> None:
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        for name in ("run", "test"):
            assert text.count(f"<!-- command:{name} -->") == 1
            assert text.count(f"<!-- /command:{name} -->") == 1

    def test_what_they_name_is_there(self) -> None:
        assert (ROOT / "examples/infusion_pump/twin.yaml").is_file()
        settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        assert re.search(r"^test = \[$", settings, re.M)


@PAGES
def test_commands_and_options_exist(page: Path) -> None:
    """Each `emtwin COMMAND --option` of a page stands in the program's own help."""
    known = set(re.findall(r"^[ │|]*([a-z]+) {2,}\S", _help(), re.M))
    for command, rest in _COMMAND.findall(_said(page)):
        assert command in known, f"emtwin {command} is not in {sorted(known)}"
        for option in re.findall(r"(?<=\s)--[a-z-]+", rest):
            assert re.search(rf"{option}\b", _help(command)), f"emtwin {command} {option}"


def test_the_readme_names_every_command() -> None:
    known = set(re.findall(r"^[ │|]*([a-z]+) {2,}\S", _help(), re.M))
    assert {"init", "run", "check", "view", "report", "standards", "doctor"} <= known
    everything = "\n".join(_said(page) for page in pages())
    assert {command for command, _ in _COMMAND.findall(everything)} >= known


@PAGES
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    targets = [one or other for one, other in _IMAGE_OR_LINK.findall(page.read_text("utf-8"))]
    missing = [
        target
        for target in targets
        if "://" not in target and not (page.parent / target).resolve().exists()
    ]
    assert not missing


@PAGES
def test_named_files_exist(page: Path) -> None:
    """A path in a code span is one of the tree, or of a layer inside emtwin/."""
    said = re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.M | re.S)
    missing = [
        path
        for path in _PATH.findall(said)
        if path not in NOT_IN_THE_TREE
        and not ((ROOT / path).exists() or (ROOT / "emtwin" / path).exists())
    ]
    assert not missing


@PAGES
def test_named_tests_exist(page: Path) -> None:
    """What holds a statement is named by its path below tests/."""
    named = re.findall(
        r"`((?:physics|convergence|properties|kernels|unit)/[\w./-]*)`", page.read_text("utf-8")
    )
    assert not [path for path in named if not (ROOT / "tests" / path).exists()]


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_blocks_compile(block: Block) -> None:
    """Recipes are executed by test_recipes.py; whatever else is shown must at least be Python."""
    text = block.text
    if text.startswith("    "):  # a line out of a longer literal
        text = f"_ = {{\n{text}}}\n" if ": " in text.split("(")[0] else f"_ = (\n{text})\n"
    compile(text, str(block), "exec")


def test_python_of_the_readme_runs() -> None:
    """From the top of the checkout, as a reader would."""
    found = [block for block in PYTHON if block.page == "README.md"]
    assert found
    for block in found:
        done = subprocess.run(
            [sys.executable, "-c", block.text],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=_plain_environment(),
        )
        assert done.returncode == 0, f"{block}:\n{done.stderr}"
        assert "Infusion pump" in done.stdout


def test_the_layers_of_the_decision_are_those_of_the_rules() -> None:
    """docs/decisions/0001 repeats tests/architecture/rules.py; names at the head of each line."""
    page = ROOT / "docs" / "decisions" / "0001-layers.md"
    listed = next(block for block in blocks(page) if block.text.startswith("cli"))
    names = {name for line in rules.LAYERS for name in line}
    shown = []
    for line in listed.text.splitlines():
        words = line.split()
        count = next((n for n, word in enumerate(words) if word not in names), len(words))
        shown.append(tuple(words[:count]))
    assert tuple(shown) == rules.LAYERS


def test_exit_codes_are_those_of_the_program() -> None:
    from emtwin.cli import ExitCode

    for page in ("README.md", "docs/decisions/0004-verdict-rule.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        table = re.search(r"^\| code \| meaning \|\n.*?\n((?:\|.*\n)+)", text, re.M)
        assert table is not None
        codes = [int(number) for number in re.findall(r"^\| (\d+) \|", table[1], re.M)]
        assert codes == sorted(int(code) for code in ExitCode)


def test_outcomes_are_those_of_the_program() -> None:
    from emtwin.compliance.verdict import Outcome

    for page in ("README.md", "docs/decisions/0004-verdict-rule.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        table = re.search(r"^\| outcome \| when \|\n.*?\n((?:\|.*\n)+)", text, re.M)
        assert table is not None
        names = re.findall(r"^\| `?([\w ]+?)`? \|", table[1], re.M)
        assert [name.replace(" ", "_") for name in names] == [outcome.value for outcome in Outcome]


def test_the_floor_of_the_uncertainty_is_what_the_pages_say() -> None:
    from emtwin.compliance.uncertainty import COVERAGE, FLOOR_DB

    assert (FLOOR_DB, COVERAGE) == (6.0, 2.0)
    assert "at least 6 dB" in (ROOT / "README.md").read_text(encoding="utf-8")
