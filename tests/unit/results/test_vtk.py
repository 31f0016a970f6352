"""The VTK files, read back by VTK itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emtwin.results import vtk
from tests.unit.campaign_factory import make_campaign

pyvista = pytest.importorskip("pyvista")


def test_every_file_loads_with_the_values_of_the_campaign(tmp_path: Path) -> None:
    campaign = make_campaign()
    files = {path.name: path for path in vtk.write_vtk(campaign, tmp_path)}
    meshes = {name: pyvista.read(path) for name, path in files.items()}

    voxels = campaign.datasets["voxels/free_space"]
    grid = meshes["voxels_free_space.vtr"]
    np.testing.assert_array_equal(grid["part"], voxels["part"].values.ravel(order="F"))
    np.testing.assert_allclose(grid.x, voxels["x_line"].values)

    housing = campaign.datasets["device/housing"]
    surface = meshes["device_housing.vtp"]
    np.testing.assert_allclose(surface.points, housing["points"].values)
    assert surface.volume == pytest.approx(0.2 * 0.12 * 0.22, rel=1e-6)

    plane = meshes["field_radiated_immunity_xz.vtr"]
    field = campaign.datasets["field/radiated_immunity"]
    assert plane.dimensions == (field.x.size, 1, field.z.size)
    np.testing.assert_array_equal(plane["E [V/m]"], field["e_xz"].values.ravel(order="F"))

    assert meshes["wires_free_space.vtp"].n_lines == 4
    assert meshes["surface_field_radiated_emission.vtp"].n_points == 6 * 22 * 22
    sheets = meshes["sheets_free_space.vtp"]
    assert sheets.n_cells == int(voxels["sheet_y"].values.sum())
    assert sheets.area == pytest.approx(sheets.n_cells * 1e-4, rel=1e-6)


def test_sheet_quads_lie_on_their_line() -> None:
    lines = (np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0]), np.array([0.0, 5.0]))
    faces = np.zeros((3, 1, 1), dtype=bool)
    faces[2, 0, 0] = True
    quads = vtk.sheet_quads(lines, 0, faces)
    np.testing.assert_array_equal(quads[0], [[3, 0, 0], [3, 2, 0], [3, 2, 5], [3, 0, 5]])
