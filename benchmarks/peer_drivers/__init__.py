"""Scripts that run the cube of `benchmarks.peer_speed` in the Python of another code."""
