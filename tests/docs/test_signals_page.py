"""The examples of docs/signals.md run and print what the page says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from emtwin.cli import main
from emtwin.signals import imported_trace
from tests.docs.pages import ROOT, blocks, recipe

PAGE = "docs/signals.md"
EXAMPLE = ROOT / "examples" / "infusion_pump" / "twin.yaml"


@pytest.mark.quick
@pytest.mark.parametrize("name", ["signals-waveform", "signals-modulation"])
def test_an_example_prints_what_is_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(recipe(name, PAGE), {})
    assert capsys.readouterr().out == recipe(f"{name}-printed", PAGE)


def test_the_rows_of_a_waveform(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("COLUMNS", "108"), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        main(["standards", "waveform", "esd-contact"])
    shown = next(block for block in blocks(ROOT / PAGE) if block.language == "text")
    given = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert given == shown.text.splitlines()


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ports of the page in the example's twin file, each at a trace, and their four files."""
    data: Any = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    device: Any = data["device"]
    shown = yaml.safe_load(recipe("signals-emitters", PAGE))["ports"]
    (trace,) = device["traces"]
    device["traces"] = [
        trace | {"name": f"{port['name']}_trace", "start": {"port": port["name"]}} for port in shown
    ]
    device["ports"] = [port for port in device["ports"] if port["name"] != "clock"] + shown
    device["mesh"]["file"] = str(ROOT / "meshes" / "infusion_pump.msh")
    for part in device["parts"]:
        if "mesh" in part:
            part["mesh"]["file"] = str(ROOT / "meshes" / "infusion_pump_display.stl")
    (tmp_path / "twin.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")

    (tmp_path / "lines.csv").write_text("MHz, dBuV\n48, 60\n96, 55\n", encoding="utf-8")
    (tmp_path / "noise.csv").write_text("MHz, dBuV\n30, 40\n1000, 20\n", encoding="utf-8")
    t = np.arange(2000) * 0.25e-9
    tone = np.sin(2 * np.pi * 100e6 * t)
    np.savetxt(tmp_path / "periodic.csv", np.column_stack([t, tone]), delimiter=",")
    event = np.exp(-t / 20e-9) * tone
    np.savetxt(tmp_path / "event.csv", np.column_stack([t, event]), delimiter=",")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("ports")
def test_the_receiver_reads_every_port(capsys: pytest.CaptureFixture[str]) -> None:
    """1 V peak in `periodic.csv` is 117 dBuV, at the step next to 100 MHz; a line is its own."""
    exec(recipe("signals-receiver", PAGE), {})
    printed = capsys.readouterr().out
    assert printed == recipe("signals-receiver-printed", PAGE)
    assert "recording: 179 frequencies, rms, 117.0 dBuV at 99.8 MHz" in printed
    assert "measured_lines: 2 frequencies, rms, 60.0 dBuV at 48.0 MHz" in printed


@pytest.mark.usefixtures("ports")
def test_the_window_on_a_short_record() -> None:
    """Two thirds of the power of a tone are in its middle line: 1.76 dB less."""
    short = imported_trace(Path("periodic.csv")).rms([100e6], 120e3)[0]
    assert 20 * np.log10(short * np.sqrt(2)) == pytest.approx(10 * np.log10(2 / 3), abs=1e-6)
