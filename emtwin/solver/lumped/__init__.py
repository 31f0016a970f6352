"""Components along a row of edges, implicit in the edges' own e.

In: networks of R, L and C, rational models, diodes and suppressors; two ends in the grid.
Out: elements (`solver/stages/elements.py`) with stages of their own.
Never: a component that is longer than its row; ports with a resistor alone.
"""
