"""What the user declares, read from a twin file and checked as a whole.

In:    a YAML file (`load`), or values with units from Python.
Out:   frozen models in SI units (`Twin`) with the line of every field (`LoadedTwin`).
Never: reads a mesh, knows a material's values or computes a field.
"""

from __future__ import annotations

from emtwin.scene.accuracy import Accuracy, AccuracySettings
from emtwin.scene.allowances import Allowance
from emtwin.scene.boards import Board, BoardTrace, Components
from emtwin.scene.device import Cable, Device, MeshFile, Part, Trace
from emtwin.scene.ends import BoardPlace, EndBoard, EndBond, EndFloor, EndLoad, EndOpen, EndPort
from emtwin.scene.load import LoadedTwin, dump, load
from emtwin.scene.ports import ClockSource, Immunity, Port, Termination
from emtwin.scene.twin import (
    DeclaredMaterial,
    Environment,
    RadiatedEmission,
    RadiatedImmunity,
    Tests,
    Twin,
)

__all__ = [
    "Accuracy",
    "AccuracySettings",
    "Allowance",
    "Board",
    "BoardPlace",
    "BoardTrace",
    "Cable",
    "ClockSource",
    "Components",
    "DeclaredMaterial",
    "Device",
    "EndBoard",
    "EndBond",
    "EndFloor",
    "EndLoad",
    "EndOpen",
    "EndPort",
    "Environment",
    "Immunity",
    "LoadedTwin",
    "MeshFile",
    "Part",
    "Port",
    "RadiatedEmission",
    "RadiatedImmunity",
    "Termination",
    "Tests",
    "Trace",
    "Twin",
    "dump",
    "load",
]
