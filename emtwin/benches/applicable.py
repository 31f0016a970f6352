"""Which tests apply, where the device stands in each, and its geometry there without a run."""

from __future__ import annotations

from typing import Any

from emtwin.benches import radiated_emission, radiated_immunity
from emtwin.benches.bodies import bodies_of
from emtwin.benches.records import geometry_campaign
from emtwin.benches.sites import discretised, site_name
from emtwin.errors import InputError
from emtwin.results import Campaign
from emtwin.scene import LoadedTwin
from emtwin.voxel import audit_netlist, check_gaps


def placements(loaded: LoadedTwin) -> dict[str, dict[str, Any]]:
    """Where the device stands in every applicable test.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.

    Returns
    -------
    dict of str to dict
        By name of the test: keyword arguments of `build_site`.
    """
    settings, tests, found = loaded.twin.accuracy.settings(), loaded.twin.tests, {}
    if tests.radiated_immunity.not_applicable is None:
        f_max = settings.f_max_immunity
        found[radiated_immunity.TEST] = {
            "over_floor": False,
            "f_max": f_max,
            "frequencies": radiated_immunity.sweep_frequencies(f_max, loaded.twin.environment),
        }
    if tests.radiated_emission.not_applicable is None:
        f_max = settings.f_max_emission
        found[radiated_emission.TEST] = {
            "over_floor": True,
            "f_max": f_max,
            "frequencies": radiated_emission.harmonics(loaded, f_max),
        }
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
    places, bodies = placements(loaded), bodies_of(loaded)
    if not places:
        raise InputError.single(
            "no test applies, so there is no grid to show", remedy="let one test apply"
        )
    where = next(iter(places.values()))
    outline, model, _, _ = discretised(loaded, bodies, **where)
    gaps = check_gaps(model, outline.planned.gaps)
    name = loaded.twin.device.name
    return geometry_campaign(
        name, bodies, site_name(where["over_floor"]), model, audit_netlist(model), gaps
    )
