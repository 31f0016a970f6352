"""What the user declares, read from a twin file and checked as a whole.

In:    a YAML file (`load`), or values with units from Python.
Out:   frozen models in SI units (`Twin`) with the line of every field (`LoadedTwin`).
Never: reads a mesh, knows a material's values or computes a field.
"""

from __future__ import annotations

from emtwin.scene.accuracy import Accuracy, AccuracySettings
from emtwin.scene.allowances import Allowance
from emtwin.scene.boards import Board, BoardTrace, Components
from emtwin.scene.device import Cable, CablePort, Device, Line, MeshFile, Part, Trace
from emtwin.scene.emission_tests import EmissionTest, RadiatedEmission
from emtwin.scene.ends import BoardPlace, EndBoard, EndBond, EndFloor, EndLoad, EndOpen, EndPort
from emtwin.scene.environments import Environment
from emtwin.scene.immunity_tests import (
    ConductedImmunity,
    Eft,
    Esd,
    ImmunityTest,
    MagneticSpot,
    PowerFrequencyMagnetic,
    ProximityMagnetic,
    ProximityRf,
    RadiatedImmunity,
    SupplyTest,
    Surge,
)
from emtwin.scene.load import LoadedTwin, dump, load
from emtwin.scene.ports import Immunity, Port, Termination
from emtwin.scene.sources import (
    ClockSource,
    DataSource,
    EmissionSource,
    Ringing,
    SpectrumSource,
    SpreadSpectrum,
    SwitchingSource,
    TraceSource,
)
from emtwin.scene.supply import AcSupply, DcSupply, Power
from emtwin.scene.susceptible import (
    Equipment,
    MagneticParts,
    PatientContact,
    PatientContacts,
    RadioBand,
)
from emtwin.scene.twin import DeclaredMaterial, Tests, Twin

__all__ = [
    "AcSupply",
    "Accuracy",
    "AccuracySettings",
    "Allowance",
    "Board",
    "BoardPlace",
    "BoardTrace",
    "Cable",
    "CablePort",
    "ClockSource",
    "Components",
    "ConductedImmunity",
    "DataSource",
    "DcSupply",
    "DeclaredMaterial",
    "Device",
    "Eft",
    "EmissionSource",
    "EmissionTest",
    "EndBoard",
    "EndBond",
    "EndFloor",
    "EndLoad",
    "EndOpen",
    "EndPort",
    "Environment",
    "Equipment",
    "Esd",
    "Immunity",
    "ImmunityTest",
    "Line",
    "LoadedTwin",
    "MagneticParts",
    "MagneticSpot",
    "MeshFile",
    "Part",
    "PatientContact",
    "PatientContacts",
    "Port",
    "Power",
    "PowerFrequencyMagnetic",
    "ProximityMagnetic",
    "ProximityRf",
    "RadiatedEmission",
    "RadiatedImmunity",
    "RadioBand",
    "Ringing",
    "SpectrumSource",
    "SpreadSpectrum",
    "SupplyTest",
    "Surge",
    "SwitchingSource",
    "Termination",
    "Tests",
    "Trace",
    "TraceSource",
    "Twin",
    "dump",
    "load",
]
