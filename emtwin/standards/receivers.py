"""Measuring receivers of CISPR 16-1-1, and how their quasi-peak detector answers to pulses."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Frequency, ImpulseArea, Time
from emtwin.standards.row import Confidence, Number, Row, rising, said_band
from emtwin.units import format_si

Band = Literal["A", "B", "C", "D", "E"]
Ratio = Annotated[Number, Field(gt=0)]


class Receiver(Row):
    """Measuring receiver in one CISPR band.

    Parameters
    ----------
    band : str
        ``A`` to ``E``.
    frequency_from, frequency_to : float
        Range in hertz.
    bandwidth : float, optional
        6 dB bandwidth in hertz; band E has an impulse bandwidth only.
    impulse_bandwidth : float
        Impulse bandwidth in hertz.
    quasi_peak_charge, quasi_peak_discharge : float, optional
        Electrical time constants of the quasi-peak detector in seconds; band E
        has none.
    meter_time_constant : float, optional
        Mechanical time constant of the critically damped meter behind the
        quasi-peak detector, in seconds.
    average_meter_time_constant : float
        The same behind the average detector, in seconds.
    rms_average_corner : float
        Corner frequency of the rms-average detector in hertz.
    calibration_area : float, optional
        Area in Vs (e.m.f. behind 50 ohm) of the impulses that read on the
        quasi-peak detector as much as a sine of `calibration_reading` does.
    calibration_repetition : float, optional
        Repetition frequency of those impulses in hertz.
    calibration_reading : float, optional
        That reading in dBuV.
    peak_over_quasi_peak : float, optional
        What the peak detector reads above the quasi-peak detector on those
        impulses, in dB.
    overload_factor : float, optional
        Overload factor of the stages before the detector in dB.
    only_high, only_low : tuple of str
        Fields whose confidence is no more than ``high``, or ``low``, though
        the row's is better.
    """

    kind: Literal["receiver"]
    band: Band
    frequency_from: Frequency
    frequency_to: Frequency
    bandwidth: Frequency | None = None
    impulse_bandwidth: Frequency
    quasi_peak_charge: Time | None = None
    quasi_peak_discharge: Time | None = None
    meter_time_constant: Time | None = None
    average_meter_time_constant: Time
    rms_average_corner: Frequency
    calibration_area: ImpulseArea | None = None
    calibration_repetition: Frequency | None = None
    calibration_reading: Number | None = None
    peak_over_quasi_peak: Ratio | None = None
    overload_factor: Ratio | None = None
    only_high: tuple[str, ...] = ()
    only_low: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        rising(self.frequency_from, self.frequency_to)
        detector = (self.quasi_peak_charge, self.quasi_peak_discharge, self.meter_time_constant)
        impulse = (self.calibration_area, self.calibration_repetition, self.calibration_reading)
        for parts, what in ((detector, "quasi-peak time constants"), (impulse, "calibration")):
            if len({part is None for part in parts}) > 1:
                raise PydanticCustomError(
                    "receiver", "give all three {what} values or none", {"what": what}
                )
        for name in (*self.only_high, *self.only_low):
            if getattr(self, name, None) is None:
                raise PydanticCustomError(
                    "receiver", "only_high or only_low names '{name}', not given", {"name": name}
                )
        return self

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """The band."""
        return (self.band,)

    def confidence_of(self, field: str) -> Confidence:
        """How sure one field is, for example ``rms_average_corner``."""
        if field in self.only_low:
            return "low"
        return "high" if field in self.only_high else self.confidence

    def summary(self) -> str:
        """Band, range, bandwidth and time constants in one line."""
        band = said_band(self.frequency_from, self.frequency_to)
        if self.bandwidth is None:
            width = f"impulse bandwidth {format_si(self.impulse_bandwidth, 'Hz')}"
        else:
            width = f"6 dB bandwidth {format_si(self.bandwidth, 'Hz')}"
        return f"receiver band {self.band}{band}: {width}{self._detector()}"

    def _detector(self) -> str:
        if self.quasi_peak_charge is None or self.quasi_peak_discharge is None:
            return ", no quasi-peak detector"
        charge = format_si(self.quasi_peak_charge, "s")
        return f", quasi-peak {charge} / {format_si(self.quasi_peak_discharge, 's')}"


class PulseResponse(Row):
    """Quasi-peak reading of repeated impulses, relative to the reference repetition.

    Parameters
    ----------
    bands : tuple of str
        CISPR bands for which the row holds.
    repetition : float, optional
        Repetition frequency of the impulses in hertz; not given for `isolated`.
    isolated : bool, default False
        The impulse stands alone.
    level : float
        Input level in dB, relative to that at the reference repetition, that
        gives the same indication.
    tolerance : float
        Tolerance of `level` in dB, both ways; 0 for the reference itself.
    """

    kind: Literal["pulse_response"]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    repetition: Frequency | None = None
    isolated: bool = False
    level: Number
    tolerance: Annotated[Number, Field(ge=0)]

    @model_validator(mode="after")
    def _one_train(self) -> Self:
        if (self.repetition is None) != self.isolated:
            raise PydanticCustomError("pulse", "give either a repetition or `isolated: true`")
        return self

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """Each band with its repetition."""
        return tuple((band, self.repetition) for band in self.bands)

    @property
    def is_reference(self) -> bool:
        """Whether the other rows of the band count from this one."""
        return self.tolerance == 0.0

    def summary(self) -> str:
        """Band, repetition and relative level in one line."""
        bands = "/".join(self.bands)
        train = "isolated impulse"
        if self.repetition is not None:
            train = f"impulses at {format_si(self.repetition, 'Hz')}"
        level = f"{self.level:+g} ± {self.tolerance:g} dB"
        said = "0 dB (reference)" if self.is_reference else level
        return f"quasi-peak, band {bands}, {train}: {said} for the same indication"
