"""From surfaces to material ids per Yee edge.

In: bodies (surface, kind, material, priority), cell sizes, lines that must be kept.
Out: `Plan` (a graded grid) and `VoxelModel` (cells, edges, medium, conductors, audit).
Never: fields, time steps, files; a part that got lost without an error that names it.
"""

from emtwin.voxel.audit import PartAudit
from emtwin.voxel.bodies import Body, Box
from emtwin.voxel.certainty import Certainty
from emtwin.voxel.conductors import Conductor, check_terminal, conductors, parts_at
from emtwin.voxel.gaps import Gap, find_gaps
from emtwin.voxel.model import VoxelModel, voxelise
from emtwin.voxel.planner import Plan, Resolution, plan
from emtwin.voxel.time_step import SmallestCell, smallest_cells

__all__ = [
    "Body",
    "Box",
    "Certainty",
    "Conductor",
    "Gap",
    "PartAudit",
    "Plan",
    "Resolution",
    "SmallestCell",
    "VoxelModel",
    "check_terminal",
    "conductors",
    "find_gaps",
    "parts_at",
    "plan",
    "smallest_cells",
    "voxelise",
]
