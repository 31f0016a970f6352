"""What the stages of a time step are made with, and those of the medium and the outer faces.

In: grid, medium, boundaries, waveforms.
Out: `Assembly`: places in memory, arrays, rows of coefficients; the seam `Element`; stages.
Never: the order of the stages in a step (`solver/stepper.py`); a monitor, a wire, a sheet.
"""
