"""A small synthetic campaign: an infusion pump with invented numbers.

Nothing here is computed by a solver. The shapes of the arrays, the names and the
units are those of a real campaign, so pictures, report and files can be tested alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from emtwin.results import Campaign, layout, provenance

TWIN_TEXT = """emtwin: 1
device:
  name: Infusion pump, revision B
"""

# name: (material, kind, low corner, high corner), metres
PARTS: dict[str, tuple[str, str, tuple[float, ...], tuple[float, ...]]] = {
    "housing": ("abs", "solid", (-0.10, -0.06, 0.0), (0.10, 0.06, 0.22)),
    "board": ("fr4", "solid", (-0.08, 0.02, 0.03), (0.08, 0.0216, 0.19)),
    "ground_plane": ("copper", "sheet", (-0.08, 0.02, 0.03), (0.08, 0.02, 0.19)),
    "battery": ("aluminium", "solid", (-0.07, 0.03, 0.02), (0.01, 0.055, 0.08)),
    "display": ("glass", "solid", (-0.06, -0.06, 0.11), (0.06, -0.055, 0.20)),
    "frame": ("aluminium", "sheet", (-0.09, -0.03, 0.01), (0.09, -0.03, 0.21)),
}
FACES = ["front", "right", "back", "left"]
POLARISATIONS = ["vertical", "horizontal"]


def make_campaign(**meta: Any) -> Campaign:
    """Campaign with both tests, both sites and every kind of dataset.

    Parameters
    ----------
    **meta : Any
        Replaces entries of `Campaign.meta`.
    """
    datasets = {f"device/{name}": _part(name) for name in PARTS}
    for site, floor in (("free_space", None), ("over_floor", -0.8)):
        datasets[f"voxels/{site}"] = _voxels(floor)
        datasets[f"wires/{site}"] = _wires(floor)
    datasets["radiated_immunity"] = _immunity()
    datasets["radiated_emission"] = _emission()
    for test, frequency in (("radiated_immunity", 420e6), ("radiated_emission", 216e6)):
        datasets[f"field/{test}"] = _field(frequency)
        datasets[f"surface_field/{test}"] = _surface(frequency)
    return Campaign(_meta() | meta, _verdicts(), datasets)


def box(low: tuple[float, ...], high: tuple[float, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Points (8, 3) and outward triangles (12, 3) of a box."""
    corners = np.array(
        [[(low, high)[b][a] for a, b in enumerate(bits)] for bits in np.ndindex(2, 2, 2)]
    )
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    return corners, np.array(triangles)


def _part(name: str) -> xr.Dataset:
    material, kind, low, high = PARTS[name]
    points, triangles = box(low, high)
    if kind == "sheet":
        y = low[1]
        points = np.array(
            [(low[0], y, low[2]), (high[0], y, low[2]), (high[0], y, high[2]), (low[0], y, high[2])]
        )
        triangles = np.array([(0, 1, 2), (0, 2, 3)])
    return layout.device_part(points, triangles, material, kind)


def _lines(floor: float | None) -> list[NDArray[np.float64]]:
    z = np.linspace(-0.15, 0.40, 56)
    if floor is not None:
        z = np.concatenate([np.linspace(floor, -0.18, 16), z])
    return [np.linspace(-0.25, 0.25, 51), np.linspace(-0.2, 0.2, 41), z]


def _voxels(floor: float | None) -> xr.Dataset:
    lines = _lines(floor)
    x, y, z = np.meshgrid(*((line[1:] + line[:-1]) / 2 for line in lines), indexing="ij")
    part = np.full(x.shape, -1, dtype=np.int16)
    sheet_y = np.zeros((x.shape[0], x.shape[1] + 1, x.shape[2]), dtype=bool)
    for index, (_, kind, low, high) in enumerate(PARTS.values()):
        thick = max(high[1] - low[1], 0.01)
        inside = (x > low[0]) & (x < high[0]) & (z > low[2]) & (z < high[2])
        inside_y = (y > low[1]) & (y < low[1] + thick)
        if index == 0:
            core = (abs(x) < 0.09) & (abs(y) < 0.05) & (z > 0.01) & (z < 0.21)
            part[inside & inside_y & ~core] = index
        elif kind == "solid":
            part[inside & inside_y] = index
        else:
            row = int(np.argmin(abs(lines[1] - low[1])))
            sheet_y[:, row, :] |= inside[:, 0, :]
    sheet_y[20:32, :, 15:17] &= False
    materials = [entry[0] for entry in PARTS.values()]
    conductor = np.full([line.size for line in lines], -1, dtype=np.int32)
    for number, row in enumerate(np.flatnonzero(sheet_y.any(axis=(0, 2)))):
        for i, k in np.ndindex(2, 2):
            metal = np.zeros((conductor.shape[0], conductor.shape[2]), dtype=bool)
            metal[i : i + x.shape[0], k : k + x.shape[2]] = sheet_y[:, row]
            conductor[:, row][metal] = number
    return layout.voxels(
        lines,
        part,
        list(PARTS),
        materials,
        {"y": sheet_y},
        conductor,
        [kind == "sheet" for _, kind, _, _ in PARTS.values()],
    )


def _wires(floor: float | None) -> xr.Dataset:
    end = -0.15 if floor is None else floor
    starts = [(0.05, 0.02, 0.03), (0.05, 0.02, -0.02), (-0.05, 0.02, 0.05), (-0.15, 0.02, 0.05)]
    ends = [(0.05, 0.02, -0.02), (0.2, 0.02, -0.02), (-0.15, 0.02, 0.05), (-0.15, 0.02, end)]
    return layout.wires(["sensor_cable"] * 2 + ["dc_lead"] * 2, starts, ends)


def _immunity() -> xr.Dataset:
    frequency = np.geomspace(80e6, 2.7e9, 240)
    shape = (1, 4, 2, frequency.size)
    peaks = [(420e6, 8.0, 0.07), (150e6, 4.0, 0.03), (900e6, 12.0, 0.02)]
    base = sum(a / np.sqrt(1 + (q * (frequency / f - f / frequency)) ** 2) for f, q, a in peaks)
    face = np.array([1.0, 0.6, 0.75, 0.5])[None, :, None, None]
    polarisation = np.array([1.0, 0.45])[None, None, :, None]
    ripple = 1 + 0.15 * np.sin(np.log(frequency) * np.arange(1, 9).reshape(4, 2, 1) * 3)[None]
    variables: dict[str, Any] = {
        "voltage": (
            ("port", "face", "polarisation", "frequency"),
            np.broadcast_to(base, shape) * face * polarisation * ripple,
        ),
        "threshold": (("port",), np.array([0.2])),
        "tested": (("frequency",), frequency < 2.0e9),
    }
    coords = {
        "frequency": frequency,
        "port": ["sensor_input"],
        "face": FACES,
        "polarisation": POLARISATIONS,
    }
    attrs = {"level_v_per_m": 3.0, "environment": "professional", "quantity": "carrier_rms"}
    return xr.Dataset(variables, coords=coords, attrs=attrs)


def _emission() -> xr.Dataset:
    frequency = 24e6 * np.arange(2, 42)
    distance, termination = np.array([3.0, 10.0]), np.array([0.0, 25.0, 150.0, np.inf])
    order = frequency / 24e6
    level = 34 - 14 * np.log10(order) + 12 / (1 + ((frequency - 216e6) / 40e6) ** 2)
    level = level - 6 * (order % 2 == 0)
    spread = np.array([2.5, 1.0, 0.0, -3.0])[None, :, None, None]
    away = (-20 * np.log10(distance / 3))[:, None, None, None]
    tilt = np.array([0.0, -4.0])[None, None, :, None]
    values = level[None, None, None, :] + spread + away + tilt
    full = ("distance", "termination", "polarisation", "frequency")
    limit = np.where(frequency <= 230e6, 40.0, 47.0) - 20 * np.log10(distance / 3)[:, None]
    variables: dict[str, Any] = {
        "level": (full, values),
        "height": (full, np.full(values.shape, 1.4)),
        "angle": (full, np.full(values.shape, 135.0)),
        "limit_b": (("distance", "frequency"), limit),
        "limit_a": (("distance", "frequency"), limit + 10),
    }
    coords = {
        "frequency": frequency,
        "distance": distance,
        "termination": termination,
        "polarisation": POLARISATIONS,
    }
    attrs = {"class": "B", "distance_declared": 3.0, "termination_declared": 150.0}
    return xr.Dataset(variables, coords=coords, attrs=attrs)


def _e(x: Any, y: Any, z: Any, frequency: float) -> NDArray[np.float64]:
    """A field that is large at a slot and a lead and falls off with distance."""
    slot = np.sqrt((x - 0.01) ** 2 + (y + 0.03) ** 2 + (z - 0.06) ** 2 + 1e-4)
    lead = np.sqrt((x + 0.15) ** 2 + (y - 0.02) ** 2 + 2e-4)
    wave = np.abs(np.cos(2 * np.pi * frequency / 3e8 * z))
    return np.asarray(0.2 / slot + 0.1 * (0.3 + wave) / lead + 1.0)


def _field(frequency: float) -> xr.Dataset:
    x, y, z = (
        np.linspace(-0.25, 0.25, 101),
        np.linspace(-0.2, 0.2, 81),
        np.linspace(-0.15, 0.4, 111),
    )
    x0, y0, z0 = 0.0, 0.0, 0.08
    planes = {
        "xy": _e(x[:, None], y[None, :], z0, frequency),
        "xz": _e(x[:, None], y0, z[None, :], frequency),
        "yz": _e(x0, y[:, None], z[None, :], frequency),
    }
    caption = "|E| (rms of the carrier) of the run driven at sensor_input with 1 mW."
    return layout.field_planes([x, y, z], planes, (x0, y0, z0), frequency, caption)


def _surface(frequency: float) -> xr.Dataset:
    _, _, low, high = PARTS["housing"]
    u = np.linspace(0, 1, 22)
    a, b = (grid.ravel() for grid in np.meshgrid(u, u))
    points = []
    for axis in range(3):
        for side in (low, high):
            unit = np.insert(np.stack([a, b], axis=1), axis, 0.0, axis=1)
            face = np.array(low) + unit * (np.array(high) - np.array(low))
            face[:, axis] = side[axis]
            points.append(face)
    at = np.concatenate(points)
    caption = "|E| just outside the housing, same run and frequency as the slice."
    return layout.surface_field(at, _e(*at.T, frequency), frequency, caption)


def _verdicts() -> list[dict[str, Any]]:
    return [
        {
            "test": "radiated_immunity",
            "clause": "IEC 60601-1-2:2014+A1:2020, table 4; IEC 61000-4-3",
            "outcome": "pass",
            "margin_db": 8.9,
            "uncertainty_db": 6.0,
            "worst": {
                "frequency": 420e6,
                "port": "sensor_input",
                "face": "front",
                "polarisation": "vertical",
                "voltage": 0.0718,
            },
            "statement": "Port voltage below the declared threshold at every tested frequency.",
            "contributions": [["grid dispersion", 0.4], ["decay", 0.1], ["stated floor", 6.0]],
            "notes": ["Essential performance remains the manufacturer's criterion."],
            "verified_by_refinement": False,
        },
        {
            "test": "radiated_emission",
            "clause": "CISPR 11:2015+A1:2016+A2:2019, group 1 class B",
            "outcome": "marginal",
            "margin_db": 3.2,
            "uncertainty_db": 6.4,
            "worst": {
                "frequency": 216e6,
                "distance": 3.0,
                "polarisation": "vertical",
                "height": 1.4,
                "angle": 135.0,
                "level_dbuv_per_m": 36.8,
            },
            "statement": "Highest harmonic 3.2 dB below the class B limit at 3 m.",
            "contributions": [["grid dispersion", 0.3], ["CISPR 16-4-2", 5.06], ["spread", 2.8]],
            "notes": ["Lead terminations of 0, 25, 150 ohm and open end spread by 5.5 dB."],
            "verified_by_refinement": False,
        },
    ]


def _meta() -> dict[str, Any]:
    grid = {"smallest_cell": 0.002, "largest_cell": 0.012, "dt": 3.8e-12}
    return provenance.collect(None, TWIN_TEXT) | {
        "name": "Infusion pump, revision B",
        "twin_file": "examples/infusion_pump/twin.yaml",
        "backend": "native",
        "precision": "float32",
        "language": "en",
        "accuracy": {"name": "draft", "f_max_immunity": 1e9, "cells_per_wavelength": 10},
        "timing": {"geometry": 0.8, "voxel": 2.1, "solver": 104.2, "benches": 3.3},
        "sites": [
            _site("free_space", "sensor_input", grid, [50, 40, 55]),
            _site("over_floor", "clock", grid, [50, 40, 71]),
        ],
        "audit": [_audit(name) for name in PARTS],
        "notices": [
            {"name": "lines-merged", "message": "display snapped to housing, moved by 0.4 mm."},
            {"name": "outside-run", "message": "2.0 to 2.7 GHz is above what this mesh carries."},
            {"name": "gaps-refined", "message": "2 cells across the lid.", "rank": "information"},
        ],
    }


def _site(name: str, port: str, grid: dict[str, float], shape: list[int]) -> dict[str, Any]:
    run = {"port": port, "steps": 8200, "seconds": 52.1, "decay_db": -43.2, "finished_by": "decay"}
    size = {"shape": shape, "cells": int(np.prod(shape))}
    return {
        "name": name,
        "grid": size | grid,
        "runs": [run],
        "netlist": NETLIST,
        "gaps": GAPS,
        "walls": WALLS,
        "ends": [
            {
                **{"wire": "dc_lead", "end": "start", "kind": "bond", "wanted": "frame"},
                **{"found": ["frame"], "distance": 0.00025, "moved": 0.0},
            }
        ],
    }


_WHERE = {"place": [0.05, 0.02, 0.03], "overlap": 0.0}
NETLIST: dict[str, Any] = {
    "before": [
        {"pieces": ["ground_plane"], "edges": 0, "number": -1},
        {"pieces": ["frame"], "edges": 0, "number": -1},
    ],
    "after": [
        {"pieces": ["frame"], "edges": 2900, "number": 0},
        {"pieces": ["ground_plane"], "edges": 1200, "number": 1},
    ],
    "contacts": [],
    "near": [{"pieces": ["ground_plane", "frame"], "gap": 0.0015, "enclosed": False, **_WHERE}],
    "changes": [
        {
            **{"kind": "contact", "pieces": ["frame", "lid"], "parts": ["frame", "lid"]},
            **{"gap": 0.0004, "cell": [0.001] * 3, "allowed": "a gasket closes it", **_WHERE},
        }
    ],
    "tolerance": 5e-6,
}


GAPS: list[dict[str, Any]] = [
    {
        **{"parts": ["frame", "lid"], "width": 0.0004, "length": 0.06, "cells": 1},
        **{"place": [0.05, 0.02, 0.03], "state": "bridged", "bridged": 0.25},
    },
    {
        **{"parts": ["frame", "frame"], "width": 0.004, "length": 0.03, "cells": 3},
        **{"place": [0.01, 0.02, 0.03], "state": "open", "bridged": 0.0},
    },
]
WALLS: list[dict[str, Any]] = [
    {
        **{"name": "frame", "thickness": 0.0015, "thinnest": 0.0012, "thin_share": 0.97},
        **{"models": ["perfectly conducting sheet on cell faces"], "faces": 2900},
        **{"lost_share": 0.04, "lost_to": ["display"]},
    },
    {
        **{"name": "ground_plane", "thickness": None, "thinnest": None, "thin_share": 0.0},
        **{"models": ["metal cells"], "faces": 0, "lost_share": 0.0, "lost_to": []},
    },
]


def _audit(name: str) -> dict[str, Any]:
    material, kind, low, high = PARTS[name]
    volume = float(np.prod(np.subtract(high, low)))
    return {
        "name": name,
        "kind": kind,
        "material": material,
        "cells": 0 if kind == "sheet" else 1240,
        "edges": 3100,
        "volume_before": volume,
        "volume_after": volume * (1.26 if name == "display" else 1.02),
        "area_before": 0.02,
        "area_after": 0.0204,
        "wall": None if kind == "sheet" else 0.0015,
        "models": ["perfectly conducting sheet on cell faces"] if kind == "sheet" else ["cells"],
        "notes": ["one cell thick"] if name == "display" else [],
    }
