"""Samples at a lower rate, worked out when they are asked for.

A field solver's trace may have a thousand samples per period of the tuned frequency, and one
response of the filter would then be more samples than fit the memory. A symmetric low-pass (sinc
with Kaiser's window) keeps what is below a quarter of the new rate, to 1e-6, and weakens by 120 dB
what would fold onto it. Large factors are made of several stages.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPAN = 8
"""New samples that the low-pass spans to each side."""

_BETA = 0.1102 * (120 - 8.7)  # Kaiser's rule for 120 dB


class Decimated:
    """Every n-th sample of a low-passed voltage; has a length and slices as an array has.

    Parameters
    ----------
    samples : array_like, shape (N,)
        The voltage; zero is taken before and after it.
    factor : int
        Samples for one new one.
    tail : int
        New samples to add before and after.
    """

    def __init__(self, samples: Any, factor: int, tail: int = 0) -> None:
        self._samples, self._factor, self._tail = samples, factor, tail

    def __len__(self) -> int:
        return (len(self._samples) - 1) // self._factor + 1 + 2 * self._tail

    def __getitem__(self, wanted: slice) -> NDArray[Any]:
        from scipy.signal import upfirdn

        first, last, _ = wanted.indices(len(self))
        begin = (first - self._tail - SPAN) * self._factor
        end = (last - 1 - self._tail + SPAN) * self._factor + 1
        inside = np.asarray(self._samples[max(begin, 0) : max(end, 0)])
        missing = end - max(begin, 0) - inside.size
        padded = np.pad(inside, (max(-begin, 0), max(missing, 0)))[: max(end - begin, 0)]
        # A new sample is the middle of the low-pass, which begins 2 SPAN of them earlier.
        filtered = upfirdn(self._taps, padded, down=self._factor)
        return np.asarray(filtered[2 * SPAN : 2 * SPAN + last - first])

    @cached_property
    def _taps(self) -> NDArray[np.float64]:
        """Low-pass that passes one half at half the new rate."""
        n = np.arange(-SPAN * self._factor, SPAN * self._factor + 1) / self._factor
        taps = np.sinc(n) * np.kaiser(n.size, _BETA)
        return np.asarray(taps / taps.sum())
