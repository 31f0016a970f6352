"""The example's two revisions through the command line, coarsely: the flaw is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emtwin import pipeline
from tests.integration.conftest import Call

COARSE = (
    "accuracy: {preset: draft, f_max: 600 MHz, cells_per_wavelength: 6, finest_cell: 16 mm,"
    " decay_db: -20}"
)


@pytest.mark.parametrize(
    ("file", "code", "outcome"), [("twin.yaml", 0, "pass"), ("twin_rev_a.yaml", 1, "fail")]
)
def test_the_missing_shield_bond_fails_the_immunity_test(
    file: str,
    code: int,
    outcome: str,
    call: Call,
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Immunity to 600 MHz only; the slow tier holds both tests at the file's own accuracy.

    Margins here are 75 dB with the bond and -11 dB without, against an uncertainty of 7 dB.
    Pictures and files are left out: other tests hold them.
    """
    text = (repository / "examples" / "infusion_pump" / file).read_text(encoding="utf-8")
    for old, new in (
        ("../../meshes", str(repository / "meshes")),
        ("accuracy: draft", COARSE),
        (
            "radiated_emission: {class: B, distance: 3 m}",
            "radiated_emission: {not_applicable: slow tier}",
        ),
    ):
        assert old in text
        text = text.replace(old, new)
    twin = tmp_path / "twin.yaml"
    twin.write_text(text, encoding="utf-8")
    monkeypatch.setattr(pipeline, "_write", lambda campaign, folder, clock: None)
    done = call("run", twin, "--out", tmp_path / "out", "--json", "--quiet")
    assert done.code == code, done.err
    verdict = json.loads(done.out)["verdicts"][0]
    assert verdict["test"] == "radiated_immunity"
    assert verdict["outcome"] == outcome
    assert abs(verdict["margin_db"]) > verdict["uncertainty_db"] + 2.0
    assert verdict["worst"]["port"] == "sensor_input"
