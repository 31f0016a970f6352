"""Linear recurrences of first order, whole stretches of samples at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dtbtrs

Real = NDArray[np.float64]


def recurrence(factor: Real, term: Real, start: Real) -> Real:
    """Solve ``y[n + 1] = factor[n] y[n] + term[n]``.

    Parameters
    ----------
    factor : ndarray, broadcastable to shape (C, N)
        Factor of each step.
    term : ndarray, shape (C, N)
        What each step adds.
    start : ndarray, shape (C,)
        ``y[0]`` of each channel.

    Returns
    -------
    ndarray, shape (C, N + 1)
        All values; the channels are one banded triangular system with cut links.
    """
    channels, n = term.shape
    bands = np.ones((2, channels * (n + 1)), order="F")
    below = np.zeros((channels, n + 1))
    below[:, :n] = -factor
    bands[1] = below.ravel()
    right = np.concatenate([start[:, None], term], axis=1).reshape(-1, 1)
    solved, _ = dtbtrs(bands, right, uplo="L", overwrite_b=True)
    return np.asarray(solved).reshape(channels, n + 1)
