"""``emtwin report``: the report of a finished campaign again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.errors import InputError

if TYPE_CHECKING:
    from emtwin.results import Campaign, Pictures

_VIEWS = ("setup", "voxels", "field", "surface_field", "spectrum")


@reported
def report(
    result: options.ResultFile,
    language: options.Language = "en",
    output_file: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Default: report.html beside the result file."
        ),
    ] = None,
) -> None:
    """Write the report of RESULT again, with new pictures, in English or Korean."""
    from emtwin.report import write_report
    from emtwin.results import Campaign, check_writable
    from emtwin.viz import pictures

    source = options.result_file(result)
    target = output_file or source.parent / "report.html"
    if target.is_dir():
        raise InputError.single(
            f"{target} is a folder, not a file", field="--output", remedy="add a file name"
        )
    campaign = Campaign.load(source)
    check_writable(target.parent, 50 * 2**20)
    with tempfile.TemporaryDirectory(prefix="emtwin-") as folder:
        write_report(campaign, pictures(campaign, Path(folder)), target, language)
    output.line(output.stdout(), str(target), "cyan")


def translate(campaign: Campaign, folder: Path, language: str) -> None:
    """Write the report of a run that has just ended in another language.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    folder : Path
        Its output folder, with the pictures that the run drew.
    language : str
        ``en`` or ``ko``.
    """
    from emtwin.report import write_report

    write_report(campaign, _drawn(campaign, folder / "pictures"), folder / "report.html", language)


def _drawn(campaign: Campaign, folder: Path) -> Pictures:
    """The pictures that `emtwin.viz.pictures` left in `folder`, under their names."""
    from emtwin.results import Pictures
    from emtwin.viz.probe import probe

    subjects = [str(verdict["test"]) for verdict in campaign.verdicts]
    subjects += list(campaign.group("voxels"))
    files = {
        f"{view}/{subject}": file
        for view in _VIEWS
        for subject in subjects
        for file in (folder / f"{view}_{subject}.png", folder / f"{view}_{subject}.svg")
        if file.is_file()
    }
    return Pictures(files, probe().reason)
