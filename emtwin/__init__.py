"""emtwin: the virtual test house for the EMC of medical devices.

In: a twin file (device, cables, ports) or the pieces of the field solver.
Out: verdicts with margin and uncertainty for the tests of IEC 60601-1-2 and CISPR 11.
Never: a substitute for the type test. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Absorber": "solver",
    "Campaign": "results",
    "CurrentElement": "solver",
    "EdgePort": "solver",
    "EmtwinError": "errors",
    "FieldSamples": "solver",
    "Grid": "grid",
    "HuygensSurface": "solver",
    "InputError": "errors",
    "Medium": "grid.medium",
    "Node": "grid",
    "Notice": "errors",
    "PlaneWave": "solver",
    "PortModel": "extract",
    "Pulse": "solver",
    "RunError": "errors",
    "Simulation": "solver",
    "StopRule": "solver",
    "Trace": "solver",
    "Twin": "scene",
    "Wire": "solver",
    "WireEnd": "solver",
    "check": "pipeline",
    "load": "pipeline",
    "plan": "pipeline",
    "run": "pipeline",
    "select_backend": "backends",
}

__all__ = [
    "Absorber",
    "Campaign",
    "CurrentElement",
    "EdgePort",
    "EmtwinError",
    "FieldSamples",
    "Grid",
    "HuygensSurface",
    "InputError",
    "Medium",
    "Node",
    "Notice",
    "PlaneWave",
    "PortModel",
    "Pulse",
    "RunError",
    "Simulation",
    "StopRule",
    "Trace",
    "Twin",
    "Wire",
    "WireEnd",
    "check",
    "load",
    "plan",
    "run",
    "select_backend",
]

assert sorted(__all__) == sorted(_HOME), "every lazy name is public, and no other"

if TYPE_CHECKING:
    from emtwin.backends import select_backend
    from emtwin.errors import EmtwinError, InputError, Notice, RunError
    from emtwin.extract import PortModel
    from emtwin.grid import Grid, Node
    from emtwin.grid.medium import Medium
    from emtwin.pipeline import check, load, plan, run
    from emtwin.results import Campaign
    from emtwin.scene import Twin
    from emtwin.solver import (
        Absorber,
        CurrentElement,
        EdgePort,
        FieldSamples,
        HuygensSurface,
        PlaneWave,
        Pulse,
        Simulation,
        StopRule,
        Trace,
        Wire,
        WireEnd,
    )


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'emtwin' has no attribute {name!r}")
    return getattr(import_module(f"emtwin.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
