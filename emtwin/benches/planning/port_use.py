"""Which ports the device has, with their cables, and what is known of each for the standards."""

from __future__ import annotations

from dataclasses import dataclass

from emtwin.scene import Cable, Line, Twin
from emtwin.standards import Situation
from emtwin.units import format_si

AnyCable = Cable | Line
"""A cable of the model, or a line that the model leaves out."""


@dataclass(frozen=True)
class PortUse:
    """A port of the standard on this device.

    Parameters
    ----------
    port : str
        Its name.
    present : bool or None
        Whether the device has it; None where the twin file does not say.
    why : str
        What that rests on.
    cables : tuple of Cable or Line
        Cables and lines of the twin that belong to it.
    """

    port: str
    present: bool | None
    why: str
    cables: tuple[AnyCable, ...] = ()


def ports_of(twin: Twin) -> tuple[PortUse, ...]:
    """All five ports of the standard, in its order.

    Parameters
    ----------
    twin : Twin
        The declaration.

    Returns
    -------
    tuple of PortUse
        A cable without a port counts as signal cable.
    """
    return (
        PortUse("enclosure", True, "every device has an enclosure"),
        _supply(twin, "ac_mains", "ac", "an a.c. mains"),
        _supply(twin, "dc_input", "dc", "a d.c. input"),
        _patient(twin),
        _signal(twin),
    )


def undeclared_cables(twin: Twin) -> tuple[Cable, ...]:
    """Cables whose port the twin file does not give."""
    return tuple(cable for cable in twin.device.cables if cable.port is None)


def _supply(twin: Twin, port: str, key: str, title: str) -> PortUse:
    cables, power = _cables(twin, port), twin.device.power
    if cables:
        return PortUse(port, True, f"{_names(cables)} declared as {port}", cables)
    if power is None:
        return PortUse(
            port, None, f"device.power is not declared, so whether there is {title} port is unknown"
        )
    if getattr(power, key) is None:
        return PortUse(port, False, f"no {title[2:].strip()} port: device.power has {power.said}")
    return PortUse(port, True, f"device.power has {power.said}; the twin has no cable for it")


def _patient(twin: Twin) -> PortUse:
    cables = _cables(twin, "patient")
    if cables:
        return PortUse("patient", True, f"{_names(cables)} declared as patient", cables)
    return PortUse(
        "patient",
        False,
        "no cable or line of the twin is declared as patient; a tube with conductive fluid counts "
        "as one",
    )


def _signal(twin: Twin) -> PortUse:
    declared, open_ = _cables(twin, "signal"), undeclared_cables(twin)
    if not declared and not open_:
        return PortUse("signal", False, "no cable or line of the twin is declared as signal")
    said = [f"{_names(declared)} declared as signal"] if declared else []
    said += [f"{_names(open_)} without a port, taken as signal"] if open_ else []
    return PortUse("signal", True, "; ".join(said), (*declared, *open_))


def _cables(twin: Twin, port: str) -> tuple[AnyCable, ...]:
    return tuple(cable for cable in _every(twin) if cable.port == port)


def _every(twin: Twin) -> tuple[AnyCable, ...]:
    return (*twin.device.cables, *twin.device.lines)


def _names(cables: tuple[AnyCable, ...]) -> str:
    return ", ".join(cable.name for cable in cables)


def situation(twin: Twin, cable: AnyCable | None, size: float, authority: str) -> Situation:
    """What is known of the device and one cable, for the conditions of rows.

    Parameters
    ----------
    twin : Twin
        The declaration.
    cable : Cable, Line or None
        The cable; None for the enclosure, and for a port without one.
    size : float
        Largest extent of the device with all cables in metres.
    authority : str
        Authority whose rules hold.

    Returns
    -------
    Situation
        None where something is not declared.
    """
    magnetic = twin.device.magnetically_sensitive
    return Situation(
        cable_length=cable.length if cable else None,
        outdoor_cable=cable.outdoor if cable else None,
        magnetically_sensitive=None if magnetic is None else magnetic.none is None,
        source_distance=twin.tests.proximity_magnetic.source_distance,
        supply=_supply_name(twin),
        life_support=twin.device.life_supporting,
        self_contained_size=_self_contained_size(twin, size),
        authority=authority,
    )


def _supply_name(twin: Twin) -> str | None:
    power = twin.device.power
    if power is None or power.dc is None:
        return None
    volts = format_si(power.dc.nominal, "V")
    if not power.dc.vehicle:
        return f"{volts}, not of a vehicle"
    return {12.0: "vehicle_12v", 24.0: "vehicle_24v"}.get(power.dc.nominal, f"{volts} of a vehicle")


def _self_contained_size(twin: Twin, size: float) -> float | None:
    """Size with every cable, of a battery device that is not used while it is charged.

    None for any other device, and where the length of a cable is not declared.
    """
    power, cables = twin.device.power, _every(twin)
    if power is None or not power.internal or power.used_while_charging or power.ac is not None:
        return None
    outside = [cable for cable in cables if cable.port != "internal"]
    lengths = [cable.length for cable in outside if cable.length is not None]
    if len(lengths) < len(outside) or any(cable.port != "dc_input" for cable in outside):
        return None
    return max([size, *lengths])
