"""Samples on their way to spectra: edges of cells, sums, what is kept."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from emtwin.backends.numpy_backend import NumpyBackend
from emtwin.constants import ETA0, TWO_PI
from emtwin.grid import Grid
from emtwin.solver import FieldSamples
from emtwin.solver.monitors.sampling import SampleSpectra, fourier_weights

GRID = Grid.uniform((7, 6, 5), 1e-3)
CELLS = np.array([[2, 3, 1], [3, 3, 1], [2, 4, 1]])
FREQUENCIES = np.array([1e8, 3e8, 1e9])
DT, EVERY = 1e-11, 7


def test_cells_share_their_edges_and_give_the_mean_of_four() -> None:
    """Three cells in an L: the first has 12 edges, each other one adds 8."""
    samples = FieldSamples.cells("plane", GRID, CELLS)
    assert samples.component.size == 12 + 8 + 8
    pairs = zip(samples.component.tolist(), map(tuple, samples.index.tolist()), strict=True)
    assert len(set(pairs)) == samples.component.size
    # e_x = x index, e_y = 10 + y index, e_z = 100 + z index: edges along an axis keep its index.
    axis = np.array(["xyz".index(name[-1]) for name in samples.component])
    along = samples.index[np.arange(axis.size), axis]
    values = np.array([0.0, 10.0, 100.0])[axis] + along
    field = samples.at_cells(values[None, :].astype(np.complex64))[0]
    np.testing.assert_allclose(field.real, np.add(CELLS, [0.0, 10.0, 100.0]).T)
    # Across its direction each component is the mean of both sides: half a cell on.
    across = np.where(axis == 0, samples.index[:, 1], 0.0)
    mean = samples.at_cells(across[None, :].astype(np.complex64))[0, 0].real
    np.testing.assert_allclose(mean, CELLS[:, 1] + 0.5)


def spectra_of(lines: np.ndarray, batch: int) -> SampleSpectra:
    """Two groups, one with frequencies of its own, fed in batches."""
    fields = FieldSamples("a", np.array(["e_x", "h_y"]), np.zeros((2, 3), np.int64))
    own = FieldSamples("b", np.array(["e_z"]), np.zeros((1, 3), np.int64), FREQUENCIES[:1])
    spectra = SampleSpectra([fields, own], FREQUENCIES, DT, EVERY, NumpyBackend())
    for start in range(0, len(lines), batch):
        add(spectra, lines[start : start + batch].astype(np.float32))
    return spectra


def add(spectra: SampleSpectra, lines: np.ndarray) -> None:
    """Lines in an array that is overwritten afterwards, as a ring is."""
    ring = lines.ravel().copy()
    spectra.add(ring, len(lines))
    ring[:] = np.nan


def test_sums_do_not_depend_on_how_lines_come_in() -> None:
    """A direct sum in float64 is the reference; h stands half a step before its line."""
    lines = np.random.default_rng(0).normal(size=(100, 3))
    times = (np.arange(100) * EVERY + 1) * DT
    turn = np.exp(-1j * TWO_PI * np.multiply.outer(FREQUENCIES, times)) * EVERY * DT
    expected = turn @ lines
    expected[:, 1] *= np.exp(0.5j * TWO_PI * FREQUENCIES * DT)
    for batch in (3, 40, 100):
        values = spectra_of(lines, batch).take()
        np.testing.assert_allclose(values["a"], expected[:, :2], rtol=1e-4, atol=1e-5 * 7e-11)
        np.testing.assert_allclose(values["b"], expected[:1, 2:], rtol=1e-4, atol=1e-5 * 7e-11)


def test_the_last_lines_are_kept_and_can_be_weighted_again() -> None:
    """Adding the window's own share once more doubles the last 30 lines' part of the sum."""
    lines = np.random.default_rng(1).normal(size=(100, 3))
    spectra = spectra_of(lines, 16)
    before = spectra_of(lines, 16).take()["a"]
    window = spectra.last_lines(70)
    assert (window.first, len(window)) == (70, 30)
    np.testing.assert_allclose(window.columns(np.array([2])), lines[70:, 2:], rtol=1e-6)
    times = spectra.times(70, 30)
    spectra.extend(window, lambda f: fourier_weights(f, times, spectra.interval))
    alone = spectra_of(np.concatenate((np.zeros((70, 3)), lines[70:])), 16).take()["a"]
    np.testing.assert_allclose(spectra.take()["a"], before + alone, rtol=1e-4, atol=1e-15)


def test_probes_come_from_groups_of_the_run_in_one_unit() -> None:
    spectra = spectra_of(np.ones((40, 3)), 40)
    probes = spectra.probes(10)
    np.testing.assert_array_equal(probes, [0, 1])
    np.testing.assert_array_equal(spectra.field_scale(probes), [1.0, ETA0])
    assert spectra.probe_spectra(probes).shape == (3, 2)


@pytest.mark.parametrize(("real", "bound"), [("float32", 1e-7), ("float64", 1e-13)])
def test_a_long_ringing_is_summed_in_double_precision(real: str, bound: float) -> None:
    """8000 lines of a slowly decaying resonance at the frequency of one of the spectra.

    Each product of 32 lines is rounded to 6e-8 of itself in float32, and so are the phases; 250 of
    them in random directions stay below 1e-7 of the sum. Sums in float32 would round the whole sum
    each time: 5e-7 was measured. In float64 5 numbers of 1e-16 times the square root of 8000.
    """
    times = (np.arange(8000) * EVERY + 1) * DT
    phase = TWO_PI * 3e8 * times[:, None] + np.arange(16)
    lines = (np.cos(phase) * np.exp(-times / 20e-9)[:, None]).astype(real)
    samples = FieldSamples("a", np.array(["e_x"] * 16), np.zeros((16, 3), np.int64))
    spectra = SampleSpectra([samples], FREQUENCIES, DT, EVERY, NumpyBackend(real))
    for start in range(0, 8000, 8):
        add(spectra, lines[start : start + 8])
    found = spectra.probe_spectra(np.arange(16))
    expected = fourier_weights(FREQUENCIES, times, EVERY * DT) @ lines.astype(np.float64)
    assert spectra.take()["a"].dtype == np.result_type(real, np.complex64)
    assert np.abs(found - expected).max() < bound * np.abs(expected).max()


def test_double_sums_take_no_more_memory_than_was_told() -> None:
    """24 bytes per value, as the campaign's estimate says: 16 of sums and 8 of the result."""
    count, nf = 4000, 120
    samples = FieldSamples("a", np.array(["e_x"] * count), np.zeros((count, 3), np.int64))
    tracemalloc.start()
    spectra = SampleSpectra([samples], np.linspace(1e8, 1e9, nf), DT, EVERY, NumpyBackend())
    begin = tracemalloc.get_traced_memory()[0]
    spectra.take()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert begin > 16 * nf * count
    assert peak < 1.05 * 24 * nf * count
