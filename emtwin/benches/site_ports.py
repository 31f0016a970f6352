"""Ports as they stand in a site: reference resistance and declared termination."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.network.terminations import parallel_rc

REFERENCE = 50.0
"""Reference resistance of every port in every run, ohm."""


@dataclass(frozen=True)
class SitePort:
    """A port of the device as it stands in a site.

    Parameters
    ----------
    name : str
        Name; ``<cable>.foot`` for the end of a lead at the floor.
    resistance, capacitance : float
        Declared termination: ohm, and farad in parallel.
    """

    name: str
    resistance: float
    capacitance: float = 0.0

    @property
    def is_reference(self) -> bool:
        """Whether the termination equals the reference resistance, so that no run is needed."""
        return self.resistance == REFERENCE and self.capacitance == 0.0

    def impedance(self, frequencies: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Termination in ohm at each frequency."""
        return parallel_rc(frequencies, self.resistance, self.capacitance)
