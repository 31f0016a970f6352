"""The device under test: parts, cables, traces and ports."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from math import dist
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)

from emtwin.scene.allowances import Allowance
from emtwin.scene.boards import Board, beside_twin_file
from emtwin.scene.ends import CableEnd, CableStart, TraceEnd
from emtwin.scene.paths import cable_path, steps_resolved, trace_path
from emtwin.scene.ports import Port
from emtwin.scene.quantities import (
    Declared,
    Frequency,
    Length,
    Name,
    Point2,
    Point3,
    Resistance,
    Text,
)
from emtwin.scene.supply import Power
from emtwin.scene.susceptible import Equipment, MagneticParts, PatientContacts, RadioBand
from emtwin.scene.transforms import Step
from emtwin.units import format_si

MeshUnit = Literal["m", "cm", "mm", "um", "inch", "mil"]
"""Units that the coordinates of a mesh file can have."""

CablePort = Literal["ac_mains", "dc_input", "patient", "signal", "internal"]
"""Port of IEC 60601-1-2 that a cable belongs to; ``internal``: it stays inside the device."""


# Lengths are checked in validators: pydantic's min_length counts only the valid
# entries, so one bad point would also be reported as a missing one.
_TWO = Field(json_schema_extra={"minItems": 2})


def _some(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    if not parts:
        raise ValueError("holds no part; add at least one")
    return parts


class MeshFile(Declared):
    """A geometry file, the unit of its coordinates, and how it is moved.

    Parameters
    ----------
    file : Path
        Path of the mesh; in a twin file relative to the twin file's folder,
        absolute after loading.
    unit : str, optional
        Unit of the coordinates in the file. Left out, it is the file's own (STEP, 3MF,
        glTF, ...), or inferred from the size with a notice.
    cell_data : str, optional
        Cell array of the mesh whose values are the regions, where emtwin would take another.
    tolerance : float, optional
        Largest distance in metres between a curved face of a CAD file and its triangles,
        above 0; a thousandth of the part's largest side where left out.
    labels : dict of int to str
        Names of the labels of a volume, such as ``{1: skin, 2: fat}``.
    transform : tuple of Step
        How everything in the file is moved, step by step in the order written.
    """

    file: Annotated[Path, AfterValidator(beside_twin_file)]
    unit: MeshUnit | None = None
    cell_data: Text | None = None
    tolerance: Length | None = None
    labels: dict[int, Text] = Field(default_factory=dict)
    transform: tuple[Step, ...] = ()


class Part(Declared):
    """A body or sheet of one material.

    Parameters
    ----------
    name : str
        Name of the part, unique in the device.
    material : str
        Name of a material of the library or of ``materials`` in this file.
    priority : int, default 0
        Where parts overlap the higher priority wins.
    region : str, optional
        Named region of the mesh, where it differs from the part's name.
    kind : str, optional
        ``solid`` or ``sheet``; left out, the mesh decides (an open surface
        is a sheet).
    mesh : MeshFile, optional
        Own mesh of this part in place of ``device.mesh``.
    transform : tuple of Step
        How the part is moved, after the transform of its mesh, in the order written.
    thickness : float, optional
        Thickness in metres of a metal sheet, above 0: a coating that is drawn as a surface. Left
        out, the sheet is a perfect conductor.
    """

    name: Name
    material: Text
    priority: StrictInt = 0
    region: Text | None = None
    kind: Literal["solid", "sheet"] | None = None
    mesh: MeshFile | None = None
    transform: tuple[Step, ...] = ()
    thickness: Length | None = None


def implied_region(part: str, file: Path, names: Collection[str] | None = None) -> str:
    """Region of a part that names none: the one of its name, or the one of the file's name.

    Parameters
    ----------
    part : str
        Name of the part.
    file : Path
        Its mesh file.
    names : collection of str, optional
        Regions of the file; where they are not known, an STL file is taken to be one region.

    Returns
    -------
    str
        The part's name unless only the file's stem is a region.
    """
    known = names if names is not None else [file.stem] if file.suffix.lower() == ".stl" else []
    return file.stem if part not in known and file.stem in known else part


class Cable(Declared):
    """Outer conductor of a cable, a thin wire along axis-aligned legs.

    Parameters
    ----------
    name : str
        Name, unique among cables and traces.
    path : tuple of points, shape (n, 3)
        Corners in metres from the start to the end, at least 2. A step such as
        ``{x: 20 mm}`` changes one coordinate of the point before; where an end
        is at a pad of a board, that point is left out.
    radius : float
        Radius of the outer conductor in metres, above 0.
    start : EndBoard, EndBond, EndPort, EndLoad or EndOpen
        Connection at the first point.
    end : EndBoard, EndBond, EndPort, EndLoad, EndOpen or EndFloor
        Connection at the last point.
    common_mode : float, optional
        Common-mode impedance at the foot of a cable that ends on the floor,
        in ohm, above 0; 150 ohm where left out.
    port : str, optional
        Port of the standard that the cable belongs to: ``ac_mains``, ``dc_input``, ``patient``,
        ``signal``, or ``internal`` for a wire that stays inside the device; left out, the plan
        takes it as ``signal`` and says so.
    length : float, optional
        Longest length of the real cable in metres, where the modelled path is shorter; left
        out, the plan takes the cable as longer than every limit.
    outdoor : bool, optional
        Whether the cable is meant to be connected to outdoor cables; left out, the plan takes
        it as such.
    """

    name: Name
    path: Annotated[
        tuple[Point3, ...], BeforeValidator(steps_resolved), AfterValidator(cable_path), _TWO
    ]
    radius: Length
    start: CableStart
    end: CableEnd
    common_mode: Resistance | None = None
    port: CablePort | None = None
    length: Length | None = None
    outdoor: StrictBool | None = None

    @property
    def modelled_length(self) -> float:
        """Length of the path in metres, without the drop of a lead to the floor."""
        return sum(dist(a, b) for a, b in pairwise(self.path))

    @model_validator(mode="after")
    def _as_long_as_its_path(self) -> Self:
        if self.length is not None and self.length < self.modelled_length * (1 - 1e-9):
            length, path = (format_si(x, "m") for x in (self.length, self.modelled_length))
            raise ValueError(
                f"has a length of {length}, but its path has {path}; give the length of the whole "
                "cable, or remove length"
            )
        return self

    @property
    def foot_impedance(self) -> float:
        """Common-mode impedance at the foot in ohm, 150 where none is declared."""
        return 150.0 if self.common_mode is None else self.common_mode


class Line(Declared):
    """A cable or tube that the model leaves out, for the test plan.

    Parameters
    ----------
    name : str
        Name, unique among cables, traces and lines.
    port : str
        Port of the standard that it belongs to; a tube with conductive fluid to the patient is
        ``patient``.
    length : float, optional
        Its longest length in metres; left out, the plan takes it as longer than every limit.
    outdoor : bool, optional
        Whether it is meant to be connected to outdoor cables; left out, the plan takes it as
        such.
    """

    name: Name
    port: CablePort
    length: Length | None = None
    outdoor: StrictBool | None = None


class Trace(Declared):
    """Conductor of a circuit board at its true height over a plane, or below one.

    Parameters
    ----------
    name : str
        Name, unique among cables and traces.
    plane : str
        Name of the sheet or body that carries the return current.
    path : tuple of points, shape (n, 2)
        Corners in metres, at least 2: the two coordinates that lie in the
        plane, in the order x, y, z (a horizontal plane: x and y).
    height : float
        Distance from the plane to the trace's axis in metres, above 0.
    width : float
        Width of the trace in metres, above 0.
    permittivity : str
        Name of the material between plane and trace.
    start : EndBond, EndPort, EndLoad or EndOpen
        Connection at the first point, to the plane.
    end : EndBond, EndPort, EndLoad or EndOpen
        Connection at the last point, to the plane.
    side : str, default "above"
        Whether it lies ``above`` or ``below`` its plane.
    """

    name: Name
    plane: Name
    path: Annotated[tuple[Point2, ...], AfterValidator(trace_path), _TWO]
    height: Length
    width: Length
    permittivity: Text
    start: TraceEnd
    end: TraceEnd
    side: Literal["above", "below"] = "above"

    @model_validator(mode="before")
    @classmethod
    def _plane_is_the_part(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        # A missing plane is reported for itself; "plane" here only avoids a second message.
        plane = values.get("plane") if isinstance(values.get("plane"), str) else "plane"
        return values | {
            side: {"part": plane} | values[side]
            for side in ("start", "end")
            if isinstance(values.get(side), dict) and {"port", "load"} & set(values[side])
        }


class Device(Declared):
    """The device under test, in its own frame: z up, bottom of the housing at z = 0.

    Parameters
    ----------
    name : str
        Name and revision, as they appear in the report.
    mesh : MeshFile, optional
        Mesh of every part that names none of its own.
    parts : tuple of Part
        Bodies and sheets, at least 1.
    cables : tuple of Cable
        Cables whose outer conductor is an antenna.
    traces : tuple of Trace
        Conductors at sub-cell height over a plane.
    boards : tuple of Board
        Circuit boards from KiCad; loading makes parts, traces and cables of them.
    ports : tuple of Port
        Ports that the ends of cables and traces refer to.
    allow : tuple of Allowance
        Changes of the electrical netlist in the grid that are no errors.
    lines : tuple of Line
        Cables and tubes that the model leaves out; the plan has them.
    power : Power, optional
        How the device is supplied; left out, the plan asks for it.
    patient_contacts : PatientContacts, optional
        Where the device touches the patient, or ``{none: REASON}``; left out, the tests of the
        patient port are open unless a cable or line is declared for it.
    magnetically_sensitive : MagneticParts, optional
        Parts that a magnetic field can disturb, or ``{none: REASON}``; left out, the plan
        takes the device as sensitive.
    intentional_receivers, intentional_transmitters : tuple of RadioBand
        Radios inside the device.
    highest_frequency : float, optional
        Highest frequency that the device generates or works with, in hertz.
    equipment : Equipment
        Group and class by CISPR 11; group 1 where left out.
    life_supporting : bool, optional
        Life-supporting equipment, a term of edition 3 of IEC 60601-1-2 that sets its levels.
    """

    name: Text
    mesh: MeshFile | None = None
    parts: Annotated[
        tuple[Part, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})
    ]
    cables: tuple[Cable, ...] = ()
    traces: tuple[Trace, ...] = ()
    boards: tuple[Board, ...] = ()
    ports: tuple[Port, ...] = ()
    allow: tuple[Allowance, ...] = ()
    lines: tuple[Line, ...] = ()
    power: Power | None = None
    patient_contacts: PatientContacts | None = None
    magnetically_sensitive: MagneticParts | None = None
    intentional_receivers: tuple[RadioBand, ...] = ()
    intentional_transmitters: tuple[RadioBand, ...] = ()
    highest_frequency: Frequency | None = None
    equipment: Equipment = Equipment()
    life_supporting: StrictBool | None = None

    def mesh_of(self, part: Part) -> MeshFile:
        """Mesh file that holds `part`.

        Raises
        ------
        ValueError
            If neither the part nor the device names one (`load` refuses that).
        """
        mesh = part.mesh or self.mesh
        if mesh is None:
            raise ValueError(f"part {part.name!r} has no mesh and the device has no default mesh")
        return mesh

    def region_of(self, part: Part, names: Collection[str] | None = None) -> str:
        """Region of the mesh that `part` is.

        Parameters
        ----------
        part : Part
            Part of this device.
        names : collection of str, optional
            Regions of its mesh, where they are known.

        Returns
        -------
        str
            As `implied_region` says.
        """
        return part.region or implied_region(part.name, self.mesh_of(part).file, names)

    def port(self, name: str) -> Port:
        """Port called `name`.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {port.name: port for port in self.ports}[name]
