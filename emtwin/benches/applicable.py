"""Which tests apply, where the device stands in each, and its geometry there without a run."""

from __future__ import annotations

from emtwin.benches import radiated_emission, radiated_immunity
from emtwin.benches.bodies import bodies_of
from emtwin.benches.records import geometry_campaign
from emtwin.benches.sites import SiteRequest, discretised
from emtwin.errors import InputError
from emtwin.results import Campaign
from emtwin.scene import LoadedTwin
from emtwin.voxel import audit_netlist, check_gaps


def requests(loaded: LoadedTwin) -> dict[str, SiteRequest]:
    """What every applicable test wants of its site, by name of the test."""
    settings, tests, found = loaded.twin.accuracy.settings(), loaded.twin.tests, {}
    if tests.radiated_immunity.not_applicable is None:
        f_max = settings.f_max_immunity
        sweep = radiated_immunity.sweep_of(loaded, f_max)
        found[radiated_immunity.TEST] = SiteRequest(False, f_max, sweep)
    if tests.radiated_emission.not_applicable is None:
        f_max = settings.f_max_emission
        harmonics = radiated_emission.harmonics(loaded, f_max)
        found[radiated_emission.TEST] = SiteRequest(True, f_max, harmonics)
    return found


def geometry(loaded: LoadedTwin) -> Campaign:
    """The device on the grid of its first site, with the netlist as it is there, right or wrong.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.

    Returns
    -------
    Campaign
        What the picture of the geometry audit needs, without verdicts.

    Raises
    ------
    InputError
        If no test applies, or a part is lost or impossible.
    """
    wanted, bodies = requests(loaded), bodies_of(loaded)
    if not wanted:
        raise InputError.single(
            "no test applies, so there is no grid to show", remedy="let one test apply"
        )
    outline, model, _ = discretised(loaded, bodies, next(iter(wanted.values())))
    gaps = check_gaps(model, outline.planned.gaps)
    name = loaded.twin.device.name
    return geometry_campaign(name, bodies, outline.name, model, audit_netlist(model), gaps)
