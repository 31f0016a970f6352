"""The graded grid: where its lines lie, and why.

In: bodies, wanted resolution, lines that must be kept, gaps.
Out: `Plan`: the grid, who set each limit, what was moved; what the smallest cells cost.
Never: voxels.
"""
