"""Label volumes: exact volumes, places and names, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import FileOptions, label_files, labels, read_regions, topology

nibabel = pytest.importorskip("nibabel", reason="the extra 'phantoms' is not installed")
nrrd = pytest.importorskip("nrrd", reason="the extra 'phantoms' is not installed")

# 5 x 4 x 3 voxels of 1 x 2 x 4 mm: a block of fat in skin, one voxel of bone, background.
VOLUME = np.zeros((5, 4, 3), dtype=np.uint8)
VOLUME[:4] = 1
VOLUME[1:3, 1:3, 1] = 2
VOLUME[4, 3, 2] = 7
SPACING = (1.0, 2.0, 4.0)
VOXEL = 8e-9
NAMES = {1: "skin", 2: "fat"}


def write_nifti(path: Path, volume: np.ndarray, affine: np.ndarray, unit: str = "mm") -> Path:
    image = nibabel.Nifti1Image(volume, affine)
    image.header.set_xyzt_units(unit)
    nibabel.save(image, path)
    return path


def write_raw(path: Path, **changes: Any) -> Path:
    said = {"shape": [5, 4, 3], "spacing": SPACING, "unit": "mm", "dtype": "uint8", "order": "F"}
    said = {key: value for key, value in {**said, **changes}.items() if value is not None}
    path.write_text(json.dumps(said))
    path.with_name("phantom.raw").write_bytes(VOLUME.tobytes(order=said.get("order", "C")))
    return path


def write(folder: Path, form: str) -> Path:
    if form == "raw":
        return write_raw(folder / "phantom.raw.json", origin=[10, 0, 0])
    if form.startswith("nii"):
        affine = np.diag([*SPACING, 1.0])
        affine[0, 3] = 10
        return write_nifti(folder / f"phantom.{form}", VOLUME, affine)
    header = {"space directions": np.diag(SPACING), "space origin": [10, 0, 0],
              "space dimension": 3, "space units": ["mm"] * 3}  # fmt: skip
    nrrd.write(str(folder / "phantom.nrrd"), VOLUME, header)
    return folder / "phantom.nrrd"


@pytest.mark.parametrize("form", ["nii", "nii.gz", "nrrd", "raw"])
def test_each_label_is_a_closed_surface_of_exactly_its_voxels(tmp_path: Path, form: str) -> None:
    """The first voxel's centre is at (10, 0, 0) mm, so that its corner is (9.5, -1, -2) mm."""
    regions = read_regions(write(tmp_path, form), options=FileOptions(labels=NAMES))
    assert list(regions) == ["skin", "fat", "label_7"]
    for region, label in zip(regions.values(), (1, 2, 7), strict=True):
        count = np.count_nonzero(label == VOLUME)
        assert region.surface.signed_volume == pytest.approx(count * VOXEL, rel=1e-12)
        assert region.kind == "solid"
        assert topology(region.surface).closed
        assert topology(region.surface).consistent
    np.testing.assert_allclose(regions["skin"].surface.lo, [9.5e-3, -1e-3, -2e-3])
    np.testing.assert_allclose(regions["label_7"].surface.hi, [14.5e-3, 7e-3, 10e-3])
    # A voxel of 1 x 2 x 4 mm alone.
    assert regions["label_7"].surface.area == pytest.approx(2 * (2 + 4 + 8) * 1e-6)


def test_labels_without_a_name_are_listed(tmp_path: Path) -> None:
    regions = read_regions(write(tmp_path, "nii"), options=FileOptions(labels=NAMES))
    (notice,) = regions["skin"].notices
    assert notice.name == "labels-without-name"
    assert "phantom.nii has labels without a name: 7" in notice.message


def test_labels_of_one_name_are_one_region(tmp_path: Path) -> None:
    names = {1: "body", 2: "body", 7: "bone"}
    regions = read_regions(write(tmp_path, "raw"), options=FileOptions(labels=names))
    assert regions["body"].surface.signed_volume == pytest.approx(48 * VOXEL)
    assert len(regions["body"].surface.triangles) == 2 * 2 * (4 * 4 + 4 * 3 + 4 * 3)


def test_the_background_is_a_region_if_it_has_a_name(tmp_path: Path) -> None:
    names = {0: "air", 1: "skin", 2: "fat", 7: "bone"}
    regions = read_regions(write(tmp_path, "raw"), options=FileOptions(labels=names))
    total = sum(region.surface.signed_volume for region in regions.values())
    assert total == pytest.approx(60 * VOXEL)


def test_rotation_and_mirroring_of_the_axes_are_kept(tmp_path: Path) -> None:
    """An affine map of negative determinant, as NIfTI files often have: nothing inside out."""
    c, s = np.cos(0.3), np.sin(0.3)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([-1.0, 2.0, 4.0])
    region = read_regions(write_nifti(tmp_path / "p.nii", VOLUME, affine))["label_7"]
    assert region.surface.signed_volume == pytest.approx(VOXEL, rel=1e-6)
    centre = region.surface.points.mean(axis=0)
    np.testing.assert_allclose(centre, 1e-3 * turn @ [-4.0, 6.0, 8.0], rtol=1e-6)


def test_two_voxels_that_touch_in_an_edge_are_closed(tmp_path: Path) -> None:
    volume = np.zeros((2, 2, 1), dtype=np.int16)
    volume[0, 0, 0] = volume[1, 1, 0] = 3
    path = write_nifti(tmp_path / "p.nii", volume, np.diag([10.0, 10.0, 10.0, 1.0]))
    surface = read_regions(path)["label_3"].surface
    assert topology(surface).closed
    assert surface.signed_volume == pytest.approx(2e-6)


def test_names_that_the_file_gives(tmp_path: Path) -> None:
    """In the JSON file, in an extension of NIfTI, in the segments of 3D Slicer's NRRD."""
    raw = write_raw(tmp_path / "phantom.raw.json", labels={"1": "skin", "2": "fat", "7": "bone"})
    assert list(read_regions(raw)) == ["skin", "fat", "bone"]
    image = nibabel.Nifti1Image(VOLUME, np.diag([*SPACING, 1.0]))
    image.header.set_xyzt_units("mm")
    text = json.dumps({"labels": {"1": "skin", "2": "fat", "7": "bone"}}).encode()
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", text))
    nibabel.save(image, tmp_path / "p.nii")
    assert list(read_regions(tmp_path / "p.nii")) == ["skin", "fat", "bone"]
    header = {"spacings": SPACING, "Segment0_LabelValue": "7", "Segment0_Name": "bone"}
    nrrd.write(str(tmp_path / "p.nrrd"), VOLUME, header)
    regions = read_regions(tmp_path / "p.nrrd", "mm")
    assert list(regions) == ["label_1", "label_2", "bone"]
    assert "without a name: 1, 2" in regions["bone"].notices[0].message


def test_an_unnamed_unit_is_asked_for(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "p.nii", VOLUME, np.diag([10.0, 10.0, 10.0, 1.0]), "unknown")
    with pytest.raises(InputError, match="does not say its unit"):
        read_regions(path)
    assert read_regions(path, "mm")["label_7"].surface.area == pytest.approx(6e-4)


def test_whole_numbers_in_floats_are_labels(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "p.nii", VOLUME.astype(np.float32), np.diag([*SPACING, 1.0]))
    assert list(read_regions(path)) == ["label_1", "label_2", "label_7"]


def image(shape: tuple[int, ...], kind: str) -> np.ndarray:
    return np.arange(np.prod(shape)).reshape(shape).astype(kind)


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        (image((2, 2, 2), "f4") / 3, "hold fractions"),
        (image((11, 10, 10), "i4"), "more than 1000 different values: it is an image"),
        (np.zeros((2, 2, 2), dtype=np.uint8), "every voxel is 0"),
        (np.ones((2, 2, 2, 3), dtype=np.uint8), r"shape \(2, 2, 2, 3\), but labels need three"),
        (np.full((2, 2, 2), 1e12, dtype=np.float32), "larger than 2"),
    ],
)
def test_what_is_no_volume_of_labels(tmp_path: Path, volume: np.ndarray, message: str) -> None:
    path = write_nifti(tmp_path / "p.nii", volume, np.diag([10.0, 10.0, 10.0, 1.0]))
    with pytest.raises(InputError, match=message) as caught:
        read_regions(path)
    assert caught.value.problems[0].file == path
    assert caught.value.problems[0].remedy


def test_a_name_for_a_label_that_is_not_there(tmp_path: Path) -> None:
    options = FileOptions(labels={1: "skin", 9: "liver"})
    with pytest.raises(InputError, match=r"label 9 \(liver\)\n.*labels of the file are 0, 1, 2, 7"):
        read_regions(write(tmp_path, "raw"), options=options)


def test_axes_that_span_no_volume(tmp_path: Path) -> None:
    path = write_raw(tmp_path / "phantom.raw.json", spacing=[1, 0, 1])
    with pytest.raises(InputError, match="axes of the voxels span no volume"):
        read_regions(path)


def test_too_many_voxels_and_faces_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "nii")
    monkeypatch.setattr(labels, "MOST_FACES", 100)
    with pytest.raises(InputError, match="faces between them"):
        read_regions(path)
    monkeypatch.setattr(label_files, "MOST_VOXELS", 50)
    with pytest.raises(InputError, match=r"5 x 4 x 3 voxels, 1\.2 times the"):
        read_regions(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": [5, 4]}, r"shape \(5, 4\)"),
        ({"shape": [5, 4, 4]}, "phantom.raw has 60 bytes, but 5 x 4 x 4 voxels of uint8 are 80"),
        ({"shape": [99999, 99999, 99999]}, "times the 268 million"),
        ({"dtype": "float32"}, "described with dtype float32"),
        ({"dtype": "word"}, "cannot be read: data type 'word' not understood"),
        ({"order": "Z", "dtype": "uint8"}, "order 'Z'"),
        ({"spacing": [1, 1]}, "2 spacings"),
        ({"unit": None}, "'unit' is missing"),
        ({"unit": "furlong"}, "unknown unit 'furlong'"),
        ({"file": "other.raw"}, "other.raw with the voxels does not exist"),
    ],
)
def test_a_bad_description_of_a_raw_volume(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    order = changes.pop("order", None)
    path = write_raw(tmp_path / "phantom.raw.json", **changes)
    if order:
        path.write_text(path.read_text().replace('"F"', f'"{order}"'))
    with pytest.raises(InputError, match=message):
        read_regions(path)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".raw.json"])
@pytest.mark.parametrize("content", [b"", bytes(400), b"NRRD0004\ntype: uint8\n", b"{}", b"\xff"])
def test_a_broken_file(tmp_path: Path, ending: str, content: bytes) -> None:
    (tmp_path / f"p{ending}").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_regions(tmp_path / f"p{ending}")
    assert caught.value.problems[0].remedy


@pytest.mark.parametrize(("ending", "package"), [(".nii", "nibabel"), (".nrrd", "pynrrd")])
def test_without_the_extra_the_command_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, package: str
) -> None:
    (tmp_path / f"p{ending}").write_bytes(b"x")
    monkeypatch.setattr(label_files.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=rf"needs {package}.*\n.*pip install 'emtwin\[phantoms\]'"):
        read_regions(tmp_path / f"p{ending}")
