"""The Yee grid.

In: line coordinates along three axes, in metres.
Out: `Grid`, which knows spacings, dual spacings, centres and the Courant limit; beside it `medium`,
the material rows of its edges and faces, `painter`, which makes them from simple shapes, and
`cut_cells`, which says what a body given by its signed distance (`distances`) leaves of each cell.
Never: fields, or meshes from files.
"""

from emtwin.grid.medium import Medium
from emtwin.grid.painter import PEC, Painter
from emtwin.grid.yee import Grid, Node

__all__ = ["PEC", "Grid", "Medium", "Node", "Painter"]
