"""openEMS's files: what is written for it, what is read back; no openEMS is needed."""

from __future__ import annotations

import math
import stat
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pytest

from benchmarks import openems, peer_scenes
from benchmarks.openems import OpenEmsError
from benchmarks.peer_scenes import Scene
from emtwin.constants import EPS0
from emtwin.solver import Pulse

PRINTED = """\
 | openEMS 64bit -- version v0.0.35
Multithreaded engine using 2 threads. Utilization: (11;10)
[@        4s] Timestep:          678 || Speed:   28.3 MC/s (5.909e-03 s/TS)
Time for 12 iterations with {cells} cells : {seconds} sec
"""
DT = 0.5e-12


@pytest.fixture
def microstrip() -> Scene:
    return peer_scenes.microstrip(quick=True)


def _root(scene: Scene) -> Xml.Element:
    root = openems.document(scene, DT, 1000).getroot()
    assert root is not None
    return Xml.fromstring(Xml.tostring(root))  # what a reader gets


def _found(root: Xml.Element, path: str) -> Xml.Element:
    found = root.find(path)
    assert found is not None, path
    return found


def _corners(element: Xml.Element) -> np.ndarray:
    box = _found(element, "Primitives/Box")
    return np.array([[float(_found(box, p).get(a, "")) for a in "XYZ"] for p in ("P1", "P2")])


def test_lines_faces_steps_and_end(microstrip: Scene) -> None:
    root = _root(microstrip)
    for axis, lines in zip("XYZ", microstrip.grid.lines, strict=True):
        text = _found(root, f"ContinuousStructure/RectilinearGrid/{axis}Lines").text
        assert text is not None
        np.testing.assert_array_equal([float(v) for v in text.split(",")], lines)
    assert _found(root, "ContinuousStructure/RectilinearGrid").get("DeltaUnit") == "1"
    faces = _found(root, "FDTD/BoundaryCond").attrib
    assert faces == {
        **dict.fromkeys(("xmin", "xmax", "ymin", "ymax", "zmax"), "PML_10"),
        "zmin": "PEC",
    }
    settings = _found(root, "FDTD").attrib
    assert float(settings["TimeStep"]) == DT
    assert settings["NumberOfTimesteps"] == "1000"
    assert 0 < float(settings["endCriteria"]) < 1e-200  # 0 would mean its default


def test_readings_come_every_so_many_steps(microstrip: Scene) -> None:
    """openEMS takes the whole part of 1 / (2 f0 dt) as Nyquist interval, over its oversampling."""
    root = _root(microstrip)
    f0 = float(_found(root, "FDTD/Excitation").get("f0", ""))
    oversampling = int(_found(root, "FDTD").get("OverSampling", ""))
    assert int(1 / (2 * f0 * DT)) // oversampling == microstrip.every


def test_formula_is_the_pulse_half_a_step_later() -> None:
    """openEMS adds the value at n dt in the step from n to n + 1, where a current is at n + 1/2."""
    pulse = Pulse(1e9, 3.0)
    formula = openems.function_of(pulse, 20e-12)
    for n in (0, 60, 100, 130):
        value = eval(formula, {"exp": math.exp, "t": n * 20e-12})
        assert value == pytest.approx(float(pulse(np.array((n + 0.5) * 20e-12))), rel=1e-9)


def test_current_becomes_the_field_that_it_adds_in_a_step(microstrip: Scene) -> None:
    """-i dt / (eps A): below the strip eps is 4.4 eps0, and the cells across are 0.5 x 0.25 mm."""
    excitation = _found(_root(microstrip), "ContinuousStructure/Properties/Excitation")
    x, y, z = (float(v) for v in excitation.get("Excite", "").split(","))
    assert (x, y) == (0, 0)
    assert z == pytest.approx(-DT / (4.4 * EPS0 * 0.5e-3 * 0.25e-3))
    assert excitation.get("Type") == "0"
    lo, hi = _corners(excitation)
    np.testing.assert_allclose(hi - lo, [0, 0, 0.2e-3], atol=1e-12)


def test_block_plate_and_probes_stand_where_the_scene_has_them(microstrip: Scene) -> None:
    properties = _found(_root(microstrip), "ContinuousStructure/Properties")
    block = _found(properties, "Material")
    assert float(_found(block, "Property").get("Epsilon", "")) == 4.4
    assert _corners(block)[1, 2] == pytest.approx(1.6e-3)
    np.testing.assert_allclose(
        _corners(_found(properties, "Metal"))[:, 1:], [[-1.5e-3, 1.6e-3], [1.5e-3, 1.6e-3]]
    )
    probes = {probe.get("Name"): probe for probe in properties.findall("ProbeBox")}
    assert [probe.get("Type") for probe in probes.values()] == ["0", "1", "1"]
    np.testing.assert_allclose(_corners(probes["v"])[:, 2], [0, 1.6e-3])
    loop = _corners(probes["i0"])
    assert probes["i0"].get("NormDir") == "0"
    assert loop[0, 0] == loop[1, 0]
    # Half a cell outside the strip: 0.125 mm at its sides, 0.1 mm below it.
    np.testing.assert_allclose(loop[:, 1], [-1.625e-3, 1.625e-3], rtol=1e-9)
    assert loop[0, 2] == pytest.approx(1.5e-3)
    assert loop[1, 2] > 1.6e-3


def test_probe_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "v"
    file.write_text("% by openEMS\n% t/s\tvoltage\n0\t0\n1e-12\t-0.5\n2e-12\t0.25\n")
    found = openems.reading(file)
    np.testing.assert_array_equal(found.times, [0, 1e-12, 2e-12])
    np.testing.assert_array_equal(found.values, [0, -0.5, 0.25])


def test_probe_without_values_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "v"
    with pytest.raises(OpenEmsError, match="wrote no v"):
        openems.reading(file)
    file.write_text("% by openEMS\n0\t0\n")
    with pytest.raises(OpenEmsError, match="1 values to v"):
        openems.reading(file)


@pytest.mark.parametrize(
    ("cells", "seconds", "expected"),
    [("8925", "0.155553", 0.155553), ("167445.00", "8.40", 8.4), ("1.7e+05", "1.2e+01", 12.0)],
)
def test_what_it_printed_is_understood(cells: str, seconds: str, expected: float) -> None:
    """The format of the last lines changes once it has printed a line of progress."""
    outcome = openems.understood(PRINTED.format(cells=cells, seconds=seconds), 20.0, {})
    assert (outcome.version, outcome.steps, outcome.threads) == ("v0.0.35", 12, 2)
    assert outcome.loop_seconds == expected
    assert outcome.process_seconds == 20.0


def test_other_text_is_refused() -> None:
    with pytest.raises(OpenEmsError, match="no version, loop time or threads"):
        openems.understood("openEMS 64bit -- version v1\nsomething else", 1.0, {})


def test_missing_program_says_how_to_install_it(
    microstrip: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.openems.shutil.which", lambda name: None)
    with pytest.raises(OpenEmsError, match="apt-get install openems"):
        openems.run(microstrip, DT, 12, 2, tmp_path)


def _stand_in(folder: Path, body: str) -> str:
    """A program that is started as openEMS would be."""
    program = folder / "stand_in"
    program.write_text(f"#!{sys.executable}\nimport sys\n{body}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


WRITES = f"""
assert sys.argv[1] == "scene.xml" and "--numThreads=2" in sys.argv
assert open(sys.argv[1]).read(5) == "<?xml"
for name in ("v", "i0", "i1"):
    with open(name, "w") as file:
        print("% probe\\n0 0\\n{{}} 1".format(STEP), file=file)
print('''{PRINTED.format(cells=9, seconds=1.5)}''')
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a #! line")
@pytest.mark.parametrize(
    ("steps", "factor", "refusal"),
    [(12, 1.0, None), (13, 1.0, "12 steps on 2 threads, not 13"), (12, 0.9, "another time step")],
)
def test_a_run_that_is_not_the_one_asked_for_is_refused(
    steps: int,
    factor: float,
    refusal: str | None,
    microstrip: Scene,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = f"STEP = {factor * microstrip.every * DT!r}" + WRITES
    program = _stand_in(tmp_path, body)
    monkeypatch.setattr("benchmarks.openems.shutil.which", lambda name: program)
    if refusal is None:
        outcome = openems.run(microstrip, DT, steps, 2, tmp_path)
        assert outcome.readings.keys() == {"v", "i0", "i1"}
        assert 0 < outcome.process_seconds < 60
        return
    with pytest.raises(OpenEmsError, match=refusal):
        openems.run(microstrip, DT, steps, 2, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a #! line")
def test_a_program_that_fails_is_quoted(
    microstrip: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _stand_in(tmp_path, "sys.exit('no memory')")
    monkeypatch.setattr("benchmarks.openems.shutil.which", lambda name: program)
    with pytest.raises(OpenEmsError, match="ended with 1: no memory"):
        openems.run(microstrip, DT, 12, 2, tmp_path)
