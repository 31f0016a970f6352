"""Fused and tiled time steps give the bits of the plain form, whatever is in the scene."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import scenes
from emtwin.backends import Box, Stage, native_program
from emtwin.backends.native import NativeBackend, NativeUnavailable
from emtwin.backends.native_program import NativeProgram, Schedule, tile_width
from emtwin.backends.tiling import tiling_of
from emtwin.backends.trials import Trials, Way
from emtwin.grid import Node
from emtwin.solver import (
    Absorber,
    Boundaries,
    LumpedElement,
    Resistor,
    Simulation,
    StopRule,
    run,
)
from emtwin.solver.run import Loop
from tests.kernels.stepped_scenes import SCENES, scene
from tests.physics.scenes import crowded_scene

STRETCHES = (41, 1, 3, 30)
WAYS = (
    Way("fused", 4),
    Way("fused", 1),
    Way("fused", 100),
    Way("tiled", 4, 8),
    Way("tiled", 3, 12),
    Way("tiled", 16, 28),
)


def native(schedule: Schedule, threads: int = 1) -> NativeBackend:
    """The native backend under one schedule, or a skip that says why there is none."""
    try:
        return NativeBackend("float32", threads, schedule)
    except NativeUnavailable as error:
        pytest.skip(str(error))


def stepped(simulation: Simulation, way: Way, threads: int = 1) -> dict[str, NDArray[Any]]:
    """Everything that a run keeps after some stretches of steps, and what it wrote down."""
    loop = Loop(simulation, native(way.order, threads), StopRule(), None)
    program, done = cast(NativeProgram, loop.program), 0
    program.trials = Trials([way])
    for n_steps in STRETCHES:
        assert program.way(n_steps) == way
        program.run(done, n_steps)
        done += n_steps
    loop.traces.collect(0)
    return dict(loop.stepper.assembly.state) | loop.traces.state()


@pytest.fixture(scope="module")
def plain() -> dict[str, dict[str, NDArray[Any]]]:
    """What the plain form gives, by scene."""
    return {name: stepped(make(), Way("plain")) for name, make in SCENES.items()}


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("name", SCENES)
def test_any_way_gives_the_same_bits(
    name: str, way: Way, threads: int, plain: dict[str, dict[str, NDArray[Any]]]
) -> None:
    """Fields, states of wires, sheets, elements and poles, and traces: equal to the bit.

    On one thread the order is as far from the plain one as it can be; on three, what is not ordered
    by the tiles is left to chance.
    """
    found = stepped(SCENES[name](), way, threads)
    assert found.keys() == plain[name].keys()
    assert np.abs(plain[name]["fields"]).max() > 0
    for array, values in plain[name].items():
        np.testing.assert_array_equal(found[array], values, err_msg=array)


def test_the_example_device_in_tiles() -> None:
    """The infusion pump with its monitors: fields, port traces and spectra of a run, to the bit."""
    simulation, stop = scenes.device("draft"), StopRule(-np.inf, -np.inf, 400)
    one, other = (run(simulation, native(s, 2), stop) for s in ("plain", "auto"))
    for name, port in one.ports.items():
        assert np.abs(port.voltage).max() > 0
        np.testing.assert_array_equal(other.ports[name].voltage, port.voltage, err_msg=name)
    for name, spectrum in one.spectra.items():
        np.testing.assert_array_equal(other.spectra[name], spectrum, err_msg=name)
    np.testing.assert_array_equal(other.decay_db, one.decay_db)


def test_what_ties_the_whole_grid_runs_plainly() -> None:
    """Periodic faces couple the ends of an axis in every step: no schedule but the plain one."""
    faces = ((4, 4), (0, 0), (4, 4))
    simulation = scene(boundaries=Boundaries.periodic("y"), absorber=Absorber(faces))
    loop = Loop(simulation, native("tiled"), StopRule(), None)
    assert cast(NativeProgram, loop.program).trials.ways == (Way("plain"),)


def step(*lists: Stage, rows: int = 10) -> list[Stage]:
    """Two sweeps over 8 planes, and lists after the second."""
    box = Box((0, 0, 0), (8, rows, 16))
    return [Stage("yee_h", box, {}, reach=1), Stage("yee_e", box, {}, reach=-1), *lists]


def items(*where: tuple[int, int, int, int], **changes: Any) -> Stage:
    """A list whose items lie at `where`."""
    return Stage("impress", Box.items(len(where)), {}, where=np.array(where), **changes)


def test_units_and_pieces() -> None:
    """Items that belong to several planes or rows join these; lists fall into pieces by unit."""
    stages = step(items((1, 1, 2, 4), (1, 1, 3, 3), (5, 6, 0, 0)), items((6, 7, 4, 4)))
    tiling = tiling_of(stages, [True, True, False, False])
    assert tiling is not None
    np.testing.assert_array_equal(tiling.planes, [0, 1, 2, 3, 4, 5, 8])
    np.testing.assert_array_equal(tiling.rows, [0, 1, 2, 5, 6, 7, 8, 9, 10])
    np.testing.assert_array_equal(tiling.e.pieces, [[2, 0, 2], [2, 2, 3], [3, 0, 1]])
    begin = np.repeat([0, 1, 2, 3], [11, 30, 2, 6])  # after units (1, 2), (5, 0) and (5, 2)
    np.testing.assert_array_equal(tiling.e.first_piece, begin)
    assert tiling.h.pieces.size == 0


def test_what_cannot_be_cut_into_units() -> None:
    """A list of unknown places with something to do in every step, and steps other than Yee's."""
    unknown = Stage("totals", Box.items(1), {})
    assert tiling_of(step(unknown), [True, True, False]) is None
    now_and_then = tiling_of(step(Stage("totals", Box.items(1), {}, every=5)), [True, True, False])
    assert now_and_then is not None
    np.testing.assert_array_equal(now_and_then.last, [2])
    assert tiling_of(step()[::-1], [True, True]) is None
    assert tiling_of(step()[:1], [True]) is None


def orders(simulation: Simulation, threads: int) -> set[str]:
    """The orders that a run would try."""
    loop = Loop(simulation, native("auto", threads), StopRule(), None)
    return {way.order for way in cast(NativeProgram, loop.program).trials.ways}


def test_one_wide_unit_is_not_shared_out_as_tiles() -> None:
    """Rows that are tied together by the half leave no two tiles side by side: none is tried."""
    simulation = scene(
        LumpedElement("long", Node(9, 4, 12), Node(9, 20, 12), Resistor(30.0)), currents=()
    )
    for threads in (1, 2):
        assert orders(simulation, threads) == {"fused", "plain"}


def test_as_many_tiles_as_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many threads get narrower tiles, and none at all where the rows do not suffice for that."""
    monkeypatch.setattr("emtwin.backends.native_program._second_cache", lambda: 2 << 20)
    simulation = scene()  # 27 rows

    def program(threads: int) -> NativeProgram:
        loop = Loop(simulation, native("auto", threads), StopRule(), None)
        return cast(NativeProgram, loop.program)

    assert [program(n).way(100).width for n in (1, 2, 3, 6)] == [52, 24, 16, 8]
    assert [orders(simulation, n) for n in (6, 7)] == [{"tiled", "plain"}, {"fused", "plain"}]


def test_a_run_takes_the_way_that_was_fastest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ways are tried in the steps of the run itself; which one is taken is for the clock to say."""
    simulation, ticks = scene(), [0.0]
    monkeypatch.setattr(native_program.time, "perf_counter", lambda: ticks[0])
    loop = Loop(simulation, native("auto"), StopRule(), None)
    program, plain = (
        cast(NativeProgram, loop.program),
        Loop(simulation, native("plain"), StopRule(), None),
    )
    favourite, done = program.trials.ways[-2], []

    def timed(way: Way, first_step: int, n_steps: int) -> None:
        assert first_step == sum(n for _, n in done)
        done.append((way, n_steps))
        ticks[0] += n_steps * (1.0 if way == favourite else 1.1)
        NativeProgram._run(program, way, first_step, n_steps)

    monkeypatch.setattr(program, "_run", timed)
    assert program.way(100) == program.trials.ways[0]
    step = 0
    while not program.trials.settled:
        program.run(step, 97)
        step += 97
    assert {way for way, _ in done} == set(program.trials.ways)
    assert program.way(100) == favourite
    assert program.way(3) == Way("fused", 4)
    plain.program.run(0, step)
    np.testing.assert_array_equal(
        loop.stepper.assembly.state["fields"], plain.stepper.assembly.state["fields"]
    )


def test_a_thread_is_started_for_enough_cells_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at the energy of a small grid starts no thread; many steps of it start all."""
    program = Loop(crowded_scene(3), native("auto", 4), StopRule(), None).program
    assert isinstance(program, NativeProgram)
    assert program.threads_for(1) == 4  # the fixture of all tests here
    monkeypatch.setattr(native_program, "CELLS_WORTH_A_THREAD", 10 * program.cells)
    assert [program.threads_for(n) for n in (1, 19, 20, 39, 1000)] == [1, 1, 2, 3, 4]


def test_tiles_fit_the_cache() -> None:
    """The width is the largest multiple of 4 whose fields fill half of the cache, from 8 to 64."""
    assert tile_width(1e9, 2 << 20) == 8
    assert tile_width(1.0, 2 << 20) == 64
    for cache in (1 << 19, 1 << 20, 1 << 22):
        width = tile_width(5000.0, cache)
        assert width % 4 == 0
        assert (width / 4 + 1) * (width / 2 + 2) * 5000 <= 0.5 * cache
        assert (width / 4 + 2) * (width / 2 + 4) * 5000 > 0.5 * cache
