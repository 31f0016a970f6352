"""What the twin file says of cables and the model does not have."""

from __future__ import annotations

from collections.abc import Iterator

from emtwin.benches.outline import TABLE_HEIGHT
from emtwin.benches.planning.port_use import dc_input_of, mains_of
from emtwin.constants import C0
from emtwin.errors import Notice
from emtwin.scene import Cable, EndFloor, Twin
from emtwin.units import format_si

_SHORTENED = 1.01  # a path that is drawn as long as the cable, to rounding, is no shorter


def drop_of(cable: Cable) -> float:
    """Metres that a site adds to a cable's path, down to the floor or as far in free space."""
    return TABLE_HEIGHT if isinstance(cable.end, EndFloor) else 0.0


def unmodelled(twin: Twin) -> Iterator[Notice]:
    """Name cables that are shorter in the model, and supplies whose lead it lacks.

    Parameters
    ----------
    twin : Twin
        The declaration.

    Yields
    ------
    Notice
        ``cable-shortened`` and ``supply-lead-missing``.
    """
    for cable in twin.device.cables:
        path = cable.modelled_length + drop_of(cable)
        if cable.length and cable.length > _SHORTENED * path:
            yield Notice("cable-shortened", _shortened(cable, path, cable.length))
    for use in (mains_of(twin), dc_input_of(twin)):
        if twin.device.power is not None and use.present and not use.cables:
            yield Notice(
                "supply-lead-missing",
                f"device.power has {twin.device.power.said}, and no cable has port: {use.port}, so "
                "what comes in and goes out by the supply lead is not in the model. Add the cable "
                "to device.cables, or to device.lines to leave it out with intent",
            )


def _shortened(cable: Cable, path: float, length: float) -> str:
    """Of a wire a quarter of a wavelength long, on its metal: where its first resonance lies."""
    drop = drop_of(cable)
    dropped = f" ({format_si(drop, 'm')} of it down to the floor)" if drop else ""
    modelled, real = (format_si(C0 / 4 / x, "Hz", 3) for x in (path, length))
    return (
        f"cable '{cable.name}' is modelled with {format_si(path, 'm')}{dropped}, and is "
        f"{format_si(length, 'm')} long: a quarter wave at {modelled} instead of {real}, so what "
        "the cable adds below that is missing. Draw its path as long as the test lays it out"
    )
