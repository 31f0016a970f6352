"""Whether VTK can render here, asked in a subprocess because VTK may segfault."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

WINDOW_VARIABLE = "VTK_DEFAULT_OPENGL_WINDOW"
SWITCH_VARIABLE = "EMTWIN_RENDERING"
PACKAGES = "libegl1 libgl1 libx11-6"
TIMEOUT = 90.0

_SCRIPT = """
import pyvista
plotter = pyvista.Plotter(off_screen=True, window_size=(48, 48))
plotter.set_background("white")
plotter.add_mesh(pyvista.Cube(), color="black", lighting=False)
image = plotter.screenshot(None, return_img=True)
raise SystemExit(0 if image.min() < 40 and image.max() > 200 else 7)
"""


@dataclass(frozen=True)
class Rendering:
    """Answer of the probe.

    Parameters
    ----------
    works : bool
        True if a picture can be rendered off-screen.
    window : str
        VTK window class to ask for; empty for VTK's own choice.
    reason : str
        Why it does not work and which packages mend it; empty if it does.
    """

    works: bool
    window: str = ""
    reason: str = ""


def rendering_works() -> bool:
    """Whether off-screen rendering works here; probed once per process."""
    return probe().works


@cache
def probe() -> Rendering:
    """Try to render a small cube in a subprocess, once per process.

    Where it works, the window class that worked is kept in this process's
    environment, so that later scenes use the same one. Setting the variable
    ``EMTWIN_RENDERING=off`` answers no without a trial.

    Returns
    -------
    Rendering
        Whether it works, and why not.
    """
    if os.environ.get(SWITCH_VARIABLE, "").lower() in {"off", "0", "no"}:
        return Rendering(False, reason=f"switched off by {SWITCH_VARIABLE}=off")
    failures = []
    for window in _candidates():
        failure = _attempt(window)
        if not failure:
            if window:
                os.environ[WINDOW_VARIABLE] = window
            return Rendering(True, window)
        failures.append(f"{window or 'default window'}: {failure}")
    return Rendering(False, reason=_reason(failures))


def _candidates() -> tuple[str, ...]:
    """EGL first where there is no display: VTK's own choice segfaults without libX11."""
    if os.environ.get(WINDOW_VARIABLE):
        return (os.environ[WINDOW_VARIABLE],)
    if not sys.platform.startswith("linux"):
        return ("",)
    headless = ("vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow")
    return ("", *headless) if os.environ.get("DISPLAY") else (*headless, "")


def _attempt(window: str) -> str:
    """Why rendering with `window` fails; empty if it works."""
    environment = dict(os.environ)
    if window:
        environment[WINDOW_VARIABLE] = window
    try:
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            env=environment,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {TIMEOUT:.0f} s"
    except OSError as error:
        return str(error)
    return _explain(done.returncode, done.stderr.decode(errors="replace"))


def _explain(code: int, stderr: str) -> str:
    if code == 0:
        return ""
    if code == 7:
        return "the picture stayed blank"
    if code < 0:
        return f"VTK crashed ({signal.Signals(-code).name})"
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"exit status {code}"


def _reason(failures: list[str]) -> str:
    text = "VTK cannot render on this machine (" + "; ".join(failures) + ")"
    if sys.platform.startswith("linux"):
        text += f"; on Debian or Ubuntu: apt-get install {PACKAGES}"
    return text
