"""Fields below the band of the full-wave solver.

In: a grid and its medium (the very edges that the field solver takes), ports, coils, loops.
Out: capacitances, inductances and resistances of conductors and the impedance of their ports;
magnetostatic and induced fields.
Never: waves. Every result says up to which frequency it holds, and why.
"""
