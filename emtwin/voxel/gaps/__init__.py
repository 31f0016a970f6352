"""Gaps between conductors, found before meshing, and whether the grid keeps them open.

In: bodies; for the last question a voxel model.
Out: gaps between flat faces and of any shape, with the cells that they need; bridged ones.
Never: grid lines.
"""
