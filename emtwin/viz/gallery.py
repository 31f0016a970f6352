"""All pictures of a campaign, rendered where VTK can and flat where it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from emtwin.results import Campaign, Pictures
from emtwin.viz import audit_view
from emtwin.viz.probe import probe

Draw = Callable[[Campaign, str, Path], Path]
AUDIT = "geometry_audit"
PREFIXES = {"field": "field_slice", "surface_field": "surface_field", "voxels": "voxels"}


def pictures(campaign: Campaign, folder: Path) -> Pictures:
    """Draw every view that `campaign` holds data for.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    folder : Path
        Folder for the files; made if missing.

    Returns
    -------
    Pictures
        Files by name: ``setup/<test>``, ``voxels/<site>``, ``field/<test>``,
        ``surface_field/<test>``, ``geometry_audit/<site>`` (PNG) and ``spectrum/<test>``
        (SVG). Its note says why the views are flat where rendering is not possible.
    """
    from emtwin.viz import spectra

    folder.mkdir(parents=True, exist_ok=True)
    rendering = probe()
    draw = _views(rendered=rendering.works)
    files = {}
    for view, subject in _wanted(campaign):
        # One picture of the audit is enough: the sites have the same device cells.
        target = folder / ("geometry_audit.png" if view == AUDIT else f"{view}_{subject}.png")
        files[f"{view}/{subject}"] = draw[view](campaign, subject, target)
    for test, text in spectra.spectra(campaign).items():
        target = folder / f"spectrum_{test}.svg"
        target.write_text(text, encoding="utf-8")
        files[f"spectrum/{test}"] = target
    return Pictures(files, rendering.reason)


def _wanted(campaign: Campaign) -> Iterator[tuple[str, str]]:
    if campaign.group("device"):
        yield from (("setup", str(entry["test"])) for entry in campaign.verdicts)
    for view in PREFIXES:
        yield from ((view, subject) for subject in campaign.group(view))
    yield from ((AUDIT, subject) for subject in audit_view.sites_with_audit(campaign)[:1])


def _views(rendered: bool) -> dict[str, Draw]:
    if rendered:
        from emtwin.viz import scenes as views
    else:
        from emtwin.viz import flat as views  # type: ignore[no-redef]
    return {"setup": views.setup, AUDIT: views.geometry_audit} | {
        prefix: getattr(views, function) for prefix, function in PREFIXES.items()
    }
