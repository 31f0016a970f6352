"""The field updates with the absorber folded in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from emtwin.backends.base import At, Box
from emtwin.backends.oracle.views import Values, line, volume

Differences = dict[str, dict[str, Values]]


class _Shifted:
    """The six components as views of the box, at any neighbour; `whole` rows of its planes."""

    def __init__(self, a: SimpleNamespace, box: Box, *, whole: bool) -> None:
        self._a, self._shape = a, (box.hi[0], a.n_rows, a.pitch)
        planes, rows, places = (slice(*ends) for ends in zip(*box, strict=True))
        self._here = (planes, slice(None), slice(None)) if whole else (planes, rows, places)

    def __call__(self, name: str, axis: str = "", by: int = 0) -> Values:
        step = {"": 0, "x": self._a.plane, "y": self._a.row, "z": 1}[axis] * by
        return volume(getattr(self._a, name), self._shape, step)[self._here]

    def spacing(self, axis: str) -> Values:
        """1 / spacing along an axis, shaped to multiply a volume."""
        n = "xyz".index(axis)
        inverse = line(getattr(self._a, f"inv_d{axis}"), self._shape[n])[self._here[n]]
        return inverse.reshape(_along(axis))

    def rows_of(self, table: At) -> dict[str, Values]:
        """Coefficients of the places of each direction."""
        return {axis: table.array[table.offset :][self(f"id_{axis}")] for axis in "xyz"}


def yee_h(a: SimpleNamespace, box: Box, _step: int) -> None:
    """h^(n+1/2) = h^(n-1/2) - (dt / mu0) curl e^n, with the absorber's psi."""
    at, gain = _Shifted(a, box, whole=True), dict.fromkeys("xyz", a.db)
    _absorb(a, box, "h", gain, _advance_h(at, dict.fromkeys("xyz", 1), gain))


def yee_h_tabled(a: SimpleNamespace, box: Box, _step: int) -> None:
    """h^(n+1/2) = da h^(n-1/2) - db curl e^n, with the absorber's psi."""
    at = _Shifted(a, box, whole=True)
    gain = at.rows_of(a.db)
    _absorb(a, box, "h", gain, _advance_h(at, at.rows_of(a.da), gain))


def yee_e(a: SimpleNamespace, box: Box, _step: int) -> None:
    """e^(n+1) = ca e^n + cb curl h^(n+1/2), with the absorber's psi."""
    at = _Shifted(a, box, whole=True)
    gain = at.rows_of(a.cb)
    _absorb(a, box, "e", gain, _advance_e(at, at.rows_of(a.ca), gain))


def yee_h_inner(a: SimpleNamespace, box: Box, _step: int) -> None:
    """h^(n+1/2) = h^(n-1/2) - (dt / mu0) curl e^n, where nothing absorbs."""
    at = _Shifted(a, box, whole=False)
    _advance_h(at, dict.fromkeys("xyz", 1), dict.fromkeys("xyz", a.db))


def yee_h_tabled_inner(a: SimpleNamespace, box: Box, _step: int) -> None:
    """h^(n+1/2) = da h^(n-1/2) - db curl e^n, where nothing absorbs."""
    at = _Shifted(a, box, whole=False)
    _advance_h(at, at.rows_of(a.da), at.rows_of(a.db))


def yee_e_inner(a: SimpleNamespace, box: Box, _step: int) -> None:
    """e^(n+1) = ca e^n + cb curl h^(n+1/2), where nothing absorbs."""
    at = _Shifted(a, box, whole=False)
    _advance_e(at, at.rows_of(a.ca), at.rows_of(a.cb))


def _advance_h(at: _Shifted, kept: dict[str, Any], gain: dict[str, Any]) -> Differences:
    """The curl of e; returns the differences that the absorber of each axis needs."""
    inv_dx, inv_dy, inv_dz = at.spacing("x"), at.spacing("y"), at.spacing("z")
    e_x, e_y, e_z = at("e_x"), at("e_y"), at("e_z")
    dy_ez, dz_ey = at("e_z", "y", 1) - e_z, at("e_y", "z", 1) - e_y
    dz_ex, dx_ez = at("e_x", "z", 1) - e_x, at("e_z", "x", 1) - e_z
    dx_ey, dy_ex = at("e_y", "x", 1) - e_y, at("e_x", "y", 1) - e_x
    h = {axis: at(f"h_{axis}") for axis in "xyz"}
    h["x"][...] = kept["x"] * h["x"] - gain["x"] * (dy_ez * inv_dy - dz_ey * inv_dz)
    h["y"][...] = kept["y"] * h["y"] - gain["y"] * (dz_ex * inv_dz - dx_ez * inv_dx)
    h["z"][...] = kept["z"] * h["z"] - gain["z"] * (dx_ey * inv_dx - dy_ex * inv_dy)
    return {
        "x": {"psi_yx": dx_ez, "psi_zx": dx_ey},
        "y": {"psi_xy": dy_ez, "psi_zy": dy_ex},
        "z": {"psi_xz": dz_ey, "psi_yz": dz_ex},
    }


def _advance_e(at: _Shifted, kept: dict[str, Any], gain: dict[str, Any]) -> Differences:
    """The curl of h, likewise."""
    inv_dx, inv_dy, inv_dz = at.spacing("x"), at.spacing("y"), at.spacing("z")
    h_x, h_y, h_z = at("h_x"), at("h_y"), at("h_z")
    dy_hz, dz_hy = h_z - at("h_z", "y", -1), h_y - at("h_y", "z", -1)
    dz_hx, dx_hz = h_x - at("h_x", "z", -1), h_z - at("h_z", "x", -1)
    dx_hy, dy_hx = h_y - at("h_y", "x", -1), h_x - at("h_x", "y", -1)
    e = {axis: at(f"e_{axis}") for axis in "xyz"}
    e["x"][...] = kept["x"] * e["x"] + gain["x"] * (dy_hz * inv_dy - dz_hy * inv_dz)
    e["y"][...] = kept["y"] * e["y"] + gain["y"] * (dz_hx * inv_dz - dx_hz * inv_dx)
    e["z"][...] = kept["z"] * e["z"] + gain["z"] * (dx_hy * inv_dx - dy_hx * inv_dy)
    return {
        "x": {"psi_yx": dx_hz, "psi_zx": dx_hy},
        "y": {"psi_xy": dy_hz, "psi_zy": dy_hx},
        "z": {"psi_xz": dz_hy, "psi_yz": dz_hx},
    }


_SIGN_E = {"psi_yx": -1, "psi_zx": 1, "psi_xy": 1, "psi_zy": -1, "psi_xz": -1, "psi_yz": 1}
_SIGNS = {"e": _SIGN_E, "h": {name: -sign for name, sign in _SIGN_E.items()}}


def _absorb(
    a: SimpleNamespace, box: Box, kind: str, gain: dict[str, Any], differences: Differences
) -> None:
    """What psi adds to e or to h, axis after axis."""
    at = _Shifted(a, box, whole=True)
    for axis, of_axis in differences.items():
        for here, psi, change in _slabs(a, box, axis, of_axis):
            component = psi[4]
            factor = gain[component][here] if np.ndim(gain[component]) else gain[component]
            at(f"{kind}_{component}")[here] += factor * change * _SIGNS[kind][psi]


def _slabs(a: SimpleNamespace, box: Box, axis: str, differences: dict[str, Values]) -> Any:
    """Advance psi = b psi + c d in both slabs of an axis; yields (where, name, new psi)."""
    low, high = getattr(a, f"low_{axis}"), getattr(a, f"high_{axis}")
    counts = {"x": box.hi[0], "y": a.n_rows, "z": a.pitch}
    count = counts[axis]
    b, c = line(getattr(a, f"b_{axis}"), count), line(getattr(a, f"c_{axis}"), count)
    for start, stop in ((0, low), (high, count)):
        for name, difference in differences.items():
            where, stored, scale = _slab_indices(box, axis, start, stop, low, high)
            if where is None:
                continue
            psi = _slab_memory(a, getattr(a, name), axis)[stored]
            psi[...] = (
                b[scale].reshape(_along(axis)) * psi
                + c[scale].reshape(_along(axis)) * difference[where]
            )
            yield where, name, psi


def _along(axis: str) -> tuple[int, int, int]:
    return {"x": (-1, 1, 1), "y": (1, -1, 1), "z": (1, 1, -1)}[axis]


def _slab_indices(
    box: Box, axis: str, start: int, stop: int, low: int, high: int
) -> tuple[Any, Any, slice]:
    """Index of one slab in the box's views, in its psi array, and along the axis."""
    shift = 0 if start == 0 else low - high
    if axis == "x":
        first, last = max(start, box.lo[0]), min(stop, box.hi[0])
        if first >= last:
            return None, None, slice(0)
        return (
            slice(first - box.lo[0], last - box.lo[0]),
            slice(first + shift, last + shift),
            slice(first, last),
        )
    if start >= stop:
        return None, None, slice(0)
    along, stored = slice(start, stop), slice(start + shift, stop + shift)
    planes = slice(box.lo[0], box.hi[0])
    if axis == "y":
        return (slice(None), along), (planes, stored), along
    return (slice(None), slice(None), along), (planes, slice(None), stored), along


def _slab_memory(a: SimpleNamespace, pointer: At, axis: str) -> Values:
    flat = pointer.array[pointer.offset :]
    shape = {
        "x": (-1, a.n_rows, a.pitch),
        "y": (-1, a.slab_y, a.pitch),
        "z": (-1, a.n_rows, a.slab_z),
    }[axis]
    view: Values = flat.reshape(shape)
    return view
