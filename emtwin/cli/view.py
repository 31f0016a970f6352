"""``emtwin view``: look at a result, in a window or as one picture."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.errors import InputError

if TYPE_CHECKING:
    from emtwin.results import Campaign

_FUNCTIONS = {
    "setup": "setup",
    "voxels": "voxels",
    "audit": "geometry_audit",
    "field": "field_slice",
    "surface": "surface_field",
}
_GROUPS = {"voxels": "voxels", "field": "field", "surface": "surface_field"}


@reported
def view(
    result: options.ResultFile,
    screenshot: Annotated[
        Path | None,
        typer.Option("--screenshot", metavar="FILE", help="Write a PNG, open no window."),
    ] = None,
    what: Annotated[
        str, typer.Option("--what", help="What to look at.", **options.one_of(*options.VIEWS))
    ] = "setup",
    of: Annotated[
        str, typer.Option("--of", metavar="NAME", help="Test or site. Default: the first.")
    ] = "",
) -> None:
    """Look at the set-up, the voxels or the field of RESULT."""
    from emtwin.results import Campaign

    if screenshot is not None:
        check_target(screenshot)
    campaign = Campaign.load(options.result_file(result))
    subject = choose(subjects(campaign, what), what, of)
    if screenshot is None:
        _show(campaign, what, subject)
        return
    draw(campaign, what, subject, screenshot)
    output.line(output.stdout(), str(screenshot), "cyan")


def subjects(campaign: Campaign, what: str) -> list[str]:
    """Tests or sites that `campaign` can show in a view, in its order."""
    if what == "setup":
        return [str(verdict["test"]) for verdict in campaign.verdicts]
    if what == "audit":
        from emtwin.viz import audit_view

        return audit_view.sites_with_audit(campaign)
    return list(campaign.group(_GROUPS[what]))


def choose(known: list[str], what: str, wanted: str) -> str:
    """The wanted test or site, or the first.

    Parameters
    ----------
    known : list of str
        What the campaign holds.
    what : str
        Name of the view, for the message.
    wanted : str
        Name given by the user; empty for the first.

    Returns
    -------
    str
        One of `known`.

    Raises
    ------
    InputError
        If it is not there.
    """
    if not known:
        raise InputError.single(
            f"the result holds nothing to show as '{what}'",
            field="--what",
            remedy="look at another view, or run the twin again",
        )
    if wanted and wanted not in known:
        raise InputError.single(
            f"the result has no '{wanted}' to show as '{what}'",
            field="--of",
            remedy=f"choose {' or '.join(known)}.{options.nearest(wanted, known)}",
        )
    return wanted or known[0]


def draw(campaign: Campaign, what: str, subject: str, target: Path) -> None:
    """Write one view as PNG, rendered where VTK can and flat where it cannot, which is said.

    Parameters
    ----------
    campaign : Campaign
        Campaign to show.
    what : str
        Name of the view.
    subject : str
        Test or site.
    target : Path
        File to write.
    """
    from emtwin.viz.probe import probe

    rendering = probe()
    views: Any
    if rendering.works:
        from emtwin.viz import scenes as views
    else:
        from emtwin.viz import flat as views

        output.line(output.stderr(), f"Drawn flat: {rendering.reason}", "yellow")
    getattr(views, _FUNCTIONS[what])(campaign, subject, target)


def check_target(path: Path, field: str = "--screenshot") -> None:
    """Refuse what is not the name of a PNG file in a folder that can be written.

    Parameters
    ----------
    path : Path
        File that is to be written.
    field : str
        Option that names it.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    from emtwin.results import check_writable

    if path.is_dir() or path.suffix.lower() != ".png":
        raise InputError.single(
            f"{path} is not the name of a PNG file",
            field=field,
            remedy="give a file name that ends in .png",
        )
    check_writable(path.parent, 10 * 2**20)


def _show(campaign: Campaign, what: str, subject: str) -> None:
    _demand_window()
    from emtwin.viz import interactive

    interactive.show(campaign, what, subject)


def _demand_window() -> None:
    """Refuse where VTK would crash, or wait for a window that nobody sees."""
    from emtwin.viz.probe import probe

    remedy = "write a picture: --screenshot FILE.png"
    linux = sys.platform.startswith("linux")
    if linux and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        raise InputError.single("there is no display to open a window on", remedy=remedy)
    if not probe().works:
        raise InputError.single(f"no window can be opened: {probe().reason}", remedy=remedy)
