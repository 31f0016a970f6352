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
    remarks : tuple of str
        What a plan of its tests has to say besides.
    """

    port: str
    present: bool | None
    why: str
    cables: tuple[AnyCable, ...] = ()
    remarks: tuple[str, ...] = ()


def ports_of(twin: Twin, test: str) -> tuple[PortUse, ...]:
    """All five ports of the standard, in its order, as a test meets them.

    Parameters
    ----------
    twin : Twin
        The declaration.
    test : str
        Name of the test: discharges go to every patient contact, other tests into its cable.

    Returns
    -------
    tuple of PortUse
        A cable without a port counts as signal cable.
    """
    return (
        PortUse("enclosure", True, "every device has an enclosure"),
        mains_of(twin),
        dc_input_of(twin),
        _patient(twin, test),
        _signal(twin),
    )


def undeclared_cables(twin: Twin) -> tuple[Cable, ...]:
    """Cables whose port the twin file does not give."""
    return tuple(cable for cable in twin.device.cables if cable.port is None)


def mains_of(twin: Twin) -> PortUse:
    """The a.c. mains port: that of the device, or of the mains adapter that feeds it.

    Parameters
    ----------
    twin : Twin
        The declaration.

    Returns
    -------
    PortUse
        Open where the file does not say what feeds a d.c. port.
    """
    port, cables, power = "ac_mains", _cables(twin, "ac_mains"), twin.device.power
    if power is not None and power.has_adapter:
        why = "a device with a mains adapter is tested with it, at the adapter's a.c. input"
        plate = "UNDECLARED: device.power.ac, the rating plate of the adapter"
        return PortUse(port, True, why, cables, () if power.ac else (plate,))
    if cables:
        return PortUse(port, True, f"{_names(cables)} declared as {port}", cables)
    if power is None:
        return PortUse(port, None, _no_power("an a.c. mains"))
    if power.ac is not None:
        return PortUse(port, True, f"device.power has {power.said}; the twin has no cable for it")
    if power.dc is not None and power.dc.fed_by is None:
        return PortUse(
            port,
            None,
            "device.power.dc.fed_by is not declared (battery, vehicle, mains_adapter or "
            "other_equipment): with a mains adapter these tests apply at its a.c. input",
        )
    return PortUse(port, False, f"no a.c. mains port: device.power has {power.said}")


def dc_input_of(twin: Twin) -> PortUse:
    """The d.c. input port; a device with a mains adapter is tested at the adapter's input.

    Parameters
    ----------
    twin : Twin
        The declaration.

    Returns
    -------
    PortUse
        Open where the file does not say what supplies the device.
    """
    port, cables, power = "dc_input", _cables(twin, "dc_input"), twin.device.power
    if power is not None and power.has_adapter:
        why = (
            f"device.power has {power.said}: a device for an a.c. to d.c. converter is tested with "
            "it, and the levels are applied to its a.c. input (IEC 60601-1-2 table 5)"
        )
        return PortUse(port, False, why)
    if cables:
        return PortUse(port, True, f"{_names(cables)} declared as {port}", cables)
    if power is None:
        return PortUse(port, None, _no_power("a d.c. input"))
    if power.dc is None:
        return PortUse(port, False, f"no d.c. input port: device.power has {power.said}")
    return PortUse(port, True, f"device.power has {power.said}; the twin has no cable for it")


def _no_power(title: str) -> str:
    return f"device.power is not declared, so whether there is {title} port is unknown"


def _patient(twin: Twin, test: str) -> PortUse:
    port, cables, contacts = "patient", _cables(twin, "patient"), twin.device.patient_contacts
    named = ", ".join(contact.name for contact in contacts.contacts) if contacts else ""
    points = (f"discharges to {named}",) if named and test == "esd" else ()
    if cables:
        return PortUse(port, True, f"{_names(cables)} declared as patient", cables, points)
    if contacts is None:
        return PortUse(
            port,
            None,
            "neither a cable or line with port: patient nor device.patient_contacts is declared; a "
            "tube with conductive fluid counts as a cable",
        )
    if contacts.none is not None:
        return PortUse(port, False, f"no patient contact: {contacts.none}")
    if test == "esd":
        return PortUse(port, True, f"{named} declared as patient contact", (), points)
    if contacts.cabled:
        led_to = ", ".join(contact.name for contact in contacts.cabled)
        missing = f"UNDECLARED: the cable or line (port: patient) that leads to {led_to}"
        return PortUse(
            port, True, f"{led_to} declared as patient contact with a cable", (), (missing,)
        )
    return PortUse(port, False, "no cable leads to a patient contact: all have cabled: false")


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
    if power.dc.fed_by not in (None, "vehicle"):
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
