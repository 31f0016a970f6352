"""The rules, and nothing else: who may import whom, and which names are not used."""

from __future__ import annotations

# From the top to the leaves; what stands on one line never imports its neighbours. `emtwin`
# itself (the package's __init__) and __main__ may import everything.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("cli",),
    ("pipeline",),
    ("level_runs",),
    ("convergence", "site_runs", "kept_runs"),
    ("report", "viz"),
    ("twin",),
    ("benches",),
    ("compliance",),
    ("network",),
    ("extract",),
    ("solver", "quasistatic"),
    ("voxel",),
    ("grid", "geometry"),
    ("results",),
    ("signals", "materials"),
    ("rational",),
    ("backends",),
    ("standards",),
    ("scene",),
    ("constants", "units", "errors", "resources", "clock"),
)

# Leaves that other leaves may use, because an error or a constant belongs to everybody.
SHARED_LEAVES = frozenset({"errors", "constants"})

# Imports across layers that the list above forbids, each with its reason; keep it short.
EXCEPTIONS: dict[tuple[str, str], str] = {}

# `grid` and `geometry` stay usable alone, and results know no physics.
FORBIDDEN: dict[str, frozenset[str]] = {
    "backends": frozenset({"scene", "standards"}),
    "results": frozenset({"solver", "compliance", "backends", "scene", "signals", "materials"}),
}

# The one module that may import a library.
SOLE_IMPORTERS: dict[str, str] = {
    "meshio": "emtwin.geometry.meshes",
    "cupy": "emtwin.backends.cuda",
}

# Never imported: GPL or AGPL in an Apache-2.0 package, or dead.
NEVER_IMPORTED = frozenset({"gmsh", "PyNEC", "gprMax", "pymeshfix", "InSpice", "PySpice"})

# Paid for only by the command that needs it; `emtwin --help` loads none of them.
LAZY_LIBRARIES = frozenset(
    {"pyvista", "vtk", "vtkmodules", "matplotlib", "h5py", "h5netcdf", "xarray", "meshio", "cupy"}
    | {"scipy.optimize", "shapely", "trimesh", "trame", "pyamg", "cascadio", "nibabel", "nrrd"}
)

FORBIDDEN_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc"})

# No file longer without a reason that stands here.
LONGEST_FILE = 400
LONGER_FILES: dict[str, str] = {}
