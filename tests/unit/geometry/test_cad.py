"""STEP, glTF and 3MF: names, sizes, units, and every message."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import FileOptions, cad, read_regions
from tests.unit.geometry.step_boxes import Instance, step

pytest.importorskip("cascadio", reason="the extra 'cad' is not installed")
pytest.importorskip("trimesh", reason="the extra 'cad' is not installed")

BOXES = {"base": (100.0, 60.0, 20.0), "screw": (4.0, 4.0, 10.0), "clip": (5.0, 5.0, 5.0)}
ASSEMBLY = {
    "lid": [Instance("clip:1", "clip", (10, 0, 0))],
    "device": [
        Instance("base:1", "base", (0, 0, 0)),
        Instance("left", "screw", (5, 5, 20)),
        Instance("right", "screw", (50, 5, 20)),
        Instance("lid:1", "lid", (0, 0, 40)),
    ],
}


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cad") / "device.step"
    path.write_text(step(BOXES, ASSEMBLY))
    return path


def test_parts_of_a_step_assembly_keep_name_place_and_size(assembly: Path) -> None:
    """Instances are numbered, an inner assembly comes before its parts, the outer one does not."""
    regions = read_regions(assembly)
    assert list(regions) == ["base", "screw", "screw_2", "lid/clip"]
    volumes = [1e9 * region.surface.signed_volume for region in regions.values()]
    assert volumes == pytest.approx([120000, 160, 160, 125])
    # Exactly the millimetres that were written, not their single-precision neighbours.
    assert regions["screw_2"].surface.lo.tolist() == [0.05, 0.005, 0.02]
    assert regions["lid/clip"].surface.hi.tolist() == [0.015, 0.005, 0.045]
    assert {region.kind for region in regions.values()} == {"solid"}
    assert all(not region.notices for region in regions.values())


@pytest.mark.parametrize(("unit", "scale"), [("m", 1.0), ("inch", 0.0254)])
def test_a_step_file_in_another_unit(tmp_path: Path, unit: str, scale: float) -> None:
    """cascadio turns every STEP file into metres; what is declared is held against the text."""
    (tmp_path / "base.stp").write_text(step({"base": (1.0, 0.5, 0.25)}, {}, unit=unit))
    region = read_regions(tmp_path / "base.stp", unit)["base"]
    assert region.surface.hi == pytest.approx([scale, 0.5 * scale, 0.25 * scale], rel=1e-6)


def test_a_declared_unit_that_contradicts_the_file(assembly: Path) -> None:
    assert list(read_regions(assembly, "mm")) == list(read_regions(assembly))
    with pytest.raises(
        InputError, match=r"its unit is mm, but 'inch' is decl.*\n.*remove the decl"
    ):
        read_regions(assembly, "inch")


CYLINDER = 0.02, 0.03  # radius and height in metres


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file cannot be read as step: .*expecting STEP"),
        (bytes(300), "the file cannot be read as step: .*expecting STEP"),
        (step(BOXES, {})[:3000].encode(), "the file cannot be read as step: .*StepFile"),
    ],
)
def test_a_broken_step_file(
    tmp_path: Path, content: bytes, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "part.step").write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_regions(tmp_path / "part.step")
    assert "AP214" in caught.value.problems[0].remedy
    assert capfd.readouterr() == ("", "")


def test_a_step_file_that_takes_too_long(assembly: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cad, "TIME_LIMIT", 1e-3)
    with pytest.raises(InputError, match=r"could not be read as step within 0 s.*\n.*tolerance"):
        read_regions(assembly, options=FileOptions(tolerance=1e-4))


def test_without_the_extra_the_command_is_told(
    assembly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cad, "missing_packages", lambda: ["cascadio", "trimesh"])
    with pytest.raises(InputError, match=r"needs cascadio, trimesh.*\n.*emtwin\[cad\]"):
        read_regions(assembly, options=FileOptions(tolerance=2e-4))


def test_options_that_do_not_fit_are_refused_together(assembly: Path) -> None:
    options = FileOptions(cell_data="material", labels={1: "skin"})
    with pytest.raises(InputError) as caught:
        read_regions(assembly, options=options)
    assert [problem.message for problem in caught.value.problems] == [
        "'cell_data' is for cell arrays of a mesh, and this is a file of format step",
        "'labels' is for volumes of labels, and this is a file of format step",
    ]


def test_the_tolerance_is_the_largest_distance_of_a_facet(tmp_path: Path) -> None:
    """A facet of a cylinder of radius r lies r (1 - cos(angle / 2)) below it; the volume of the
    prism of n sides is n/2 sin(2 pi / n) r^2 h.
    """
    radius, height = CYLINDER
    (tmp_path / "rod.step").write_text(_cylinder(1e3 * radius, 1e3 * height))
    coarse, fine = (
        read_regions(tmp_path / "rod.step", options=FileOptions(tolerance=tolerance))["rod"]
        for tolerance in (1e-4, 1e-5)
    )
    exact = np.pi * radius**2 * height
    for region, tolerance in ((coarse, 1e-4), (fine, 1e-5)):
        sides = 2 * np.pi / np.arccos(1 - tolerance / radius) / 2
        largest = 1 - sides / 2 / np.pi * np.sin(2 * np.pi / sides)
        assert 0 < 1 - region.surface.signed_volume / exact < largest
    assert len(fine.surface.triangles) > 2 * len(coarse.surface.triangles)


def _cylinder(radius: float, height: float) -> str:
    """STEP text of the box of the same name with its body replaced by a cylinder."""
    text = step({"rod": (1.0, 1.0, 1.0)}, {})
    free = text.count(" = ") + 1
    frame = f"#{free + 5}"
    body = f"""\
#{free} = CARTESIAN_POINT('',(0.,0.,0.));
#{free + 1} = DIRECTION('',(0.,0.,1.));
#{free + 2} = DIRECTION('',(1.,0.,0.));
#{free + 3} = CARTESIAN_POINT('',(0.,0.,{height}));
#{free + 4} = AXIS2_PLACEMENT_3D('',#{free + 3},#{free + 1},#{free + 2});
{frame} = AXIS2_PLACEMENT_3D('',#{free},#{free + 1},#{free + 2});
#{free + 6} = CARTESIAN_POINT('',({radius},0.,0.));
#{free + 7} = CARTESIAN_POINT('',({radius},0.,{height}));
#{free + 8} = VERTEX_POINT('',#{free + 6});
#{free + 9} = VERTEX_POINT('',#{free + 7});
#{free + 10} = CIRCLE('',{frame},{radius});
#{free + 11} = CIRCLE('',#{free + 4},{radius});
#{free + 12} = EDGE_CURVE('',#{free + 8},#{free + 8},#{free + 10},.T.);
#{free + 13} = EDGE_CURVE('',#{free + 9},#{free + 9},#{free + 11},.T.);
#{free + 14} = VECTOR('',#{free + 1},1.);
#{free + 15} = LINE('',#{free + 6},#{free + 14});
#{free + 16} = EDGE_CURVE('',#{free + 8},#{free + 9},#{free + 15},.T.);
#{free + 17} = ORIENTED_EDGE('',*,*,#{free + 12},.T.);
#{free + 18} = ORIENTED_EDGE('',*,*,#{free + 16},.T.);
#{free + 19} = ORIENTED_EDGE('',*,*,#{free + 13},.F.);
#{free + 20} = ORIENTED_EDGE('',*,*,#{free + 16},.F.);
#{free + 21} = EDGE_LOOP('',(#{free + 17},#{free + 18},#{free + 19},#{free + 20}));
#{free + 22} = FACE_OUTER_BOUND('',#{free + 21},.T.);
#{free + 23} = CYLINDRICAL_SURFACE('',{frame},{radius});
#{free + 24} = ADVANCED_FACE('',(#{free + 22}),#{free + 23},.T.);
#{free + 25} = ORIENTED_EDGE('',*,*,#{free + 12},.F.);
#{free + 26} = EDGE_LOOP('',(#{free + 25}));
#{free + 27} = FACE_OUTER_BOUND('',#{free + 26},.T.);
#{free + 28} = PLANE('',{frame});
#{free + 29} = ADVANCED_FACE('',(#{free + 27}),#{free + 28},.F.);
#{free + 30} = ORIENTED_EDGE('',*,*,#{free + 13},.T.);
#{free + 31} = EDGE_LOOP('',(#{free + 30}));
#{free + 32} = FACE_OUTER_BOUND('',#{free + 31},.T.);
#{free + 33} = PLANE('',#{free + 4});
#{free + 34} = ADVANCED_FACE('',(#{free + 32}),#{free + 33},.T.);
#{free + 35} = CLOSED_SHELL('',(#{free + 24},#{free + 29},#{free + 34}));
#{free + 36} = MANIFOLD_SOLID_BREP('',#{free + 35});
ENDSEC;
END-ISO-10303-21;"""
    head = text[: text.rindex("ENDSEC;")]
    old = head[head.index("ADVANCED_BREP_SHAPE_REPRESENTATION('',(") :].split(")")[0].split(",")[-1]
    return head.replace(f",{old}),", f",#{free + 36}),") + body


BOX = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype="<f4")
FACES = np.array(
    [t for a, b, c, d in ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4),
                          (1, 5, 7, 3)) for t in ((a, b, c), (a, c, d))],
    dtype="<u2",
)  # fmt: skip


def gltf(nodes: list[dict[str, object]], roots: list[int], uri: str = "") -> dict[str, object]:
    """glTF scene of `nodes` that share one box of 0.1 m."""
    length = (BOX * 0.1).nbytes + FACES.nbytes
    buffer = {"byteLength": length} | ({"uri": uri} if uri else {})
    return {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": roots}],
        "nodes": nodes,
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3",
             "min": [0, 0, 0], "max": [0.1, 0.1, 0.1]},
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 96},
            {"buffer": 0, "byteOffset": 96, "byteLength": 72},
        ],
        "buffers": [buffer],
    }  # fmt: skip


def write_glb(path: Path, scene: dict[str, object]) -> None:
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    body = (BOX * np.float32(0.1)).tobytes() + FACES.tobytes()
    chunks = len(text).to_bytes(4, "little") + b"JSON" + text
    chunks += len(body).to_bytes(4, "little") + b"BIN\0" + body
    path.write_bytes(b"glTF" + (2).to_bytes(4, "little")
                     + (12 + len(chunks)).to_bytes(4, "little") + chunks)  # fmt: skip


NODES: list[dict[str, object]] = [
    {"name": "device", "children": [1, 2, 3]},
    {"name": "case", "mesh": 0},
    {"name": "lid.001", "children": [4]},
    {"name": "case", "mesh": 0, "translation": [0, 0, 1]},
    {"name": "a/b", "mesh": 0, "scale": [-1, 1, 1]},
]


@pytest.mark.parametrize("ending", [".glb", ".gltf"])
def test_nodes_of_a_gltf_scene(tmp_path: Path, ending: str) -> None:
    """Paths as in STEP; a slash in a name is no path; a mirrored node is not inside out."""
    path = tmp_path / f"device{ending}"
    if ending == ".glb":
        write_glb(path, gltf(NODES, [0]))
    else:
        body = (BOX * np.float32(0.1)).tobytes() + FACES.tobytes()
        (tmp_path / "body.bin").write_bytes(body)
        path.write_text(json.dumps(gltf(NODES, [0], "body.bin")))
    regions = read_regions(path)
    assert list(regions) == ["case", "lid/a_b", "case_2"]
    volumes = [region.surface.signed_volume for region in regions.values()]
    assert volumes == pytest.approx([1e-3] * 3, rel=1e-6)
    assert regions["case_2"].surface.lo[2] == pytest.approx(1.0)


@pytest.mark.parametrize("content", [b"", bytes(200), b"glTF\2\0\0\0garbage garbage", b"{}"])
def test_a_broken_gltf_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "part.glb").write_bytes(content)
    with pytest.raises(InputError, match="the file cannot be read as glb"):
        read_regions(tmp_path / "part.glb")


def test_a_gltf_file_without_faces(tmp_path: Path) -> None:
    write_glb(tmp_path / "part.glb", gltf([{"name": "empty"}], [0]))
    with pytest.raises(InputError, match="no part with faces"):
        read_regions(tmp_path / "part.glb")


def write_3mf(path: Path, unit: str) -> None:
    vertices = "".join(f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in BOX * 10)
    triangles = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in FACES)
    mesh = f"<mesh><vertices>{vertices}</vertices><triangles>{triangles}</triangles></mesh>"
    model = (
        f'<?xml version="1.0"?><model unit="{unit}" '
        'xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"><resources>'
        f'<object id="1" type="model" name="case">{mesh}</object>'
        f'<object id="2" type="model" name="knob">{mesh}</object></resources>'
        '<build><item objectid="1"/>'
        '<item objectid="2" transform="1 0 0 0 1 0 0 0 1 20 0 0"/></build></model>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("3D/3dmodel.model", model)


@pytest.mark.parametrize(("unit", "size"), [("millimeter", 0.01), ("inch", 0.254)])
def test_objects_of_a_3mf_file_in_its_unit(tmp_path: Path, unit: str, size: float) -> None:
    write_3mf(tmp_path / "device.3mf", unit)
    regions = read_regions(tmp_path / "device.3mf")
    assert sorted(regions) == ["case", "knob"]
    assert regions["knob"].surface.lo == pytest.approx([2 * size, 0, 0])
    assert regions["case"].surface.signed_volume == pytest.approx(size**3)


@pytest.mark.parametrize("content", [b"", b"PK\3\4" + bytes(60)])
def test_a_broken_3mf_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "part.3mf").write_bytes(content)
    with pytest.raises(InputError, match="the file cannot be read as 3mf"):
        read_regions(tmp_path / "part.3mf")
