"""Machines that run kernels: `numpy` (oracle), `native` (host build of the .cu text), `cuda`.

In: arrays to hold, and stages: a kernel, a box of cells, its arguments.
Out: bound programs that advance many time steps in one call.
Never: EMC, grids or physics; nothing outside this package asks which backend it is.
"""

from emtwin.backends.base import Array, At, Backend, Box, Program, Stage
from emtwin.backends.select import BackendStatus, available_backends, host_backend, select_backend

__all__ = [
    "Array",
    "At",
    "Backend",
    "BackendStatus",
    "Box",
    "Program",
    "Stage",
    "available_backends",
    "host_backend",
    "select_backend",
]
