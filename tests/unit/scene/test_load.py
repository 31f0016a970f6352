"""A good file becomes SI floats with lines; every bad file says what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from emtwin import scene
from emtwin.errors import InputError, Problem

Write = Callable[..., Path]
Find = Callable[..., tuple[Problem, ...]]
Regions = Callable[[scene.MeshFile], tuple[str, ...]]


def test_good_file_in_si_units(
    write: Write, folder: Path, library: tuple[str, ...], regions: Regions
) -> None:
    loaded = scene.load(write(), materials=library, regions=regions)
    device = loaded.twin.device
    sensor, lead = device.cables
    assert sensor.path == ((0.01, 0.0, 0.02), (0.01, 0.3, 0.02))
    assert sensor.start == scene.EndPort(port="sensor_input", part="ground_plane")
    assert (sensor.end, lead.end) == (scene.EndOpen(), scene.EndFloor())
    assert (lead.start, lead.foot_impedance) == (scene.EndBond(bond="frame"), 100.0)
    assert sensor.foot_impedance == 150.0
    (trace,) = device.traces
    assert trace.end == scene.EndLoad(load=75.0, part="ground_plane")
    assert (trace.height, trace.path) == (0.00036, ((0.0, 0.0), (0.0, 0.04)))
    assert device.port("clock").emission == scene.ClockSource(
        frequency=24e6, amplitude=3.3, rise_time=1.5e-9
    )
    assert device.port("sensor_input").termination.capacitance == 100e-12
    assert device.mesh_of(device.parts[0]).file == (folder / "pump.msh").resolve()
    assert [device.region_of(p) for p in device.parts][2:] == ["ground_plane", "window"]
    assert loaded.twin.tests.radiated_emission.class_ == "B"
    assert loaded.twin.materials["gel"].conductivity == 0.01


def test_lines_and_provenance(write: Write, good: str) -> None:
    loaded = scene.load(write())
    assert loaded.text == good
    assert loaded.sha256 == hashlib.sha256(good.encode()).hexdigest()
    assert loaded.line_of("device.ports[0].termination.resistance") == 33
    assert loaded.line_of("device.ports[1].nothing") == 35
    problem = loaded.problem("device.parts[1].material", "is soft", "harden it")
    assert (problem.file, problem.line) == (loaded.path, 7)


def test_models_are_frozen(write: Write) -> None:
    twin = scene.load(write()).twin
    with pytest.raises(ValidationError, match="frozen"):
        twin.environment = "home"


def test_tests_and_accuracy_have_defaults(write: Write) -> None:
    path = write(
        ("tests:\n  radiated_immunity: {}\n  radiated_emission: {class: B, distance: 3 m}\n", ""),
        ("accuracy: draft\n", ""),
    )
    twin = scene.load(path).twin
    assert twin.tests.radiated_emission.distance == 3.0
    assert twin.accuracy.settings().name == "draft"


# One row per message: replaced text, new text, field, part of the message, part of the remedy.
MESSAGES = [
    ("radius: 1 mm", "radius: 1", "device.cables[0].radius", "1 has no unit", "1.6 mm"),
    ("radius: 1 mm", "radius: -1 mm", "device.cables[0].radius", "'-1 mm' must be gr", "greater"),
    ("radius: 1 mm", "radius: 1 V", "device.cables[0].radius", "'1 V' is a voltage", "a length"),
    ("radius: 1 mm", "radius: 1 km/h", "device.cables[0].radius", "unknown unit 'km/h'", "length"),
    ("radius: 1 mm", "radius:", "device.cables[0].radius", "None is not a quantity", "length"),
    ("      radius: 1 mm\n", "", "device.cables[0].radius", "is missing", "'radius: 1.6 mm'"),
    (
        "radius: 1 mm",
        "radius: 1 mm\n      x: 2",
        "device.cables[0].x",
        "unknown field 'x'",
        "known",
    ),
    ("      end: open\n", "", "device.cables[0].end", "is missing", "'end: open'"),
    ("end: open", "end: opne", "device.cables[0].end", "'opne' is not a known", "open, floor"),
    ("end: open", "end: {bnd: x}", "device.cables[0].end", "is not a known end", "'bond'"),
    ("end: open", "end: {}", "device.cables[0].end", "{} is not a known end", "write one of"),
    ("end: open", "end: {bond: farme}", "device.cables[0].end.bond", "no part 'farme'", "'frame'"),
    ("end: open", "end: {load: 5 ohm}", "device.cables[0].end.part", "is missing", "part: ..."),
    (
        "end: open",
        "end: {bond: frame, prot: x}",
        "device.cables[0].end.prot",
        "unknown field",
        "known fields here: bond",
    ),
    (
        "start: {bond: frame}",
        "start: floor",
        "device.cables[1].start",
        "'floor'",
        "part: PART}, open",
    ),
    ("end: floor", "end: open", "device.cables[1].common_mode", "needs an end on", "end: floor"),
    ("end: {load: 75 ohm}", "end: floor", "device.traces[0].end", "floor", "{port: PORT}"),
    (
        "end: {load: 75 ohm}",
        "end: {bond: frame}",
        "device.traces[0].end.bond",
        "not the trace's plane 'ground_plane'",
        "bond: ground_plane",
    ),
    ("plane: ground_plane", "plane: grnd_plane", "device.traces[0].plane", "no part", "ground_pl"),
    ("permittivity: fr4", "permittivity: fr5", "device.traces[0].permittivity", "no mat", "'fr4'"),
    ("material: abs", "material: ABS", "device.parts[0].material", "material 'ABS'", "'abs'"),
    ("material: abs", "material: ABS plastic", "device.parts[0].material", "no material", "'abs'"),
    ("material: abs", "material: jelly", "device.parts[0].material", "no material", "known mat"),
    ("priority: 5", "priority: high", "device.parts[1].priority", "not a whole number", "whole"),
    ("priority: 5", "priority: 5.5", "device.parts[1].priority", "not a whole number", "whole"),
    ("name: frame", "name: 5", "device.parts[1].name", "5 is not text", 'quotes: "5"'),
    ("name: frame", "name: a/b", "device.parts[1].name", "character '/'", "use letters"),
    ("name: frame", "name: ''", "device.parts[1].name", "is empty", "give a name"),
    ("name: frame", "name: housing", "device.parts[1].name", "already used on line 6", "another"),
    ("name: dc_lead", "name: clock_trace", "device.traces[0].name", "already used", "another"),
    ("name: frame,", "name: farme,", "device.parts[1].name", "no region 'farme'", "'frame'"),
    (
        "name: frame, material: aluminium",
        "name: frame, region: housing, material: copper",
        "device.parts[1].region",
        "already the part 'housing'",
        "another region",
    ),
    ("kind: sheet", "kind: shet", "device.parts[2].kind", "not one of solid, sheet", "'sheet'"),
    ("file: pump.msh", "file: pomp.msh", "device.mesh.file", "does not exist", "'pump.msh'"),
    ("file: pump.msh", "file: no/pump.msh", "device.mesh.file", "does not exist", "folder"),
    ("file: pump.msh", "file: .", "device.mesh.file", "is a folder", "name the mesh"),
    ("pump.msh, unit: mm", "pump.msh, unit: km", "device.mesh.unit", "'km' is not one", "'"),
    ("  mesh: {file: pump.msh, unit: mm}\n", "", "device.parts[0]", "has no mesh", "add 'mesh"),
    (
        "[10 mm, 0 mm, 20 mm],",
        "",
        "device.cables[0].path",
        "the path has 1 point where at least 2",
        "add the",
    ),
    ("[10 mm, 0 mm, 20 mm]", "[1 mm, 0 mm]", "device.cables[0].path[0][2]", "is missing", "add"),
    ("[10 mm, 300 mm", "[9 mm, 300 mm", "device.cables[0].path", "changes x and y", "corner"),
    ("[10 mm, 300 mm", "[10 mm, 0 mm", "device.cables[0].path", "leg 1 from (10 mm, 0 m", "remove"),
    (
        "[-10 mm, 30 cm, 0 mm]",
        "[-10 mm, 5 mm, 20 mm]",
        "device.cables[1].path",
        "leg 2 from (-10 mm, 300 mm, 20 mm) to (-10 mm, 5 mm, 20 mm) runs back over leg 1",
        "turning point",
    ),
    (
        "path: [[0 mm, 0 mm], [0 mm, 40 mm]]",
        "path: 3",
        "device.traces[0].path",
        "3 is not a",
        "list",
    ),
    ("resistance: 1 kohm", "resistance: -5 ohm", "device.ports[0].termination", "greater", "give"),
    ("duty: 0.5", "duty: 1.5", "device.ports[1].emission.duty", "less than 1", "less than 1"),
    ("duty: 0.5", "duty: half", "device.ports[1].emission.duty", "'half' is not a number", "write"),
    ("duty: 0.5", "duty: .nan", "device.ports[1].emission.duty", "not a finite number", "finite"),
    ("1.5 ns", "30 ns", "device.ports[1].emission", "rise time of 30 ns does not", "shorten"),
    ("quantity: carrier_rms", "quantity: rms", "device.ports[0].immunity", "'rms' is not", "known"),
    ("{port: clock}", "{port: clok}", "device.traces[0].start.port", "no port 'clok'", "'clock'"),
    ("{port: clock}", "open", "device.ports[1]", "'clock' is at no end", "start: {port: clock"),
    (
        "{port: clock}",
        "{port: sensor_input}",
        "device.traces[0].start.port",
        "already at device.cables[0].start.port",
        "port of its own",
    ),
    ("immunity: {thr", "# {thr", "tests.radiated_immunity", "no port has 'immunity'", "REASON"),
    ("emission: {freq", "# {freq", "tests.radiated_emission", "no port has 'emission'", "REASON"),
    ("environment: professional", "environment: hom", "environment", "'hom' is not", "'home'"),
    ("immunity: {}", "immunity:", "tests.radiated_immunity", "is empty where a map", "give a"),
    (
        "immunity: {}",
        "immunity: {not_applicable: ''}",
        "tests.radiated_immunity.not_applicable",
        "is empty",
        "sentence",
    ),
    ("distance: 3 m", "distance: 5 m", "tests.radiated_emission.distance", "5 m is not", "10 m"),
    ("class: B", "class_: B", "tests.radiated_emission.class_", "unknown field", "'class'"),
    ("accuracy: draft", "accuracy: darft", "accuracy.preset", "'darft' is not", "'draft'"),
    ("accuracy: draft", "accuracy: {f_max: 1e9}", "accuracy.f_max", "no unit", "24 MHz"),
    ("accuracy: draft", "accuracy: {max_steps: 5}", "accuracy.max_steps", "at least 100", "100"),
    (
        "permittivity: 3",
        "permittivity: 0.5",
        "materials.gel.permittivity",
        "at least 1",
        "at least",
    ),
    (", source: data sheet", "", "materials.gel.source", "is missing", "add 'source"),
    (", source: data sheet", ", sorce: x", "materials.gel.sorce", "unknown field", "'source'"),
    ("gel: {", "gel: 3 #", "materials.gel", "3 is not a mapping", "a mapping"),
    ("emtwin: 1", "emtwin: 2", "emtwin", "2 is not one of 1", "known values: 1"),
    ("emtwin: 1\n", "", "emtwin", "is missing", "add 'emtwin: "),
    ("  ports:", "  prots:", "device.prots", "unknown field 'prots'", "'ports'"),
    ("  name: Pump\n", "", "device.name", "is missing", "add 'name: ...'"),
    ("name: Pump", "name: FILL_IN", "device.name", "is still blank", "comment beside"),
]


@pytest.mark.parametrize(("old", "new", "field", "message", "remedy"), MESSAGES)
def test_message_names_field_line_value_and_remedy(
    find: Find, old: str, new: str, field: str, message: str, remedy: str
) -> None:
    problems = [p for p in find((old, new)) if p.field.startswith(field)]
    assert problems, f"nothing about {field}"
    said = [p for p in problems if message in p.message and remedy in p.remedy]
    assert said, [str(p) for p in problems]
    assert said[0].line is not None
    assert said[0].file is not None


def test_all_problems_come_at_once_in_the_order_of_lines(find: Find) -> None:
    chosen = [MESSAGES[i] for i in (0, 15, 19, 20, 27, 44, 55)]
    problems = find(*((old, new) for old, new, *_ in chosen))
    fields = " ".join(p.field for p in problems)
    assert all(field in fields for _, _, field, _, _ in chosen)
    lines = [p.line for p in problems if p.line is not None]
    assert lines == sorted(lines)
    assert len(lines) == len(problems)


def test_a_bad_point_is_not_reported_as_a_missing_one(find: Find) -> None:
    (problem,) = find(("[0 mm, 40 mm]", "[0 mm, 40]"))
    assert problem.field == "device.traces[0].path[1][1]"


def test_device_without_parts(write: Write) -> None:
    path = write()
    path.write_text("emtwin: 1\ndevice: {name: x, parts: []}\nenvironment: home\n")
    with pytest.raises(InputError) as caught:
        scene.load(path)
    said = {p.field: p.message for p in caught.value.problems}
    assert said["device.parts"] == "holds no part"
    assert set(said) == {"device.parts", "tests.radiated_immunity", "tests.radiated_emission"}


def test_a_blank_is_reported_once(find: Find) -> None:
    problems = find(("0.36 mm", "FILL_IN"), ("plane: ground_plane", "plane: FILL_IN"))
    fields = [p.field for p in problems]
    assert fields.count("device.traces[0].height") == 1
    assert fields.count("device.traces[0].plane") == 1


def test_problems_of_a_mesh_are_reported_with_the_others(write: Write) -> None:
    def broken(mesh: scene.MeshFile) -> tuple[str, ...]:
        raise InputError.single(f"{mesh.file.name} has no triangles", remedy="export it again")

    with pytest.raises(InputError) as caught:
        scene.load(write(("radius: 1 mm", "radius: 1")), regions=broken)
    messages = [(p.field, p.message) for p in caught.value.problems]
    assert messages == [
        ("device.mesh.file", "pump.msh has no triangles"),
        ("device.parts[3].mesh.file", "window.stl has no triangles"),
        ("device.cables[0].radius", "1 has no unit"),
    ]


def test_class_a_at_home_is_refused(find: Find) -> None:
    (problem,) = find(("professional", "home"), ("class: B", "class: A"))
    assert problem.field == "tests.radiated_emission.class"
    assert "class A is not allowed in the home environment" in problem.message
    assert "class: B" in problem.remedy


def test_a_test_may_be_declared_not_applicable(write: Write) -> None:
    twin = scene.load(
        write(
            ("immunity: {}", "immunity: {not_applicable: only a mock-up}"),
            ("immunity: {threshold: 0.2 V, quantity: carrier_rms}", ""),
        )
    ).twin
    assert twin.tests.radiated_immunity.not_applicable == "only a mock-up"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "the file is empty"),
        (b"# only a comment\n", None, "the file is empty"),
        (b"- 1\n- 2\n", 1, "not a mapping of fields"),
        (b"hello\n", 1, "'hello', not a mapping"),
        (b"emtwin: 1\ndevice: {name: x\n", 3, "YAML syntax"),
        (b"emtwin: 1\n\tdevice: 2\n", 2, "YAML syntax"),
        (b"emtwin: 1\ndevice: a: b\n", 2, "mapping values are not allowed here (column 10"),
        (b"emtwin: 1\n---\nemtwin: 1\n", 2, "single document"),
        (b"emtwin: 1\n\nemtwin: 1\n", 3, "the key 'emtwin' is already on line 1"),
        (b"emtwin: !!python/object:os.system 1\n", 1, "the YAML tag"),
        (b"device: !thing {}\n", 1, "the YAML tag '!thing'"),
        (b"? [a, b]\n: 1\n", 1, "a key is a list or mapping"),
        (b"device: &d [*d]\n", 1, "an alias holds itself"),
        (b"a: *nothing\n", 1, "undefined alias"),
        (b"emtwin: 1\nname: \xff\n", 2, "byte 0xff is not UTF-8"),
        (b"emtwin: 1\nname: \x07\n", 2, "cannot hold the character '\\x07'"),
        (b"[" * 3000, None, "nested too deeply"),
        (b" " * (2**20 + 1), None, "1.0 MiB; a twin file has less than 1 MiB"),
    ],
)
def test_broken_text(tmp_path: Path, content: bytes, line: int | None, message: str) -> None:
    path = tmp_path / "twin.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        scene.load(path)
    matching = [p for p in caught.value.problems if message in p.message]
    assert matching, str(caught.value)
    assert matching[0].remedy
    assert (matching[0].line, matching[0].file) == (line, path)


def test_alias_bomb_ends(tmp_path: Path) -> None:
    levels = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    path = tmp_path / "twin.yaml"
    path.write_text("\n".join(["a0: &a0 [1]", *levels]))
    with pytest.raises(InputError, match="more than 100000 values"):
        scene.load(path)


def test_missing_file_proposes_a_neighbour(write: Write) -> None:
    path = write()
    with pytest.raises(InputError) as caught:
        scene.load(path.with_name("twn.yaml"))
    (problem,) = caught.value.problems
    assert problem.message == "the file does not exist"
    assert problem.remedy == "did you mean 'twin.yaml'?"


def test_folder_and_mesh_are_not_twin_files(folder: Path) -> None:
    with pytest.raises(InputError, match="it is a folder"):
        scene.load(folder)
    with pytest.raises(InputError, match=r"emtwin init pump\.msh"):
        scene.load(folder / "pump.msh")


def test_scalars_follow_yaml_1_2(write: Write) -> None:
    path = write(
        ("accuracy: draft", "accuracy: {cells_per_wavelength: 1.2e1, max_steps: 010000}"),
        ("name: Pump", "name: on"),
        ("permittivity: 3", "permittivity: 3e0"),
    )
    twin = scene.load(path).twin
    assert twin.accuracy.settings().cells_per_wavelength == 12.0
    assert twin.accuracy.settings().max_steps == 10000
    assert twin.device.name == "on"
    assert twin.materials["gel"].permittivity == 3.0
