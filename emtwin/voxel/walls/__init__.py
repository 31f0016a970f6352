"""Metal thinner than a cell, as faces of cells.

In: sheets and solids, and the rays through the cell centres.
Out: metal faces and their edges; the model, sides, skins and stair steps of walls that leak.
Never: fields; the cells of thick solids.
"""
