"""What every entry of a plan is made from."""

from __future__ import annotations

from collections.abc import Sequence
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

    def methods(
        self,
        test: str,
        port: str,
        band: tuple[float, float],
        cables: bool,
        spots: tuple[float, ...] = (),
    ) -> tuple[Choice, ...]:
        """Methods for a test of this device.

        Parameters
        ----------
        test, port : str
            Test and port.
        band : tuple of float
            Its band in hertz.
        cables : bool
            Whether a cable of the twin belongs to its port.
        spots : tuple of float
            Frequencies in hertz of a test that has no sweep; pieces then reach from spot to spot.
        """
        ports, power = self.twin.device.ports, self.twin.device.power
        offered = Ports(
            victims=any(port.immunity for port in ports),
            sources=any(port.emission for port in ports),
            cables=cables,
            adapter=port == "ac_mains" and power is not None and power.has_adapter,
        )
        covered = self.emission if test.endswith("emission") else self.immunity

        def choices(piece: tuple[float, float]) -> tuple[Choice, ...]:
            """Methods for a piece of the band."""
            return methods.choose(test, piece, self.size, covered, offered, self.shell)

        found = choices(band)
        if not spots:
            return found
        inside = ([f for f in spots if one in choices_at(found, f)] for one in found)
        return tuple(choice for some in inside if some for choice in choices((some[0], some[-1])))


def choices_at(choices: Sequence[Choice], frequency: float) -> list[Choice]:
    """The choice whose piece holds a frequency in hertz; the first one holds its lower end too."""
    first = choices[0]
    return [
        one
        for one in choices
        if one.low < frequency <= one.high or (one is first and frequency == one.low)
    ]
