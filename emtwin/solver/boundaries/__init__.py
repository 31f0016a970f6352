"""The outer faces of the grid.

In: the kind of each face; the absorber's thickness and grading.
Out: `Boundaries` and `Absorber`, and the coefficients of the absorbing layers.
Never: what lies inside the grid; the stages that carry values across periodic faces.
"""
