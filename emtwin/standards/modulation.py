"""How a disturbance is modulated."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emtwin.scene.quantities import Declared, Frequency
from emtwin.units import format_si

Share = Annotated[float, Field(strict=True, gt=0, le=1)]


class Unmodulated(Declared):
    """Carrier without modulation (CW).

    Parameters
    ----------
    form : str
        ``cw``.
    """

    form: Literal["cw"]

    def __str__(self) -> str:
        return "CW"


class Amplitude(Declared):
    """Amplitude modulation with a sine.

    Parameters
    ----------
    form : str
        ``am``.
    depth : float
        Depth, 0 to 1.
    frequency : float
        Frequency of the sine in hertz.
    """

    form: Literal["am"]
    depth: Share
    frequency: Frequency

    def __str__(self) -> str:
        return f"{100 * self.depth:g} % AM {format_si(self.frequency, 'Hz')}"


class Pulse(Declared):
    """Carrier switched on and off by a square wave.

    Parameters
    ----------
    form : str
        ``pulse``.
    frequency : float
        Repetition frequency in hertz.
    duty : float
        Share of the period with carrier, 0 to 1.
    """

    form: Literal["pulse"]
    frequency: Frequency
    duty: Share

    def __str__(self) -> str:
        return f"pulse {format_si(self.frequency, 'Hz')} {100 * self.duty:g} %"


class FrequencySwing(Declared):
    """Frequency modulation with a sine.

    Parameters
    ----------
    form : str
        ``fm``.
    deviation : float
        Largest deviation from the carrier to either side in hertz.
    frequency : float
        Frequency of the sine in hertz.
    """

    form: Literal["fm"]
    deviation: Frequency
    frequency: Frequency

    def __str__(self) -> str:
        deviation = format_si(self.deviation, "Hz")
        return f"FM ±{deviation}, {format_si(self.frequency, 'Hz')} sine"


Modulation = Annotated[
    Unmodulated | Amplitude | Pulse | FrequencySwing, Field(discriminator="form")
]
"""Any of them, told apart by `form`."""
