"""The example device through the command line, as a CI job of a device maker would run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "exit_code", "immunity"), [("twin.yaml", 0, "pass"), ("twin_rev_a.yaml", 1, "fail")]
)
def test_revision_b_passes_and_revision_a_fails(
    repository: Path, tmp_path: Path, file: str, exit_code: int, immunity: str
) -> None:
    """The missing shield bond is found: exit code 1, and radiated immunity says so."""
    twin = repository / "examples" / "infusion_pump" / file
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "emtwin",
            "run",
            str(twin),
            "--out",
            str(tmp_path / "out"),
            "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=repository,
    )
    assert done.returncode == exit_code, done.stderr
    verdicts = {v["test"]: v for v in json.loads(done.stdout)["verdicts"]}
    assert verdicts["radiated_immunity"]["outcome"] == immunity
    assert verdicts["radiated_emission"]["outcome"] == "pass"
    for name in ("results.h5", "report.html"):
        assert (tmp_path / "out" / name).stat().st_size > 0
