"""What the ports of a device emit, as a receiver with the bandwidth of CISPR 16-1-1 is given it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.scene import LoadedTwin, Port
from emtwin.signals.emitter import EmitterSpectrum
from emtwin.signals.sources import received_emf, resolved, spectrum_of, tuned_to
from emtwin.standards import Receiver, load
from emtwin.units import format_si

BAND = (30e6, 1e9)
"""Of the radiated emission test, Hz."""

ONE_BY_ONE = "Clock harmonics are read one by one: peak, quasi-peak and average detector agree."


def sources(loaded: LoadedTwin) -> tuple[Port, ...]:
    """Ports that emit."""
    return tuple(port for port in loaded.twin.device.ports if port.emission is not None)


def frequencies_of(loaded: LoadedTwin, f_max: float) -> NDArray[np.float64]:
    """Where all sources are looked at, 30 MHz to `f_max`, in Hz: harmonics, or steps of 2 %."""
    f_to, width = min(f_max, BAND[1]), bandwidth()
    found = [tuned_to(_spectrum(port), BAND[0], f_to, width) for port in sources(loaded)]
    return np.unique(np.round(np.concatenate(found), 3))


def emf_at(port: Port, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rms e.m.f. of a port in the receiver's bandwidth, at the frequencies of a run; 1 pV at least.

    Where a source is silent 1 pV stands for nothing: far below every limit, and finite in decibels.
    """
    return np.maximum(received_emf(_spectrum(port), frequencies, bandwidth()), 1e-12)


def notes_of(loaded: LoadedTwin) -> tuple[str, ...]:
    """What a reader of the verdict must know of the sources and the detector."""
    spectra = {port.name: _spectrum(port) for port in sources(loaded)}
    width = format_si(bandwidth(), "Hz")
    dense = [name for name, s in spectra.items() if not resolved(s, bandwidth())]
    said = [ONE_BY_ONE] if not dense else []
    if dense:
        said.append(
            f"The emission of port {', '.join(dense)} is closer than {width} or continuous: what "
            f"is compared is the rms in a bandwidth of {width}, the largest within the step to "
            "the next frequency; the quasi-peak and peak detectors can read higher."
        )
    for name, spectrum in spectra.items():
        low, high = max(spectrum.known[0], BAND[0]), min(spectrum.known[1], BAND[1])
        if (low, high) != BAND:
            known = " to ".join(format_si(f, "Hz") for f in spectrum.known)
            said.append(
                f"The file of port {name} says nothing outside {known}: there the port is taken "
                "as silent."
            )
    return tuple(said)


def bandwidth() -> float:
    """6 dB bandwidth of the receiver in the band of the test, Hz, from its row."""
    rows = load().of(Receiver)
    row = next(r for r in rows if r.frequency_from <= BAND[0] < r.frequency_to)
    assert row.bandwidth is not None
    return row.bandwidth


def _spectrum(port: Port) -> EmitterSpectrum:
    assert port.emission is not None  # sources() keeps no other
    try:
        return spectrum_of(port.emission, BAND[1])
    except InputError as error:
        field = f"device.ports[{port.name}].emission"
        found = [replace(p, field=f"{field}.{p.field}".rstrip(".")) for p in error.problems]
        raise InputError(found) from None
