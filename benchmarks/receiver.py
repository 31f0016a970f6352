"""The virtual receiver against CISPR 16-1-1: pulse response, calibration, sines, modulation, paths.

Run as ``python -m benchmarks.receiver [--quick] [--out FILE]``. Each line is one requirement: what
is required, by how much it may be missed, what came out. Traces are complex envelopes about the
tuned frequency, long enough for the meters to settle within 0.001 dB. Levels are in dB or dBuV.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Row, finish, options
from emtwin.compliance.receiver import (
    IfFilter,
    LineSpectrum,
    PulseTrain,
    Signal,
    Trace,
    detectors_of,
    read,
    receivers,
)
from emtwin.standards import PulseResponse, Receiver, load

CALIBRATION_DB = 1.5  # CISPR 16-1-1, absolute calibration; the row says it in its note
SINE_DB, PATHS_DB, AMPLITUDE_DB = 0.01, 0.1, 1e-6
BANDWIDTH_DB = 0.1  # between 1.05, which is rounded, and the filter's own 1.048
DEPTH, FM = 0.8, 0.04  # as the immunity tests: 80 % AM; 5 kHz in 120 kHz
RMS = 1e-3  # 60 dBuV
SETTLED = 12.0  # meter time constants: exp(-12) 13 is 0.0007 dB
SPEED_SECONDS, QUICK_SECONDS = 10.0, 2.0
SPEED_RATES = (1e6, 10e6, 2e6)  # bands A, B and C
REAL_TIME = 5.0  # seconds of computing for a second of signal


@dataclass(frozen=True)
class Check:
    """One requirement.

    Parameters
    ----------
    band, detector, signal : str
        What was read.
    required : float
        What should come out.
    tolerance : float
        How far it may be off.
    ours : float
        What came out.
    unit : str
        Unit of the three.
    """

    band: str
    detector: str
    signal: str
    required: float
    tolerance: float
    ours: float
    unit: str = "dB"

    @property
    def deviation(self) -> float:
        """What came out less what should."""
        return self.ours - self.required

    @property
    def row(self) -> Row:
        """The requirement as a row: how far it is missed, against the tolerance."""
        return Row(
            f"band {self.band}, {self.detector}, {self.signal}",
            abs(self.deviation),
            self.unit,
            self.tolerance,
            "lower",
            f"required {self.required:g}, ours {self.ours:.3f}",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; by default the process's own.

    Returns
    -------
    int
        Exit code.
    """
    chosen = options(__doc__, "a shorter trace for the speed, the same cases").parse_args(arguments)
    checks = list(all_checks())
    speeds = list(speed(QUICK_SECONDS if chosen.quick else SPEED_SECONDS))
    rows = [*(check.row for check in checks), *speeds]
    shown = table(checks, speeds)
    return finish("receiver", "numpy", rows, quick=chosen.quick, out=chosen.out, shown=shown)


def all_checks() -> Iterator[Check]:
    """Every requirement in every band."""
    for receiver in receivers():
        if receiver.calibration_area is not None:
            yield from pulse_response(receiver)
            yield from calibration(receiver)
        yield from sines(receiver)
        yield from modulation(receiver)
        yield from paths(receiver)
        yield from amplitudes(receiver)


def tuned(receiver: Receiver) -> float:
    """A frequency in the band's lower part, a whole number of kilohertz."""
    return math.ceil(1.1 * receiver.frequency_from / 1e3) * 1e3


def pulse_response(receiver: Receiver) -> Iterator[Check]:
    """Input level for the same quasi-peak indication, against that at the reference repetition."""
    reference = PulseTrain.calibration(receiver)
    level = read(reference, tuned(receiver)).dbuv
    for row in load().of(PulseResponse):
        if receiver.band not in row.bands or row.is_reference:
            continue
        ours = level - read(PulseTrain(reference.area, row.repetition), tuned(receiver)).dbuv
        signal = "isolated pulse" if row.repetition is None else f"pulses at {row.repetition:g} Hz"
        yield Check(receiver.band, "quasi_peak", signal, row.level, row.tolerance, ours)


def calibration(receiver: Receiver) -> Iterator[Check]:
    """The absolute calibration pulse, the peak above it, and the bandwidth behind both."""
    train, band = PulseTrain.calibration(receiver), receiver.band
    peak, quasi = (read(train, tuned(receiver), name).dbuv for name in ("peak", "quasi_peak"))
    signal = f"calibration pulses at {train.repetition:g} Hz"
    assert receiver.calibration_reading is not None
    assert receiver.peak_over_quasi_peak is not None
    required = receiver.calibration_reading
    yield Check(band, "quasi_peak", signal, required, CALIBRATION_DB, quasi, "dBuV")
    over = receiver.peak_over_quasi_peak
    yield Check(band, "peak less quasi_peak", signal, over, CALIBRATION_DB, peak - quasi)
    required = 20 * math.log10(receiver.impulse_bandwidth)
    ours = 20 * math.log10(IfFilter.of(receiver).impulse_bandwidth)
    yield Check(band, "peak", "impulse bandwidth", required, BANDWIDTH_DB, ours, "dBHz")


def sines(receiver: Receiver) -> Iterator[Check]:
    """A sine reads its rms on every detector, as a trace and as a line; so does FM."""
    f, width = tuned(receiver), IfFilter.of(receiver).bandwidth
    rate = width / 100
    turning = FM * width / rate * np.sin(2 * np.pi * rate * times(receiver))
    signals: dict[str, Signal] = {
        "sine, line": LineSpectrum([f], [RMS]),
        "sine, trace": trace(receiver, np.ones(times(receiver).size)),
        "FM, 4 % of the bandwidth, trace": trace(receiver, np.exp(1j * turning)),
    }
    for said, signal in signals.items():
        for name in detectors_of(receiver):
            yield Check(receiver.band, name, said, 60, SINE_DB, read(signal, f, name).dbuv, "dBuV")


def modulation(receiver: Receiver) -> Iterator[Check]:
    """80 % AM, within the bandwidth and fast against the meter."""
    f, width = tuned(receiver), IfFilter.of(receiver).bandwidth
    fast = width / 20
    said = f"80 % AM at {fast:g} Hz"
    signal = am(f, fast)
    peak, rms = 20 * math.log10(1 + DEPTH), 10 * math.log10(1 + DEPTH**2 / 2)
    # The meter still follows slow modulation a little, and its largest deflection is the reading.
    followed = DEPTH / (1 + (2 * math.pi * fast * receiver.average_meter_time_constant) ** 2)
    mean = 20 * math.log10(1 + followed)
    for name, required in (("peak", peak), ("average", mean), ("rms_average", rms)):
        ours = read(signal, f, name).dbuv - 60
        yield Check(receiver.band, name, said, required, SINE_DB, ours)
    if receiver.quasi_peak_charge is not None:
        said += ", between average and peak"
        ours = read(signal, f).dbuv - 60
        middle, half = (peak + mean) / 2, (peak - mean) / 2
        yield Check(receiver.band, "quasi_peak", said, middle, half, ours)


def paths(receiver: Receiver) -> Iterator[Check]:
    """The same impulses as a train, as lines and as a trace, against the train."""
    f, response = tuned(receiver), IfFilter.of(receiver)
    area, rate = 1e-7, 10 ** round(math.log10(response.bandwidth / 20))
    reach = round(16 * response.bandwidth / rate)
    orders = np.arange(-reach, reach + 1)
    orders = orders[f + orders * rate > 0]
    lines = LineSpectrum(f + orders * rate, np.full(orders.size, math.sqrt(2) * area * rate))
    sampled = np.zeros(times(receiver).size)
    sampled[:: round(sampling(receiver) / rate)] = math.sqrt(2) * area * sampling(receiver) / RMS
    others: dict[str, Signal] = {"lines": lines, "trace": trace(receiver, sampled)}
    for name in detectors_of(receiver):
        required = read(PulseTrain(area, rate), f, name).dbuv
        for said, signal in others.items():
            said = f"pulses at {rate:g} Hz, {said} against train"
            ours = read(signal, f, name).dbuv
            yield Check(receiver.band, name, said, required, PATHS_DB, ours, "dBuV")


def amplitudes(receiver: Receiver) -> Iterator[Check]:
    """A reading follows its input over 120 dB: no overload, no floor."""
    f, width = tuned(receiver), IfFilter.of(receiver).bandwidth
    shape = np.array([0.3, 1.0, 0.4j])
    for name in detectors_of(receiver):
        low, high = (
            read(LineSpectrum(f + np.array([-0.3, 0, 0.2]) * width, size * shape), f, name).dbuv
            for size in (1e-6, 1.0)
        )
        yield Check(receiver.band, name, "three lines, 120 dB up", 120, AMPLITUDE_DB, high - low)


def am(f: float, rate: float) -> LineSpectrum:
    """80 % AM of a carrier of 60 dBuV."""
    sides = np.array([DEPTH / 2, 1.0, DEPTH / 2])
    return LineSpectrum(f + rate * np.array([-1, 0, 1]), RMS * sides)


def sampling(receiver: Receiver) -> float:
    """Rate of the traces: ten bandwidths, a multiple of every repetition used."""
    return (
        10 * receiver.impulse_bandwidth if receiver.bandwidth is None else 10 * receiver.bandwidth
    )


def times(receiver: Receiver) -> NDArray[np.float64]:
    """Times of a trace that lets the meters settle."""
    seconds = SETTLED * max(receiver.average_meter_time_constant, receiver.meter_time_constant or 0)
    return np.arange(round(seconds * sampling(receiver))) / sampling(receiver)


def trace(receiver: Receiver, envelope: NDArray[np.number]) -> Trace:
    """Trace with a complex envelope relative to a sine of 60 dBuV."""
    samples = math.sqrt(2) * RMS * envelope.astype(np.complex128)
    return Trace(samples, sampling(receiver), tuned(receiver))


def speed(seconds: float) -> Iterator[Row]:
    """Seconds of computing for a second of noise, quasi-peak, one tuned frequency.

    Parameters
    ----------
    seconds : float
        Length of the trace.
    """
    for receiver, rate in zip(receivers(), SPEED_RATES, strict=False):
        n = int(seconds * rate)
        samples = np.random.default_rng(1).standard_normal((n, 2), np.float32)
        if rate < 2 * receiver.frequency_from:
            said, trace_of = "complex", Trace(samples @ [1, 1j], rate, tuned(receiver))
        else:
            said, trace_of = "real", Trace(samples[:, 0], rate)
        begin = time.perf_counter()
        read(trace_of, tuned(receiver))
        taken = (time.perf_counter() - begin) / seconds
        case = f"band {receiver.band}, quasi_peak, {rate / 1e6:g} MS/s {said}: speed"
        yield Row(case, taken, "s/s", REAL_TIME, "lower", f"a trace of {seconds:g} s")


def table(checks: Sequence[Check], speeds: Sequence[Row]) -> str:
    """All requirements and the speeds as Markdown, with a line that counts them."""
    lines = [
        "| band | detector | signal | required | tolerance | ours | deviation | met |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for check in checks:
        met = "yes" if check.row.met else "no"
        lines.append(
            f"| {check.band} | {check.detector} | {check.signal} | {check.required:.4g} "
            f"{check.unit} | {check.tolerance:.4g} | {check.ours:.3f} | {check.deviation:+.3f} | "
            f"{met} |"
        )
    lines += ["", *(f"{row.case} {row.value:.2f} {row.unit}, {row.note}" for row in speeds)]
    return "\n".join([*lines, "", f"{len(checks) + len(speeds)} rows"])


if __name__ == "__main__":
    sys.exit(main())
