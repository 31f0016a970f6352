"""Every mesh format: written, read back, and broken in every way that a disk and a user know."""

from __future__ import annotations

from pathlib import Path

import meshio
import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import FileOptions, meshes, read_regions
from emtwin.geometry.formats import FORMATS, REFUSED
from tests.unit.geometry import two_cubes
from tests.unit.geometry.two_cubes import POINTS, QUADS, SAMPLES, TRIANGLES, VOLUMES


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_written_is_read(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two cubes of 10 and 8 mm: two regions with their volumes, or one of the file's name."""
    regions = read_regions(two_cubes.write(tmp_path, name), "mm")
    assert tuple(regions) == SAMPLES[name].names
    volumes = [region.surface.signed_volume for region in regions.values()]
    expected = VOLUMES if len(regions) == 2 else (sum(VOLUMES),)
    # Nastran's short fields hold 7 digits, AVS-UCD, FLAC3D and SU2 more.
    assert volumes == pytest.approx([1e-9 * volume for volume in expected], rel=1e-6)
    assert {region.kind for region in regions.values()} == {"solid"}
    assert capsys.readouterr() == ("", "")


FAULTS = ("empty", "zeros", "wrong magic", "half", "nine tenths")
# A process of its own takes half a second: one fault is enough for those.
BROKEN = [
    (name, fault)
    for name, sample in SAMPLES.items()
    for fault in (("zeros",) if sample.form in meshes.OWN_PROCESS else FAULTS)
]


@pytest.mark.parametrize(("name", "fault"), BROKEN)
def test_a_broken_file_is_an_error_or_all_that_is_left_of_it(
    tmp_path: Path,
    name: str,
    fault: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No exit, no print, no other exception; a text cut at a line's end may still be a mesh."""
    monkeypatch.setattr(meshes, "TIME_LIMIT", 3.0)
    path = two_cubes.write(tmp_path, name)
    whole = path.read_bytes()
    content = {
        "empty": b"",
        "zeros": bytes(len(whole)),
        "wrong magic": b"\x7fELF" + whole[4:],
        "half": whole[: len(whole) // 2],
        "nine tenths": whole[: 9 * len(whole) // 10],
    }[fault]
    path.write_bytes(content)
    problems, regions = (), {}
    try:
        regions = read_regions(path, "mm")
    except InputError as error:
        problems = error.problems
    assert all(problem.file == path and problem.remedy for problem in problems)
    assert bool(problems) != bool(regions)
    assert problems or fault not in ("empty", "zeros")
    assert capsys.readouterr() == ("", "")


def test_reading_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """meshio reads an MDPA file that breaks off for ever."""
    path = two_cubes.write(tmp_path, "mdpa")
    path.write_bytes(path.read_bytes()[:900])
    monkeypatch.setattr(meshes, "TIME_LIMIT", 3.0)
    with pytest.raises(InputError, match=r"could not be read as mdpa within 3 s.*\n.*broken"):
        read_regions(path, "mm")


def test_a_reader_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = two_cubes.write(tmp_path, "mdpa")
    monkeypatch.setattr(meshes.sys, "executable", "false")
    with pytest.raises(InputError, match=r"the process that read the file as mdpa ended with code"):
        read_regions(path, "mm")


def test_a_count_beyond_all_memory_is_an_error(tmp_path: Path) -> None:
    path = two_cubes.write(tmp_path, "off")
    words = path.read_text().split("16 24", 1)
    path.write_text("9999999999999 24".join(words))
    with pytest.raises(InputError, match="cannot be read as off: Unable to allocate"):
        read_regions(path, "mm")


@pytest.mark.parametrize("ending", REFUSED)
def test_endings_that_are_refused_have_a_way_out(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"part{ending}").write_bytes(b"1 2 3")
    with pytest.raises(InputError) as caught:
        read_regions(tmp_path / f"part{ending}", "mm")
    assert f"ending in '{ending}' cannot be read" in caught.value.problems[0].message
    assert caught.value.problems[0].remedy == REFUSED[ending]


def test_no_format_is_read_and_refused() -> None:
    assert not FORMATS.keys() & REFUSED.keys()


class TestCellData:
    """Which array gives the regions."""

    def write(self, folder: Path, **arrays: list[float]) -> Path:
        data = {name: [np.repeat(values, 6)] for name, values in arrays.items()}
        mesh = meshio.Mesh(POINTS, [("tetra", two_cubes.TETRAHEDRA)], cell_data=data)
        meshio.write(folder / "t.vtu", mesh)
        return folder / "t.vtu"

    def test_a_known_array_wins_and_the_choice_is_told(self, tmp_path: Path) -> None:
        regions = read_regions(self.write(tmp_path, material=[1, 2], Region=[7, 8]), "mm")
        assert list(regions) == ["Region_7", "Region_8"]
        (notice,) = regions["Region_7"].notices
        assert notice.name == "regions-by-array"
        assert "'Region'; the file also has 'material'" in notice.message
        assert "cell_data: NAME" in notice.message

    def test_another_array_can_be_demanded(self, tmp_path: Path) -> None:
        path = self.write(tmp_path, material=[1, 2], Region=[7, 8])
        regions = read_regions(path, "mm", FileOptions(cell_data="material"))
        assert {name: region.notices for name, region in regions.items()} == {
            "material_1": (),
            "material_2": (),
        }

    def test_a_demanded_array_that_is_not_there(self, tmp_path: Path) -> None:
        path = self.write(tmp_path, material=[1, 2])
        with pytest.raises(InputError, match=r"no cell array 'tissue'\n.*file: material"):
            read_regions(path, "mm", FileOptions(cell_data="tissue"))

    def test_a_demanded_array_of_fractions(self, tmp_path: Path) -> None:
        path = self.write(tmp_path, density=[1.5, 2])
        with pytest.raises(InputError, match="'density' does not hold one whole number per cell"):
            read_regions(path, "mm", FileOptions(cell_data="density"))

    def test_an_array_of_one_value_tells_nothing_apart(self, tmp_path: Path) -> None:
        assert list(read_regions(self.write(tmp_path, material=[4, 4]), "mm")) == ["t"]

    def test_fractions_are_no_regions(self, tmp_path: Path) -> None:
        assert list(read_regions(self.write(tmp_path, density=[1.5, 2.5]), "mm")) == ["t"]

    def test_an_only_array_of_whole_numbers_is_taken(self, tmp_path: Path) -> None:
        regions = read_regions(self.write(tmp_path, body_part=[1.0, 2.0]), "mm")
        assert list(regions) == ["body_part_1", "body_part_2"]


def test_curved_cells_are_straightened_with_a_notice(tmp_path: Path) -> None:
    middles = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)]
    corners = POINTS[[0, 1, 2, 4]]
    points = np.concatenate([corners, [(corners[a] + corners[b]) / 2 for a, b in middles]])
    mesh = meshio.Mesh(points, [("tetra10", np.arange(10)[None])])
    meshio.write(tmp_path / "t.vtu", mesh)
    region = read_regions(tmp_path / "t.vtu", "mm")["t"]
    assert [notice.name for notice in region.notices] == ["mesh-straightened"]
    assert region.surface.signed_volume == pytest.approx(1000e-9 / 6)


def test_polygons_of_more_than_four_corners_are_kept(tmp_path: Path) -> None:
    """A hexagonal sheet of side 10 mm has the area 1.5 sqrt(3) side squared."""
    angles = np.arange(6) * np.pi / 3
    points = 10 * np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
    mesh = meshio.Mesh(points, [("polygon", np.arange(6)[None])])
    meshio.write(tmp_path / "t.vtu", mesh)
    region = read_regions(tmp_path / "t.vtu", "mm")["t"]
    assert region.surface.area == pytest.approx(1.5 * np.sqrt(3) * 1e-4)


def test_cells_without_a_known_surface_are_refused(tmp_path: Path) -> None:
    mesh = meshio.Mesh(POINTS, [("VTK_LAGRANGE_TETRAHEDRON", np.array([[0, 1, 2, 4]]))])
    meshio.write(tmp_path / "t.vtu", mesh)
    with pytest.raises(InputError, match="cells of kind 'VTK_LAGRANGE_TETRAHEDRON'"):
        read_regions(tmp_path / "t.vtu", "mm")


def write_tetrahedra(folder: Path, points: np.ndarray, cells: np.ndarray) -> Path:
    """An ASCII VTU file; meshio checks nothing of it."""
    meshio.write(folder / "t.vtu", meshio.Mesh(points, [("tetra", cells)]), binary=False)
    return folder / "t.vtu"


@pytest.mark.parametrize("number", [99, -67108854])
def test_a_cell_that_names_a_point_that_is_not_there(tmp_path: Path, number: int) -> None:
    cells = two_cubes.TETRAHEDRA.copy()
    cells[3, 2] = number
    with pytest.raises(InputError, match=f"region 't': a cell names point {number}, but there"):
        read_regions(write_tetrahedra(tmp_path, POINTS, cells), "mm")


def test_a_coordinate_that_is_no_length(tmp_path: Path) -> None:
    points = POINTS.copy()
    points[3, 0] = -1e300
    with pytest.raises(InputError, match=r"region 't': a coordinate is 1e\+300, larger than 1e"):
        read_regions(write_tetrahedra(tmp_path, points, two_cubes.TETRAHEDRA), "mm")


class TestNames:
    """Names that meshio drops."""

    STL = "".join(
        f"solid {name}\n"
        + "".join(
            "facet normal 0 0 0\nouter loop\n"
            + "".join("vertex {} {} {}\n".format(*POINTS[corner]) for corner in triangle)
            + "endloop\nendfacet\n"
            for triangle in TRIANGLES[start::2][:12]
        )
        + f"endsolid {name}\n"
        for name, start in (("upper shell", 0), ("lower", 1))
    )

    def test_solids_of_an_ascii_stl_file(self, tmp_path: Path) -> None:
        (tmp_path / "case.stl").write_text(self.STL)
        regions = read_regions(tmp_path / "case.stl", "mm")
        assert list(regions) == ["upper shell", "lower"]
        assert [len(r.surface.triangles) for r in regions.values()] == [12, 12]

    def test_solids_of_one_name_are_numbered(self, tmp_path: Path) -> None:
        (tmp_path / "case.stl").write_text(self.STL.replace("lower", "upper shell"))
        assert list(read_regions(tmp_path / "case.stl", "mm")) == ["upper shell", "upper shell_2"]

    def test_a_binary_stl_file_that_begins_with_solid(self, tmp_path: Path) -> None:
        path = two_cubes.write(tmp_path, "stl")
        path.write_bytes(b"solid body exported by a CAD program".ljust(80) + path.read_bytes()[80:])
        region = read_regions(path, "mm")["t"]
        assert region.surface.signed_volume == pytest.approx(1e-9 * sum(VOLUMES))

    def test_a_binary_stl_file_that_is_too_short(self, tmp_path: Path) -> None:
        path = two_cubes.write(tmp_path, "stl")
        path.write_bytes(path.read_bytes()[:-50])
        with pytest.raises(InputError, match="names 24 triangles, which need 1284 bytes, but it"):
            read_regions(path, "mm")

    def test_an_ascii_stl_file_that_breaks_off(self, tmp_path: Path) -> None:
        path = tmp_path / "case.stl"
        path.write_text(self.STL[: len(self.STL) // 4])
        with pytest.raises(InputError, match="the solid 'case' breaks off after"):
            read_regions(path, "mm")

    def obj(self, *heads: str) -> str:
        lines = ["v {} {} {}".format(*point) for point in POINTS]
        for head, faces in zip(heads, (QUADS[:6], QUADS[6:]), strict=True):
            lines += [head, *("f " + " ".join(f"{c + 1}/1/1" for c in face) for face in faces)]
        return "\n".join(lines)

    @pytest.mark.parametrize(
        ("heads", "names"),
        [
            (("o body", "o lid"), ["body", "lid"]),
            (("g body", "g lid"), ["body", "lid"]),
            (("o case\ng body", "g lid"), ["case/body", "case/lid"]),
            (("o case\ng body", "o lid"), ["case/body", "lid"]),
            (("# none", "g lid"), ["t", "lid"]),
            (("g default", "g lid"), ["t", "lid"]),
        ],
    )
    def test_objects_and_groups_of_an_obj_file(
        self, tmp_path: Path, heads: tuple[str, str], names: list[str]
    ) -> None:
        (tmp_path / "t.obj").write_text(self.obj(*heads))
        regions = read_regions(tmp_path / "t.obj", "mm")
        assert list(regions) == names
        volumes = [1e9 * region.surface.signed_volume for region in regions.values()]
        assert volumes == pytest.approx(VOLUMES)

    def test_negative_numbers_of_an_obj_file_count_back(self, tmp_path: Path) -> None:
        text = "v 0 0 0\nv 10 0 0\nv 0 10 0\nf -3 -2 -1\n"
        (tmp_path / "t.obj").write_text(text)
        assert read_regions(tmp_path / "t.obj", "mm")["t"].surface.area == pytest.approx(5e-5)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("f 1 2", "fewer than three corners"),
            ("f 1 2 x", "invalid literal"),
            ("f 1 2 -9", "names point -9, but there are 3 before it"),
            ("f 1 2 0", "names point 0"),
            ("v 1 2", "fewer than three coordinates"),
        ],
    )
    def test_a_bad_line_of_an_obj_file_is_named(
        self, tmp_path: Path, line: str, message: str
    ) -> None:
        (tmp_path / "t.obj").write_text(f"v 0 0 0\nv 10 0 0\nv 0 10 0\n{line}\n")
        with pytest.raises(InputError, match=message) as caught:
            read_regions(tmp_path / "t.obj", "mm")
        assert caught.value.problems[0].line == 4


def test_a_file_is_read_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = two_cubes.write(tmp_path, "gmsh 2.2 ascii")
    first = read_regions(path, "mm")
    monkeypatch.setattr(meshio, "read", lambda *_, **__: pytest.fail("read again"))
    assert read_regions(path, "mm")["lid"] is first["lid"]
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(pytest.fail.Exception, match="read again"):
        read_regions(path, "mm")
