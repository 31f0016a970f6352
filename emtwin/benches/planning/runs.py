"""Field runs that a verdict takes, counted from the declaration alone."""

from __future__ import annotations

from emtwin.benches.site_ports import REFERENCE
from emtwin.scene import EndFloor, Port, Twin


def runs_of(twin: Twin, test: str) -> int | None:
    """Number of field runs of a verdict.

    Parameters
    ----------
    twin : Twin
        The declaration.
    test : str
        Name of the test.

    Returns
    -------
    int or None
        One for each port that is a target or is not terminated in the reference resistance; None
        for a test without a verdict.
    """
    ports = twin.device.ports
    if test == "radiated_immunity":
        return sum(_driven(port) or port.immunity is not None for port in ports)
    if test == "radiated_emission":
        leads = [cable for cable in twin.device.cables if isinstance(cable.end, EndFloor)]
        feet = sum(lead.foot_impedance != REFERENCE for lead in leads)
        return feet + sum(_driven(port) or port.emission is not None for port in ports)
    return None


def _driven(port: Port) -> bool:
    return port.termination.resistance != REFERENCE or port.termination.capacitance != 0.0
