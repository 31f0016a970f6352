"""All pictures of a synthetic campaign, rendered and flat."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.results import Campaign, Pictures
from emtwin.viz import (
    audit_view,
    flat,
    gallery,
    interactive,
    palette,
    pictures,
    projection,
    setting,
    spectra,
)
from emtwin.viz.probe import Rendering, probe
from tests.unit.campaign_factory import box, make_campaign

TESTS = ("radiated_immunity", "radiated_emission")
VIEWS = {f"{view}/{test}" for view in ("setup", "field", "surface_field") for test in TESTS}
NAMES = (
    VIEWS
    | {"geometry_audit/free_space"}
    | {"voxels/free_space", "voxels/over_floor"}
    | {f"spectrum/{t}" for t in TESTS}
)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return make_campaign()


def assert_pictures(drawn: Pictures) -> None:
    from matplotlib.image import imread

    assert set(drawn) == NAMES
    for name, path in drawn.items():
        if path.suffix == ".png":
            pixels = imread(path)[:, :, :3]
            assert pixels.shape[1] > 1000, name
            assert pixels.std() > 0.05, f"{name} is blank"


def test_flat_views_show_something_and_say_why(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "probe", lambda: Rendering(False, reason="no libEGL"))
    drawn = pictures(campaign, tmp_path / "new")
    assert_pictures(drawn)
    assert drawn.note == "no libEGL"


@pytest.mark.rendering
def test_rendered_views_show_something(campaign: Campaign, tmp_path: Path) -> None:
    if not probe().works:
        pytest.skip(probe().reason)
    drawn = pictures(campaign, tmp_path)
    assert_pictures(drawn)
    assert drawn.note == ""


@pytest.mark.rendering
@pytest.mark.parametrize(
    ("what", "subject"),
    [
        ("setup", "radiated_emission"),
        ("voxels", "free_space"),
        ("audit", "free_space"),
        ("field", "radiated_immunity"),
        ("surface", "radiated_emission"),
    ],
)
def test_window_shows_each_view(campaign: Campaign, what: str, subject: str) -> None:
    if not probe().works:
        pytest.skip(probe().reason)
    interactive.show(campaign, what, subject, off_screen=True)
    with pytest.raises(InputError, match="there is no view 'inside'"):
        interactive.show(campaign, "inside", subject, off_screen=True)


def test_the_audit_shows_conductors_and_marks(campaign: Campaign, tmp_path: Path) -> None:
    assert audit_view.sites_with_audit(campaign) == ["free_space", "over_floor"]
    names = [name for name, _ in audit_view.legend(campaign, "free_space")]
    assert names == [
        *("1: frame", "2: ground_plane", "change of the netlist", "nearly touching, or a gap shut")
    ]
    closed, bridged, near = audit_view.marks(campaign, "free_space")
    assert (closed.label, closed.colour) == ("gap closed\nframe, lid", audit_view.SIGNAL)
    assert (bridged.label, bridged.colour) == (
        "bridged: gap of 0.4 mm\nframe, lid",
        audit_view.DOUBT,
    )
    assert near.label == "1.5 mm apart\nground_plane, frame"
    assert closed.place == pytest.approx([0.05, 0.02, 0.03])
    voxels = campaign.datasets["voxels/free_space"]
    faces = audit_view.conductor_of_faces(voxels, "y")
    assert np.array_equal(faces >= 0, voxels["sheet_y"].values)
    assert set(np.unique(faces).tolist()) == {-1, 0, 1}
    assert (audit_view.conductor_of_cells(voxels) == -1).all()  # no metal cell, only sheets
    pictures(campaign, tmp_path)
    assert (tmp_path / "geometry_audit.png").is_file()


def test_a_gap_that_stands_as_a_slot_is_in_no_doubt(campaign: Campaign) -> None:
    before = len(audit_view.marks(campaign, "free_space"))
    site = next(s for s in campaign.meta["sites"] if s["name"] == "free_space")
    site["gaps"] = [{**site["gaps"][0], "state": "slot"}]
    assert len(audit_view.marks(campaign, "free_space")) == before - 1


def test_many_conductors_share_a_grey() -> None:
    nets = [{"pieces": [f"screw_{n}"], "edges": 12, "number": n} for n in range(13)]
    stored = {"after": nets, "changes": [], "near": []}
    campaign = Campaign({"sites": [{"name": "s", "netlist": stored}]}, [])
    assert audit_view.legend(campaign, "s")[-1][0] == "3 smaller conductors"
    assert len(set(audit_view.colours(campaign, "s").values())) == 11


def test_campaign_without_arrays_has_no_pictures(tmp_path: Path) -> None:
    assert dict(pictures(Campaign({}, []), tmp_path)) == {}


def test_spectra_name_what_they_show(campaign: Campaign) -> None:
    found = spectra.spectra(campaign)
    for text in found.values():
        ElementTree.fromstring(text)
    assert "declared threshold" in found["radiated_immunity"]
    assert "420 MHz" in found["radiated_immunity"]
    assert "not tested" in found["radiated_immunity"]
    assert "limit class B (declared)" in found["radiated_emission"]
    assert "uncertainty, ±6.4 dB" in found["radiated_emission"]


def test_spectra_are_reproducible(campaign: Campaign) -> None:
    assert spectra.spectra(campaign) == spectra.spectra(campaign)


def test_range_of_the_standard_beyond_the_run_is_shaded() -> None:
    campaign = make_campaign()
    dataset = campaign.datasets["radiated_immunity"].drop_vars("tested")
    dataset = dataset.isel(frequency=dataset.frequency < 1e9)
    campaign.datasets["radiated_immunity"] = dataset
    assert "not tested" not in spectra.spectra(campaign)["radiated_immunity"]
    dataset.attrs["frequency_to"] = 2.7e9
    assert "not tested" in spectra.spectra(campaign)["radiated_immunity"]


def test_threshold_of_another_quantity_is_drawn_as_carrier() -> None:
    dataset = make_campaign().datasets["radiated_immunity"].assign_attrs(quantity="envelope_peak")
    factor = 1.8 * np.sqrt(2)
    dataset["margin"] = 20 * np.log10(dataset["threshold"] / (factor * dataset["voltage"]))
    axes = spectra.immunity(dataset, {}).axes[0]
    line = next(line for line in axes.lines if "as carrier rms" in str(line.get_label()))
    assert float(np.asarray(line.get_ydata())[0]) == pytest.approx(0.2 / factor)


def test_emission_marks_follow_the_declared_level() -> None:
    dataset = make_campaign().datasets["radiated_emission"]
    dataset["declared_level"] = dataset["level"].sel(termination=25.0, drop=True)
    level, name = spectra.declared_level(dataset.sel(distance=3.0))
    assert name == "as declared"
    expected = dataset["level"].sel(termination=25.0, distance=3.0).max("polarisation")
    np.testing.assert_array_equal(level.values, expected.values)


def test_arrows_of_the_waves_point_at_the_device(campaign: Campaign) -> None:
    arrows = setting.arrows(campaign, "radiated_immunity")
    assert [arrow.main for arrow in arrows] == [True, False, False, False]
    centre = setting.device_bounds(campaign).centre
    for arrow in arrows:
        assert np.linalg.norm(arrow.end - centre) < np.linalg.norm(arrow.start - centre)


def test_arrow_to_the_antenna_follows_the_turntable(campaign: Campaign) -> None:
    (arrow,) = setting.arrows(campaign, "radiated_emission")
    direction = (arrow.end - arrow.start) / np.linalg.norm(arrow.end - arrow.start)
    np.testing.assert_allclose(direction, [-np.sqrt(0.5), np.sqrt(0.5), 0], atol=1e-12)
    assert "3 m" in arrow.label


def test_floor_is_the_lowest_plane_of_the_emission_grid(campaign: Campaign) -> None:
    assert setting.floor_height(campaign, "radiated_emission") == pytest.approx(-0.8)
    assert setting.floor_height(campaign, "radiated_immunity") is None


def test_cropped_voxels_keep_the_device(campaign: Campaign) -> None:
    whole = campaign.datasets["voxels/over_floor"]
    part = setting.cropped(whole, setting.device_bounds(campaign))
    assert part["part"].size < whole["part"].size / 4
    assert int((part["part"] >= 0).sum()) == int((whole["part"] >= 0).sum())
    assert part["z_line"].size == part["part"].shape[2] + 1


def test_twenty_parts_have_colours_of_their_own() -> None:
    """With twelve, the motor of the example pump looked like its housing."""
    assert len({palette.part_colour(index) for index in range(20)}) == 20


def test_colour_range_is_round_and_bounded() -> None:
    scale = palette.colour_range(palette.decibels(np.geomspace(1e-9, 99.0, 1000)))
    assert scale == (-40.0, 40.0)
    assert palette.colour_range(palette.decibels([0.0, np.nan])) == (-80.0, 0.0)


def test_projection_is_orthonormal() -> None:
    axes = np.stack([projection.RIGHT, projection.SCREEN_UP, projection.TOWARD])
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-15)


def test_box_has_twelve_feature_edges() -> None:
    points, triangles = box((0.0, 0.0, 0.0), (1.0, 2.0, 3.0))
    edges = flat.feature_edges(points, triangles)
    lengths = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    np.testing.assert_allclose(np.sort(lengths), [1.0] * 4 + [2.0] * 4 + [3.0] * 4)


def test_cut_through_a_box_is_its_outline() -> None:
    points, triangles = box((0.0, 0.0, 0.0), (1.0, 2.0, 3.0))
    segments = flat.cut(points[triangles], 2, 1.2)
    assert np.all(segments[:, :, 2] == pytest.approx(1.2))
    length = np.linalg.norm(segments[:, 0] - segments[:, 1], axis=1).sum()
    assert length == pytest.approx(2 * (1.0 + 2.0))
