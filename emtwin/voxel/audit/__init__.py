"""What became of every part and of its walls.

In: bodies, and the cells, faces and edges that stand for them.
Out: `PartAudit` and `WallAudit`, with notices; an error that names a part that got lost.
Never: a change of the model; contacts between parts.
"""
