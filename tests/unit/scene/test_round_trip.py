"""Whatever can be declared can be written to YAML and read back, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emtwin import scene
from emtwin.scene.document import as_yaml, parse

lengths = st.floats(1e-6, 1e3)
coordinates = st.floats(-10, 10)
ohms = st.floats(1e-3, 1e9)
words = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters='./\\[]"'), min_size=1
).filter(lambda word: word != "FILL_IN")


@st.composite
def paths(draw: st.DrawFn, dimensions: int) -> list[list[float]]:
    """Axis-aligned path: each leg moves on along another axis than the last one."""
    points = [[draw(coordinates) for _ in range(dimensions)]]
    axis = draw(st.integers(0, dimensions - 1))
    for _ in range(draw(st.integers(1, 4))):
        axis = (axis + draw(st.integers(1, dimensions - 1))) % dimensions
        point = list(points[-1])
        point[axis] = draw(coordinates.filter(lambda x, old=point[axis]: x != old))
        points.append(point)
    return points


@st.composite
def twins(draw: st.DrawFn) -> dict[str, Any]:
    """Plain values, SI numbers, of a consistent declaration."""
    part, other, victim, source, gel = draw(st.lists(words, min_size=5, max_size=5, unique=True))
    lead_end = draw(st.sampled_from(["open", "floor", {"bond": other}]))
    lead: dict[str, Any] = {
        "name": "lead",
        "path": draw(paths(3)),
        "radius": draw(lengths),
        "start": {"port": victim, "part": part},
        "end": lead_end,
    }
    if lead_end == "floor":
        lead["common_mode"] = draw(ohms)
    trace = {
        "name": "trace",
        "plane": part,
        "path": draw(paths(2)),
        "height": draw(lengths),
        "width": draw(lengths),
        "permittivity": gel,
        "start": {"port": source},
        "end": draw(st.sampled_from(["open", {"load": 50.0}])),
    }
    frequency = draw(st.floats(1e3, 1e9))
    emission = {
        "frequency": frequency,
        "amplitude": draw(st.floats(1e-3, 1e3)),
        "rise_time": 0.1 / frequency,
        "duty": draw(st.floats(0.2, 0.8)),
    }
    immunity = {"threshold": draw(st.floats(1e-9, 1e3)), "quantity": "demodulated"}
    accuracy = {"preset": "fine", "memory": 1e9, "finest_cell": draw(lengths)}
    return {
        "emtwin": 1,
        "device": {
            "name": draw(words),
            "mesh": {"file": "pump.msh", "unit": draw(st.sampled_from(["mm", "inch"]))},
            "parts": [
                {"name": part, "material": gel, "priority": draw(st.integers(-9, 9))},
                {"name": other, "material": "copper", "kind": "sheet"},
            ],
            "cables": [lead],
            "traces": [trace],
            "ports": [
                {"name": victim, "termination": {"resistance": draw(ohms)}, "immunity": immunity},
                {"name": source, "termination": {"resistance": 50.0}, "emission": emission},
            ],
        },
        "environment": "home",
        "accuracy": draw(st.sampled_from(["draft", "normal", accuracy])),
        "materials": {gel: {"permittivity": draw(st.floats(1, 100)), "source": draw(words)}},
    }


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=twins())
def test_twin_survives_writing_and_reading(values: dict[str, Any], folder: Path) -> None:
    values["device"]["mesh"]["file"] = str(folder.resolve() / "pump.msh")
    twin = scene.Twin.model_validate(values)
    path = folder / "written.yaml"
    path.write_text(scene.dump(twin), encoding="utf-8")
    assert scene.load(path).twin == twin
    assert scene.dump(scene.load(path).twin) == scene.dump(twin)


def test_python_takes_si_numbers_and_written_quantities() -> None:
    assert scene.Termination(resistance=50.0) == scene.Termination.model_validate(
        {"resistance": "50 ohm"}
    )
    with pytest.raises(ValueError, match="greater than 0"):
        scene.Termination(resistance=-1.0)


@pytest.mark.parametrize("word", ["0E0", "1e9", "on", "no", "010", "0x1F", "~", "null", "1.", ".5"])
def test_words_that_look_like_numbers_stay_words(word: str) -> None:
    """The loader reads YAML 1.2, PyYAML writes 1.1: what either takes for no text is quoted."""
    assert parse(as_yaml({"name": word}), Path("twin.yaml")).data == {"name": word}
