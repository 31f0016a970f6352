"""Circuit boards from KiCad.

In: a `.kicad_pcb` file of KiCad 5 to 9, and which of its nets matter.
Out: a `Board` as the file says it; copper sheets, substrate and routes of tracks as surfaces and
paths in metres; a notice for what was left out.
Never: grids, materials of the library or the solver; KiCad is never imported.
"""

from emtwin.geometry.kicad.board import Board, Footprint, Pad, StackLayer, Track, Via, Zone
from emtwin.geometry.kicad.reader import board_of, read_board

__all__ = [
    "Board",
    "Footprint",
    "Pad",
    "StackLayer",
    "Track",
    "Via",
    "Zone",
    "board_of",
    "read_board",
]
