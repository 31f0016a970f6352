"""Tissues against a second copy of the facts, and rows that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import resources
from emtwin.errors import InputError
from emtwin.standards import Tissue, load, query

UNITS = (1e-12, 1e-9, 1e-6, 1e-3)  # s, of the relaxation times of the four terms
TISSUES = {  # infinite, conductivity S/m, density kg/m3, (step, time, broadening) of four terms
    "blood": (
        4,
        0.7,
        1050,
        ((56, 8.377, 0.1), (5200, 132.629, 0.1), (0, 159.155, 0.2), (0, 15.915, 0)),
    ),
    "bone_cancellous": (
        2.5,
        0.07,
        1178,
        ((18, 13.263, 0.22), (300, 79.577, 0.25), (20000, 159.155, 0.2), (20000000, 15.915, 0)),
    ),
    "bone_cortical": (
        2.5,
        0.02,
        1908,
        ((10, 13.263, 0.2), (180, 79.577, 0.2), (5000, 159.155, 0.2), (100000, 15.915, 0)),
    ),
    "brain_grey_matter": (
        4,
        0.02,
        1045,
        ((45, 7.958, 0.1), (400, 15.915, 0.15), (200000, 106.103, 0.22), (45000000, 5.305, 0)),
    ),
    "brain_white_matter": (
        4,
        0.02,
        1041,
        ((32, 7.958, 0.1), (100, 7.958, 0.1), (40000, 53.052, 0.3), (35000000, 7.958, 0.02)),
    ),
    "cerebrospinal_fluid": (
        4,
        2,
        1007,
        ((65, 7.958, 0.1), (40, 1.592, 0), (0, 159.155, 0), (0, 15.915, 0)),
    ),
    "fat_infiltrated": (
        2.5,
        0.035,
        911,
        ((9, 7.958, 0.2), (35, 15.915, 0.1), (33000, 159.155, 0.05), (10000000, 15.915, 0.01)),
    ),
    "fat": (
        2.5,
        0.01,
        911,
        ((3, 7.958, 0.2), (15, 15.915, 0.1), (33000, 159.155, 0.05), (10000000, 7.958, 0.01)),
    ),
    "heart": (
        4,
        0.05,
        1081,
        ((50, 7.958, 0.1), (1200, 159.155, 0.05), (450000, 72.343, 0.22), (25000000, 4.547, 0)),
    ),
    "lung_deflated": (
        4,
        0.2,
        1050,
        ((45, 7.958, 0.1), (1000, 159.155, 0.1), (500000, 159.155, 0.2), (10000000, 15.915, 0)),
    ),
    "lung_inflated": (
        2.5,
        0.03,
        394,
        ((18, 7.958, 0.1), (500, 63.662, 0.1), (250000, 159.155, 0.2), (40000000, 7.958, 0)),
    ),
    "muscle": (
        4,
        0.2,
        1090,
        ((50, 7.234, 0.1), (7000, 353.678, 0.1), (1200000, 318.31, 0.1), (25000000, 2.274, 0)),
    ),
    "skin_dry": (
        4,
        0.0002,
        1109,
        ((32, 7.234, 0), (1100, 32.481, 0.2), (0, 159.155, 0.2), (0, 15.915, 0.2)),
    ),
    "skin_wet": (
        4,
        0.0004,
        1109,
        ((39, 7.958, 0.1), (280, 79.577, 0), (30000, 1.592, 0.16), (30000, 1.592, 0.2)),
    ),
}


def test_every_tissue_is_in_the_fact_table() -> None:
    assert {row.name for row in load().of(Tissue)} == set(TISSUES)


@pytest.mark.parametrize("name", TISSUES)
def test_tissue(name: str) -> None:
    """A term without a step says nothing and is left out of the row."""
    row = load().row(f"tissue-{name.replace('_', '-')}")
    assert isinstance(row, Tissue)
    infinite, conductivity, density, terms = TISSUES[name]
    assert (row.infinite, row.conductivity, row.density) == (infinite, conductivity, density)
    expected = [
        (step, pytest.approx(time * unit, rel=1e-12), broadening)
        for (step, time, broadening), unit in zip(terms, UNITS, strict=True)
        if step
    ]
    assert [(term.step, term.time, term.broadening) for term in row.terms] == expected
    assert (row.confidence, row.density_confidence) == ("confirmed", "low")


def test_tissues_are_found_by_their_words() -> None:
    (row,) = query("tissue-muscle")
    assert row.summary() == "muscle: 4 Cole-Cole terms, density 1090 kg/m3 (low)"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("time: 7.234 ps", "time: 7.234", "terms.0.time: 7.234 has no unit"),
        ("broadening: 0.1}", "broadening: 1}", "terms.0.broadening: 1: .* less than 1"),
        ("density: 1090", "density: -1", "density: -1: .* greater than 0"),
        ("conductivity: 0.2 S/m", "conductivity: 0.2", "conductivity: 0.2 has no unit"),
    ],
)
def test_bad_tissues_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (resources.standards_dir() / "tissues.yaml").read_text(encoding="utf-8")
    begin = text.index("  - id: tissue-muscle")
    row = text[begin : text.index("  - id:", begin + 1)]
    (tmp_path / "bad.yaml").write_text("rows:\n" + row.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=rf"row 'tissue-muscle': {said}"):
        load(tmp_path)
