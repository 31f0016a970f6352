"""What the ports of a device emit, as a receiver with the bandwidth of CISPR 16-1-1 is given it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver import LineSpectrum, read, receiver_at
from emtwin.compliance.receiver.beats import Phases
from emtwin.errors import InputError
from emtwin.scene import LoadedTwin, Port
from emtwin.scene.sources import EmissionSource, SpectrumSource
from emtwin.signals.emitter import EmitterSpectrum
from emtwin.signals.sources import loudest_places, resolved, spectrum_of, tuned_to
from emtwin.standards import Receiver
from emtwin.units import format_si

BAND = (30e6, 1e9)
"""Of the radiated emission test, Hz."""

_SILENT = 1e-12  # V

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
    """Rms of the sine that reads as a port's e.m.f. does, at the frequencies of a run.

    Lines that the receiver sees one by one read their own rms on every detector. Where they are
    closer, or the emission is continuous, it is the quasi-peak reading of the e.m.f. where it is
    strongest between a frequency and its neighbours: the way to the antenna hardly changes within
    a bandwidth, and the detector is linear in size, so the field reads in the same proportion.

    Parameters
    ----------
    port : Port
        Port that emits.
    frequencies : ndarray of float64, shape (nf,)
        Frequencies in hertz, rising.

    Returns
    -------
    ndarray of float64, shape (nf,)
        Volt; 1 pV at least, which stands for nothing: far below every limit, and finite in
        decibels.
    """
    spectrum, width = _spectrum(port), bandwidth()
    places = loudest_places(spectrum, frequencies, width)
    if resolved(spectrum, width):
        return np.maximum(spectrum.rms(places, width), _SILENT)
    return np.maximum(_quasi_peak(port, places), _SILENT)


def _quasi_peak(port: Port, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quasi-peak readings of a port's e.m.f. in volt."""
    assert port.emission is not None
    found = _readings(port.emission, tuple(places.tolist()))
    return np.array(found)


@lru_cache(maxsize=32)
def _readings(source: EmissionSource, places: tuple[float, ...]) -> tuple[float, ...]:
    spectrum, width = spectrum_of(source, BAND[1]), bandwidth()
    f, rms = _lines(spectrum)
    phases: Phases = "unknown" if isinstance(source, SpectrumSource) else "known"
    noise = spectrum.continuous(np.array(places), width) / width
    return tuple(
        read(LineSpectrum(f, rms, phases, float(density)), place, "quasi_peak").volts
        for place, density in zip(places, noise, strict=True)
    )


def _lines(spectrum: EmitterSpectrum) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Rms phasors of the lines; those that share a frequency add in power."""
    f, which = np.unique(spectrum.frequencies, return_inverse=True)
    together, power = np.zeros(f.size, np.complex128), np.zeros(f.size)
    np.add.at(together, which, spectrum.amplitudes)
    np.add.at(power, which, np.abs(spectrum.amplitudes) ** 2 / 2)
    return f, np.sqrt(power) * np.exp(1j * np.angle(together))


def notes_of(loaded: LoadedTwin) -> tuple[str, ...]:
    """What a reader of the verdict must know of the sources and the detector."""
    spectra = {port.name: _spectrum(port) for port in sources(loaded)}
    width = format_si(bandwidth(), "Hz")
    dense = [name for name, s in spectra.items() if not resolved(s, bandwidth())]
    said = [ONE_BY_ONE] if not dense else []
    if dense:
        said.append(
            f"The emission of port {', '.join(dense)} is closer than {width} or continuous: what "
            f"is compared is its quasi-peak reading ({receiver().citation}, bandwidth {width}), "
            "the largest within the step to the next frequency; readings of several ports add in "
            "power."
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
    width = receiver().bandwidth
    assert width is not None
    return width


def receiver() -> Receiver:
    """Row of the receiver in the band of the test."""
    return receiver_at(BAND[0], None, ["quasi_peak"])


def _spectrum(port: Port) -> EmitterSpectrum:
    assert port.emission is not None  # sources() keeps no other
    try:
        return spectrum_of(port.emission, BAND[1])
    except InputError as error:
        field = f"device.ports[{port.name}].emission"
        found = [replace(p, field=f"{field}.{p.field}".rstrip(".")) for p in error.problems]
        raise InputError(found) from None
