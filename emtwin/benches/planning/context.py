"""What every entry of a plan is made from."""

from __future__ import annotations

from dataclasses import dataclass

from emtwin.benches import methods
from emtwin.benches.methods import Choice, Coverage, Ports
from emtwin.benches.shells import Shell
from emtwin.scene import LoadedTwin, Twin
from emtwin.standards import Standards

COMPUTED = frozenset({"radiated_immunity", "radiated_emission"})
"""Tests of which this version of emtwin gives a verdict."""


@dataclass(frozen=True)
class Context:
    """The device, the standards and what the solver carries.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    standards : Standards
        Rows.
    edition : str
        Edition of IEC 60601-1-2 whose rows are used.
    authority : str
        Authority whose rules hold, empty for none in particular.
    body, size : float
        Largest extent in metres without and with cables.
    immunity, emission : Coverage
        Band of the field runs of immunity and of emission.
    shell : Shell or None
        Metal of the device.
    """

    loaded: LoadedTwin
    standards: Standards
    edition: str
    authority: str
    body: float
    size: float
    immunity: Coverage
    emission: Coverage
    shell: Shell | None

    @property
    def twin(self) -> Twin:
        """The declaration."""
        return self.loaded.twin

    def methods(self, test: str, band: tuple[float, float], cables: bool) -> tuple[Choice, ...]:
        """Methods for a test of this device.

        Parameters
        ----------
        test : str
            Name of the test.
        band : tuple of float
            Its band in hertz.
        cables : bool
            Whether a cable of the twin belongs to its port.
        """
        ports = self.twin.device.ports
        offered = Ports(
            victims=any(port.immunity for port in ports),
            sources=any(port.emission for port in ports),
            cables=cables,
        )
        covered = self.emission if test.endswith("emission") else self.immunity
        return methods.choose(test, band, self.size, covered, offered, self.shell)
