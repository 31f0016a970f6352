"""What a site's runs would take, told before voxels; refused above a budget or what is free."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import pipeline, site_runs
from emtwin.backends import select_backend
from emtwin.benches import memory
from emtwin.benches.bodies import bodies_of
from emtwin.benches.estimates import Placed, placed, views_of
from emtwin.benches.memory import Extent
from emtwin.errors import InputError
from emtwin.scene import LoadedTwin
from tests.benches.tiny_device import Change, write_tiny_device

DRIVEN = {"radiated_immunity": ("input",), "radiated_emission": ("clock", "lead.foot")}


@pytest.fixture(autouse=True)
def two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums at work count by thread: the numbers below are those of two."""
    monkeypatch.setenv("EMTWIN_THREADS", "2")


def sites(folder: Path, *changes: Change) -> tuple[LoadedTwin, list[Placed]]:
    """The tiny device in both sites, with what their runs would take."""
    loaded = pipeline.load(write_tiny_device(folder, *changes))
    return loaded, placed(pipeline.sites_of(loaded, bodies_of(loaded)), DRIVEN, loaded)


def test_planes_and_far_field_surface_are_counted_without_making_them(tmp_path: Path) -> None:
    """Edges of the planes exactly, and of the surface too, since the device fills its box."""
    for one in sites(tmp_path)[1]:
        expected, found = one.site.outline.extent().views, views_of(one.site)
        assert expected == found
        assert one.site.surface.n_samples == one.site.surface.samples.component.size


def test_a_plan_names_every_part(tmp_path: Path) -> None:
    """Their sum is the peak; what earlier runs and sites left counts too."""
    first, second = (one.plan for one in sites(tmp_path)[1])
    assert list(first.memory)[:3] == ["program", "device on the grid", "fields"]
    for plan in (first, second):
        assert sum(plan.memory.values()) == plan.memory_bytes
    assert first.memory["finished runs"] == 0  # one run, nothing before it
    values = 8 * 6 * sum(views_of(sites(tmp_path)[1][1].site))  # six harmonics of 40 MHz
    assert second.memory["finished runs"] > values


def test_memory_grows_with_what_is_kept() -> None:
    """Two finished runs of the same extent are twice one."""
    extent = _extent()
    one, two, three = (extent.memory(runs)["finished runs"] for runs in (1, 2, 3))
    assert one == 0
    assert three == 2 * two > 0
    assert extent.memory(1, earlier=1000)["finished runs"] == 1000


@pytest.mark.parametrize(
    ("remedy", "change"),
    [
        ("lower accuracy.f_max to 2.21 GHz", ("f_max: 300 MHz", "f_max: 2.21 GHz")),
        ("raise accuracy.memory to 1.9 GiB", ("f_max: 300 MHz", "f_max: 6 GHz, memory: 1.9 GiB")),
    ],
)
def test_each_remedy_fits_and_a_little_less_does_not(
    tmp_path: Path, remedy: str, change: Change
) -> None:
    """What a refusal proposes is accepted."""
    with pytest.raises(InputError) as caught:
        pipeline.check(
            pipeline.load(
                write_tiny_device(tmp_path, ("f_max: 300 MHz", "f_max: 6 GHz, memory: 512 MiB"))
            )
        )
    assert remedy in caught.value.problems[0].remedy
    budget = () if "memory" in change[1] else (("decay_db: -40", "decay_db: -40, memory: 512 MiB"),)
    plan = pipeline.check(pipeline.load(write_tiny_device(tmp_path, change, *budget)))
    largest = max(site.memory_bytes for site in plan.sites)
    limit = 1.9 * 2**30 if "memory" in change[1] else 512 * 2**20
    assert 0.93 * limit < largest <= limit


def test_cells_per_wavelength_and_finest_cell_are_proposed_where_they_help() -> None:
    """A plan whose bytes are the third power of each setting: the cube roots, rounded down."""
    takes = memory.Ways(
        lambda f: int(f**3 / 1e18), lambda n: int(n**3 * 1e6), lambda size: int(1 / size**3)
    )
    limit = 700**3  # Hz / 1e6, cells per wavelength / 1e2 and 1/m that just fit
    assert memory.largest_that_fits(takes.at_frequency, 1e9, 1e8, limit) == pytest.approx(
        7e8, rel=0.02
    )
    cells = memory.largest_that_fits(
        takes.at_cells_per_wavelength, 10.0, memory.FEWEST_CELLS, limit
    )
    assert cells == pytest.approx(7.0, rel=0.02)
    assert memory.largest_that_fits(takes.at_cells_per_wavelength, 10.0, 8.0, limit) is None


def test_a_run_is_refused_above_what_the_machine_has_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host has 20 MiB left beside what the program and the models take already."""
    loaded, (one, _) = sites(tmp_path)
    machine = select_backend("native")
    one.refuse_above_free(loaded, machine)
    monkeypatch.setattr(memory, "available_memory", lambda: 20 * 2**20)
    with pytest.raises(InputError) as caught:
        one.refuse_above_free(loaded, machine)
    problem = caught.value.problems[0]
    assert "this machine has 172 MiB for it" in problem.message
    assert "site free_space needs 0.0846 million cells and 191 MiB of memory" in problem.message
    assert problem.remedy.startswith("free memory or take a larger machine")
    assert problem.field == "accuracy.memory"


def test_a_check_tells_that_a_run_would_be_refused_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same twin on a machine with 20 MiB free: a notice per site, and no error."""
    loaded = pipeline.load(write_tiny_device(tmp_path))
    assert "memory-not-free" not in {n.name for n in pipeline.check(loaded).notices}
    monkeypatch.setattr(memory, "available_memory", lambda: 20 * 2**20)
    found = [n.message for n in pipeline.check(loaded).notices if n.name == "memory-not-free"]
    assert found[0] == (
        "site free_space needs 191 MiB of memory, this machine has 172 MiB for it now: "
        "`emtwin run` would refuse"
    )
    assert len(found) == 2


def test_a_device_that_is_too_small_refuses_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fields, rows, absorber and the ring of samples have to fit where the kernels run."""
    loaded, (one, _) = sites(tmp_path)
    machine = select_backend("native")
    needed = sum(one.plan.memory[name] for name in memory.ON_DEVICE)
    monkeypatch.setattr(machine, "free_bytes", lambda: needed)
    one.refuse_above_free(loaded, machine)
    monkeypatch.setattr(machine, "free_bytes", lambda: needed // 2)
    with pytest.raises(InputError, match="this machine has"):
        one.refuse_above_free(loaded, machine)


def test_a_refused_run_allocates_no_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`emtwin run` looks at what is free before the first run; nothing is written."""
    twin = write_tiny_device(tmp_path)
    monkeypatch.setattr(memory, "available_memory", lambda: 0)
    monkeypatch.setattr(site_runs, "run_fields", None)  # would fail if it were called
    with pytest.raises(InputError, match="this machine has"):
        pipeline.run(pipeline.load(twin), tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def _extent() -> Extent:
    from emtwin.grid import Grid, Node
    from emtwin.solver import Absorber, HuygensSurface

    grid = Grid.uniform((60, 60, 60), 5e-3)
    surface = HuygensSurface(grid, Node(20, 20, 20), Node(40, 40, 40))
    return Extent(grid, Absorber(), surface, 1e9, 50, (4000, 4000))
