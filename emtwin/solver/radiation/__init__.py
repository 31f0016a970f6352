"""Fields of equivalent currents, near and far.

In: point dipoles, or currents on a closed surface, by frequency.
Out: `Dipoles` and `EquivalentCurrents`, and their fields at any distance, over a floor too.
Never: a run, a grid, a limit line.
"""
