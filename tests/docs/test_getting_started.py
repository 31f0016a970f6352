"""docs/getting-started.md, done step by step in an empty folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from emtwin.cli import main
from tests.docs.pages import ROOT, recipe

PAGE = "docs/getting-started.md"


def emtwin(line: str) -> int:
    """Run a line of the page that begins with ``emtwin``; its exit code."""
    words = line.split()
    assert words[0] == "emtwin"
    with pytest.raises(SystemExit) as ended:
        main(words[1:])
    code = ended.value.code
    return code if isinstance(code, int) else 0


def one_line(step: str) -> str:
    """The only line of a step's block."""
    (line,) = recipe(step, PAGE).splitlines()
    return line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the mesh, as after step 1."""
    _, source, target = one_line("mesh").split()
    shutil.copy(ROOT / source, tmp_path / target)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def finished() -> Any:
    return yaml.safe_load(recipe("twin", PAGE))


def test_init_writes_what_the_finished_file_grew_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Same mesh, and the kept parts with the priorities that `init` gave; no blank is left."""
    assert emtwin(one_line("init")) == 0
    assert "FILL_IN" in capsys.readouterr().out
    written = yaml.safe_load((folder / "my_pump.yaml").read_text(encoding="utf-8"))
    twin = finished()
    assert twin["device"]["mesh"] == written["device"]["mesh"]
    priorities = {part["name"]: part["priority"] for part in written["device"]["parts"]}
    kept = {part["name"]: part["priority"] for part in twin["device"]["parts"]}
    assert kept.items() <= priorities.items()
    assert (len(kept), len(priorities)) == (6, 13)
    for section in ("cables", "traces", "ports"):
        names = [one["name"] for one in twin["device"][section]]
        assert {one["name"] for one in written["device"][section]} <= set(names)
    assert twin["tests"] == written["tests"]
    assert "FILL_IN" not in recipe("twin", PAGE)


def test_blanks_are_refused_one_by_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert emtwin(one_line("init")) == 0
    assert emtwin(one_line("check")) == 2
    assert "device.parts[0].material" in capsys.readouterr().err


def test_check_accepts_the_finished_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "my_pump.yaml").write_text(recipe("twin", PAGE), encoding="utf-8")
    assert emtwin(one_line("check") + " --json") == 0
    plan = json.loads(capsys.readouterr().out)
    free, floor = plan["sites"]
    assert free["driven"] == ["sensor_input"]
    assert {"clock", "dc_lead.foot"} <= set(floor["driven"])
    assert {part["name"] for part in free["audit"]} == {
        part["name"] for part in finished()["device"]["parts"]
    }


@pytest.mark.slow
def test_run_gives_a_verdict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run of step 5, made short: no board, large cells, the immunity test alone."""
    twin = finished()
    parts = [part for part in twin["device"]["parts"] if part["name"] != "board"]
    twin["device"]["parts"] = parts
    twin["tests"]["radiated_emission"] = {"not_applicable": "left out of this test"}
    twin["accuracy"] = {"f_max": "200 MHz", "finest_cell": "12 mm", "decay_db": -30}
    (folder / "my_pump.yaml").write_text(yaml.safe_dump(twin), encoding="utf-8")
    code = emtwin(one_line("run") + " --json")
    document = json.loads(capsys.readouterr().out)
    assert code == document["exit_code"]
    immunity, emission = document["verdicts"]
    assert (immunity["test"], emission["outcome"]) == ("radiated_immunity", "not_applicable")
    assert immunity["uncertainty_db"] >= 6 * (1 - 1e-12)  # a sum of squares, to rounding
    for name in ("report.html", "results.h5"):
        assert (folder / "results" / "my_pump" / name).is_file()
