"""Which metal touches which: in the CAD geometry, in the grid, and what differs.

In: bodies; a voxel model.
Out: `Contact`, `Conductor`, and the `NetlistAudit` of the changes between the two.
Never: a repair of either; gaps that are open in both.
"""
