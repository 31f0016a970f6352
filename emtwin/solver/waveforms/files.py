"""Waveforms from a file: two columns, time and value, taken into the band of a run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, InputError, Problem
from emtwin.solver.waveforms.pulses import CONTENT, Waveform
from emtwin.solver.waveforms.shapes import smooth_ramp

Real = NDArray[np.float64]

_SCALES = {"": 1.0, "k": 1e3, "m": 1e-3, "u": 1e-6, "\u00b5": 1e-6, "n": 1e-9, "p": 1e-12}
_UNIT = re.compile(r"[\[(]\s*([^\])]*?)\s*[\])]")
_VALUE_UNITS = ("V/m", "V", "A")
_UNEVEN = 1e-3  # share of the mean spacing
_REST = 1e-3  # value at either end relative to the peak that counts as zero
_FINER = 16  # values of the table per period of the highest content
_MARGIN = 6.0  # periods of f_max in which what the filter smears has died away
_FEWEST = 4


@dataclass(frozen=True, eq=False)
class SampledWaveform(Waveform):
    """Even samples as a waveform: filtered to the band of the run, then interpolated.

    Samples keep their spectrum to within round-off up to `f_max`; from there to twice `f_max` it
    is taken down to nothing, for the grid could not carry it. The filter smears a little in time,
    so that the waveform begins `delay` later than the file.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Samples, in the unit of the source, beginning and ending at zero.
    spacing : float
        Seconds between them.
    f_max : float
        Highest frequency of interest in Hz.

    Raises
    ------
    GridError
        If there are fewer than four samples, if they do not begin and end at zero, or if `f_max`
        is not below their Nyquist frequency.
    """

    values: Real
    spacing: float
    f_max: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", np.asarray(self.values, np.float64))
        if self.values.size < _FEWEST:
            raise GridError.single(f"{self.values.size} samples are no waveform", field="values")
        peak, ends = np.abs(self.values).max(), np.abs(self.values[[0, -1]]).max()
        if not ends <= _REST * peak:
            raise GridError.single(
                f"the waveform begins at {self.values[0]:.4g} and ends at {self.values[-1]:.4g}, "
                f"more than {_REST:g} of its peak of {peak:.4g}: it would jump there",
                field="values",
                remedy="take off its offset, or let the record begin before and end after it",
            )
        if not 0 < self.f_max < 0.5 / self.spacing:
            raise GridError.single(
                f"f_max = {self.f_max:.4g} Hz must be above 0 and below the Nyquist frequency of "
                f"the samples, {0.5 / self.spacing:.4g} Hz",
                field="f_max",
            )

    @property
    def delay(self) -> float:
        """Seconds by which the waveform is later than its samples."""
        return _MARGIN / self.f_max

    @property
    def duration(self) -> float:
        """Time after which it is over, in seconds."""
        return (self.values.size - 1) * self.spacing + 2 * self.delay

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t` in seconds."""
        inside = (t >= 0) & (t <= self.duration)
        return np.where(inside, self._curve(np.clip(t, 0.0, self.duration)), 0.0)

    @cached_property
    def _curve(self) -> Any:
        """Cubic spline through the filtered samples, so dense that it misses less than 1e-5."""
        from scipy.interpolate import CubicSpline

        before = int(np.ceil(self.delay / self.spacing))
        padded = np.pad(self.values, (before, 2 * before))
        spectrum = np.fft.rfft(padded)
        f = np.fft.rfftfreq(padded.size, self.spacing)
        spectrum *= smooth_ramp(np.asarray(2 - f / self.f_max))
        finer = max(1, int(np.ceil(_FINER * CONTENT * self.f_max * self.spacing)))
        dense = np.fft.irfft(spectrum, padded.size * finer) * finer
        times = np.arange(dense.size) * self.spacing / finer
        shift = self.delay - before * self.spacing
        return CubicSpline(times + shift, dense)

    @classmethod
    def from_file(cls, file: Path, f_max: float) -> SampledWaveform:
        """Waveform of a CSV file.

        Two columns, separated by comma, semicolon, tab or blanks: time and value. Lines that begin
        with # are skipped. A first line of names may give units in brackets, such as
        ``t [ns], v [kV]``; without it they are seconds and the unit of the source.

        Parameters
        ----------
        file : Path
            The file.
        f_max : float
            Highest frequency of interest in Hz.

        Raises
        ------
        InputError
            With every line that is wrong.
        """
        lines = _lines_of(file)
        scales = (1.0, 1.0)
        if lines and not _is_number(lines[0][1][0]):
            scales = _units(file, *lines.pop(0))
        rows, problems = [], []
        for number, cells in lines:
            try:
                time, value = (float(cell) for cell in cells)
            except ValueError:
                problems.append(_wrong(file, number, f"{' '.join(cells)!r} is not two numbers"))
                continue
            if not np.isfinite((time, value)).all():
                problems.append(_wrong(file, number, f"{time:g}, {value:g} is not finite"))
            rows.append((number, time, value))
        if problems:
            raise InputError(problems)
        if len(rows) < _FEWEST:
            raise InputError.single(f"{len(rows)} samples are no waveform", file=file)
        spacing = _spacing(file, rows) * scales[0]
        return cls(np.array([value for _, _, value in rows]) * scales[1], spacing, f_max)


def _lines_of(file: Path) -> list[tuple[int, list[str]]]:
    """Numbers and cells of the lines that hold something."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.single(f"the waveform cannot be read ({error})", file=file) from error
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            separator = next((s for s in ",;\t" if s in line), None)
            found.append((number, [cell.strip() for cell in line.strip().split(separator)]))
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _units(file: Path, number: int, cells: list[str]) -> tuple[float, float]:
    """Factors to SI of the two columns of a line of names."""
    if len(cells) != 2:
        raise InputError([_wrong(file, number, f"{len(cells)} columns, but two are needed")])
    scales = []
    for cell, units in zip(cells, (("s",), _VALUE_UNITS), strict=True):
        found = _UNIT.search(cell)
        unit = found[1] if found else units[0] if units == ("s",) else "V"
        base = next((u for u in units if unit.endswith(u) and unit[: -len(u)] in _SCALES), None)
        if base is None:
            allowed = ", ".join(units)
            text = f"unit {unit!r} of {cell!r} is none of {allowed}, with k, m, u, n or p before it"
            raise InputError([_wrong(file, number, text)])
        scales.append(_SCALES[unit[: -len(base)]])
    return scales[0], scales[1]


def _spacing(file: Path, rows: list[tuple[int, float, float]]) -> float:
    """Even distance of the times, in the unit of the file."""
    times = np.array([time for _, time, _ in rows])
    steps = np.diff(times)
    mean = float(steps.mean())
    bad = np.flatnonzero(np.logical_not(np.abs(steps - mean) <= _UNEVEN * abs(mean)))
    back = np.flatnonzero(steps <= 0)
    if back.size:
        n = int(back[0])
        text = f"time {times[n + 1]:g} follows {times[n]:g}: times must increase"
        raise InputError([_wrong(file, rows[n + 1][0], text)])
    if bad.size:
        n = int(bad[0])
        text = (
            f"a step of {steps[n]:g} follows steps of {mean:g} on average: times must be even, "
            "resample the record"
        )
        raise InputError([_wrong(file, rows[n + 1][0], text)])
    return mean


def _wrong(file: Path, line: int, message: str) -> Problem:
    return Problem(message, file=file, line=line)
