"""When a row holds for a port, in a form that a program can evaluate."""

from __future__ import annotations

from dataclasses import dataclass

from emtwin.scene.quantities import Declared, Length
from emtwin.standards.terms import Supply


@dataclass(frozen=True)
class Situation:
    """What is known of a device and one of its ports; None: not known.

    Parameters
    ----------
    cable_length : float, optional
        Longest cable at the port in metres.
    outdoor_cable : bool, optional
        A line of the port is meant for a cable that leaves the building.
    magnetically_sensitive : bool, optional
        The device has a part that reacts to magnetic fields.
    source_distance : float, optional
        Distance in metres to sources of magnetic fields that use of the device assures.
    supply : str, optional
        ``vehicle_12v`` or ``vehicle_24v``; another text for any other supply.
    life_support : bool, optional
        Life-supporting equipment, a term of edition 3.
    self_contained_size : float, optional
        Largest dimension in metres with all cables, of a device with an
        internal source that cannot be used while it is charged and has no
        connection to earth, telecommunication, other equipment or the patient.
    authority : str, default ""
        Who has to accept the test, for example ``FDA``.
    """

    cable_length: float | None = None
    outdoor_cable: bool | None = None
    magnetically_sensitive: bool | None = None
    source_distance: float | None = None
    supply: str | None = None
    life_support: bool | None = None
    self_contained_size: float | None = None
    authority: str = ""


class Conditions(Declared):
    """When a row holds; what is left out does not matter.

    Parameters
    ----------
    cable_longer_than : float, optional
        Only cables longer than this, in metres.
    cable_at_least : float, optional
        Only cables of this length or longer, in metres.
    length_not_accepted_by : tuple of str
        Authorities that want the test whatever the cable's length.
    outdoor_cables : bool, default False
        Only lines that are meant for cables that leave the building.
    magnetically_sensitive_parts : bool, default False
        Only devices with parts that react to magnetic fields.
    source_closer_than : float, optional
        Only where use does not assure this distance to a source, in metres.
    supply : str, optional
        Only at this supply: ``vehicle_12v`` or ``vehicle_24v``.
    life_support : bool, optional
        Only for life-supporting equipment, or only for other equipment.
    not_self_contained_below : float, optional
        Not for self-contained devices (see `Situation`) smaller than this, in metres.
    """

    cable_longer_than: Length | None = None
    cable_at_least: Length | None = None
    length_not_accepted_by: tuple[str, ...] = ()
    outdoor_cables: bool = False
    magnetically_sensitive_parts: bool = False
    source_closer_than: Length | None = None
    supply: Supply | None = None
    life_support: bool | None = None
    not_self_contained_below: Length | None = None

    def reason_against(self, situation: Situation) -> str:
        """Why the row does not hold.

        Parameters
        ----------
        situation : Situation
            What is known. Nothing unknown ever excludes a row.

        Returns
        -------
        str
            The first reason; empty if the row holds.
        """
        checks = (self._length, self._outdoor, self._magnetic, self._equipment, self._contained)
        return next(filter(None, (check(situation) for check in checks)), "")

    def _length(self, situation: Situation) -> str:
        length = situation.cable_length
        if length is None or situation.authority in self.length_not_accepted_by:
            return ""
        said = f"the longest cable is {length:g} m"
        if self.cable_longer_than is not None and length <= self.cable_longer_than:
            return f"{said}, not longer than {self.cable_longer_than:g} m"
        if self.cable_at_least is not None and length < self.cable_at_least:
            return f"{said}, shorter than {self.cable_at_least:g} m"
        return ""

    def _outdoor(self, situation: Situation) -> str:
        indoor = self.outdoor_cables and situation.outdoor_cable is False
        return "no line is meant for a cable that leaves the building" if indoor else ""

    def _magnetic(self, situation: Situation) -> str:
        if self.magnetically_sensitive_parts and situation.magnetically_sensitive is False:
            return "no part is magnetically sensitive"
        near, assured = self.source_closer_than, situation.source_distance
        if near is None or assured is None or assured < near:
            return ""
        return f"{assured:g} m to any source are assured in use"

    def _equipment(self, situation: Situation) -> str:
        if self.supply and situation.supply not in (None, self.supply):
            return f"the supply is not that of a {VEHICLES[self.supply]}"
        if None in (self.life_support, situation.life_support):
            return ""
        if self.life_support == situation.life_support:
            return ""
        return f"it is {'not ' if self.life_support else ''}life-supporting equipment"

    def _contained(self, situation: Situation) -> str:
        limit, size = self.not_self_contained_below, situation.self_contained_size
        if limit is None or size is None or size >= limit:
            return ""
        return f"it is self-contained and measures {size:g} m with all cables"

    def __str__(self) -> str:
        return "; ".join(self._said())

    def _said(self) -> list[str]:
        said = []
        if self.cable_longer_than is not None:
            said.append(f"cables longer than {self.cable_longer_than:g} m")
        if self.cable_at_least is not None:
            said.append(f"cables of {self.cable_at_least:g} m or longer")
        if self.length_not_accepted_by:
            who = ", ".join(self.length_not_accepted_by)
            said.append(f"shorter ones not exempt for {who}")
        if self.outdoor_cables:
            said.append("lines to outdoor cables")
        if self.magnetically_sensitive_parts:
            said.append("magnetically sensitive parts")
        if self.source_closer_than is not None:
            said.append(f"{self.source_closer_than:g} m to sources not assured")
        if self.supply:
            said.append(f"supply of a {VEHICLES[self.supply]}")
        if self.life_support is not None:
            said.append(f"{'' if self.life_support else 'not '}life-supporting")
        if self.not_self_contained_below is not None:
            size = f"{self.not_self_contained_below:g} m"
            said.append(f"not self-contained devices below {size}")
        return said


VEHICLES = {"vehicle_12v": "12 V vehicle", "vehicle_24v": "24 V vehicle"}
"""What each supply is called in a text."""
