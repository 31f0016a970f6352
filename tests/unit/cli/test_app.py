"""The program as a whole: help, version, unknown words, start-up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from emtwin.cli import output
from emtwin.cli.app import COMMANDS
from tests.unit.cli.conftest import Call

HEAVY = [
    "numpy",
    "scipy",
    "pydantic",
    "xarray",
    "h5py",
    "meshio",
    "pyvista",
    "matplotlib",
    "jinja2",
    "emtwin.results",
]


def _python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_help_names_every_command_and_exit_code(call: Call) -> None:
    done = call("--help")
    assert done.code == 0
    for command in COMMANDS:
        assert f" {command.__name__} " in done.out
    assert "Exit codes: 0 every applicable test has a verdict and none fails" in done.out


@pytest.mark.parametrize("command", [command.__name__ for command in COMMANDS])
def test_every_command_has_help(call: Call, command: str) -> None:
    done = call(command, "-h")
    assert done.code == 0
    assert f"Usage: emtwin {command}" in done.out
    assert "Parameters" not in done.out


def test_version(call: Call) -> None:
    done = call("--version")
    assert done.code == 0
    assert done.out.startswith("emtwin ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rnu", "twin.yaml"), "Did you mean 'run'?"),
        (("check", "twin.yaml", "--acuracy", "draft"), "--accuracy"),
        (("run",), "Missing argument"),
    ],
)
def test_words_that_are_not_known(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def test_a_missing_twin_file(call: Call, tmp_path: Path) -> None:
    done = call("check", tmp_path / "no.yaml")
    assert done.code == 2
    assert str(tmp_path / "no.yaml") in done.err


def test_help_starts_without_any_heavy_import() -> None:
    code = (
        "import sys\nfrom emtwin.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = _python("-c", code)
    assert "LOADED []" in done.stdout, done.stdout[-500:] + done.stderr[-2000:]


def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    done = _python("-m", "emtwin", "init", str(tmp_path / "no.msh"), "--unit", "mm")
    assert done.returncode == 2
    assert "the mesh file does not exist" in done.stderr


def test_a_terminal_that_lacks_a_sign_shows_a_question_mark() -> None:
    code = "from emtwin.cli import main; main(['standards', 'esd'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": ":".join(filter(None, sys.path))},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"?" in done.stdout


def test_a_line_number_stays_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Line 100 of a file stands between two colons, which rich takes for the name of a picture."""
    output.line(output.stdout(), "twin.yaml:100: tests: unknown field")
    assert capsys.readouterr().out == "twin.yaml:100: tests: unknown field\n"


def test_json_has_a_form_for_what_results_hold() -> None:
    import numpy as np

    values = {"a": np.float64(1.5), "b": np.arange(2), "c": Path("x"), "d": (True, None, 1)}
    assert output.plain(values) == {"a": 1.5, "b": [0, 1], "c": "x", "d": [True, None, 1]}
    assert output.plain([float("inf"), float("nan")]) == [None, None]
    with pytest.raises(TypeError, match="has no JSON form"):
        output.plain(object())
