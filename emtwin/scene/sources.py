"""What a port emits: one of five kinds of source, told apart by `kind`; a clock where it is absent.

Every source is an open-circuit voltage behind the port's termination.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from emtwin.scene.boards import beside_twin_file
from emtwin.scene.quantities import Declared, Frequency, Time, Voltage
from emtwin.units import format_si


def _existing(path: Path, info: ValidationInfo) -> Path:
    """A file beside the twin file must be there; from Python it is looked for when it is read."""
    if (info.context or {}).get("from_file") and not path.is_file():
        raise PydanticCustomError(
            "remedied",
            "there is no file {path}",
            {"path": str(path), "remedy": "paths start at the folder of the twin file"},
        )
    return path


def _voltage_unit(unit: Any) -> Any:
    """A receiver's decibels over a milliwatt look like those over a millivolt, 47 dB apart."""
    if unit == "dBm":
        raise PydanticCustomError(
            "remedied",
            "'dBm' is a unit of power where the level is a voltage",
            {"remedy": "convert: 0 dBm in 50 ohm are 107 dBuV across it"},
        )
    return unit


SourceFile = Annotated[Path, AfterValidator(beside_twin_file), AfterValidator(_existing)]


class SpreadSpectrum(Declared):
    """Slow frequency modulation of a clock.

    Parameters
    ----------
    depth : float
        Range of the frequency, from lowest to highest, as a share of the clock
        frequency, above 0 and below 0.5.
    rate : float
        Frequency of the modulation in hertz, above 0.
    profile : str
        ``triangular`` (default) or ``sinusoidal``.
    direction : str
        ``down`` (default): the clock frequency is the highest; ``centre``: the
        middle.
    """

    depth: Annotated[float, Field(gt=0, lt=0.5)]
    rate: Frequency
    profile: Literal["triangular", "sinusoidal"] = "triangular"
    direction: Literal["down", "centre"] = "down"


class ClockSource(Declared):
    """Trapezoidal clock behind a port, as an open-circuit voltage.

    Parameters
    ----------
    kind : str
        ``clock``; may be left out.
    frequency : float
        Fundamental in hertz, above 0.
    amplitude : float
        Low-to-high swing in volt, above 0.
    rise_time : float
        Time of the full rising edge in seconds, above 0.
    duty : float, default 0.5
        Share of the period between the middles of the edges, 0 < duty < 1.
    fall_time : float, optional
        Time of the full falling edge in seconds; the rise time where left out.
    jitter : float, optional
        Random period jitter, rms in seconds: each edge is displaced by itself
        by this over the square root of 2.
    spread_spectrum : SpreadSpectrum, optional
        Slow frequency modulation.
    """

    kind: Literal["clock"] = "clock"
    frequency: Frequency
    amplitude: Voltage
    rise_time: Time
    duty: Annotated[float, Field(gt=0, lt=1)] = 0.5
    fall_time: Time | None = None
    jitter: Time | None = None
    spread_spectrum: SpreadSpectrum | None = None

    @model_validator(mode="after")
    def _edges_fit(self) -> Self:
        _check_edges(self.frequency, self.duty, self.rise_time, self.fall_time)
        if self.jitter is not None and self.jitter > 0.1 / self.frequency:
            raise PydanticCustomError(
                "remedied",
                "a jitter of {jitter} is more than a tenth of the period of {period}",
                {
                    "jitter": format_si(self.jitter, "s"),
                    "period": format_si(1 / self.frequency, "s"),
                    "remedy": "give the rms of the period jitter",
                    "field": ("jitter",),
                },
            )
        spread = self.spread_spectrum
        if spread is not None and spread.rate > 0.1 * self.frequency:
            raise PydanticCustomError(
                "remedied",
                "a spread at {rate} is not slow against the clock of {frequency}",
                {
                    "rate": format_si(spread.rate, "Hz"),
                    "frequency": format_si(self.frequency, "Hz"),
                    "remedy": "give a rate below a tenth of the clock, usually 30 kHz",
                    "field": ("spread_spectrum", "rate"),
                },
            )
        return self


class Ringing(Declared):
    """Ringing of a switch node after each edge.

    Parameters
    ----------
    frequency : float
        Frequency seen on an oscilloscope, in hertz, above 0.
    damping : float
        Damping ratio, above 0 and below 1: each half wave is exp(-pi d / sqrt(1 - d^2))
        of the one before.
    """

    frequency: Frequency
    damping: Annotated[float, Field(gt=0, lt=1)]


class SwitchingSource(Declared):
    """Switch node of a converter: a trapezoid whose edges ring.

    Parameters
    ----------
    kind : str
        ``switching_regulator``.
    frequency : float
        Switching frequency in hertz, above 0.
    amplitude : float
        Low-to-high swing in volt, without the ringing, above 0.
    rise_time : float
        Time of the full rising edge in seconds, above 0.
    duty : float, default 0.5
        Share of the period between the middles of the edges, 0 < duty < 1.
    fall_time : float, optional
        Time of the full falling edge in seconds; the rise time where left out.
    ringing : Ringing, optional
        Ringing after each edge.
    """

    kind: Literal["switching_regulator"]
    frequency: Frequency
    amplitude: Voltage
    rise_time: Time
    duty: Annotated[float, Field(gt=0, lt=1)] = 0.5
    fall_time: Time | None = None
    ringing: Ringing | None = None

    @model_validator(mode="after")
    def _edges_fit(self) -> Self:
        _check_edges(self.frequency, self.duty, self.rise_time, self.fall_time)
        return self


class DataSource(Declared):
    """Data line: random bits without return to zero.

    Parameters
    ----------
    kind : str
        ``data``.
    bit_rate : float
        Bits per second, in hertz (``100 MHz``), above 0.
    amplitude : float
        Low-to-high swing in volt, above 0.
    rise_time : float
        Time of the full rising edge in seconds, above 0.
    fall_time : float, optional
        Time of the full falling edge in seconds; the rise time where left out.
    """

    kind: Literal["data"]
    bit_rate: Frequency
    amplitude: Voltage
    rise_time: Time
    fall_time: Time | None = None

    @model_validator(mode="after")
    def _edges_fit(self) -> Self:
        bit, longest = 1 / self.bit_rate, max(self.rise_time, self.fall_time or 0.0)
        if longest > bit:
            raise PydanticCustomError(
                "remedied",
                "an edge of {edge} does not fit into a bit of {bit}",
                {
                    "edge": format_si(longest, "s"),
                    "bit": format_si(bit, "s"),
                    "remedy": "shorten the edge or lower bit_rate",
                    "field": ("rise_time" if longest == self.rise_time else "fall_time",),
                },
            )
        return self


class SpectrumSource(Declared):
    """Measured or computed spectrum in a file of two columns, frequency and level.

    Parameters
    ----------
    kind : str
        ``spectrum``.
    file : Path
        CSV file; in a twin file relative to the twin file's folder.
    frequency_unit : str
        ``Hz``, ``kHz``, ``MHz`` or ``GHz``.
    level_unit : str
        ``dBuV``, ``dBmV``, ``dBV``, ``uV``, ``mV`` or ``V``, rms, of the open-circuit voltage.
    bandwidth : float, optional
        Bandwidth in hertz in which each level was measured: the file is then a
        continuous spectrum. Left out, each row is a line.
    """

    kind: Literal["spectrum"]
    file: SourceFile
    frequency_unit: Literal["Hz", "kHz", "MHz", "GHz"]
    level_unit: Annotated[
        Literal["dBuV", "dBmV", "dBV", "uV", "mV", "V"], BeforeValidator(_voltage_unit)
    ]
    bandwidth: Frequency | None = None


class TraceSource(Declared):
    """Recorded voltage in a file of two columns, seconds and volt.

    Parameters
    ----------
    kind : str
        ``trace``.
    file : Path
        CSV file; in a twin file relative to the twin file's folder.
    form : str
        ``periodic`` (default): the signal goes on as recorded; ``single``: the
        record is one event that repeats.
    repetition : float, optional
        How often a single event repeats, in hertz; needed with ``single``.
    window : str
        ``hann`` (default) or ``none``: window on a periodic record; without one
        it must hold whole periods.
    """

    kind: Literal["trace"]
    file: SourceFile
    form: Literal["periodic", "single"] = "periodic"
    repetition: Frequency | None = None
    window: Literal["hann", "none"] = "hann"

    @model_validator(mode="after")
    def _repetition_given(self) -> Self:
        if (self.form == "single") != (self.repetition is not None):
            raise PydanticCustomError(
                "remedied",
                "a single event needs a repetition, a periodic record has its own",
                {
                    "remedy": "write 'form: single' and 'repetition: 1 kHz', or neither",
                    "field": ("repetition",),
                },
            )
        return self


SOURCES: dict[str, type[Declared]] = {
    "clock": ClockSource,
    "data": DataSource,
    "switching_regulator": SwitchingSource,
    "spectrum": SpectrumSource,
    "trace": TraceSource,
}
"""Word in `kind`, and its model."""


def _kind_of(value: Any) -> str | None:
    """Tag of a source: its kind in angle brackets, None for an unknown one."""
    if isinstance(value, Declared):
        return next((f"<{key}>" for key, form in SOURCES.items() if isinstance(value, form)), None)
    kind = value.get("kind", "clock") if isinstance(value, dict) else "clock"
    return f"<{kind}>" if isinstance(kind, str) and kind in SOURCES else None


EmissionSource = Annotated[
    Annotated[ClockSource, Tag("<clock>")]
    | Annotated[DataSource, Tag("<data>")]
    | Annotated[SwitchingSource, Tag("<switching_regulator>")]
    | Annotated[SpectrumSource, Tag("<spectrum>")]
    | Annotated[TraceSource, Tag("<trace>")],
    Discriminator(
        _kind_of, custom_error_type="source_kind", custom_error_message="is not a known source"
    ),
]


def _check_edges(frequency: float, duty: float, rise: float, fall: float | None) -> None:
    """Half of each edge lies in the pulse and half in the gap; both together must fit."""
    longest = min(duty, 1.0 - duty) / frequency
    if fall is None:
        needed, what = rise, "the rise time of {needed} does"
    else:
        needed, what = (rise + fall) / 2, "half the rise and half the fall time, {needed}, do"
    if needed > longest:
        raise PydanticCustomError(
            "remedied",
            what + " not fit into a pulse or gap of {pulse}",
            {
                "needed": format_si(needed, "s"),
                "pulse": format_si(longest, "s"),
                "remedy": "shorten the edges, lower frequency or move duty towards 0.5",
                "field": ("rise_time" if rise >= (fall or 0.0) else "fall_time",),
            },
        )
