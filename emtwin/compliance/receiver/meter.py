"""The indicating meter: critically damped, of second order, read at its largest deflection.

Critical damping is two equal first-order lags in a row, ``1 / (1 + s T)^2`` with T the meter's time
constant. Between two samples its input is taken as straight; in the silence between pulses
the input falls with the discharge of the quasi-peak detector, and the three voltages are one
linear system, solved by its matrix exponential.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.recurrence import recurrence

Real = NDArray[np.float64]

_LOOKS = 2047  # steps of the silence after each of which the deflection is looked at
_LONG = 6.0  # time constants after which it can only fall


@dataclass(frozen=True)
class Meter:
    """Critically damped meter.

    Parameters
    ----------
    time : float
        Time constant in seconds.
    """

    time: float

    def advance(self, voltage: Real, step: Real, start: Real) -> tuple[Real, Real]:
        """Both lags along a stretch of input.

        Parameters
        ----------
        voltage : ndarray, shape (C, N + 1)
            Input in volt.
        step : ndarray, broadcastable to shape (C, N)
            Seconds between its points.
        start : ndarray, shape (C, 2)
            Outputs of the lags at the first point.

        Returns
        -------
        first : ndarray, shape (C, N + 1)
            Output of the first lag.
        second : ndarray, shape (C, N + 1)
            Output of the second lag, the deflection.
        """
        first = self._lag(voltage, step, start[:, 0])
        return first, self._lag(first, step, start[:, 1])

    def steady(self, voltage: Real, step: Real, gap: float, discharge: float | None = None) -> Real:
        """Largest deflection in a periodic state.

        Parameters
        ----------
        voltage : ndarray, shape (C, N + 1)
            Input over one period in volt.
        step : ndarray, broadcastable to shape (C, N)
            Seconds between its points.
        gap : float
            Silence before the next period in seconds; infinite for a single one.
        discharge : float, optional
            Time constant with which the input falls in the silence; none: it is zero there.

        Returns
        -------
        ndarray, shape (C,)
            Volt; a steady input reads as itself.
        """
        left = voltage[:, -1] if discharge is not None else np.zeros(len(voltage))
        over = self._silence(gap, discharge)
        zero = np.zeros(len(voltage))
        steps = np.broadcast_to(step, (len(voltage), voltage.shape[1] - 1))
        kept = np.exp(-steps.sum(axis=1) / self.time)

        own = self._lag(voltage, step, zero)[:, -1]
        begin = (over[1, 0] * left + over[1, 1] * own) / (1 - over[1, 1] * kept)
        first = self._lag(voltage, step, begin)

        own = self._lag(first, step, zero)[:, -1]
        rest = over[2, 0] * left + over[2, 1] * first[:, -1]
        begin = (rest + over[2, 2] * own) / (1 - over[2, 2] * kept)
        second = self._lag(first, step, begin)

        largest = np.asarray(second.max(axis=1))
        if gap == 0:
            return largest
        state = np.stack([left, first[:, -1], second[:, -1]], axis=-1)
        return np.asarray(np.maximum(largest, self.afterwards(state, gap, discharge)))

    def afterwards(self, state: Real, gap: float, discharge: float | None = None) -> Real:
        """Largest deflection in a silence.

        Parameters
        ----------
        state : ndarray, shape (C, 3)
            Input and both lags when it begins, in volt.
        gap : float
            Its length in seconds, may be infinite.
        discharge : float, optional
            Time constant of the input's fall.

        Returns
        -------
        ndarray, shape (C,)
            Volt.
        """
        longest = _LONG * (self.time + (discharge or 0.0))
        look = self._silence(min(gap, longest) / _LOOKS, discharge)
        maps = np.eye(3)[None]
        while len(maps) <= _LOOKS:
            maps = np.concatenate([maps, maps @ (maps[-1] @ look)])
        deflection = maps[: _LOOKS + 1, 2] @ state.T
        return np.asarray(deflection.max(axis=0))

    def _silence(self, seconds: float, discharge: float | None) -> Real:
        """Map of (input, first lag, second lag) over a time without a signal."""
        from scipy.linalg import expm

        if math.isinf(seconds):
            return np.zeros((3, 3))
        fall = 0.0 if discharge is None else seconds / discharge
        share = seconds / self.time
        return np.asarray(expm(np.array([[-fall, 0, 0], [share, -share, 0], [0, share, -share]])))

    def _lag(self, voltage: Real, step: Real, start: Real) -> Real:
        """One first-order lag, exact for an input that is straight between its points."""
        share = np.asarray(step, np.float64) / self.time
        factor = np.exp(-share)
        rise = -np.expm1(-share)
        ahead = 1 - rise / share
        term = (rise - ahead) * voltage[:, :-1] + ahead * voltage[:, 1:]
        return recurrence(factor, term, start)
