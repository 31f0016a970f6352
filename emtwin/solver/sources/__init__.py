"""What puts energy into the grid: ports, impressed currents, antennas, the plane wave.

In: places in the grid, a waveform, a direction and a polarisation.
Out: declared sources, and the stages that drive the edges of ports and the wave's box.
Never: networks beside a port (`solver/lumped`); a check against the rest of a scene, but for
the box of the plane wave.
"""
