"""What is asked of a declaration before it runs.

In: a `Simulation`, or its grid, wires and medium.
Out: the largest stable time step; errors that name what is wrong, where, and the remedy.
Never: a time step taken; a repair.
"""
