"""From surfaces to material ids per Yee edge.

In: bodies (surface, kind, material, priority), cell sizes, lines that must be kept.
Out: `Plan` (a graded grid) and `VoxelModel` (cells, edges, medium, conductors, audit).
Never: fields, time steps, files; a part that got lost without an error that names it.
"""

from emtwin.voxel.audit import PartAudit
from emtwin.voxel.bodies import Body, Box
from emtwin.voxel.certainty import Certainty
from emtwin.voxel.conductors import (
    Conductor,
    check_terminal,
    conductor_of_nodes,
    conductors,
    parts_at,
)
from emtwin.voxel.gap_bridges import GapInGrid, bridge_notices, check_gaps
from emtwin.voxel.gap_search import find_gaps
from emtwin.voxel.gaps import Gap, enough
from emtwin.voxel.model import VoxelModel, voxelise
from emtwin.voxel.netlist import Contact
from emtwin.voxel.netlist_changes import Change, Net, NetlistAudit, audit_netlist
from emtwin.voxel.planner import Plan, Resolution, plan
from emtwin.voxel.shaped_gaps import ShapedGap
from emtwin.voxel.time_step import SmallestCell, smallest_cells
from emtwin.voxel.wall_audit import WallAudit, shielding_notices
from emtwin.voxel.wall_models import Band, WallModel
from emtwin.voxel.wall_sides import TwoSidedWall

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
