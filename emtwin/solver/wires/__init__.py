"""Thin wires and traces along grid lines, and oblique ones.

In: paths in the grid with radii, ends and loads.
Out: `Wire` and `Trace`; one network of segments and nodes; the stages that advance it.
Never: what drives a wire; the fields of the cells around it but through the stages.
"""
