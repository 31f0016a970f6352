"""One campaign: everything a run found, in one file that xarray opens."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emtwin.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

FORMAT = 1
JSON_PREFIX = "json:"
PLAIN_ATTRIBUTES = (str, int, float, np.integer, np.floating, np.ndarray)


@dataclass(frozen=True)
class Campaign:
    """Results of one twin: verdicts, labelled arrays and their provenance.

    Parameters
    ----------
    meta : dict
        JSON-able description: name, provenance, sites, audit, notices, timing.
    verdicts : list of dict
        One per test: test, clause, outcome, margin_db, uncertainty_db, worst,
        statement, contributions, notes, verified_by_refinement.
    datasets : dict of str to xarray.Dataset
        Arrays by group name; ``/`` in a name makes nested HDF5 groups.
    """

    meta: dict[str, Any]
    verdicts: list[dict[str, Any]]
    datasets: dict[str, xr.Dataset] = field(default_factory=dict)

    def save(self, path: Path) -> Path:
        """Write the campaign to `path` as HDF5, whole or not at all.

        The file is written beside `path` under another name and renamed when
        complete, so an interrupted run leaves no half-written result.

        Parameters
        ----------
        path : Path
            File to write, conventionally ``results.h5``.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        OSError
            If the folder cannot be written or the disk is full.
        """
        path = Path(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".part", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            self._write(temporary)
            _flush(temporary)
            temporary.chmod(0o666 & ~_umask())  # mkstemp makes the file private
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return path

    def _write(self, path: Path) -> None:
        root = _root(self.meta, self.verdicts, list(self.datasets))
        root.to_netcdf(path, engine="h5netcdf", mode="w")
        for name, dataset in self.datasets.items():
            stored = _storable(dataset)
            stored.to_netcdf(
                path, engine="h5netcdf", mode="a", group=name, encoding=_encoding(stored)
            )

    @classmethod
    def load(cls, path: Path) -> Campaign:
        """Read a campaign that `save` wrote.

        Parameters
        ----------
        path : Path
            Result file.

        Returns
        -------
        Campaign
            With every dataset in memory; the file is closed again.

        Raises
        ------
        InputError
            If the file is missing or is not a campaign.
        """
        import xarray as xr

        path = Path(path)
        if not path.is_file():
            raise InputError.single(
                "there is no such result file", file=path, remedy="run `emtwin run` first"
            )
        try:
            with xr.open_dataset(path, engine="h5netcdf") as root:
                texts = {name: str(root[name].values[()]) for name in root.data_vars}
            meta, verdicts = json.loads(texts["meta"]), json.loads(texts["verdicts"])
            groups = json.loads(texts["groups"])
            datasets = {name: _read_group(path, name) for name in groups}
        except (OSError, KeyError, ValueError) as error:
            raise InputError.single(
                f"not a complete emtwin result file: {error}",
                file=path,
                remedy="give the results.h5 that `emtwin run` wrote, or run again",
            ) from error
        return cls(meta, verdicts, datasets)

    def group(self, prefix: str) -> dict[str, xr.Dataset]:
        """Datasets below `prefix`, for example ``device``, by the rest of their name."""
        start = prefix.rstrip("/") + "/"
        return {
            name[len(start) :]: dataset
            for name, dataset in self.datasets.items()
            if name.startswith(start)
        }

    def verdict(self, test: str) -> dict[str, Any] | None:
        """Verdict of `test`, or None when the campaign has none for it."""
        return next((entry for entry in self.verdicts if entry["test"] == test), None)


def _root(meta: Mapping[str, Any], verdicts: list[dict[str, Any]], groups: list[str]) -> xr.Dataset:
    """Descriptions as scalar texts: HDF5 attributes end at 64 kB, a twin file may not."""
    import xarray as xr

    texts = {"meta": meta, "verdicts": verdicts, "groups": groups}
    variables = {name: ((), json.dumps(value, default=_plain)) for name, value in texts.items()}
    return xr.Dataset(variables, attrs={"emtwin_format": FORMAT})


def _plain(value: Any) -> Any:
    """JSON form of the few other types that a layer above may leave in `meta`."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} {value!r} cannot be stored in a result file")


def _storable(dataset: xr.Dataset) -> xr.Dataset:
    """`dataset` with complex variables as pairs and attributes that HDF5 takes."""
    stored = dataset.copy()
    for name, variable in dataset.data_vars.items():
        if np.iscomplexobj(variable):
            stored = stored.drop_vars([name])
            stored[f"{name}_re"] = variable.real.assign_attrs(complex_pair=str(name))
            stored[f"{name}_im"] = variable.imag
    for part in _labelled(stored):
        part.attrs = {key: _attribute(value) for key, value in part.attrs.items()}
    return stored


def _labelled(dataset: xr.Dataset) -> list[Any]:
    """`dataset` and all its variables: everything that carries attributes."""
    return [dataset, *(dataset[name].variable for name in dataset.variables)]


def _attribute(value: Any) -> Any:
    if isinstance(value, PLAIN_ATTRIBUTES) and not isinstance(value, bool):
        return value
    return JSON_PREFIX + json.dumps(value, default=_plain)


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Compress what is large: voxel ids shrink a hundredfold, spectra hardly."""
    return {
        str(name): {"zlib": True, "complevel": 4}
        for name, variable in dataset.data_vars.items()
        if variable.size > 4096 and variable.dtype.kind in "iufb"
    }


def _read_group(path: Path, name: str) -> xr.Dataset:
    import xarray as xr

    with xr.open_dataset(path, engine="h5netcdf", group=name) as stored:
        dataset = stored.load()
    for part in _labelled(dataset):
        part.attrs = {key: _original(value) for key, value in part.attrs.items()}
        part.encoding = {}
    found = [variable.attrs.get("complex_pair") for variable in dataset.data_vars.values()]
    pairs = [str(name) for name in found if name is not None]
    for pair in pairs:
        real, imaginary = dataset[f"{pair}_re"], dataset[f"{pair}_im"]
        attributes = {k: v for k, v in real.attrs.items() if k != "complex_pair"}
        dataset = dataset.drop_vars([f"{pair}_re", f"{pair}_im"])
        dataset[pair] = (real.dims, real.values + 1j * imaginary.values, attributes)
    return dataset


def _original(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(JSON_PREFIX):
        return json.loads(value[len(JSON_PREFIX) :])
    return value.item() if isinstance(value, np.generic) else value


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
