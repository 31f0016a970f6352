"""A verdict rests on rows of the standards: one row changed in a copy, and the verdict follows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emtwin import resources
from emtwin.benches import antenna_scan, radiated_emission, radiated_immunity
from emtwin.benches.finding import Finding
from emtwin.compliance.verdict import Outcome, Verdict
from emtwin.scene.supply import AcSupply, Power
from emtwin.scene.susceptible import Equipment
from emtwin.standards import Level, Limit, Standards, load
from tests.benches.conftest import SetUp

USED = ("cispr11_group1_radiated.yaml", "cispr16_4_2.yaml", "iec60601_1_2_table4.yaml")
"""Files that the two tests take rows from; a copy of these is read in a blink."""


def changed(folder: Path, row_id: str, *changes: tuple[str, str]) -> Standards:
    """The rows of the package's files in `USED`, but for one."""
    copy = folder / "standards"
    copy.mkdir()
    for name in USED:
        shutil.copy(resources.standards_dir() / name, copy)
    start = f"  - id: {row_id}\n"
    (file,) = (f for f in copy.glob("*.yaml") if start in f.read_text(encoding="utf-8"))
    before, row = file.read_text(encoding="utf-8").split(start)
    row, *after = row.split("\n\n", 1)
    for old, new in changes:
        assert old in row, old
        row = row.replace(old, new)
    file.write_text(before + start + "\n\n".join([row, *after]), encoding="utf-8")
    return load(copy)


def emission(site: SetUp, standards: Standards) -> Verdict:
    done = site.done
    return radiated_emission.evaluate(
        site.loaded, done.site, done.model, done.quality, 0.05, standards=standards
    ).verdict


def limit_of(verdict: Verdict) -> Limit:
    """The limit row that a verdict names first."""
    row = load().row(verdict.rows[0])
    assert isinstance(row, Limit)
    return row


def moved(folder: Path, row: Limit, limit: float) -> Standards:
    """The rows with another limit in one of them."""
    ends = (("limit_from", row.limit_from), ("limit_to", row.limit_to))
    changes = [(f"{end}: {value:g}", f"{end}: {limit}") for end, value in ends]
    return changed(folder, row.id, *changes)


@pytest.fixture(scope="module", autouse=True)
def _one_scan() -> Iterator[None]:
    """The field at the antenna's places, which no row changes, is computed once for all tests."""
    scan, kept = antenna_scan.scan, []

    def once(*arguments: Any) -> antenna_scan.Scan:
        """The first scan; all tests ask for the same one."""
        if not kept:
            kept.append(scan(*arguments))
        return kept[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(radiated_emission, "scan", once)
        yield


def test_a_verdict_names_its_rows(emission_finding: Finding) -> None:
    """Limit and uncertainty, each with its clause; the limit is that at the worst frequency."""
    verdict = emission_finding.verdict
    row, uncertainty = (load().row(name) for name in verdict.rows)
    assert isinstance(row, Limit)
    assert row.citation == verdict.clause
    frequency, level = verdict.worst["frequency"], verdict.worst["level_dbuv_per_m"]
    assert row.frequency_from <= float(frequency) <= row.frequency_to
    assert row.limit_from - float(level) == pytest.approx(verdict.margin_db)
    assert uncertainty.standard == "CISPR 16-4-2"


def test_a_raised_limit_raises_the_margin(
    emission_site: SetUp, emission_finding: Finding, tmp_path: Path
) -> None:
    """10 dB more where the row holds; the worst point may then lie in another row."""
    row = limit_of(emission_finding.verdict)
    raised = emission(emission_site, moved(tmp_path, row, row.limit_from + 10.0))
    frequency = np.asarray(emission_finding.coordinates["frequency"], dtype=np.float64)
    inside = (frequency >= row.frequency_from) & (frequency < row.frequency_to)
    level = emission_finding.curves["declared_level"].values[0]
    limit = emission_finding.curves["limit_b"].values[0] + np.where(inside, 10.0, 0.0)
    assert raised.margin_db == pytest.approx((limit - level).min())
    assert emission_finding.verdict.margin_db is not None
    assert raised.margin_db > emission_finding.verdict.margin_db


def test_a_limit_far_below_the_level_fails(
    emission_site: SetUp, emission_finding: Finding, tmp_path: Path
) -> None:
    """The limit set 1 dB more than the uncertainty below the level: fail."""
    verdict = emission_finding.verdict
    assert verdict.margin_db is not None
    assert verdict.uncertainty_db is not None
    row = limit_of(verdict)
    new = row.limit_from - verdict.margin_db - verdict.uncertainty_db - 1.0
    assert emission(emission_site, moved(tmp_path, row, new)).outcome is Outcome.FAIL


def test_doubt_about_a_limit_makes_the_verdict_marginal(
    emission_site: SetUp, emission_finding: Finding, tmp_path: Path
) -> None:
    row = limit_of(emission_finding.verdict)
    doubted = changed(tmp_path, row.id, ("confidence: confirmed", "confidence: low"))
    verdict = emission(emission_site, doubted)
    assert verdict.outcome is Outcome.MARGINAL
    assert any(row.id in note for note in verdict.notes)


def test_u_cispr_widens_the_uncertainty(
    emission_site: SetUp, emission_finding: Finding, tmp_path: Path
) -> None:
    """U_CISPR of 20 dB instead of 6.3 dB: the contribution follows the row."""
    (_, row_id) = emission_finding.verdict.rows
    verdict = emission(emission_site, changed(tmp_path, row_id, ("expanded: 6.3", "expanded: 20")))
    assert dict(verdict.contributions)["CISPR 16-4-2"] == pytest.approx(20.0)
    assert verdict.uncertainty_db is not None
    assert verdict.uncertainty_db >= 20.0


@pytest.mark.parametrize(
    ("current", "row_id"),
    [(1.0, "cispr11-g1-a-to-20kva-3m-30-230"), (100.0, "cispr11-g1-a-above-20kva-3m-30-230")],
)
def test_class_and_rated_power_choose_the_row(
    emission_site: SetUp, current: float, row_id: str
) -> None:
    """Class A at 400 V: 400 VA, and 40 kVA, which is above the 20 kVA of the table."""
    twin = emission_site.loaded.twin
    device = twin.device.model_copy(
        update={
            "equipment": Equipment(class_="A"),
            "power": Power(ac=AcSupply(voltage=(400.0,), current=current)),
        }
    )
    loaded = replace(emission_site.loaded, twin=twin.model_copy(update={"device": device}))
    changed_site = replace(emission_site, loaded=loaded)
    assert emission(changed_site, load()).rows[0] == row_id


def test_a_raised_level_takes_its_margin(immunity_chamber: SetUp, tmp_path: Path) -> None:
    """3 V/m times the square root of 10, in a copy of the rows: 10 dB less margin."""
    loaded, done = immunity_chamber.loaded, immunity_chamber.done
    before = radiated_immunity.evaluate(loaded, done.site, done.model, done.quality).verdict
    (row_id,) = before.rows
    row = load().row(row_id)
    assert isinstance(row, Level)
    assert row.citation == before.clause
    level = row.levels[0] * np.sqrt(10.0)
    standards = changed(tmp_path, row_id, (f"levels: [{row.levels[0]:g}]", f"levels: [{level}]"))
    after = radiated_immunity.evaluate(
        loaded, done.site, done.model, done.quality, standards=standards
    ).verdict
    assert before.margin_db is not None
    assert after.margin_db == pytest.approx(before.margin_db - 10.0)
    assert f"{level:g} V/m" in after.statement
