"""The cuda backend as a whole, on a GPU and on the host, where its CuPy is the grid emulator.

What the host cannot show: that the real CuPy takes these calls, and how fast a GPU is.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from benchmarks import scenes
from emtwin.backends import Box, Stage, cuda, select_backend
from emtwin.backends.cuda import CudaBackend, CudaOptions, CudaProgram, launch_shape
from emtwin.backends.regions import split_at_absorber
from emtwin.backends.signatures import signatures
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    CurrentElement,
    FieldSamples,
    Pulse,
    Simulation,
    Stepper,
    StopRule,
    run,
)
from tests.kernels.argument_sets import MAKERS, argument_set
from tests.kernels.emulator import EmulatedCupy
from tests.kernels.test_parity import same
from tests.kernels.test_schedules import cut

FORMS = {
    "one kernel per sweep": CudaOptions(graphs=False, split=False),
    "interior and shell": CudaOptions(graphs=False, split=True),
    "graphs": CudaOptions(graphs=True, split=False),
    "graphs of interior and shell": CudaOptions(graphs=True, split=True, block=(8, 3, 2)),
}

CUTS = [
    (kernel, axis)
    for kernel, signature in signatures().items()
    for axis in range(3 if signature.by_rows else 1)
    if (kernel, axis) not in {("energy", 2), ("row_squares", 2)}  # one thread sums a row
]


def box_with_absorber() -> Simulation:
    """An odd box whose absorber leaves an interior along every axis."""
    grid = Grid.uniform((13, 11, 69), 1e-3)
    return Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(20e9),
        Absorber(((3, 2), (2, 3), (4, 5))),
        currents=(CurrentElement("e_z", Node(6, 5, 30)),),
    )


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("kernel", sorted(MAKERS))
def test_every_kernel_through_the_backend(
    kernel: str, precision: str, device: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bitwise equal to NumPy, as on a GPU with -fmad=false: arguments, box, step, launch shape.

    Three steps are a graph of two and a step launched alone.
    """
    monkeypatch.setattr("emtwin.backends.cuda._GRAPH_STEPS", (2,))
    case = argument_set(kernel, precision, 5, (7, 5, 37))
    reference = case.run(select_backend("numpy", precision))
    for options in FORMS.values():
        same(kernel, reference, case.run(CudaBackend(precision, options)))


@pytest.mark.parametrize(("kernel", "axis"), CUTS)
def test_shuffled_slabs_give_the_same_bits(kernel: str, axis: int, device: None) -> None:
    """Launches on parts of a box, along any axis and in any order, are the launch on the whole.

    That is what a shell, and the boundary slab of a part of a grid, rest on.
    """
    case, backend = argument_set(kernel, "float32", 6, (11, 7, 35)), CudaBackend()
    whole = case.run(backend)
    parts = case.run(backend, boxes=cut(case.box, axis, 4, 1))
    for name, values in whole.items():
        np.testing.assert_array_equal(parts[name], values, err_msg=name)


@pytest.mark.parametrize("options", FORMS.values(), ids=FORMS.keys())
def test_a_scene_gives_the_same_bits_in_every_form(options: CudaOptions, device: None) -> None:
    """90 steps in pieces of 1, 37, 2 and 50, sources and absorber at work, against NumPy.

    The steps of a graph must be right after other steps were launched one by one, and samples must
    land in the line of their own step.
    """
    results = []
    for machine in (select_backend("numpy"), CudaBackend(np.float32, options)):
        stepper = Stepper(box_with_absorber(), machine)
        stage, ring = stepper.record(stepper.fields, stepper.layout.offset("e_z", CORNERS), 3, 40)
        program = machine.program([*stepper.stages(), stage])
        for first, last in pairwise((0, 1, 38, 40, 90)):
            program.run(first, last - first)
        results.append((machine.download(stepper.fields), machine.download(ring)))
    assert np.abs(results[0][0]).max() > 0
    assert np.count_nonzero(results[0][1]) > 30
    for reference, found in zip(*results, strict=True):
        np.testing.assert_array_equal(found, reference)


CORNERS = np.array([[6, 5, 30], [6, 5, 33], [8, 6, 30]])


def test_every_element_gives_the_same_bits(device: None) -> None:
    """The benchmark's crowded scene, wires, ports, plane wave and all, through graphs."""
    ends = []
    for machine in (select_backend("numpy"), CudaBackend(np.float32, FORMS["graphs"])):
        program, fields, _ = scenes.field_program(scenes.crowded(), machine)
        program.run(0, 45)
        ends.append(machine.download(fields))
    np.testing.assert_array_equal(ends[1], ends[0])


def test_a_run_s_spectra_are_those_of_numpy(device: None) -> None:
    """Samples, sums and window stay with the backend; the samples are the same to the bit.

    Expected: 1e-6 of the largest, what products in float32 of 32 lines and sums in float64 leave.
    """
    scene = box_with_absorber()
    frequencies = np.array([3e9, 10e9])
    samples = FieldSamples.box("plane", scene.grid, Node(5, 2, 20), Node(5, 8, 40))
    scene = replace(scene, frequencies=frequencies, samples=(samples,))
    stop = StopRule(max_steps=1100)
    results = [run(scene, m, stop) for m in (select_backend("numpy"), CudaBackend())]
    spectrum, found = (result.spectra["plane"] for result in results)
    assert np.abs(spectrum).max() > 0
    np.testing.assert_allclose(found, spectrum, rtol=0, atol=1e-6 * np.abs(spectrum).max())
    assert results[0].n_steps == results[1].n_steps


def test_a_graph_replaces_the_launches_of_its_steps(emulated: EmulatedCupy) -> None:
    """70 steps: two graphs of 32, one of 4, two steps launch by launch."""
    backend = CudaBackend(np.float32, CudaOptions(graphs=True))
    stepper = Stepper(box_with_absorber(), backend)
    program = backend.program(stepper.stages())
    program.run(0, 70)
    assert isinstance(program, CudaProgram)
    assert emulated.stream.n_graphs == 3
    assert emulated.stream.n_launched == 2 * program.n_launches


def test_small_grids_take_graphs_and_large_ones_are_split(
    emulated: EmulatedCupy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size decides where the options leave it open."""
    backend = CudaBackend(np.float32)
    stages = Stepper(box_with_absorber(), backend).stages()
    small = backend.program(stages)
    small.run(0, 4)
    assert emulated.stream.n_graphs == 1
    assert small.n_launches == len(stages)
    monkeypatch.setattr("emtwin.backends.cuda._SMALL", 1000)
    large = backend.program(stages)
    large.run(0, 4)
    assert emulated.stream.n_graphs == 1
    assert large.n_launches == len(stages) + 2 * 6


def test_a_stage_that_has_nothing_to_do_is_not_launched(emulated: EmulatedCupy) -> None:
    """`every` 5: steps 0, 5 and 10 of 12."""
    backend = CudaBackend(np.float32, CudaOptions(graphs=False))
    case = argument_set("record", "float32", 1, (7, 5, 3))
    backend.program([Stage("record", case.box, case.load(backend), every=5)]).run(0, 12)
    assert emulated.stream.n_launched == 3


def test_parts_of_a_split_sweep_cover_each_cell_once() -> None:
    """Seven boxes: no cell twice, none left out; the interior absorbs nowhere."""
    stage = Stepper(box_with_absorber(), select_backend("numpy")).stages()[0]
    parts = split_at_absorber(stage)
    assert [part.kernel for part in parts] == ["yee_h"] * 6 + ["yee_h_inner"]
    seen = np.zeros(stage.box.hi, int)
    for part in parts:
        seen[tuple(slice(*ends) for ends in zip(*part.box, strict=True))] += 1
    assert np.all(seen == 1)
    assert parts[-1].box == Box((4, 3, 16), (11, 8, 64))


def test_what_has_no_interior_is_not_split() -> None:
    """A row shorter than its two absorbers' vectors, and a kernel that is no sweep."""
    grid = Grid.uniform((13, 11, 20), 1e-3)
    scene = Simulation(grid, Medium.vacuum(grid), Pulse(20e9), Absorber(((3, 3),) * 3))
    stage = Stepper(scene, select_backend("numpy")).stages()[0]
    assert split_at_absorber(stage) == [stage]
    case = argument_set("impress", "float32", 1, (5, 3, 7))
    listed = Stage("impress", case.box, case.arguments)
    assert split_at_absorber(listed) == [listed]


def test_launch_shapes() -> None:
    """Threads along z first; a slab of one vector along z gives each warp two rows."""
    rows, items = signatures()["yee_h"], signatures()["impress"]
    assert launch_shape(Box((0, 0, 0), (5, 9, 70)), rows, (32, 4, 1)) == ((3, 3, 5), (32, 4, 1))
    assert launch_shape(Box((0, 0, 0), (5, 9, 16)), rows, (32, 4, 1)) == ((1, 2, 5), (16, 8, 1))
    assert launch_shape(Box.items(300), items, (32, 4, 1)) == ((3, 1, 1), (128, 1, 1))


@pytest.mark.usefixtures("device")
def test_spectra_of_many_lines_are_what_the_host_makes_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """150 lines in three parts, columns 5 to 304 of 310: pieces of both join without a seam.

    Expected: both sums are right to 150 times 1.1e-16 of the sizes (Higham, Accuracy and
    Stability of Numerical Algorithms, eq. 3.4).
    """
    monkeypatch.setattr(cuda, "_PRODUCT_COLUMNS", 128)
    rng, backend = np.random.default_rng(5), CudaBackend("float64")
    weights, lines = rng.normal(size=(4, 150)), rng.normal(size=(150, 310))
    parts = [backend.upload(part) for part in np.split(lines, [30, 101])]
    sums = backend.zeros(4 * 300, np.float64)
    backend.accumulate(sums, weights, parts, 5)
    bound = 150 * np.finfo(np.float64).eps * (np.abs(weights) @ np.abs(lines[:, 5:305]))
    found = backend.view(sums).reshape(4, 300)
    assert np.all(np.abs(found - weights @ lines[:, 5:305]) <= bound)
