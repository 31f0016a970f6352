"""What drives a run, as a function of time.

In: amplitudes, bands and times, or a file of two columns.
Out: a `Waveform`: its value at any time, its spectrum, and when it is silent.
Never: a place in the grid.
"""
