"""`emtwin view` and `emtwin report` on a stored campaign, drawn flat."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emtwin.cli import options
from tests.unit.campaign_factory import make_campaign
from tests.unit.cli.conftest import Call

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pump")
    make_campaign().save(folder / "results.h5")
    return folder


@pytest.fixture(autouse=True)
def drawn_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    from emtwin.viz.probe import probe

    monkeypatch.setenv("EMTWIN_RENDERING", "off")
    probe.cache_clear()


@pytest.fixture(autouse=True, scope="module")
def probed_again() -> Iterator[None]:
    """Later tests ask anew whether rendering works."""
    from emtwin.viz.probe import probe

    yield
    probe.cache_clear()


@pytest.mark.parametrize("what", ["setup", "audit", "surface"])
def test_a_screenshot(call: Call, stored: Path, tmp_path: Path, what: str) -> None:
    target = tmp_path / "new" / "picture.png"
    done = call("view", stored, "--what", what, "--screenshot", target)
    assert done.code == 0, done.err
    assert done.out.strip() == str(target)
    assert target.read_bytes().startswith(PNG)
    assert "Drawn flat: switched off by EMTWIN_RENDERING=off" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--what", "voxel"), "'voxel' is not one of setup, voxels, audit, field, surface."),
        (("--what", "voxels", "--of", "free_spce"), "Did you mean 'free_space'?"),
        (("--of", "nothing"), "choose radiated_immunity or radiated_emission"),
        (("--screenshot", "picture.jpg"), "picture.jpg is not the name of a PNG file"),
    ],
)
def test_wrong_arguments(
    call: Call, stored: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    target = () if "--screenshot" in arguments else ("--screenshot", str(tmp_path / "a.png"))
    done = call("view", stored, *arguments, *target)
    assert done.code == 2
    assert said in done.err


def test_a_result_without_the_data(call: Call, tmp_path: Path) -> None:
    campaign = make_campaign()
    for name in [name for name in campaign.datasets if name.startswith("field/")]:
        del campaign.datasets[name]
    campaign.save(tmp_path / "results.h5")
    done = call("view", tmp_path, "--what", "field", "--screenshot", tmp_path / "a.png")
    assert done.code == 2
    assert "--what: the result holds nothing to show as 'field'" in done.err


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_no_display(call: Call, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    done = call("view", stored)
    assert done.code == 2
    assert "there is no display to open a window on" in done.err
    assert "-> write a picture: --screenshot FILE.png" in done.err


def test_no_rendering(call: Call, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":7")
    done = call("view", stored)
    assert done.code == 2
    assert "no window can be opened: switched off by EMTWIN_RENDERING=off" in done.err


def test_a_window_shows_what_was_asked_for(
    call: Call, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("emtwin.viz.probe")
    interactive = importlib.import_module("emtwin.viz.interactive")
    shown: list[tuple[str, ...]] = []
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(module, "probe", lambda: module.Rendering(True))
    monkeypatch.setattr(interactive, "show", lambda _, *what: shown.append(what))
    assert call("view", stored).code == 0
    second = list(make_campaign().group("voxels"))[1]
    assert call("view", stored, "--what", "voxels", "--of", "nowhere").code == 2
    assert call("view", stored, "--what", "voxels", "--of", second).code == 0
    assert shown == [("setup", "radiated_immunity"), ("voxels", second)]


@pytest.mark.parametrize("command", ["view", "report"])
def test_no_result(call: Call, tmp_path: Path, command: str) -> None:
    done = call(command, tmp_path)
    assert done.code == 2
    assert f"{tmp_path / 'results.h5'}: there is no such result file" in done.err
    assert "-> run `emtwin run` first" in done.err
    (tmp_path / "results.h5").write_bytes(b"damaged")
    done = call(command, tmp_path / "results.h5")
    assert done.code == 2
    assert "not a complete emtwin result file" in done.err


def test_a_report_in_korean(call: Call, stored: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "korean.html"
    done = call("report", stored / "results.h5", "--language", "ko", "--output", target)
    assert done.code == 0, done.err
    assert done.out.strip() == str(target)
    text = target.read_text(encoding="utf-8")
    assert "판정" in text
    assert "data:image/png;base64," in text


def test_a_report_beside_the_result(call: Call, stored: Path, tmp_path: Path) -> None:
    done = call("report", stored, "--output", tmp_path)
    assert done.code == 2
    assert "is a folder, not a file" in done.err
    assert call("report", stored).code == 0
    assert "Verdicts" in (stored / "report.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in stored.iterdir()) == ["report.html", "results.h5"]


def test_a_folder_means_its_result_file(tmp_path: Path) -> None:
    assert options.result_file(tmp_path) == tmp_path / "results.h5"
    assert options.result_file(tmp_path / "a.h5") == tmp_path / "a.h5"
