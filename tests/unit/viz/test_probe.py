"""The probe answers in words, never with a crash."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

module = import_module("emtwin.viz.probe")  # the package shows the function of that name


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(module.SWITCH_VARIABLE, raising=False)
    monkeypatch.delenv(module.WINDOW_VARIABLE, raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    module.probe.cache_clear()
    yield
    module.probe.cache_clear()


def answer(
    monkeypatch: pytest.MonkeyPatch, codes: dict[str, int], stderr: bytes = b""
) -> list[str]:
    asked: list[str] = []

    def run(*_: Any, env: dict[str, str], **__: Any) -> subprocess.CompletedProcess[bytes]:
        window = env.get(module.WINDOW_VARIABLE, "")
        asked.append(window)
        return subprocess.CompletedProcess([], codes.get(window, 1), b"", stderr)

    monkeypatch.setattr("subprocess.run", run)
    return asked


def test_egl_is_tried_first_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, {"vtkEGLRenderWindow": 0})
    assert module.probe() == module.Rendering(True, "vtkEGLRenderWindow")
    assert module.rendering_works()
    assert asked == ["vtkEGLRenderWindow"]


def test_segfault_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, dict.fromkeys(module._candidates(), -11))
    found = module.probe()
    assert not found.works
    assert "SIGSEGV" in found.reason
    assert "apt-get install libegl1 libgl1 libx11-6" in found.reason
    assert len(asked) == 3


def test_python_error_gives_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, {}, b"Traceback\nModuleNotFoundError: No module named 'pyvista'\n")
    assert "ModuleNotFoundError: No module named 'pyvista'" in module.probe().reason


def test_blank_picture_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, dict.fromkeys(module._candidates(), 7))
    assert "the picture stayed blank" in module.probe().reason


def test_silence_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: Any, **__: Any) -> None:
        raise subprocess.TimeoutExpired("python", module.TIMEOUT)

    monkeypatch.setattr("subprocess.run", hang)
    assert "no answer within 90 s" in module.probe().reason


def test_switch_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, {})
    monkeypatch.setenv(module.SWITCH_VARIABLE, "off")
    assert module.probe().reason == "switched off by EMTWIN_RENDERING=off"
    assert asked == []
