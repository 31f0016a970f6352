"""Which cells lie inside a surface, how much of each, and how sure that is.

In: bodies, cell sizes, a backend.
Out: the solid that owns each cell, shares of cells, stretches of rays, cells outside.
Never: metal faces of walls thinner than a cell; materials.
"""
