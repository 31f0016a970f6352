"""From surfaces to material ids per Yee edge.

In: bodies (surface, kind, material, priority), cell sizes, lines that must be kept.
Out: `Plan` (a graded grid) and `VoxelModel` (cells, edges, medium, conductors, audit).
Never: fields, time steps, files; a part that got lost without an error that names it.
"""

from emtwin.voxel.audit.parts import PartAudit
from emtwin.voxel.audit.walls import WallAudit, shielding_notices
from emtwin.voxel.bodies import Body, Box
from emtwin.voxel.gaps.bridges import GapInGrid, bridge_notices, check_gaps
from emtwin.voxel.gaps.flat import Gap, enough
from emtwin.voxel.gaps.search import find_gaps
from emtwin.voxel.gaps.shaped import ShapedGap
from emtwin.voxel.inside.certainty import Certainty
from emtwin.voxel.model import VoxelModel, voxelise
from emtwin.voxel.netlist.cad import Contact
from emtwin.voxel.netlist.changes import Change, Net, NetlistAudit, audit_netlist
from emtwin.voxel.netlist.conductors import (
    Conductor,
    check_terminal,
    conductor_of_nodes,
    conductors,
    parts_at,
)
from emtwin.voxel.planning.plan import Plan, Resolution, plan
from emtwin.voxel.planning.time_step import SmallestCell, smallest_cells
from emtwin.voxel.walls.models import Band, WallModel
from emtwin.voxel.walls.sides import TwoSidedWall

__all__ = [
    "Band",
    "Body",
    "Box",
    "Certainty",
    "Change",
    "Conductor",
    "Contact",
    "Gap",
    "GapInGrid",
    "Net",
    "NetlistAudit",
    "PartAudit",
    "Plan",
    "Resolution",
    "ShapedGap",
    "SmallestCell",
    "TwoSidedWall",
    "VoxelModel",
    "WallAudit",
    "WallModel",
    "audit_netlist",
    "bridge_notices",
    "check_gaps",
    "check_terminal",
    "conductor_of_nodes",
    "conductors",
    "enough",
    "find_gaps",
    "parts_at",
    "plan",
    "shielding_notices",
    "smallest_cells",
    "voxelise",
]
