"""What a run writes down, and what is computed from it.

In: points, planes, volumes and closed surfaces; samples of the time loop.
Out: spectra and traces of fields; power, energy, currents; what rings on.
Never: a change of the fields; when a run ends.
"""
