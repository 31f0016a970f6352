"""Perfect conductors whose surface cuts edges and faces where it really lies.

In: free lengths of edges and free areas of faces.
Out: `ConformalMetal`, an element, stable at the time step of the whole grid.
Never: a surface mesh; lossy metal.
"""
