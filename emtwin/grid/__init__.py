"""The Yee grid.

In: line coordinates along three axes, in metres.
Out: `Grid`, which knows spacings, dual spacings, centres and the Courant limit; beside it `medium`,
the material rows of its edges and faces, and `painter`, which makes them from simple shapes.
Never: fields, or meshes from files.
"""

from emtwin.grid.yee import Grid, Node

__all__ = ["Grid", "Node"]
