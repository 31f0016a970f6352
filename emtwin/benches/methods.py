"""Which method answers a test in which part of its band: full wave, quasi-static or circuit.

Everything follows from three lengths: the device with its cables, the wavelength, and the time
that a run of the field solver lasts (as a length, c times that time). The thresholds are named
below, each with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from emtwin.benches.shells import Shell, regime, skin_depth
from emtwin.constants import C0
from emtwin.standards import Standards, Waveform, load
from emtwin.units import format_si

QUASI_STATIC_SHARE = 20.0
"""Wavelengths over size from which capacitances, inductances and resistances stand for fields.

The input reactance of a shorted line of length l is tan(k l) / (k l) times that of its inductance,
1 + (k l)^2 / 3 to first order: 3.3 %, or 0.28 dB, at l = wavelength / 20. That is inside the 0.5 dB
within which both methods have to agree where they are joined.
"""

CIRCUIT_SHARE = 1000.0
"""Wavelengths over size from which a wire is one series element, or nothing, in a circuit.

Its reactance is about mu0 l omega = 377 ohm times 2 pi l / wavelength: 2.4 ohm at a wavelength
/ 1000, like the 2 ohm of the surge generator, the smallest source impedance of all these tests.
"""

PERIODS_OF_A_RUN = 1.0
"""Periods of the lowest frequency that a run has to last: less does not tell it from a constant."""

MAGNETIC_DISTANCE = 3.0
"""Distance of the loop antenna in the magnetic field emission test in metres (CISPR 11)."""


class Method(StrEnum):
    """How a test is answered."""

    FULL_WAVE = "full wave"
    QUASI_STATIC = "quasi-static"
    CIRCUIT = "circuit"
    OUTSIDE = "outside method"


@dataclass(frozen=True)
class Coverage:
    """Band that a full-wave run of stated cost carries.

    Parameters
    ----------
    low : float
        Lowest frequency in hertz that the length of the run resolves.
    high : float
        Highest frequency in hertz that the mesh carries.
    """

    low: float
    high: float


@dataclass(frozen=True)
class Ports:
    """What the twin offers to a test.

    Parameters
    ----------
    victims : bool
        A port has an immunity threshold.
    sources : bool
        A port has an emission source.
    cables : bool
        A cable of the twin belongs to the port of the test.
    adapter : bool
        A mains adapter stands between the port and the device.
    """

    victims: bool = True
    sources: bool = True
    cables: bool = True
    adapter: bool = False


@dataclass(frozen=True)
class Choice:
    """One method for one piece of a test's band.

    Parameters
    ----------
    method : Method
        The method.
    low, high : float
        Piece of the band in hertz; 0 for from direct current on.
    reason : str
        Why, with the figures.
    """

    method: Method
    low: float
    high: float
    reason: str


_INJECTED = frozenset({"eft", "conducted_immunity", "conducted_emission"})
_LINES = frozenset({"surge", "supply_transients"})
_MAGNETIC = frozenset({"power_frequency_magnetic", "proximity_magnetic", "magnetic_emission"})
_SUPPLY = frozenset({"dips", "interruptions", "harmonics", "flicker"})
_EMISSION = frozenset({"radiated_emission", "conducted_emission", "magnetic_emission"})

IMPULSES = {
    "esd": "iec61000-4-2-rise",
    "eft": "iec61000-4-4-rise",
    "surge": "iec61000-4-5-voltage-1.2-50-front",
    "supply_transients": "iso7637-2-pulse-3a-rise",
}
"""Impulse tests, and the row with the shortest rise time of each."""


def impulse_band(test: str, standards: Standards | None = None) -> tuple[float, float]:
    """Band of an impulse test in hertz: from direct current to the knee 1 / (pi t_r).

    Parameters
    ----------
    test : str
        One of `IMPULSES`.
    standards : Standards, optional
        Where the rise time stands; the package's own rows if left out.

    Returns
    -------
    tuple of float
        0 and the knee.
    """
    row = (standards or load()).row(IMPULSES[test])
    assert isinstance(row, Waveform)
    assert row.nominal is not None
    return 0.0, 1.0 / (math.pi * row.nominal)


def coverage(time_step: float, steps: int, f_max: float) -> Coverage:
    """Band that a run carries.

    Parameters
    ----------
    time_step : float
        Time step in seconds.
    steps : int
        Number of steps that may be spent.
    f_max : float
        Highest frequency of the mesh in hertz.

    Returns
    -------
    Coverage
        From one period in the whole run to `f_max`.
    """
    return Coverage(PERIODS_OF_A_RUN / (time_step * steps), f_max)


def quasi_static_limit(size: float) -> float:
    """Highest frequency in hertz at which a size in metres is electrically small."""
    return C0 / (QUASI_STATIC_SHARE * size)


def circuit_limit(size: float) -> float:
    """Highest frequency in hertz at which wires of a size in metres are one series element."""
    return C0 / (CIRCUIT_SHARE * size)


def join_band(size: float, covered: Coverage) -> tuple[float, float] | None:
    """Band in hertz in which quasi-static and full wave both hold, so that they can be joined.

    Parameters
    ----------
    size : float
        Device with its cables in metres.
    covered : Coverage
        Band of the full-wave run.

    Returns
    -------
    tuple of float, or None
        Lowest and highest frequency, None where the methods leave a gap.
    """
    low, high = covered.low, min(quasi_static_limit(size), covered.high)
    return (low, high) if low < high else None


def choose(
    test: str,
    band: tuple[float, float],
    size: float,
    covered: Coverage,
    ports: Ports,
    shell: Shell | None = None,
) -> tuple[Choice, ...]:
    """Methods for a test, piece by piece of its band.

    Parameters
    ----------
    test : str
        Name of the test.
    band : tuple of float
        Lowest and highest frequency of the test in hertz, alike for a spot.
    size : float
        Largest extent of the device with its cables in metres, above 0.
    covered : Coverage
        Band of the full-wave runs.
    ports : Ports
        What the twin offers to the test.
    shell : Shell, optional
        Metal round the device, for the magnetic tests.

    Returns
    -------
    tuple of Choice
        By rising frequency; together they cover the band.
    """
    lacking = _lacking(test, ports)
    if lacking:
        return (Choice(Method.OUTSIDE, *band, lacking),)
    found = [
        _clipped(piece, band)
        for piece in _pieces(test, size, covered)
        if piece.low < piece.high and _meets(piece.low, piece.high, band)
    ]
    if shell is not None and test in _MAGNETIC:
        return tuple(_with_metal(choice, shell) for choice in found)
    return tuple(found)


def _clipped(piece: _Piece, band: tuple[float, float]) -> Choice:
    low, high = max(piece.low, band[0]), min(piece.high, band[1])
    return Choice(piece.method, low, high, piece.reason(low, high))


def _lacking(test: str, ports: Ports) -> str:
    """Why the twin cannot answer a test at all."""
    if test in _SUPPLY:
        return (
            "the circuit and the control of the power supply decide, and the twin has no model of "
            "them"
        )
    if test in _EMISSION and not ports.sources:
        return "no port of the twin has an emission source"
    if test not in _EMISSION and not ports.victims:
        return "no port of the twin has an immunity threshold"
    if test in _INJECTED | _LINES and ports.adapter:
        return (
            "the mains adapter is between this port and the device, and the twin has no model of it"
        )
    if test in _INJECTED | _LINES and not ports.cables:
        return "no cable of the model belongs to this port"
    return ""


@dataclass(frozen=True)
class _Piece:
    """A method with the range in which it holds, and its reason for a part of that range."""

    method: Method
    low: float
    high: float
    reason: Callable[[float, float], str]


def _pieces(test: str, size: float, covered: Coverage) -> Iterator[_Piece]:
    """Pieces from direct current to infinity for a kind of test."""
    if test in _LINES:
        limit = circuit_limit(size)
        yield _Piece(Method.CIRCUIT, 0.0, limit, _always(_circuit_reason(size, limit)))
        yield from _static_then_waves(size, covered, limit)
    elif test in _MAGNETIC:
        yield from _magnetic(test, size, covered)
    elif test in _INJECTED:
        yield from _static_then_waves(size, covered, 0.0)
    else:
        yield from _waves_where_covered(size, covered)


def _static_then_waves(size: float, covered: Coverage, start: float) -> Iterator[_Piece]:
    """Quasi-static up to the middle of the join band, full wave above."""
    limit, joined = quasi_static_limit(size), join_band(size, covered)
    at = max(start, math.sqrt(joined[0] * joined[1]) if joined else limit)
    reason = _small_reason(size, limit) + _join_reason(joined)
    yield _Piece(Method.QUASI_STATIC, start, at, _always(reason))
    begin = at if joined else max(start, covered.low)
    yield _gap(at, begin, limit, covered)
    yield from _carried(size, covered, begin)


def _waves_where_covered(size: float, covered: Coverage) -> Iterator[_Piece]:
    """Full wave wherever a run carries it; quasi-static only below the runs."""
    limit = quasi_static_limit(size)
    below = min(limit, covered.low)
    yield _Piece(Method.QUASI_STATIC, 0.0, below, _always(_small_reason(size, limit)))
    yield _gap(below, covered.low, limit, covered)
    yield from _carried(size, covered, covered.low)


def _magnetic(test: str, size: float, covered: Coverage) -> Iterator[_Piece]:
    """Quasi-static magnetic field where device and distance are small, full wave above."""
    reach = max(size, MAGNETIC_DISTANCE) if test == "magnetic_emission" else size
    limit = quasi_static_limit(reach)
    start = max(limit, covered.low)
    reason = _small_reason(reach, limit) + _INDUCTION
    yield _Piece(Method.QUASI_STATIC, 0.0, limit, _always(reason))
    yield _gap(limit, start, limit, covered)
    yield from _carried(reach, covered, start)


_INDUCTION = ": Biot-Savart for the field of the source, induction in wiring, metal and tissue"


def _carried(size: float, covered: Coverage, start: float) -> Iterator[_Piece]:
    """Full wave up to the highest frequency of the mesh, nothing above."""

    def reason(low: float, high: float) -> str:
        """Electrical size at both ends of the part, and the band of the runs."""
        first, last = (size * f / C0 for f in (low, high))
        upper = f" and {last:.2g} at {_hz(high)}" if high > low else ""
        return (
            f"{_m(size)} are {first:.2g} wavelengths at {_hz(low)}{upper}: waves on cables and "
            f"radiation count; the runs carry {_hz(covered.low)} to {_hz(covered.high)}"
        )

    above = f"above the {_hz(covered.high)} that the mesh carries; choose a finer accuracy"
    yield _Piece(Method.FULL_WAVE, start, covered.high, reason)
    yield _Piece(Method.OUTSIDE, max(start, covered.high), math.inf, _always(above))


def _gap(low: float, high: float, limit: float, covered: Coverage) -> _Piece:
    """What is too large for one method and too slow for the other; empty where they meet."""
    return _Piece(Method.OUTSIDE, low, high, _always(_gap_reason(limit, covered)))


def _always(reason: str) -> Callable[[float, float], str]:
    return lambda _low, _high: reason


def _small_reason(size: float, limit: float) -> str:
    return f"{_m(size)} are below a wavelength / {QUASI_STATIC_SHARE:g} up to {_hz(limit)}"


def _join_reason(joined: tuple[float, float] | None) -> str:
    if joined is None:
        return ""
    return f"; joined with full wave between {_hz(joined[0])} and {_hz(joined[1])}"


def _gap_reason(limit: float, covered: Coverage) -> str:
    return (
        f"too large for quasi-static above {_hz(limit)}, and a run as long as allowed resolves "
        f"nothing below {_hz(covered.low)}; raise accuracy.max_steps"
    )


def _circuit_reason(size: float, limit: float) -> str:
    return (
        f"wires of {_m(size)} are below a wavelength / {CIRCUIT_SHARE:g} up to "
        f"{_hz(limit)}: generator, network and components decide, a wire is a series inductance"
    )


def _with_metal(choice: Choice, shell: Shell) -> Choice:
    """The choice with what its lowest and highest frequency meet in the device's metal."""
    if choice.method is not Method.QUASI_STATIC:
        return choice
    ends = dict.fromkeys(f for f in (choice.low, choice.high) if f > 0.0)
    said = ", ".join(
        f"{regime(f, shell)} at {_hz(f)} (skin depth {_m(skin_depth(f, shell.conductivity))})"
        for f in ends
    )
    reason = f"{choice.reason}; a metal wall of {_m(shell.thickness)}: {said}"
    return Choice(choice.method, choice.low, choice.high, reason)


def _meets(low: float, high: float, band: tuple[float, float]) -> bool:
    """Whether a piece and a band share more than an end; a spot belongs to the piece below it."""
    if band[0] == band[1]:
        return low < band[0] <= high or low == band[0] == 0.0
    return max(low, band[0]) < min(high, band[1])


def _m(length: float) -> str:
    return format_si(length, "m", 3)


def _hz(frequency: float) -> str:
    return format_si(frequency, "Hz", 3)
