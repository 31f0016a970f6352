"""Stages bound to the native library, and which of its schedules runs them."""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.base import Stage
from emtwin.backends.native_library import NativeUnavailable, kernel_addresses, load_library
from emtwin.backends.signatures import Signature, signatures
from emtwin.backends.tiling import Phase, Tiling, tiling_of
from emtwin.backends.trials import Order, Trials, Way

Schedule = Literal["auto"] | Order

_BOUNDS = [("lo", "i8", 3), ("hi", "i8", 3)]
_STAGE = np.dtype([("run", "u8"), ("arguments", "u8"), *_BOUNDS, ("serial", "i8"), ("every", "i8")])
_LISTS = [("first_piece", "u8"), ("pieces", "u8"), ("sums", "u8"), ("n_sums", "i8")]
_PHASE = [("sweep", "i8"), *_LISTS]
_UNITS = [("planes", "u8"), ("rows", "u8"), ("n_x", "i8"), ("n_y", "i8")]
_TILING = np.dtype(
    [("stages", "u8"), *_UNITS, ("h", _PHASE), ("e", _PHASE), ("last", "u8"), ("n_last", "i8")]
)
_PIECE_BYTES = 24
_ITEMS_WORTH_SHARING = 4096  # below, a barrier costs more than a second thread gains


NARROWEST = 8
"""Width of the narrowest tiles, in half units."""

CELLS_WORTH_A_THREAD = 1 << 16
"""Cells times steps of one call that a further thread gets; to start it for fewer costs more."""

_FEWEST_STEPS = 4  # that make tiles worth while
_WIDEST = 64
_ROWS_TOGETHER = (
    4,
    16,
)  # a first cache holds 4 of six fields; some processors like longer stretches
_SHARE_OF_CACHE = 0.5  # of a core's second level, for the fields of a tile
_SECOND_CACHE = Path("/sys/devices/system/cpu/cpu0/cache/index2/size")
_USUAL_CACHE = 2 << 20


class NativeProgram:
    """Stages packed once for the library's executor.

    Parameters
    ----------
    stages : sequence of Stage
        The stages of a time step.
    real : numpy dtype
        float32 or float64.
    threads : int
        Threads that share the work.
    schedule : {"auto", "plain", "fused", "tiled"}
        In which order; every one gives the same bits. Where only "plain" can run the stages, it is
        taken whatever was asked for.

    Attributes
    ----------
    cells : int
        Cells that one step goes over, all its sweeps together; 0 of lists alone.
    trials : Trials
        The ways in which long stretches can be done, and which is the fastest.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        real: np.dtype[Any],
        threads: int,
        schedule: Schedule = "auto",
    ) -> None:
        functions = kernel_addresses(real)
        known = [signatures()[stage.kernel] for stage in stages]
        self._threads, self._wanted = threads, schedule
        self._keep = [dict(stage.arguments) for stage in stages]  # the kernels hold their addresses
        self._packed = [
            signature.pack(stage.arguments, real)
            for signature, stage in zip(known, stages, strict=True)
        ]
        self._stages = np.zeros(len(stages), _STAGE)
        for n, stage in enumerate(stages):
            bound = self._stages[n]
            bound["run"] = functions[stage.kernel]
            bound["arguments"] = self._packed[n].ctypes.data
            bound["lo"], bound["hi"] = stage.box
            bound["serial"] = _serial(stage, known[n])
            bound["every"] = stage.every
        self.cells = sum(
            math.prod(hi - lo for lo, hi in zip(*stage.box, strict=True))
            for stage, signature in zip(stages, known, strict=True)
            if signature.by_rows
        )
        tiling = None
        if schedule != "plain":
            tiling = tiling_of(stages, [signature.by_rows for signature in known])
        self._tiled = None if tiling is None else _Tiled(tiling, self._stages, threads)
        self.trials = Trials(self._ways(real))

    def _ways(self, real: np.dtype[Any]) -> list[Way]:
        plain, tiled = Way("plain"), self._tiled
        if tiled is None:
            return [plain]
        fused = [Way("fused", rows) for rows in _ROWS_TOGETHER]
        widest = tiled.widest_shared(self._threads)
        widths = {min(tile_width(tiled.unit_bytes(real)), widest), min(_WIDEST, widest)}
        tiles = [Way("tiled", rows, w) for w in sorted(widths) for rows in _ROWS_TOGETHER]
        if self._wanted == "auto":
            return [*(tiles if tiled.shares else fused), plain]
        return fused if self._wanted == "fused" else tiles

    def way(self, n_steps: int) -> Way:
        """How `n_steps` steps would be done by what is known now."""
        if n_steps < _FEWEST_STEPS and self._wanted == "auto" and self._tiled is not None:
            return Way("fused", _ROWS_TOGETHER[0])
        return self.trials.best

    def run(self, first_step: int, n_steps: int) -> None:
        """Run `n_steps` steps: in one call, or in several as long as ways are tried."""
        if n_steps < _FEWEST_STEPS:
            self._run(self.way(n_steps), first_step, n_steps)
            return
        step, end = first_step, first_step + n_steps
        while step < end:
            way, steps = self.trials.next(end - step)
            begin = time.perf_counter()
            self._run(way, step, steps)
            self.trials.note(way, steps, time.perf_counter() - begin)
            step += steps

    def _run(self, way: Way, first_step: int, n_steps: int) -> None:
        library, span = load_library(), (first_step, n_steps)
        threads = self.threads_for(n_steps)
        if self._tiled is None or way.order == "plain":
            stages = self._stages.ctypes.data, len(self._stages)
            _call(library.emtwin_run_plain, *stages, *span, threads)
        elif way.order == "fused":
            _call(library.emtwin_run_fused, self._tiled.address, *span, way.rows, threads)
        else:
            shape = way.width, way.rows
            _call(library.emtwin_run_tiled, self._tiled.address, *span, *shape, threads)

    def threads_for(self, n_steps: int) -> int:
        """Threads for one call, of which each has enough to do; lists alone are given all."""
        if not self.cells:
            return self._threads
        return min(self._threads, max(1, self.cells * n_steps // CELLS_WORTH_A_THREAD))


class _Tiled:
    """A tiling as the library reads it."""

    def __init__(self, tiling: Tiling, stages: NDArray[Any], threads: int) -> None:
        _check_layout()
        self._tiling, self._pitch = tiling, int(stages["hi"][tiling.h.sweep][2])
        self._packed = packed = np.zeros((), _TILING)
        packed["stages"] = stages.ctypes.data
        packed["planes"], packed["rows"] = tiling.planes.ctypes.data, tiling.rows.ctypes.data
        packed["n_x"], packed["n_y"] = tiling.planes.size - 1, tiling.rows.size - 1
        packed["h"], packed["e"] = _packed(tiling.h), _packed(tiling.e)
        packed["last"], packed["n_last"] = tiling.last.ctypes.data, tiling.last.size
        widest, units = int(np.diff(tiling.rows).max()), tiling.rows.size - 1
        self.shares = widest * 2 * threads <= tiling.rows[-1] and units >= threads * NARROWEST // 2

    @property
    def address(self) -> int:
        """Where the library finds it."""
        return self._packed.ctypes.data

    def widest_shared(self, threads: int) -> int:
        """Width up to which there are as many tiles side by side as threads."""
        return max(2 * (self._tiling.rows.size - 1) // threads // 4 * 4, NARROWEST)

    def unit_bytes(self, real: np.dtype[Any]) -> float:
        """Six fields of a unit of rows in one plane, on average, in bytes."""
        rows = self._tiling.rows
        return float(6 * real.itemsize * self._pitch * rows[-1] / (rows.size - 1))


def tile_width(unit_bytes: float, cache: int | None = None) -> int:
    """Width of a diamond in half units: as many steps as a core's second cache can hold.

    Parameters
    ----------
    unit_bytes : float
        Fields of one unit of rows in one plane, in bytes.
    cache : int, optional
        Bytes of that cache; by default this machine's.

    Returns
    -------
    int
        A multiple of 4, from 8 to 64.
    """
    room = _SHARE_OF_CACHE * (cache or _second_cache())
    # On average half of the diamond's width is there, in one plane more than it has steps and one.
    widths = [
        w
        for w in range(NARROWEST, _WIDEST + 4, 4)
        if (w / 4 + 1) * (w / 2 + 2) * unit_bytes <= room
    ]
    return max(widths, default=NARROWEST)


def _second_cache() -> int:
    """Bytes of a core's second level of cache, as far as the system tells."""
    size = _SECOND_CACHE.read_text(encoding="ascii").strip() if _SECOND_CACHE.exists() else ""
    return int(size[:-1]) << 10 if size.endswith("K") else _USUAL_CACHE


def _packed(phase: Phase) -> tuple[int, ...]:
    sums = phase.sums
    return (
        phase.sweep,
        phase.first_piece.ctypes.data,
        phase.pieces.ctypes.data,
        sums.ctypes.data,
        sums.size,
    )


def _check_layout() -> None:
    sizes = {"stage": _STAGE.itemsize, "piece": _PIECE_BYTES, "tiling": _TILING.itemsize}
    for name, size in sizes.items():
        if load_library().emtwin_size_of(name.encode()) != size:
            raise NativeUnavailable(f"the library's {name} has another layout")


def _call(function: Callable[..., None], address: int, *numbers: int) -> None:
    function(ctypes.c_void_p(address), *(ctypes.c_longlong(n) for n in numbers))


def _serial(stage: Stage, signature: Signature) -> bool:
    return not signature.by_rows and stage.box.hi[0] - stage.box.lo[0] < _ITEMS_WORTH_SHARING
