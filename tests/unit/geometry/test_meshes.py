"""Reading mesh files: every format's groups, and every message."""

from __future__ import annotations

from pathlib import Path

import meshio
import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import demand_kind, read_regions, select_region, topology

CUBE = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=float)
# Six tetrahedra along the diagonal from corner 0 to corner 7.
TETS = [[0, 1, 3, 7], [0, 3, 2, 7], [0, 2, 6, 7], [0, 6, 4, 7], [0, 4, 5, 7], [0, 5, 1, 7]]
SIDES = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]


def write_groups(path: Path) -> None:
    """A cube of six tetrahedra and its open lid, as named groups in millimetres."""
    lid = [("triangle", np.array([[4, 5, 7], [4, 7, 6]])), ("tetra", np.array(TETS))]
    tags = [np.array([7, 7]), np.full(6, 3)]
    mesh = meshio.Mesh(
        CUBE * 10.0,
        lid,
        cell_data={"gmsh:physical": tags, "gmsh:geometrical": tags},
        field_data={"lid": np.array([7, 2]), "block": np.array([3, 3])},
    )
    meshio.write(path, mesh, file_format="gmsh22", binary=False)


def test_groups_of_gmsh_become_regions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_groups(tmp_path / "device.msh")
    regions = read_regions(tmp_path / "device.msh", "mm")
    assert {name: region.kind for name, region in regions.items()} == {
        "lid": "sheet",
        "block": "solid",
    }
    assert regions["block"].surface.signed_volume == pytest.approx(1e-6)
    assert regions["lid"].surface.area == pytest.approx(1e-4)
    assert capsys.readouterr() == ("", "")


def test_inverted_tetrahedra_face_outward_all_the_same(tmp_path: Path) -> None:
    turned = [[b, a, c, d] if i % 2 else [a, b, c, d] for i, (a, b, c, d) in enumerate(TETS)]
    meshio.write(tmp_path / "part.vtu", meshio.Mesh(CUBE, [("tetra", np.array(turned))]))
    region = read_regions(tmp_path / "part.vtu", 1.0)["part"]
    assert region.surface.signed_volume == pytest.approx(1.0)
    assert topology(region.surface).consistent


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("hexahedron", [[0, 1, 3, 2, 4, 5, 7, 6]]),
        ("wedge", [[0, 1, 3, 4, 5, 7], [0, 3, 2, 4, 7, 6]]),
    ],
)
def test_other_volume_cells_bound_the_same_cube(
    tmp_path: Path, kind: str, cells: list[list[int]]
) -> None:
    meshio.write(tmp_path / "part.vtu", meshio.Mesh(CUBE, [(kind, np.array(cells))]))
    region = read_regions(tmp_path / "part.vtu", "m")["part"]
    assert region.kind == "solid"
    assert region.surface.signed_volume == pytest.approx(1.0)
    assert region.surface.area == pytest.approx(6.0)


@pytest.mark.parametrize("binary", [True, False])
def test_stl_is_welded_and_named_after_its_file(tmp_path: Path, binary: bool) -> None:
    triangles = [[a, b, c] for a, b, c, _ in SIDES] + [[a, c, d] for a, _, c, d in SIDES]
    mesh = meshio.Mesh(CUBE, [("triangle", np.array(triangles))])
    meshio.write(tmp_path / "display.stl", mesh, binary=binary)
    region = read_regions(tmp_path / "display.stl", "mm")["display"]
    assert len(region.surface.points) == 8
    assert region.kind == "solid"
    assert region.surface.signed_volume == pytest.approx(1e-9)


def test_open_surface_is_refused_where_a_solid_is_declared(tmp_path: Path) -> None:
    write_groups(tmp_path / "device.msh")
    lid = read_regions(tmp_path / "device.msh", "mm")["lid"]
    with pytest.raises(InputError, match=r"'lid'.* 1 hole, 14.1 mm.* 0.5 of the") as caught:
        demand_kind(lid, "solid", field="device.parts[0]")
    assert caught.value.problems[0].field == "device.parts[0]"
    assert demand_kind(lid, "sheet").kind == "sheet"


def test_unknown_region_offers_the_nearest_name(tmp_path: Path) -> None:
    write_groups(tmp_path / "device.msh")
    regions = read_regions(tmp_path / "device.msh", "mm")
    assert select_region(regions, "block").name == "block"
    with pytest.raises(InputError, match=r"no region 'blok'.*\n.*did you mean 'block'"):
        select_region(regions, "blok")


def test_missing_file() -> None:
    with pytest.raises(InputError, match=r"nowhere.msh: the mesh file does not exist"):
        read_regions("nowhere.msh", "mm")


def test_unknown_ending(tmp_path: Path) -> None:
    (tmp_path / "part.xyz").write_text("points")
    with pytest.raises(InputError, match=r"ending in '.xyz' cannot be read\n.*convert"):
        read_regions(tmp_path / "part.xyz", "mm")


@pytest.mark.parametrize("name", ["a.msh", "a.stl", "a.vtu", "a.vtk", "a.ply", "a.obj", "a.off"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff\x10garbage" * 20, b"solid x\nfacet\n"])
def test_unreadable_file_is_an_error_and_never_an_exit(
    tmp_path: Path, name: str, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_regions(tmp_path / name, "mm")
    assert caught.value.problems[0].file == tmp_path / name
    assert capsys.readouterr() == ("", "")


def test_truncated_gmsh_file(tmp_path: Path) -> None:
    write_groups(tmp_path / "device.msh")
    text = (tmp_path / "device.msh").read_text()
    (tmp_path / "device.msh").write_text(text[: len(text) // 2])
    with pytest.raises(InputError, match=r"cannot be read as gmsh"):
        read_regions(tmp_path / "device.msh", "mm")


def test_coordinate_that_is_no_number_names_the_region(tmp_path: Path) -> None:
    points = CUBE.copy()
    points[7, 0] = np.nan
    meshio.write(tmp_path / "part.vtu", meshio.Mesh(points, [("tetra", np.array(TETS))]))
    with pytest.raises(InputError, match=r"region 'part': .* not finite"):
        read_regions(tmp_path / "part.vtu", "mm")


def test_mesh_of_lines_has_no_region(tmp_path: Path) -> None:
    meshio.write(tmp_path / "wire.vtu", meshio.Mesh(CUBE, [("line", np.array([[0, 1]]))]))
    with pytest.raises(InputError, match=r"neither triangles nor volume cells .it has line"):
        read_regions(tmp_path / "wire.vtu", "mm")


def test_groups_without_cells_are_named(tmp_path: Path) -> None:
    """meshio writes Gmsh 4.1 with the names of groups, and without what belongs to them."""
    tags = [np.full(6, 3)]
    mesh = meshio.Mesh(
        CUBE,
        [("tetra", np.array(TETS))],
        cell_data={"gmsh:physical": tags, "gmsh:geometrical": tags},
        field_data={"block": np.array([3, 3])},
    )
    meshio.write(tmp_path / "device.msh", mesh, file_format="gmsh", binary=False)
    with pytest.raises(InputError, match=r"none of the .* is in a group; .* 'block' are empty"):
        read_regions(tmp_path / "device.msh", "mm")


@pytest.mark.parametrize(("unit", "message"), [("furlong", "unit"), (-1.0, "positive"), (0, "pos")])
def test_bad_unit(tmp_path: Path, unit: str | float, message: str) -> None:
    write_groups(tmp_path / "device.msh")
    with pytest.raises(InputError, match=message):
        read_regions(tmp_path / "device.msh", unit)


def test_gmsh_file_with_elements_outside_groups_says_how_to_save_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_groups(tmp_path / "device.msh")

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("Incompatible cell data 'gmsh:physical'. 45 cell blocks, but 3 blocks.")

    monkeypatch.setattr(meshio, "read", refuse)
    with pytest.raises(InputError, match=r"Incompatible cell data.*\n.*Mesh.SaveAll = 0"):
        read_regions(tmp_path / "device.msh", "mm")
