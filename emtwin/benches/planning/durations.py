"""A rough time of each test in the laboratory: what can be counted, and in what words."""

from __future__ import annotations

from collections.abc import Sequence

from emtwin.benches.planning.entries import Duration, Frequencies
from emtwin.standards import Dip, Level, Standards

NOT_COUNTED = (
    "set-up, change of mode, of position and of polarisation of the antenna, and waiting for the "
    "device",
    "further points, lines, coupling paths and cables than one of each kind",
    "dips, interruptions, transients of vehicles, power frequency magnetic fields, and emission",
)
"""What the sum of times leaves out."""


def duration_of(
    test: str,
    port: str,
    rows: Sequence[Level | Dip],
    frequencies: Frequencies | None,
    standards: Standards,
) -> Duration | None:
    """Time of a test at a port, as far as it can be counted.

    Parameters
    ----------
    test, port : str
        Test and port.
    rows : sequence of Level or Dip
        Its levels.
    frequencies : Frequencies or None
        Its frequencies.
    standards : Standards
        Where intervals, numbers of pulses, faces and polarisations stand.

    Returns
    -------
    Duration or None
        None where the data hold no number to count with.
    """
    levels = sum(len(row.levels) for row in rows if isinstance(row, Level))
    if frequencies is not None and test in ("radiated_immunity", "proximity_rf"):
        return _exposed(frequencies, standards)
    if frequencies is not None:
        seconds = frequencies.count * frequencies.dwell
        where = "one cable" if test == "conducted_immunity" else "one place of the loop"
        return Duration(seconds, f"{_frequencies(frequencies)}, {where}")
    if test == "esd":
        return _discharges(levels, standards)
    if test == "eft":
        seconds = 2 * levels * standards.parameter("iec61000-4-4-duration").value
        return Duration(seconds, f"{_levels(levels)} x 2 polarities, one coupling")
    if test == "surge":
        return _surges(port, levels, standards)
    return None


def _exposed(frequencies: Frequencies, standards: Standards) -> Duration:
    faces = round(standards.parameter("iec61000-4-3-faces").value)
    polarisations = round(standards.parameter("iec61000-4-3-polarisations").value)
    seconds = frequencies.count * frequencies.dwell * faces * polarisations
    said = f"{_frequencies(frequencies)} x {faces} faces x {polarisations} polarisations"
    return Duration(seconds, said)


def _discharges(levels: int, standards: Standards) -> Duration:
    count = round(standards.parameter("iec61000-4-2-discharges").value)
    interval = standards.parameter("iec61000-4-2-discharge-interval").value
    said = f"{count} discharges x 2 polarities x {_levels(levels)} x {interval:g} s, one point"
    return Duration(count * 2 * levels * interval, said)


def _surges(port: str, levels: int, standards: Standards) -> Duration:
    pulses = round(standards.parameter("iec61000-4-5-pulses").value)
    interval = standards.parameter("iec61000-4-5-pulse-interval").value
    step = standards.parameter("iec61000-4-5-phase-angle-step").value
    angles = round(360.0 / step) if port == "ac_mains" else 1
    each = f" x {angles} angles" if angles > 1 else ""
    said = f"{pulses} pulses x 2 polarities x {_levels(levels)}{each}, {interval:g} s apart"
    return Duration(pulses * 2 * levels * angles * interval, f"{said}, one path of each kind")


def _levels(count: int) -> str:
    return "1 level" if count == 1 else f"{count} levels"


def _frequencies(frequencies: Frequencies) -> str:
    return f"{frequencies.count} frequencies x {frequencies.dwell:g} s"
