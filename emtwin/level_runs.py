"""Levels of a refinement study, planned, placed and run on this machine."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from emtwin.backends import Backend
from emtwin.benches.applicable import requests
from emtwin.benches.estimates import placed_site, views_of
from emtwin.benches.ladder import Ladder, LevelPlan, ladder
from emtwin.benches.sites import Site, build_site
from emtwin.clock import Clock
from emtwin.convergence import Computed, Prepared, TimeUp
from emtwin.scene import LoadedTwin
from emtwin.site_runs import FieldRun, Report, Update, judge, run_site, silent, targets
from emtwin.solver import run as run_fields
from emtwin.voxel import Body


@dataclass(eq=False)
class LevelRuns:
    """What computes a test on a grid.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    machine : Backend
        What to run on.
    clock : Clock
        Collects the wall time.
    report : callable
        Receives an `Update` now and then.
    sites : mapping of str to Site
        The declared grids, by test.
    fields : callable
        Runs the fields.
    """

    loaded: LoadedTwin
    bodies: tuple[Body, ...]
    machine: Backend
    clock: Clock
    report: Report
    sites: Mapping[str, Site]
    fields: FieldRun = run_fields
    _held: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._held = {test: self._left_behind(site) for test, site in self.sites.items()}

    def ladders(self, levels: int) -> list[Ladder]:
        """Levels of every test, up to a number of finer ones."""
        found, held = [], sum(self._held.values())
        for test, site in self.sites.items():
            earlier = self._before(test)
            found.append(ladder(test, site.outline, levels, self.machine.name, earlier, held))
        return found

    def compute(self, test: str, site: Site, report: Report = silent) -> Computed:
        """Run a site and judge its test."""
        begin = self.clock.total  # of runs that were kept, what they took when they were run
        result = run_site(self.loaded, site, self.machine, self.clock, report, self.fields)
        report(Update("evaluation"))
        with self.clock.stage(test):
            finding = judge(self.loaded, self.bodies, test, result)
        return Computed(finding, result, self.clock.total - begin)

    def prepare(self, plan: LevelPlan) -> Prepared:
        """A level with its voxels.

        Parameters
        ----------
        plan : LevelPlan
            The grid.

        Returns
        -------
        Prepared
            Ready to run.

        Raises
        ------
        InputError
            If it does not fit into the memory, or the geometry forbids it.
        """
        test, held = plan.test, sum(self._held.values())
        with self.clock.stage("mesh and voxels"):
            wanted, earlier = requests(self.loaded)[test], self._before(test)
            site = build_site(
                self.loaded, self.bodies, wanted, plan.refinement, earlier, self.machine
            )
            one = placed_site(site, targets(self.loaded, site), self.loaded, held)
        one.refuse_above_budget(self.loaded)
        one.refuse_above_free(self.loaded, self.machine, held)

        def compute(name: str, left: float | None) -> Computed:
            """Run it within the time that is left, in seconds."""
            computed = self.compute(test, site, _within(self.report, name, left))
            if plan.refinement < 1.0:
                self._held[test] = self._left_behind(site)
            return computed

        return Prepared(float(one.plan.cells * one.plan.steps * len(one.plan.driven)), compute)

    def _left_behind(self, site: Site) -> int:
        """Bytes that the results of a site take."""
        return site.outline.extent(views_of(site)).left_behind(len(targets(self.loaded, site)))

    def _before(self, test: str) -> int:
        """Bytes that the declared sites before that of a test leave; its grid is fitted to them."""
        tests = list(self.sites)
        before = tests[: tests.index(test)]
        return sum(self._left_behind(self.sites[name]) for name in before)


def _within(report: Report, name: str, left: float | None) -> Report:
    """Progress under the name of a level, which ends the level once its time is spent."""
    begin = time.perf_counter()

    def forward(update: Update) -> None:
        if left is not None and time.perf_counter() - begin > left:
            raise TimeUp(f"{name} took more than {left:.3g} s")
        report(replace(update, stage=f"{name}: {update.stage}"))

    return forward
