"""Spectra and traces from files of two columns (CSV)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from emtwin.errors import InputError
from emtwin.signals.emitter import EmitterSpectrum, of_lines
from emtwin.signals.fourier import Complex, Real

_HERTZ = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9}
_VOLT = {"uV": 1e-6, "mV": 1e-3, "V": 1.0}
_DECIBEL = {"dBuV": 1e-6, "dBmV": 1e-3, "dBV": 1.0}
_LONGEST = 2**24
_UNEVEN = 0.01
_OPEN = 0.05


def read_columns(file: Path) -> Real:
    """Numbers of a CSV file with two columns.

    Commas, semicolons, tabs and blanks separate; empty lines and lines that begin with ``#`` are
    passed over, and so are lines of words before the first numbers.

    Parameters
    ----------
    file : Path
        The file, UTF-8.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        The numbers, n at least 1.

    Raises
    ------
    InputError
        If the file cannot be read, a line has no two finite numbers, or there is none.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.single(
            f"cannot be read: {error}", file=file, remedy="name a CSV file in UTF-8"
        ) from None
    rows: list[tuple[float, float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        row = _pair(said)
        if row is None and not rows and re.match(r"[^0-9+\-.]", said):
            continue  # the head of the columns
        if row is None:
            raise InputError.single(
                f"{said[:40]!r} is not two numbers",
                file=file,
                line=number,
                remedy="write two numbers in each line, with points and not commas as decimals",
            )
        rows.append(row)
    if not rows:
        raise InputError.single("holds no numbers", file=file, remedy="write two columns")
    return np.array(rows)


def _pair(line: str) -> tuple[float, float] | None:
    words = [word for word in re.split(r"[,;\s]+", line) if word]
    try:
        first, second = map(float, words)
    except ValueError:
        return None
    return (first, second) if np.isfinite(first) and np.isfinite(second) else None


def imported_spectrum(
    file: Path, frequency_unit: str, level_unit: str, bandwidth: float | None = None
) -> EmitterSpectrum:
    """Spectrum in a file of frequency and rms level.

    Parameters
    ----------
    file : Path
        CSV file, frequencies rising.
    frequency_unit, level_unit : str
        ``Hz`` to ``GHz``; ``dBuV``, ``dBmV``, ``dBV``, ``uV``, ``mV`` or ``V``.
    bandwidth : float, optional
        Bandwidth in hertz of each level: the density is then level^2 / bandwidth, between the
        rows a straight line in decibels. Left out, each row is a line of unknown phase.

    Returns
    -------
    EmitterSpectrum
        Known from the first to the last frequency of the file.

    Raises
    ------
    InputError
        If the file is wrong, frequencies do not rise or a level is negative.
    """
    columns = read_columns(file)
    frequencies, levels = columns[:, 0] * _HERTZ[frequency_unit], columns[:, 1]
    if frequencies[0] <= 0 or np.any(np.diff(frequencies) <= 0):
        raise InputError.single(
            "the frequencies do not rise from above 0",
            file=file,
            remedy="sort the rows by frequency and give each frequency once",
        )
    if level_unit in _VOLT:
        volt = levels * _VOLT[level_unit]
    else:
        volt = _DECIBEL[level_unit] * 10 ** (levels / 20)
    if np.any(volt < 0):
        raise InputError.single(
            f"a level of {levels.min():g} {level_unit} is negative",
            file=file,
            remedy="give rms levels, or the unit in decibels that they have",
        )
    known = (float(frequencies[0]), float(frequencies[-1]))
    if bandwidth is None:
        peaks = (np.sqrt(2) * volt).astype(np.complex128)
        return EmitterSpectrum(frequencies, peaks, centres=frequencies, known=known)
    logarithm = np.log(np.maximum(volt**2 / bandwidth, 1e-300))

    def density(f: Real) -> Real:
        """Interpolated in decibels; nothing outside the file."""
        inside = (f >= known[0]) & (f <= known[1])
        values: Real = np.exp(np.interp(f, frequencies, logarithm)) * inside
        return values

    return EmitterSpectrum(density=density, ripple=bandwidth, known=known)


def imported_trace(
    file: Path, repetition: float | None = None, window: str = "hann"
) -> EmitterSpectrum:
    """Spectrum of a recorded voltage.

    A periodic record gives lines at multiples of one over its length. With the Hann window their
    powers are scaled so that they add up to the power of the signal: a tone is spread over a few
    lines, and a bandwidth of several of them reads it right. A single event is set between zeros
    so that it repeats at `repetition`.

    Parameters
    ----------
    file : Path
        CSV file of seconds and volt, evenly spaced.
    repetition : float, optional
        How often a single event repeats, in hertz; left out, the record is periodic.
    window : {"hann", "none"}
        Window on a periodic record.

    Returns
    -------
    EmitterSpectrum
        Lines up to half the sampling rate, where the knowledge ends.

    Raises
    ------
    InputError
        If the file is wrong, the steps are uneven, or a single event is longer than its period or
        does not end where it began.
    """
    columns = read_columns(file)
    step = _even_step(columns[:, 0], file)
    samples = columns[:, 1]
    if repetition is None:
        weights = 1.0 - np.cos(2 * np.pi * np.arange(samples.size) / samples.size)
        weights = np.ones(samples.size) if window == "none" else weights
        scale = 2 / np.sqrt(samples.size * np.sum(weights**2))
        lines = np.fft.rfft((samples - samples.mean()) * weights) * scale
        return _up_to_nyquist(lines, samples.size, step)
    event = _single(samples, step, repetition, file)
    return _up_to_nyquist(np.fft.rfft(event) * 2 / event.size, event.size, step)


def _up_to_nyquist(lines: Complex, count: int, step: float) -> EmitterSpectrum:
    """Without the mean, and without the line at half the rate, whose power is not known."""
    last = (count - 1) // 2 + 1
    frequencies = np.arange(1, last) / (count * step)
    return of_lines(frequencies, lines[1:last], centres=frequencies, known=(0.0, 0.5 / step))


def _even_step(times: Real, file: Path) -> float:
    if times.size < 16:
        raise InputError.single(
            f"a trace of {times.size} samples is too short", file=file, remedy="record 16 or more"
        )
    steps = np.diff(times)
    step = float(times[-1] - times[0]) / steps.size
    if not step > 0 or np.any(np.abs(steps - step) > _UNEVEN * step + 1e-6 * np.abs(times[1:])):
        worst = int(np.argmax(np.abs(steps - step)))
        raise InputError.single(
            f"the times are not evenly spaced: {steps[worst]:g} s follows sample {worst + 1} where "
            f"{step:g} s is the mean",
            file=file,
            remedy="export with a constant time step, or resample",
        )
    return step


def _single(samples: Real, step: float, repetition: float, file: Path) -> Real:
    count = round(1 / (repetition * step))
    if not samples.size <= count <= _LONGEST:
        said = "longer than" if count < samples.size else "too finely sampled for"
        raise InputError.single(
            f"a record of {samples.size * step:g} s is {said} a period of {1 / repetition:g} s",
            file=file,
            field="repetition",
            remedy=f"lower or raise repetition: one period may have {_LONGEST} samples",
        )
    event = samples - samples[0]
    swing = float(np.ptp(event))
    if abs(event[-1]) > _OPEN * swing:
        raise InputError.single(
            f"the event begins at {samples[0]:g} V and ends at {samples[-1]:g} V: repeated, it "
            "would have a step that is not in the record",
            file=file,
            remedy="record until the voltage is back, or use form: periodic",
        )
    return np.concatenate([event, np.zeros(count - samples.size)])
