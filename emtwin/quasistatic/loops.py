"""Voltages that low-frequency fields induce in wiring loops.

The e.m.f. of a loop is -j w times the flux through it, and the flux is the line integral of A, for
any shape and any source, the total field of a shield among them. The loop's own inductance and what
it is loaded with divide it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from emtwin.constants import TWO_PI
from emtwin.errors import InputError, Problem
from emtwin.quasistatic.circulation import round_loop
from emtwin.quasistatic.coils import Circle, Polyline
from emtwin.quasistatic.sources import Source, Vector


@dataclass(frozen=True)
class WiringLoop:
    """A loop of wiring with a load.

    Parameters
    ----------
    wire : Polyline or Circle
        Its path; the e.m.f. counts in its direction. Its current does not enter.
    resistance : float
        Resistance of the wire in ohm.
    inductance : float
        Self-inductance of the loop in H.
    load : complex
        Impedance at which the voltage is asked, in ohm; infinite for an open loop.

    Raises
    ------
    InputError
        If a value is negative or the path is not closed; all problems at once.
    """

    wire: Polyline | Circle
    resistance: float = 0.0
    inductance: float = 0.0
    load: complex = complex(np.inf)

    def __post_init__(self) -> None:
        problems = [
            Problem(f"the {name} of a loop is {value:g} {unit}, below 0", field=name)
            for name, unit in (("resistance", "ohm"), ("inductance", "H"))
            if not (value := getattr(self, name)) >= 0.0
        ]
        if isinstance(self.wire, Polyline) and not self.wire.closed:
            problems.append(
                Problem(
                    "a wiring loop is closed, but its path is open",
                    field="wire",
                    remedy="use Polyline(..., closed=True), or `two_wires`",
                )
            )
        if problems:
            raise InputError(problems)

    def emf(self, source: Source, frequency: float) -> complex:
        """Voltage of the open loop in V: -j w times the flux.

        Parameters
        ----------
        source : Source
            What induces it: coils, a uniform field, or the `total` of a shell.
        frequency : float
            Frequency in Hz.

        Returns
        -------
        complex
            V, rms or peak as the source's currents.
        """
        return -1j * TWO_PI * frequency * self.wire.turns * complex(round_loop(source, self.wire))

    def current(self, source: Source, frequency: float) -> complex:
        """Current in A round the loop: e.m.f. over load, resistance and inductance in series.

        Raises
        ------
        InputError
            If the loop has no impedance at all.
        """
        if np.isinf(self.load):
            return 0j
        impedance = self._impedance(frequency) + self.load
        if impedance == 0.0:
            raise InputError.single(
                "a shorted loop without resistance and inductance has no finite current",
                field="load",
                remedy="give its resistance or its inductance",
            )
        return self.emf(source, frequency) / impedance

    def voltage(self, source: Source, frequency: float) -> complex:
        """Voltage in V at the load; that of the open loop where the load is infinite."""
        if np.isinf(self.load):
            return self.emf(source, frequency)
        return self.load * self.current(source, frequency)

    def _impedance(self, frequency: float) -> complex:
        return complex(self.resistance, TWO_PI * frequency * self.inductance)


def two_wires(out: Sequence[Vector], back: Sequence[Vector]) -> Polyline:
    """The loop of two wires that run side by side and are joined at both ends.

    Parameters
    ----------
    out, back : sequence of (float, float, float)
        Both paths from the same end to the other, corners in metres.

    Returns
    -------
    Polyline
        Along the first, and back along the second; ends that are the same point are one corner.
    """
    path = [(float(x), float(y), float(z)) for x, y, z in (*out, *reversed(back))]
    following = [*path[1:], path[0]]
    return Polyline(tuple(p for p, after in zip(path, following, strict=True) if p != after))


def mutual_inductance(first: Polyline | Circle, second: Polyline | Circle) -> float:
    """Mutual inductance of two loops in H: Neumann's double integral.

    Parameters
    ----------
    first, second : Polyline or Circle
        The loops with their turns; currents do not enter.

    Returns
    -------
    float
        Flux through the second per ampere in the first, both with all turns. The potential of the
        first is in closed form, the integral round the second adaptive to 1e-10.

    Raises
    ------
    InputError, RunError
        If the loops touch.
    """
    flux = round_loop(replace(first, current=1.0), second)
    return second.turns * float(np.real(flux))
