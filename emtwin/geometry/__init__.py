"""Surfaces and mesh files.

In: mesh files, CAD files and label volumes with named regions, and their unit.
Out: `Region`s: closed surfaces of solids and open surfaces of sheets, in metres.
Never: materials, grids or fields; only `meshes` imports meshio.
"""

from emtwin.geometry.kinds import demand_kind
from emtwin.geometry.length_unit import UnitUnknown
from emtwin.geometry.orientation import oriented
from emtwin.geometry.regions import Region, select_region
from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import Topology, topology

__all__ = [
    "FileOptions",
    "Region",
    "Surface",
    "Topology",
    "UnitUnknown",
    "demand_kind",
    "oriented",
    "read_regions",
    "select_region",
    "topology",
]

from emtwin.geometry.files import FileOptions, read_regions
