"""The program as a user calls it: command line in this process, real pipeline, tiny device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from emtwin.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, stdout and stderr."""

    code: int
    out: str
    err: str


Call = Callable[..., Done]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command as the entry point does, with room for long lines and flat pictures."""
    settings = {"COLUMNS": "400", "TERMINAL_WIDTH": "400", "NO_COLOR": "1"}
    for name, value in (settings | {"EMTWIN_RENDERING": "off"}).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str | Path) -> Done:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        text = capsys.readouterr()
        return Done(int(ended.value.code or 0), text.out, text.err)

    return run
