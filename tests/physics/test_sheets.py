"""Sheets thinner than a cell: what they let through, throw back and shield."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend, select_backend
from emtwin.constants import EPS0, ETA0, MU0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.grid.painter import Painter
from emtwin.materials.slab import slab_impedances
from emtwin.rational import debye
from emtwin.solver import (
    Absorber,
    CurrentElement,
    FieldSamples,
    MetalSheet,
    PlaneWave,
    Pulse,
    ResistiveSheet,
    Simulation,
    Stepper,
    StopRule,
    run,
    with_sheets,
)
from emtwin.solver.sheets.surface import rectangles
from tests.physics.scenes import traces
from tests.physics.sheet_line import HI, LO, SHEET, line_grid, through_and_back
from tests.physics.test_exact import randomise
from tests.validation import Validated

Real = NDArray[np.float64]


def decibel(ratio: Any) -> Any:
    """20 log10 of a magnitude."""
    return 20 * np.log10(np.abs(ratio))


def slab_loss(conductivity: float, thickness: float, f: Real) -> Real:
    """dB that a slab in free space takes from a wave: its two-port between lines of eta0."""
    z11, z12 = slab_impedances(conductivity, thickness, f)
    return np.asarray(-decibel(2 * z12 * ETA0 / ((z11 + ETA0) ** 2 - z12**2)))


def sheet_loss(
    sheet: MetalSheet, backend: Backend, f: Real, cell: float, *, graded: float = 1.0, steps: int
) -> Real:
    """The same as the sheet on the line gives it."""
    through, _ = through_and_back(
        line_grid(cell, graded),
        lambda _grid, _medium: {"elements": (sheet,)},
        backend,
        f,
        steps=steps,
        f_max=sheet.f_max,
    )
    return np.asarray(-decibel(through))


@pytest.mark.quick
@pytest.mark.parametrize("resistance", [10.0, 188.4, 1000.0])
def test_resistive_sheet(resistance: float, machine64: Backend, validated: Validated) -> None:
    """A sheet R across a line of eta0 lets 2 R / (2 R + eta0) through and reflects the rest.

    The discrete line's impedance is eta0 cos(k d / 2) at a node: at 30 cells per wavelength (10
    GHz, 1 mm) 0.5 % less, of which at most a quarter reaches t. Tolerance 1e-4 at 1 GHz (0.005 %).
    """
    f = np.array([1e9, 10e9])
    through, back = through_and_back(
        line_grid(1e-3),
        lambda grid, medium: {
            "medium": with_sheets(
                grid, medium, (ResistiveSheet.of_resistance("film", LO, HI, resistance),)
            )
        },
        machine64,
        f,
        steps=1500,
    )
    expected = 2 * resistance / (2 * resistance + ETA0)
    reference = "2 R / (2 R + eta0)"
    case = f"Resistive sheet {resistance:g} ohm, |t|"
    validated(f"{case} at 1 GHz", abs(through[0]), expected, 1e-4, reference=reference)
    validated(f"{case} at 10 GHz", abs(through[1]), expected, 2e-3, reference=reference)
    assert abs(back[0]) == pytest.approx(1 - expected, abs=1e-4)


@pytest.mark.quick
def test_dielectric_coating(machine64: Backend, validated: Validated) -> None:
    """A film of 0.2 mm with a permittivity of 9: t as a shunt j w eps0 (er - 1) t across the line.

    t = 2 / (2 + eta0 Y). The film itself, a slab of finite thickness, differs from its shunt by
    (k t)^2 / 12, 0.05 %; both differ from the grid's by its dispersion, 0.4 % at 10 GHz.
    """
    f = np.array([2e9, 10e9])
    film = ResistiveSheet.film("film", LO, HI, 0.2e-3, permittivity=9.0)
    through, _ = through_and_back(
        line_grid(1e-3),
        lambda grid, medium: {"medium": with_sheets(grid, medium, (film,))},
        machine64,
        f,
        steps=1500,
    )
    expected = 2 / (2 + 1j * TWO_PI * f * EPS0 * 8 * 0.2e-3 * ETA0)
    for n, name in enumerate(("2 GHz", "10 GHz")):
        validated(
            f"Dielectric film er = 9, 0.2 mm, t at {name}: distance from the shunt",
            abs(through[n] - expected[n]),
            0.0,
            4e-3,
            reference="2 / (2 + j w eps0 (er - 1) t eta0)",
        )


@pytest.mark.quick
@pytest.mark.parametrize("graded", [1.0, 1.3])
def test_shield_of_100_siemens_per_metre(
    graded: float, machine: Backend, validated: Validated
) -> None:
    """1 mm of 100 S/m: 25.950 dB at 0.1 GHz, 28.699 dB at 10 GHz (0.1 dB with a sub-cell model).

    The exact values are those of a slab with its displacement current; the good conductor's
    two-port differs from them by less than 0.05 dB (w eps0 / sigma = 0.6 % at 10 GHz). The
    trapezoidal rule sees tan(w dt / 2) for w dt / 2: 1e-3 of the skin depth, 0.015 dB. Once on
    cells of 1 mm on both sides, once on 1.3 mm behind the sheet.
    """
    sheet = MetalSheet("wall", LO, HI, 100.0, 1e-3, 10e9)
    f = np.array([0.1e9, 10e9])
    loss = sheet_loss(sheet, machine, f, 1e-3, graded=graded, steps=4000)
    kind = "uniform" if graded == 1.0 else "graded"
    for obtained, expected, name in zip(loss, (25.950, 28.699), ("0.1", "10"), strict=True):
        validated(
            f"Sheet 100 S/m, 1 mm, {name} GHz, {kind}",
            obtained,
            expected,
            0.1,
            reference="exact slab, displacement current included",
            unit="dB",
        )


def test_shield_of_100_siemens_per_metre_meshed(machine: Backend, validated: Validated) -> None:
    """The same slab as ten cells of 0.1 mm with 100 S/m, half of it on the two surfaces (0.3 dB).

    Five cells per skin depth at 10 GHz: the discrete exponent is off by (d / delta)^2 / 12 = 0.3 %
    of 17 dB.
    """
    grid = line_grid(0.1e-3)
    f = np.array([0.1e9, 10e9])
    share = np.array([0.5, *[1.0] * 9, 0.5])
    vacuum = Medium.vacuum(grid)
    ids = vacuum.ids_z.copy()
    ids[SHEET : SHEET + 11, :, 0] = (2 + np.arange(11))[:, None]
    sigma = np.concatenate(([0.0, 0.0], 100.0 * share))
    slab = Medium(vacuum.ids_x, vacuum.ids_y, ids, np.ones(13), sigma)
    through, _ = through_and_back(
        grid, lambda _grid, _medium: {"medium": slab}, machine, f, steps=20_000, f_max=10e9
    )
    for obtained, expected, name in zip(
        -decibel(through), (25.950, 28.699), ("0.1", "10"), strict=True
    ):
        validated(
            f"Slab 100 S/m, 1 mm in ten cells, {name} GHz",
            obtained,
            expected,
            0.3,
            reference="exact slab, displacement current included",
            unit="dB",
        )


@pytest.mark.quick
def test_copper_foil(machine64: Backend, validated: Validated) -> None:
    """10 um of copper takes 102 dB at 0.1 GHz and 134 dB at 2 GHz: Z12 / Z11 is 1 % there.

    Reference: the slab's two-port. Tolerance 0.2 dB: 0.5 % of the fit, and the trapezoidal rule,
    which at 2 GHz (w dt = 0.2) makes the exponent of 59 dB larger by (w dt)^2 / 24 = 0.17 %: 0.1
    dB.
    """
    f = np.array([0.1e9, 0.5e9, 1e9, 2e9])
    sheet = MetalSheet("foil", LO, HI, 58e6, 10e-6, 2e9)
    loss = sheet_loss(sheet, machine64, f, 5e-3, steps=4000)
    for at, obtained, expected in zip(f, loss, slab_loss(58e6, 10e-6, f), strict=True):
        validated(
            f"Copper foil 10 um, {at / 1e9:g} GHz",
            obtained,
            expected,
            0.2,
            reference="two-port of the slab",
            unit="dB",
        )


@pytest.mark.parametrize("seed", range(4))
def test_any_metal(seed: int, machine64: Backend) -> None:
    """Random conductivity and thickness, up to 15 skin depths: the slab's loss within 0.2 dB."""
    rng = np.random.default_rng(seed)
    conductivity = 10 ** rng.uniform(2, 7.5)
    depths = rng.uniform(0.05, 15.0)
    f_max = 1e9
    thickness = depths / np.sqrt(np.pi * f_max * MU0 * conductivity)
    sheet = MetalSheet("wall", LO, HI, conductivity, thickness, f_max)
    f = f_max * np.array([0.05, 0.2, 0.6, 1.0])
    loss = sheet_loss(sheet, machine64, f, max(5e-3, thickness), steps=8000)
    assert loss == pytest.approx(slab_loss(conductivity, thickness, f), abs=0.2)


@pytest.mark.quick
def test_numpy_and_native_shield_alike(machine64: Backend) -> None:
    """The reference gives the same trace behind a box of sheets, to the bit."""
    grid = Grid.uniform((10, 9, 8), 1e-3)
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(20e9),
        Absorber.none(),
        currents=(CurrentElement("e_z", Node(1, 1, 1)),),
        elements=(MetalSheet("box", Node(3, 3, 3), Node(7, 6, 6), 1e3, 1e-4, 20e9),),
    )
    one, two = (
        traces(simulation, backend, "e_z", np.array([[5, 4, 4]]), 200)
        for backend in (select_backend("numpy", "float64"), machine64)
    )
    assert np.abs(one).max() > 0
    np.testing.assert_array_equal(one, two)


@pytest.mark.quick
@pytest.mark.parametrize(
    ("lo", "hi"), [(Node(3, 3, 3), Node(9, 8, 8)), (Node(0, 2, 5), Node(13, 9, 5))]
)
@pytest.mark.parametrize(("conductivity", "thickness"), [(1e2, 5e-4), (58e6, 1e-5), (1.0, 1e-5)])
def test_sheets_are_stable_at_the_limit_of_the_grid(
    lo: Node, hi: Node, conductivity: float, thickness: float, machine64: Backend
) -> None:
    """A closed box, and a flat sheet with a free rim, in random cells at the whole Courant limit.

    The network is passive and each cell keeps its own energy, so random fields cannot grow: after
    4000 steps the largest is at most twice the first one (a maximum wanders).
    """
    rng = np.random.default_rng(1)
    grid = Grid(*(np.append(0, np.cumsum(rng.uniform(1e-3, 2e-3, n))) for n in (13, 12, 11)))
    sheet = MetalSheet("wall", lo, hi, conductivity, thickness, 1e9)
    simulation = Simulation(
        grid, Medium.vacuum(grid), Pulse(1e9), Absorber.none(), elements=(sheet,), courant=1.0
    )
    assert simulation.dt == grid.courant_limit()
    stepper = Stepper(simulation, machine64)
    randomise(stepper, 5)
    first = np.abs(machine64.download(stepper.fields)).max()
    machine64.program(stepper.stages()).run(0, 4000)
    assert np.abs(machine64.download(stepper.fields)).max() < 2 * first


BOX_LO, BOX_HI, BOX_SIDE = Node(7, 7, 7), Node(15, 15, 15), 0.1


def field_in_a_box(backend: Backend, f: Real, **settings: Any) -> NDArray[np.complex64]:
    """h_y in the middle of a box of 8 cells of 12.5 mm, in a wave."""
    grid = Grid.uniform((22, 22, 22), BOX_SIDE / 8)
    wave = PlaneWave(
        (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), Node(6, 6, 6), Node(16, 16, 16), (0.07, 0.07, 0.07)
    )
    middle = np.array([[i, 11, k] for i in (10, 11) for k in (10, 11)])
    simulation = Simulation(
        grid,
        with_sheets(grid, Medium.vacuum(grid), settings.pop("films", ())),
        Pulse(200e6),
        Absorber(((5, 5),) * 3, alpha_max=1e-3),
        plane_wave=wave,
        samples=(FieldSamples("middle", np.array(["h_y"] * 4), middle),),
        frequencies=f,
        **settings,
    )
    result = run(simulation, backend, StopRule(-300, -300, max_steps=3000))
    return result.spectra["middle"].mean(axis=1)


def shielded_by_a_sphere(conductivity: float, thickness: float, f: Real) -> Real:
    """dB of magnetic shielding inside a thin conducting sphere of a cube's volume.

    cosh(gamma t) + gamma a / 3 sinh(gamma t), with a = 0.620 of the cube's side.
    """
    radius = BOX_SIDE * (3 / (4 * np.pi)) ** (1 / 3)
    gamma = np.sqrt(1j * TWO_PI * f * MU0 * conductivity)
    inside, across = np.cosh(gamma * thickness), np.sinh(gamma * thickness)
    return np.asarray(decibel(inside + gamma * radius / 3 * across))


@pytest.mark.parametrize(
    ("conductivity", "thickness", "tolerance"), [(600.0, 0.2e-3, 0.5), (1e4, 1e-3, 1.5)]
)
def test_box_of_sheets_shields_magnetic_fields(
    conductivity: float, thickness: float, tolerance: float, machine: Backend, validated: Validated
) -> None:
    """A closed box of six sheets against the closed form of a spherical shell of its volume.

    Far below a skin depth (0.1 of it) and up to 2 of them, to 100 MHz, where the box is a thirtieth
    of a wavelength. A cube is no sphere: in its middle it shields 0.1 to 0.3 dB more while the
    shell is thin, and about 1 dB more where the shielding is large; that, not the grid, takes the
    tolerance of 0.5 and 1.5 dB. The spectra of the slow currents are finished by harmonic
    inversion.
    """
    f = np.array([20e6, 50e6, 100e6])
    box = MetalSheet("box", BOX_LO, BOX_HI, conductivity, thickness, 200e6)
    empty = field_in_a_box(machine, f)
    shielding = decibel(empty / field_in_a_box(machine, f, elements=(box,)))
    sphere = shielded_by_a_sphere(conductivity, thickness, f)
    for at, obtained, expected in zip(f, shielding, sphere, strict=True):
        validated(
            f"Box of sheets {conductivity:g} S/m, {thickness * 1e3:g} mm, {at / 1e6:g} MHz",
            obtained,
            expected,
            tolerance,
            reference="conducting spherical shell of the same volume",
            unit="dB",
        )


def test_thin_sheets_of_a_box_are_films(machine: Backend) -> None:
    """Far below one skin depth the two-sided box is the same as six resistive films: 0.05 dB.

    The films are rows of the medium, another way altogether. What is left is the sheet's own
    inductance, t / L = 0.2 % of the box's.
    """
    f, conductivity, thickness = np.array([20e6, 50e6, 100e6]), 600.0, 0.2e-3
    box = MetalSheet("box", BOX_LO, BOX_HI, conductivity, thickness, 200e6)
    films = [
        ResistiveSheet("film", *corners, conductivity * thickness)
        for _, *corners in rectangles(BOX_LO, BOX_HI)
    ]
    by_sheets = field_in_a_box(machine, f, elements=(box,))
    by_films = field_in_a_box(machine, f, films=films)
    np.testing.assert_allclose(decibel(by_sheets / by_films), 0.0, rtol=0, atol=0.05)


@pytest.mark.quick
def test_a_very_good_sheet_is_a_plate(machine64: Backend) -> None:
    """2 um of 5e9 S/m, 0.1 milliohm per square, scatter as a perfect plate does, rim included.

    The surface impedance is 3e-7 of eta0 in the resistive range and, at 10 GHz, with its skin
    effect (9 skin depths) 1e-6 of it: the fields differ by less than 1e-4 of the largest.
    """
    grid = Grid.uniform((16, 15, 14), 1e-3)
    painter = Painter(grid)
    painter.plate((4e-3, 4e-3, 7e-3), (11e-3, 10e-3, 7e-3))
    found = []
    sheet = MetalSheet("plate", Node(4, 4, 7), Node(11, 10, 7), 5e9, 2e-6, 10e9)
    for medium, elements in ((painter.medium(), ()), (Medium.vacuum(grid), (sheet,))):
        simulation = Simulation(
            grid,
            medium,
            Pulse(20e9),
            Absorber(((3, 3),) * 3),
            currents=(CurrentElement("e_x", Node(7, 7, 4)),),
            elements=elements,
        )
        probes = np.array([[7, 7, 9], [12, 7, 7], [7, 7, 5]])
        found.append(traces(simulation, machine64, "e_x", probes, 400))
    np.testing.assert_allclose(found[1], found[0], rtol=0, atol=1e-4 * np.abs(found[0]).max())


@pytest.mark.quick
@pytest.mark.parametrize("shift", [1, 2])
def test_axes_may_be_permuted(shift: int, machine64: Backend) -> None:
    """x -> y -> z: a box and a flat sheet give the same field on the permuted grid (round-off)."""

    def field(turn: int) -> Real:
        def turned(values: Any) -> list[Any]:
            return list(np.roll(np.array(values, dtype=object), turn))

        grid = Grid(
            *turned([1e-3 * np.arange(13.0), 1.5e-3 * np.arange(11.0), 2e-3 * np.arange(9.0)])
        )
        boxes = [((3, 3, 3), (7, 6, 6)), ((9, 2, 2), (9, 8, 6))]
        elements = tuple(
            MetalSheet(str(n), Node(*turned(lo)), Node(*turned(hi)), 1e3, 1e-4, 20e9)
            for n, (lo, hi) in enumerate(boxes)
        )
        name = "e_" + "xyz"[(2 + turn) % 3]
        simulation = Simulation(
            grid,
            Medium.vacuum(grid),
            Pulse(20e9),
            Absorber.none(),
            currents=(CurrentElement(name, Node(*turned([1, 2, 3]))),),
            elements=elements,
        )
        places = [turned([5, 4, 4]), turned([10, 4, 4]), turned([8, 5, 3])]
        return traces(simulation, machine64, name, np.array(places, np.int64), 300)

    one, two = field(0), field(shift)
    np.testing.assert_allclose(two, one, rtol=0, atol=1e-12 * np.abs(one).max())


def test_a_sheet_in_a_dispersive_medium_keeps_its_poles() -> None:
    """Rows that a sheet adds have the poles of the rows that they come from, and only those."""
    grid = Grid.uniform((6, 6, 6), 1e-3)
    vacuum = Medium.vacuum(grid)
    ids = [np.where(volume > 0, 2, 0).astype(np.uint16) for volume in vacuum.ids]
    ids[0][:, :2] = np.where(ids[0][:, :2] > 0, 1, 0)
    water = debye(0.0, [(73.2, 8.27e-12)])
    medium = Medium(*ids, np.array([1, 1, 5.2]), np.zeros(3), None, {2: water})
    sheet = ResistiveSheet("film", Node(1, 1, 3), Node(5, 5, 3), 0.01)
    sheeted = with_sheets(grid, medium, (sheet,))
    for before, after in zip(medium.ids, sheeted.ids, strict=True):
        for row in np.unique(after):
            poles = {int(r) in medium.dispersion for r in np.unique(before[after == row])}
            assert poles == {int(row) in sheeted.dispersion}
    assert len(sheeted.dispersion) > 1
