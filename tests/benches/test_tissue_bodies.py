"""Tissues in a twin file: dispersive, or at one frequency; and a frequency that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import pipeline
from emtwin.benches.bodies import bodies_of
from emtwin.errors import InputError
from emtwin.materials.tissues import permittivity
from tests.benches.tiny_device import write_tiny_device


def _twin(folder: Path, material: str) -> Path:
    file = write_tiny_device(folder)
    text = file.read_text(encoding="utf-8").replace("material: abs", f"material: {material}")
    file.write_text(text, encoding="utf-8")
    return file


def test_a_tissue_is_a_material_of_a_part(tmp_path: Path) -> None:
    block = bodies_of(pipeline.load(_twin(tmp_path, "muscle")))[0]
    assert block.material.poles is not None
    assert "within 0.2 %" in block.material.source


def test_a_tissue_at_one_frequency(tmp_path: Path) -> None:
    block = bodies_of(pipeline.load(_twin(tmp_path, "muscle at 900 MHz")))[0]
    assert block.material.permittivity == pytest.approx(permittivity("muscle", 900e6).real)


def test_what_is_no_tissue_or_no_frequency_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no material 'musclee at 900 MHz'"):
        pipeline.load(_twin(tmp_path, "musclee at 900 MHz"))
    with pytest.raises(InputError, match="material 'muscle at noon'"):
        bodies_of(pipeline.load(_twin(tmp_path, "muscle at noon")))
    with pytest.raises(InputError, match="unknown material 'copper at 1 GHz'"):
        bodies_of(pipeline.load(_twin(tmp_path, "copper at 1 GHz")))
