"""The whole declaration: device, environment, tests, accuracy, extra materials."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool

from emtwin.scene.accuracy import Accuracy
from emtwin.scene.device import Device
from emtwin.scene.emission_tests import EmissionTest, RadiatedEmission
from emtwin.scene.environments import Environment
from emtwin.scene.immunity_tests import (
    ConductedImmunity,
    Eft,
    Esd,
    PowerFrequencyMagnetic,
    ProximityMagnetic,
    ProximityRf,
    RadiatedImmunity,
    SupplyTest,
    Surge,
)
from emtwin.scene.quantities import Conductivity, Declared, Name, Text


class Tests(Declared):
    """Tests of the standard; one that is left out is planned with its defaults.

    Parameters
    ----------
    radiated_immunity : RadiatedImmunity
        Radiated RF immunity.
    radiated_emission : RadiatedEmission
        Radiated emission.
    esd : Esd
        Electrostatic discharge.
    proximity_rf : ProximityRf
        Proximity fields of RF wireless equipment.
    power_frequency_magnetic : PowerFrequencyMagnetic
        Power frequency magnetic field.
    proximity_magnetic : ProximityMagnetic
        Proximity magnetic fields.
    eft : Eft
        Electrical fast transients.
    surge : Surge
        Surge.
    conducted_immunity : ConductedImmunity
        Conducted RF immunity.
    dips, interruptions : SupplyTest
        Dips and interruptions of the mains.
    supply_transients : SupplyTest
        Transients of a vehicle's supply.
    conducted_emission, magnetic_emission : EmissionTest
        Conducted emission; magnetic field emission of group 2.
    harmonics, flicker : EmissionTest
        Harmonic currents, and voltage fluctuations of the mains.
    """

    __test__ = False  # pytest would take the name for a test class

    radiated_immunity: RadiatedImmunity = RadiatedImmunity()
    radiated_emission: RadiatedEmission = RadiatedEmission()
    esd: Esd = Esd()
    proximity_rf: ProximityRf = ProximityRf()
    power_frequency_magnetic: PowerFrequencyMagnetic = PowerFrequencyMagnetic()
    proximity_magnetic: ProximityMagnetic = ProximityMagnetic()
    eft: Eft = Eft()
    surge: Surge = Surge()
    conducted_immunity: ConductedImmunity = ConductedImmunity()
    dips: SupplyTest = SupplyTest()
    interruptions: SupplyTest = SupplyTest()
    supply_transients: SupplyTest = SupplyTest()
    conducted_emission: EmissionTest = EmissionTest()
    magnetic_emission: EmissionTest = EmissionTest()
    harmonics: EmissionTest = EmissionTest()
    flicker: EmissionTest = EmissionTest()


class DeclaredMaterial(Declared):
    """A material that the library does not have.

    Parameters
    ----------
    permittivity : float, default 1
        Relative permittivity, 1 or more.
    conductivity : float, default 0
        Conductivity in siemens per metre, 0 or more.
    metal : bool, default False
        True: a perfect conductor, whatever its conductivity.
    source : str
        Where the values come from (data sheet, measurement).
    """

    permittivity: Annotated[float, Field(ge=1)] = 1.0
    conductivity: Conductivity = 0.0
    metal: StrictBool = False
    source: Text


class Twin(Declared):
    """Everything that a twin file declares.

    Parameters
    ----------
    emtwin : int
        Version of the file format, 1.
    device : Device
        The device under test.
    environment : str
        ``professional`` (health care facility), ``home``, or ``special``: the manufacturer
        gives the level of every immunity test.
    tests : Tests
        Tests to run and their options.
    accuracy : Accuracy
        Preset name or mapping; ``draft`` where left out.
    materials : dict of str to DeclaredMaterial
        Materials beyond the library, by name.
    """

    emtwin: Literal[1]
    device: Device
    environment: Environment
    tests: Tests = Tests()
    accuracy: Accuracy = Accuracy()
    materials: dict[Name, DeclaredMaterial] = Field(default_factory=dict)

    @property
    def equipment_class(self) -> Literal["A", "B"]:
        """Class by CISPR 11: of ``device.equipment``, or else of ``tests.radiated_emission``."""
        return self.device.equipment.class_ or self.tests.radiated_emission.class_

    @property
    def rated_power(self) -> float:
        """Rated input power from the mains in VA; 0 where there is none, or none is declared."""
        power = self.device.power
        return power.ac.apparent_power if power and power.ac else 0.0

    def with_accuracy(self, preset: Literal["draft", "normal", "fine"]) -> Self:
        """The same declaration at another preset, without the file's own changes to it."""
        return self.model_copy(update={"accuracy": Accuracy(preset=preset)})
