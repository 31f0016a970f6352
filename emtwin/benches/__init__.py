"""The set-ups of the standards: one module per test, and the sites they share.

In: a loaded twin, its bodies, a backend.
Out: per test a `Finding`: curves, worst point and verdict; per site grids, runs and pictures' data.
Never: levels or limits of its own (they come from `compliance`), files or pictures.
"""
