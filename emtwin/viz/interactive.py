"""A window to turn and zoom one view of a campaign."""

from __future__ import annotations

from emtwin.errors import InputError
from emtwin.results import Campaign
from emtwin.viz import meshes, projection

ADDERS = {
    "setup": meshes.add_setup,
    "voxels": meshes.add_voxels,
    "audit": meshes.add_geometry_audit,
    "field": meshes.add_field,
    "surface": meshes.add_surface_field,
}


def show(campaign: Campaign, what: str, subject: str, *, off_screen: bool = False) -> None:
    """Open a window with one view; returns when it is closed.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    what : str
        ``setup``, ``voxels``, ``audit``, ``field`` or ``surface``.
    subject : str
        Test, or site for ``voxels`` and ``audit``.
    off_screen : bool, default False
        Draw without a window and return at once.

    Raises
    ------
    InputError
        If there is no view `what`.
    """
    if what not in ADDERS:
        raise InputError.single(
            f"there is no view {what!r}", field="view", remedy=f"choose one of {', '.join(ADDERS)}"
        )
    scene = meshes.plotter(off_screen=off_screen)
    ADDERS[what](scene, campaign, subject)
    scene.add_axes()
    scene.view_vector(tuple(projection.TOWARD), viewup=(0.0, 0.0, 1.0))
    scene.show(title=f"{campaign.meta.get('name', 'emtwin')}: {what}")
