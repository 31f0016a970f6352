"""Diodes and suppressors: the law of their current, from model parameters or from data sheets.

All are a junction with a series resistance and a constant capacitance beside the junction. The
junction is the sum of two exponentials that conduct in opposite directions, so that its current is
zero at zero voltage, has the voltage's sign and never falls with it: i u >= 0 and di/du >= 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import BOLTZMANN, ELEMENTARY_CHARGE
from emtwin.errors import GridError, Problem

Real = NDArray[np.float64]

_HIGHEST = 700.0  # exponent below which exp is finite in double


@dataclass(frozen=True)
class Exponential:
    """i(u) = current (exp((u - voltage) / slope) - exp(-voltage / slope)).

    Parameters
    ----------
    voltage : float
        Where it conducts `current`, V; 0 gives the Shockley equation.
    current : float
        In ampere.
    slope : float
        Voltage over which the current grows by e, V.
    """

    voltage: float
    current: float
    slope: float

    def __call__(self, u: Real) -> Real:
        """Current in ampere at voltages u in V."""
        z = np.asarray(u, np.float64) / self.slope
        begin = self.voltage / self.slope
        rising = np.exp(np.clip(z - begin, -_HIGHEST, _HIGHEST)) * -np.expm1(-np.maximum(z, 0.0))
        falling = np.exp(max(-begin, -_HIGHEST)) * np.expm1(np.minimum(z, 0.0))
        return np.asarray(self.current * np.where(z > 0, rising, falling))

    def conductance(self, u: Real) -> Real:
        """Its derivative in siemens."""
        z = np.clip((np.asarray(u) - self.voltage) / self.slope, -_HIGHEST, _HIGHEST)
        return np.asarray(self.current / self.slope * np.exp(z))


class Junction(ABC):
    """A two-terminal device without memory but for a constant capacitance.

    Voltages and currents are positive where the device's `forward` exponential conducts.
    """

    @property
    @abstractmethod
    def series_resistance(self) -> float:
        """In ohm, in series with junction and capacitance."""

    @property
    @abstractmethod
    def capacitance(self) -> float:
        """In farad, beside the junction."""

    @property
    @abstractmethod
    def forward(self) -> Exponential:
        """What conducts at positive voltages."""

    @property
    @abstractmethod
    def backward(self) -> Exponential | None:
        """What conducts at negative voltages, as a function of -u; None where nothing does."""

    def current(self, u: Real) -> Real:
        """Current in ampere through the junction at junction voltages u in V."""
        back = self.backward
        return self.forward(u) - (back(-np.asarray(u)) if back else 0.0)

    def conductance(self, u: Real) -> Real:
        """Its derivative in siemens."""
        back = self.backward
        return self.forward.conductance(u) + (back.conductance(-np.asarray(u)) if back else 0.0)


def _refuse(problems: Iterator[Problem]) -> None:
    found = list(problems)
    if found:
        raise GridError(found)


def _outside(part: Junction, field: str, unit: str, low: float, high: float) -> Iterator[Problem]:
    value = getattr(part, field)
    if not low <= value <= high:
        yield Problem(
            f"{field.replace('_', ' ')} = {value:g} {unit} is not within {low:g} to {high:g}",
            field=field,
            remedy="take the value from the model or the data sheet, in SI units",
        )


@dataclass(frozen=True)
class Diode(Junction):
    """A diode from the parameters of its SPICE model; anode at the positive terminal.

    Parameters
    ----------
    saturation_current : float
        IS, A.
    emission : float
        N, 0.5 to 5, dimensionless.
    series_resistance : float
        RS, ohm.
    capacitance : float
        F, constant; take CJO, or the data sheet's value at the bias that matters. It stands for
        neither the voltage dependence nor the diffusion charge (TT).
    breakdown_voltage : float
        BV, V, at which `breakdown_current` flows backwards; infinite without breakdown.
    breakdown_current : float
        IBV, A.
    breakdown_emission : float
        NBV: the current of the breakdown grows by e in NBV k T / q.
    temperature : float
        Of the junction, K.

    Raises
    ------
    GridError
        With every value that makes no diode.
    """

    saturation_current: float
    emission: float = 1.0
    series_resistance: float = 0.0
    capacitance: float = 0.0
    breakdown_voltage: float = np.inf
    breakdown_current: float = 1e-3
    breakdown_emission: float = 1.0
    temperature: float = 300.0

    def __post_init__(self) -> None:
        _refuse(self._problems())

    def _problems(self) -> Iterator[Problem]:
        yield from _outside(self, "saturation_current", "A", 1e-30, 1.0)
        yield from _outside(self, "emission", "", 0.5, 5.0)
        yield from _outside(self, "series_resistance", "ohm", 0.0, 1e9)
        yield from _outside(self, "capacitance", "F", 0.0, 1.0)
        yield from _outside(self, "breakdown_voltage", "V", 1e-2, np.inf)
        yield from _outside(self, "breakdown_current", "A", 1e-12, 1e3)
        yield from _outside(self, "breakdown_emission", "", 0.1, 1000.0)
        yield from _outside(self, "temperature", "K", 100.0, 1000.0)

    @property
    def thermal_voltage(self) -> float:
        """k T / q in volt."""
        return BOLTZMANN * self.temperature / ELEMENTARY_CHARGE

    @property
    def forward(self) -> Exponential:
        """The Shockley equation."""
        return Exponential(0.0, self.saturation_current, self.emission * self.thermal_voltage)

    @property
    def backward(self) -> Exponential | None:
        """The breakdown."""
        if np.isinf(self.breakdown_voltage):
            return None
        slope = self.breakdown_emission * self.thermal_voltage
        return Exponential(self.breakdown_voltage, self.breakdown_current, slope)


@dataclass(frozen=True)
class TVS(Junction):
    """A transient voltage suppressor from its data sheet; it clamps the positive terminal.

    Three points of the data sheet fix an exponential and a series resistance: `leakage` at
    `standoff`, `test_current` at `breakdown`, `peak_current` at `clamping`. Where the exponential
    of the first two alone would exceed `clamping`, it is made steeper, without resistance, and
    leaks less than `leakage`, which is a largest value.

    Parameters
    ----------
    standoff : float
        Working voltage V_RWM, V.
    breakdown : float
        V_BR, V, at `test_current`.
    clamping : float
        V_C, V, at `peak_current`.
    peak_current : float
        I_PP, A.
    capacitance : float
        F, constant.
    bidirectional : bool
        Clamps both polarities alike; otherwise negative voltages meet a forward diode.
    test_current : float
        I_T, A.
    leakage : float
        I_R, A, at `standoff`.
    saturation_current : float
        Of the forward diode of a unidirectional one, A.
    temperature : float
        Of that diode, K.

    Raises
    ------
    GridError
        With every value that makes no suppressor.
    """

    standoff: float
    breakdown: float
    clamping: float
    peak_current: float
    capacitance: float = 0.0
    bidirectional: bool = False
    test_current: float = 1e-3
    leakage: float = 1e-6
    saturation_current: float = 1e-12
    temperature: float = 300.0

    def __post_init__(self) -> None:
        _refuse(self._problems())

    def _problems(self) -> Iterator[Problem]:
        yield from _outside(self, "standoff", "V", 0.1, 1e5)
        yield from _outside(self, "peak_current", "A", 1e-3, 1e6)
        yield from _outside(self, "capacitance", "F", 0.0, 1.0)
        yield from _outside(self, "leakage", "A", 1e-15, 1.0)
        yield from _outside(self, "saturation_current", "A", 1e-30, 1.0)
        yield from _outside(self, "temperature", "K", 100.0, 1000.0)
        rising = (self.standoff, self.breakdown, self.clamping)
        if not rising[0] < rising[1] < rising[2] <= 1e5:
            yield Problem(
                f"standoff {rising[0]:g} V, breakdown {rising[1]:g} V and clamping "
                f"{rising[2]:g} V do not rise",
                field="breakdown",
                remedy="take all three from one line of the data sheet",
            )
        currents = (self.leakage, self.test_current, self.peak_current)
        if not currents[0] < currents[1] < currents[2]:
            yield Problem(
                f"leakage {currents[0]:g} A, test current {currents[1]:g} A and peak current "
                f"{currents[2]:g} A do not rise",
                field="test_current",
                remedy="take the current at which the data sheet gives the breakdown voltage",
            )

    @cached_property
    def _knee(self) -> tuple[float, float]:
        """Slope in volt and series resistance in ohm through the points of the data sheet."""
        decades = np.log([self.test_current / self.leakage, self.peak_current / self.test_current])
        currents = [self.test_current - self.leakage, self.peak_current - self.test_current]
        rises = [self.breakdown - self.standoff, self.clamping - self.breakdown]
        slope, resistance = np.linalg.solve(np.transpose([decades, currents]), rises)
        if slope <= 0 or resistance < 0:
            slope, resistance = rises[1] / decades[1], 0.0
        return float(slope), float(resistance)

    @property
    def series_resistance(self) -> float:
        """What the clamping voltage has beyond the exponential, ohm."""
        return self._knee[1]

    @property
    def forward(self) -> Exponential:
        """The breakdown."""
        slope, resistance = self._knee
        return Exponential(
            self.breakdown - resistance * self.test_current, self.test_current, slope
        )

    @property
    def backward(self) -> Exponential:
        """The same again, or the forward diode."""
        if self.bidirectional:
            return self.forward
        thermal = BOLTZMANN * self.temperature / ELEMENTARY_CHARGE
        return Exponential(0.0, self.saturation_current, thermal)
