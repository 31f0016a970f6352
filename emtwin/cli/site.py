"""``emtwin site``: self-tests of the simulated test sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from emtwin.cli import options, output
from emtwin.cli.exits import ExitCode
from emtwin.cli.failures import reported

if TYPE_CHECKING:
    from rich.table import Table

    from emtwin.benches.site_checks import AttenuationCheck, SiteReport, UniformityCheck

_SHOWN = 12  # frequencies of the table of uniformity
_LEVEL = 3.0  # V/m, of which the drive is shown


@reported
def site(
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer frequencies, coarser cells: a few seconds.")
    ] = False,
    backend: Annotated[
        str,
        typer.Option("--backend", help="Where to run.", **options.one_of(*options.BACKENDS)),
    ] = "auto",
    json_output: options.Json = False,
) -> None:
    """Check the simulated sites as a test house checks its hall: attenuation and uniformity."""
    from emtwin.backends import select_backend
    from emtwin.benches.site_checks import check_sites

    found = check_sites(select_backend(backend), quick=quick)
    if json_output:
        output.print_json(_as_json(found))
    else:
        _print(found)
    if not found.passed:
        raise typer.Exit(ExitCode.FAILED)


def _print(found: SiteReport) -> None:
    console = output.stdout()
    for distance in dict.fromkeys(one.distance for one in found.attenuation):
        console.print(
            _attenuation_table([one for one in found.attenuation if one.distance == distance])
        )
    console.print(_spread_table(found))
    console.print(_site_table(found))
    console.print(_check_table(found))
    failed = sum(not check.passed for check in found.checks)
    said = f"{len(found.checks)} checks on {found.backend}, {failed} failed"
    output.line(console, said, "bold red" if failed else "bold green")


def _attenuation_table(found: list[AttenuationCheck]) -> Table:
    names = ["MHz"]
    for one in found:
        names += [f"{one.polarisation}: theory", "measured", "error"]
    rows = [
        [f"{f / 1e6:g}"]
        + [
            f"{value:.2f}"
            for one in found
            for value in (one.theory[n], one.measured[n], one.error[n])
        ]
        for n, f in enumerate(found[0].frequencies)
    ]
    title = (
        f"Normalised site attenuation at {found[0].distance:g} m in dB; error: against the closed "
        "form with near terms"
    )
    return output.table(title, names, rows, right=range(len(names)))


def _spread_table(found: SiteReport) -> Table:
    """Spread of the best 12 of 16 points at some of the frequencies."""
    frequencies = max((one.found.frequencies for one in found.uniformity), key=len)
    shown = frequencies[:: max(1, len(frequencies) // _SHOWN)]
    rows = []
    for f in shown:
        row = [f"{f / 1e6:.4g}"]
        for one in found.uniformity:
            at = one.found.frequencies.searchsorted(f)
            row.append(f"{one.found.spread[at]:.2f}" if at < one.found.frequencies.size else "")
        rows.append(row)
    names = ["MHz", *(f"{one.site}, {one.polarisation}" for one in found.uniformity)]
    title = "Field uniformity: dB that hold the best 12 of 16 points"
    return output.table(title, names, rows, right=range(len(names)))


def _site_table(found: SiteReport) -> Table:
    rows = []
    for one in found.uniformity:
        judged = one.found
        worst = int(judged.spread.argmax())
        rows.append(
            [
                one.site,
                one.polarisation,
                f"{100 * judged.within.mean():.1f}",
                f"{100 * judged.reported_share:.1f}",
                f"{judged.spread[worst]:.2f} at {judged.frequencies[worst] / 1e6:.4g} MHz",
                _said_drive(one),
                "yes" if judged.uniform else "no",
            ]
        )
    names = ["Site", "Polarisation", "% within 6 dB", "% within 10 dB", "Worst", "Drive", "Uniform"]
    title = f"Field uniformity over all frequencies; drive for a level of {_LEVEL:g} V/m"
    return output.table(title, names, rows, right=(2, 3, 4, 5))


def _said_drive(one: UniformityCheck) -> str:
    """Smallest and largest drive over frequency, where the field is uniform."""
    import numpy as np

    from emtwin.benches.site_checks.uniformity import PLANE_WAVE

    drive = one.found.drive(_LEVEL)
    if np.isnan(drive).all():
        return "none"
    unit = "A" if one.site != PLANE_WAVE else "V/m"
    low, high = float(np.nanmin(drive)), float(np.nanmax(drive))
    said = f"{low:.3g} {unit}", f"{high:.3g} {unit}"
    return said[0] if said[0] == said[1] else f"{low:.3g} to {said[1]}"


def _check_table(found: SiteReport) -> Table:
    rows = [
        [
            check.name,
            f"{check.value:.3g} {check.unit}",
            f"{'at least' if check.at_least else 'at most'} {check.bound:g} {check.unit}",
            check.asked_by,
            "pass" if check.passed else "FAIL",
        ]
        for check in found.checks
    ]
    return output.table("Checks", ["Check", "Found", "Bound", "Asked by", "Result"], rows, (1,))


def _as_json(found: SiteReport) -> dict[str, Any]:
    return {
        "passed": found.passed,
        "backend": found.backend,
        "checks": [{**output.plain(check), "passed": check.passed} for check in found.checks],
        "attenuation": [
            {**output.plain(one), "error": one.error, "deviation": one.deviation}
            for one in found.attenuation
        ],
        "uniformity": [
            {
                "site": one.site,
                "polarisation": one.polarisation,
                "uniform": one.found.uniform,
                "frequencies": one.found.frequencies,
                "spread_db": one.found.spread,
                "reference": one.found.reference,
                "drive_per_v_per_m": one.found.drive(1.0),
                "within": one.found.within,
                "reported": one.found.reported,
            }
            for one in found.uniformity
        ],
    }
