"""All self-tests of the sites at once, each number beside what it has to keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from emtwin.backends import Backend
from emtwin.benches.planning.sweeps import log_steps
from emtwin.benches.site_checks.attenuation import AttenuationCheck, attenuation_checks
from emtwin.benches.site_checks.fields import antenna_in_the_grid
from emtwin.benches.site_checks.uniformity import FLOORS, UniformityCheck, uniformity_checks
from emtwin.compliance.field_uniformity import UniformityRule
from emtwin.standards import SiteAttenuation, Standards, load

PATH_TOLERANCE = 0.5
"""dB between the path through the solver and the closed form: 0.1 m steps of the height scan cost
0.2 dB at 1 GHz, 15 cells per wavelength as much where direct and reflected wave nearly cancel."""
FORMULA_TOLERANCE = 0.1
"""dB between formula and table, which has one decimal."""
FLATNESS_TOLERANCE = 0.001
"""dB over the area in a plane wave along an axis, which is exact but for rounding."""
GRID_TOLERANCE = 0.1
"""dB of the largest reading, antenna over a floor: 30 cells per wavelength and a path of 4 m."""

_GRID_FREQUENCY = 200e6  # Hz
_UNIFORMITY_BAND = 80e6, 1e9  # Hz: from where the immunity test begins; above, horns are used
_COARSER = 6  # times the step of the sweep, where it must be quick
_FEW = 8  # of the tabulated frequencies, where it must be quick
_COARSE, _FINE = 50e-3, 25e-3  # cells of the empty grid, m


@dataclass(frozen=True)
class Check:
    """One number that has to keep a bound.

    Parameters
    ----------
    name : str
        What was measured.
    value, bound : float
        Both in `unit`.
    unit : str
        dB or %.
    asked_by : str
        The standard, or ``emtwin`` for a bound of our own.
    at_least : bool
        The value must not be below the bound: a bad site that has to be found out.
    """

    name: str
    value: float
    bound: float
    unit: str
    asked_by: str
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether the bound is kept; a value that is not a number does not."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound


@dataclass(frozen=True, eq=False)
class SiteReport:
    """What the sites of the tests are worth on this machine.

    Parameters
    ----------
    backend : str
        Where the solver ran.
    attenuation : tuple of AttenuationCheck
        Site attenuation, by polarisation and distance.
    uniformity : tuple of UniformityCheck
        Field uniformity, by polarisation and site.
    checks : tuple of Check
        What of it has to keep a bound.
    """

    backend: str
    attenuation: tuple[AttenuationCheck, ...]
    uniformity: tuple[UniformityCheck, ...]
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether all bounds are kept."""
        return all(check.passed for check in self.checks)


def check_sites(
    backend: Backend, *, quick: bool = False, standards: Standards | None = None
) -> SiteReport:
    """Run all self-tests.

    Parameters
    ----------
    backend : Backend
        Where the solver runs.
    quick : bool
        Fewer frequencies and coarser cells, and no antenna in the grid: a few seconds.
    standards : Standards, optional
        Rows with tables and rules; the package's own if left out.

    Returns
    -------
    SiteReport
        Measured values and checks.
    """
    rows = standards or load()
    tabulated = np.unique([f for row in rows.of(SiteAttenuation) for f in row.frequencies])
    few = tabulated[np.linspace(0, tabulated.size - 1, _FEW).astype(int)]
    attenuation = attenuation_checks(few if quick else tabulated, backend, rows)
    step = rows.parameter("iec61000-4-3-frequency-step").value / 100
    sweep = log_steps(*_UNIFORMITY_BAND, _COARSER * step if quick else step)
    uniformity = uniformity_checks(sweep, backend, _COARSE if quick else _FINE, rows)
    checks = list(bounds(attenuation, uniformity, rows))
    if not quick:
        checks.append(_in_the_grid(backend, rows))
    return SiteReport(backend.name, attenuation, uniformity, tuple(checks))


def bounds(
    attenuation: tuple[AttenuationCheck, ...],
    uniformity: tuple[UniformityCheck, ...],
    standards: Standards,
) -> Iterator[Check]:
    """Every measured site beside what it has to keep.

    Parameters
    ----------
    attenuation : tuple of AttenuationCheck
        Site attenuation, as measured.
    uniformity : tuple of UniformityCheck
        Field uniformity, as judged.
    standards : Standards
        Rows with the acceptance of a site.

    Yields
    ------
    Check
        In the order of the arguments.
    """
    yield from _attenuation(attenuation, standards)
    yield from _uniformity(uniformity)


def _attenuation(found: tuple[AttenuationCheck, ...], rows: Standards) -> Iterator[Check]:
    tolerance = rows.parameter("cispr16-1-4-site-attenuation-tolerance")
    for one in found:
        name = f"site attenuation, {one.polarisation}, {one.distance:g} m"
        error, deviation = (float(np.abs(x).max()) for x in (one.error, one.deviation))
        yield Check(f"{name}: solver", error, PATH_TOLERANCE, "dB", "emtwin")
        yield Check(f"{name}: site", deviation, tolerance.value, "dB", tolerance.standard)
        off = np.abs(one.theory - one.table)
        if np.isfinite(off).any():
            worst = float(np.nanmax(off))
            yield Check(f"{name}: formula", worst, FORMULA_TOLERANCE, "dB", "emtwin")


def _uniformity(found: tuple[UniformityCheck, ...]) -> Iterator[Check]:
    for one in found:
        name = f"uniformity, {one.site}, {one.polarisation}"
        judged, rule = one.found, one.found.rule
        if one.site not in FLOORS:
            yield Check(f"{name}: flat", one.flatness, FLATNESS_TOLERANCE, "dB", "emtwin")
            level = float(np.abs(20 * np.log10(judged.field)).max())
            yield Check(f"{name}: 1 V/m", level, FLATNESS_TOLERANCE, "dB", "emtwin")
        elif FLOORS[one.site] < 1:
            spread = float(judged.spread.max())
            yield Check(f"{name}: spread", spread, rule.tolerance, "dB", "IEC 61000-4-3")
        elif one.polarisation == "horizontal":
            spoilt = 100 * float(np.mean(~judged.within))
            least = 100 * rule.reported_share
            yield Check(f"{name}: spoilt", spoilt, least, "%", "emtwin", at_least=True)


def _in_the_grid(backend: Backend, rows: Standards) -> Check:
    distance = rows.parameter("iec61000-4-3-distance").value
    rule = UniformityRule.of_standard(rows)
    found, exact = antenna_in_the_grid(_GRID_FREQUENCY, distance, rule, backend, _COARSE)
    off = float(np.abs(np.abs(found) - np.abs(exact)).max() / np.abs(exact).max())
    name = "half-wave dipole over a metal floor, 200 MHz: solver"
    return Check(name, 20 * np.log10(1 + off), GRID_TOLERANCE, "dB", "emtwin")
