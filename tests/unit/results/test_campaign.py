"""The campaign file: whole or not at all, and the same after a round trip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from emtwin.errors import InputError
from emtwin.results import Campaign
from tests.unit.campaign_factory import make_campaign


def test_round_trip_keeps_every_value(tmp_path: Path) -> None:
    campaign = make_campaign()
    impedance = np.array([[50 + 3j, 1j], [1j, 75 - 2j]])
    campaign.datasets["ports"] = xr.Dataset(
        {"z": (("to", "from"), impedance, {"units": "ohm"})},
        attrs={"reciprocal": True, "names": ["a", "b"]},
    )
    back = Campaign.load(campaign.save(tmp_path / "results.h5"))
    assert back.meta == campaign.meta
    assert back.verdicts == campaign.verdicts
    assert list(back.datasets) == list(campaign.datasets)
    for name, dataset in campaign.datasets.items():
        xr.testing.assert_identical(back.datasets[name], dataset)


def test_xarray_opens_each_group(tmp_path: Path) -> None:
    campaign = make_campaign()
    path = campaign.save(tmp_path / "results.h5")
    for name, dataset in campaign.datasets.items():
        with xr.open_dataset(path, group=name, engine="h5netcdf") as opened:
            assert dict(opened.sizes) == dict(dataset.sizes)


def test_twin_text_may_exceed_an_attribute(tmp_path: Path) -> None:
    text = "# long\n" * 30_000
    path = make_campaign(twin_text=text).save(tmp_path / "results.h5")
    assert Campaign.load(path).meta["twin_text"] == text


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError])
def test_interrupted_save_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: type[BaseException]
) -> None:
    path = make_campaign().save(tmp_path / "results.h5")
    before = path.read_bytes()

    def stop(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("emtwin.results.campaign._flush", stop)
    with pytest.raises(failure):
        make_campaign(name="another").save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.h5"]


def test_value_that_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"set .* cannot be stored"):
        make_campaign(oddity={1, 2}).save(tmp_path / "results.h5")
    assert list(tmp_path.iterdir()) == []


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="emtwin run"):
        Campaign.load(tmp_path / "none.h5")


@pytest.mark.parametrize("content", [b"", b"no HDF5", b"\x89HDF\r\n\x1a\n"])
def test_damaged_file_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "results.h5"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a complete emtwin result file"):
        Campaign.load(path)


def test_truncated_file_is_an_input_error(tmp_path: Path) -> None:
    path = make_campaign().save(tmp_path / "results.h5")
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(InputError, match="not a complete emtwin result file"):
        Campaign.load(path)


def test_groups_and_verdicts_are_found_by_name() -> None:
    campaign = make_campaign()
    assert set(campaign.group("voxels")) == {"free_space", "over_floor"}
    found = campaign.verdict("radiated_emission")
    assert found is not None
    assert found["outcome"] == "marginal"
    assert campaign.verdict("surge") is None
