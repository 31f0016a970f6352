"""What docs/plan.md shows is what `emtwin plan` prints, and what it declares is accepted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from emtwin import pipeline
from emtwin.cli import main
from tests.benches.tiny_device import write_tiny_device
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs/plan.md"
PUMP = ROOT / "examples/infusion_pump/twin.yaml"


def shown(name: str) -> list[str]:
    """Lines of the block after the marker ``plan:NAME``."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"<!-- plan:{name} -->\n```text\n(.*?)\n```", text, re.S)
    assert found is not None, name
    return found[1].splitlines()


@pytest.mark.parametrize(("name", "words"), [("pump", ()), ("edition", ("--edition", "3"))])
def test_the_output_is_real(
    name: str,
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every line but the dots stands in the output, in this order."""
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as ended:
        main(["plan", str(PUMP), *words])
    assert not ended.value.code
    printed = iter(line.rstrip() for line in capsys.readouterr().out.splitlines())
    for line in shown(name):
        assert line == "..." or line in printed, line


def yaml_block(first: str) -> Any:
    """The YAML block of the page that begins with a key."""
    found = [b for b in blocks(PAGE) if b.language == "yaml" and b.text.startswith(f"{first}:")]
    assert len(found) == 1
    return yaml.safe_load(found[0].text)


def test_the_declarations_are_accepted(tmp_path: Path) -> None:
    """Both blocks, put into the tiny device, load and are planned."""
    path = write_tiny_device(tmp_path)
    twin = yaml.safe_load(path.read_text(encoding="utf-8"))
    device, tests = yaml_block("device")["device"], yaml_block("tests")["tests"]
    cable = {k: v for k, v in device.pop("cables")[0].items() if k != "name"}
    twin["device"]["cables"][1] |= cable
    twin["device"] |= device
    twin["tests"] |= tests
    path.write_text(yaml.safe_dump(twin), encoding="utf-8")
    plan = pipeline.plan(pipeline.load(path))
    changed = {test.test for test in plan.tests for level in test.levels if level.changed}
    assert changed == {
        *("radiated_immunity", "proximity_rf", "esd", "surge", "conducted_immunity"),
        *("power_frequency_magnetic", "eft"),
    }
    assert any("REASON" in test.why for test in plan.tests if test.test == "dips")
