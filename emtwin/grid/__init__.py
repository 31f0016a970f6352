"""The Yee grid.

In: line coordinates along three axes, in metres.
Out: `Grid`, which knows spacings, dual spacings, centres and the Courant limit.
Never: materials, fields or geometry.
"""

from emtwin.grid.yee import Grid, Node

__all__ = ["Grid", "Node"]
