"""Thin walls of a CAD mesh that leak: through a flat one, and out of round ones on a staircase."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.benches.metal_walls import wall_elements
from emtwin.constants import ETA0
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.materials import Material
from emtwin.solver import Absorber, CurrentElement, MetalSheet, Pulse, Simulation, Stepper
from emtwin.voxel import Band, VoxelModel, voxelise
from tests.physics.round_shells import metallic, passed, resistive
from tests.physics.round_walls import ball, let_out
from tests.physics.scenes import fields_after
from tests.physics.sheet_line import SHEET, line_grid, through_and_back
from tests.physics.test_exact import randomise
from tests.physics.test_sheets import slab_loss
from tests.unit.voxel.shapes import box, shell, solid
from tests.validation import Validated

Real = NDArray[np.float64]
RADIUS = 0.1


def decibel(ratio: Any) -> Any:
    """20 log10 of a magnitude."""
    return 20 * np.log10(np.abs(ratio))


def across_the_line(conductivity: float, thickness: float, backend: Backend, f: Real) -> Any:
    """What a solid wall across a line of cells of 1 mm lets through."""
    grid = line_grid(1e-3)
    grid = Grid(grid.x, 1e-3 * grid.y, 1e-3 * grid.z)  # no mesh is wider than 1e9 m
    x = grid.x[SHEET]
    slab = box((x - thickness / 2, 0.0, 0.0), (x + thickness / 2, 2e6, 1e6))
    wall = solid("wall", slab, Material("paint", 1.0, conductivity, True, "test"))
    model = voxelise([wall], grid, band=Band(float(f.min()), float(f.max())))
    through, _ = through_and_back(
        grid,
        lambda _grid, _medium: {"medium": model.medium, "elements": wall_elements(model)},
        backend,
        f,
        steps=4000,
    )
    return through, model


@pytest.mark.quick
@pytest.mark.parametrize("resistance", [10.0, 188.4])
def test_a_wave_through_a_flat_coat(
    resistance: float, machine64: Backend, validated: Validated
) -> None:
    """A coat of 20 um drawn as a solid: t = 2 R / (2 R + eta0).

    The line's impedance is eta0 cos(k d / 2) at a node: 0.5 % less at 30 cells per wavelength (10
    GHz), of which at most a quarter reaches t; at 1 GHz 1e-4. As for a sheet declared by hand.
    """
    f = np.array([1e9, 10e9])
    through, model = across_the_line(1 / (resistance * 20e-6), 20e-6, machine64, f)
    assert model.walls[0].models == ("resistive sheet on cell faces",)
    for at, tolerance, obtained in zip(f, (1e-4, 2e-3), through, strict=True):
        validated(
            f"Coat of {resistance:g} ohm found in a solid, |t| at {at / 1e9:g} GHz",
            abs(obtained), 2 * resistance / (2 * resistance + ETA0), tolerance,
            reference="2 R / (2 R + eta0)",
        )  # fmt: skip


@pytest.mark.quick
def test_a_wave_through_a_flat_wall_with_skin_effect(
    machine64: Backend, validated: Validated
) -> None:
    """0.3 mm of 1e4 S/m, 3.3 skin depths at 10 GHz: the slab's two-port within 0.2 dB.

    As for the copper foil of `test_sheets`: 0.5 % of the network's fit, and the trapezoidal rule.
    """
    f = np.array([1e9, 3e9, 10e9])
    through, model = across_the_line(1e4, 0.3e-3, machine64, f)
    assert model.walls[0].models == ("metal sheet with two sides on cell faces",)
    for at, obtained, expected in zip(f, -decibel(through), slab_loss(1e4, 0.3e-3, f), strict=True):
        validated(
            f"Wall of 1e4 S/m, 0.3 mm found in a solid, {at / 1e9:g} GHz",
            obtained, expected, 0.2, reference="two-port of the slab", unit="dB",
        )  # fmt: skip


FREQUENCIES = np.array([100e6, 300e6, 800e6])
LONG = {("cylinder", "e"): 60.0, ("sphere", "e"): 100.0}
"""Nanoseconds in which the currents of a shell of 0.5 to 1 ohm die away; 25 for the others."""
COAT_OF_BALL = (2e3, 50e-6)
COAT = {"e": 25.0, "h": 60.0}
"""The same for the ball of 10 ohm. Round an electric dipole 0.6 % of the peak is left after 25 ns,
too much for spectra of which 0.9 % gets out at 100 MHz."""


def errors(
    shape: tuple[str, str], cells: int, metal: tuple[float, float], backend: Backend, **changes: Any
) -> tuple[Real, str]:
    """dB by which a shell lets out more than the exact one, and the model of its wall."""
    conductivity, thickness = metal
    obtained, model = let_out(*shape, RADIUS, cells, metal, FREQUENCIES, backend, **changes)
    (name,) = model.walls[0].models
    port = (
        resistive(conductivity * thickness, FREQUENCIES)
        if name.startswith("resistive")
        else metallic(conductivity, thickness, FREQUENCIES)
    )
    exact = passed(*shape, RADIUS, FREQUENCIES, *port)
    return np.asarray(decibel(obtained / exact)), name


MISSED = {
    ("sphere", "h"): (
        0.8,
        "0.7 dB at 300 MHz, 1.1 with 10 cells: a staircase conducts 3 % less than its wall on the "
        "mean of all directions, whatever its cells, which is 0.3 dB of it",
    ),
}
"""Accepted at 20 cells in dB, and why it is more than the first order."""


def accepted(shape: tuple[str, str], cells: int) -> dict[str, Any]:
    """Tolerance and, where it is wider than was aimed at, the aim and the reason."""
    if cells == 10 or shape not in MISSED:
        return {"tolerance": first_order(cells)}
    tolerance, reason = MISSED[shape]
    return {"tolerance": tolerance, "aim": first_order(cells), "reason": reason}


def first_order(cells: int) -> float:
    """Tolerance in dB: a staircase is right to the first order of d / a; 1.5 d / a of the field.

    The faces are up to d / 2 off the surface, by which the exact shells change by 0.2 to 0.8 dB
    at 10 cells; what the steps do to conductance and charge is of the same order. Half of it is
    aimed at with 20 cells, and missed in one case, see `MISSED`.
    """
    return 1.5 * 20 * np.log10(1 + 1 / cells)


@pytest.mark.parametrize("resistance", [50.0, 5.0])
@pytest.mark.parametrize("along", ["e", "h"])
@pytest.mark.parametrize("cells", [10, pytest.param(20, marks=pytest.mark.slow)])
def test_a_coated_cylinder(
    cells: int, along: str, resistance: float, machine: Backend, validated: Validated
) -> None:
    """A line in the middle, and what comes out at 100, 300 and 800 MHz: all slopes at once."""
    metal = 1 / (resistance * 50e-6), 50e-6
    found, name = errors(("cylinder", along), cells, metal, machine, steps=25.0)
    assert name == "resistive sheet on cell faces"
    for at, error in zip(FREQUENCIES, found, strict=True):
        validated(
            f"Coated cylinder, {along} along it, {resistance:g} ohm, {at / 1e6:g} MHz, "
            f"{cells} cells to the radius",
            error, 0.0, reference="exact shell", unit="dB", **accepted(("cylinder", along), cells),
        )  # fmt: skip


@pytest.mark.parametrize("along", ["e", "h"])
@pytest.mark.parametrize("cells", [10, pytest.param(20, marks=pytest.mark.slow)])
def test_a_coated_ball(cells: int, along: str, machine: Backend, validated: Validated) -> None:
    """A magnetic (e along the shell) or an electric dipole in the middle, 10 ohm."""
    found, name = errors(("sphere", along), cells, COAT_OF_BALL, machine, steps=COAT[along])
    assert name == "resistive sheet on cell faces"
    for at, error in zip(FREQUENCIES, found, strict=True):
        validated(
            f"Coated ball, {along} along it, 10 ohm, {at / 1e6:g} MHz, {cells} cells to the radius",
            error, 0.0, reference="exact shell", unit="dB", **accepted(("sphere", along), cells),
        )  # fmt: skip


@pytest.mark.quick
def test_the_field_of_the_steps_stays_near_the_wall(machine: Backend) -> None:
    """10 dB wrong at 1.2 radii, 300 MHz, but within the first order from 1.6 radii on.

    The flat spots of a staircase are up to sqrt(2 a d) wide, 0.4 a with 10 cells. What gets through
    a wall that shields well is small, so that the undulation of the faces by d / 2 and the lone
    steps at the edges of the spots change it by its own size there, which fades over their width.
    """
    at = [
        errors(("sphere", "e"), 10, COAT_OF_BALL, machine, steps=25.0, outside=r)[0][1]
        for r in (1.2, 1.4, 1.6, 2.0)
    ]
    assert at[0] < -5.0 < at[1] < -first_order(10)
    assert np.abs(at[2:]).max() < first_order(10) / 2


@pytest.mark.parametrize(
    ("shape", "metal"),
    [
        (("cylinder", "e"), (1e4, 0.2e-3)),
        (("sphere", "h"), (2e3, 0.5e-3)),
        pytest.param(("sphere", "e"), (2e3, 0.5e-3), marks=pytest.mark.slow),
    ],
)
def test_a_round_shell_with_skin_effect(
    shape: tuple[str, str], metal: tuple[float, float], machine: Backend, validated: Validated
) -> None:
    """Walls of 1.1 and 1.3 skin depths at 800 MHz, with two sides, 10 cells to the radius."""
    found, name = errors(shape, 10, metal, machine, steps=LONG.get(shape, 25.0))
    assert name == "metal sheet with two sides on cell faces"
    for at, error in zip(FREQUENCIES, found, strict=True):
        validated(
            f"{shape[0].capitalize()} of {metal[0]:g} S/m, {metal[1] * 1e3:g} mm, {shape[1]} along "
            f"it, {at / 1e6:g} MHz, 10 cells to the radius",
            error, 0.0, first_order(10), reference="exact shell, two-port of the slab", unit="dB",
        )  # fmt: skip


def unpaired(model: VoxelModel) -> VoxelModel:
    """The same without one field for both edges of a step."""
    none = (np.zeros((0, 2), np.int64),) * 3
    walls = tuple(replace(wall, steps=none) for wall in model.two_sided)
    return replace(model, steps=none, two_sided=walls)


@pytest.mark.quick
def test_without_pairs_the_steps_shield_too_well(machine: Backend) -> None:
    """1 + j w mu0 d / (4 sqrt(2) R) at 45 degrees: 7.4 dB for 5 ohm, cells of 9.7 mm and 800 MHz.

    All round the cylinder it is less, but several dB, always to the side of more shielding.
    """
    metal = 1 / (5.0 * 50e-6), 50e-6
    with_pairs, _ = errors(("cylinder", "e"), 10, metal, machine)
    without, _ = errors(("cylinder", "e"), 10, metal, machine, model_of=unpaired)
    assert -7.4 < without[2] < -3.0
    assert np.abs(with_pairs).max() < first_order(10)


@pytest.mark.quick
@pytest.mark.parametrize("kind", ["resistive", "two-sided"])
def test_staircases_are_stable_at_the_limit_of_the_grid(kind: str, machine64: Backend) -> None:
    """Two balls of metal, one round the other, at the whole Courant limit in random cells.

    Networks and means at the steps are passive and each cell keeps its own energy (`sheets.slab`,
    `stair_steps`): after 4000 steps the largest field is at most twice the first one.
    """
    rng = np.random.default_rng(1)
    grid = Grid(*(np.append(0, np.cumsum(rng.uniform(1e-3, 2e-3, n))) for n in (19, 18, 17)))
    sigma, f_max = (100.0, 1e9) if kind == "resistive" else (1e6, 3e9)
    model = balls(grid, 0.5 * grid.x[-1], sigma, Band(1e8, f_max))
    assert all(kind.split("-")[0] in w.models[0] or "two" in w.models[0] for w in model.walls)
    elements = wall_elements(model)
    simulation = Simulation(
        grid, model.medium, Pulse(1e9), Absorber.none(), elements=elements, courant=1.0
    )
    assert simulation.dt == grid.courant_limit()
    stepper = Stepper(simulation, machine64)
    randomise(stepper, 5)
    first = np.abs(machine64.download(stepper.fields)).max()
    machine64.program(stepper.stages()).run(0, 4000)
    assert np.abs(machine64.download(stepper.fields)).max() < 2 * first


def balls(grid: Grid, middle: float, sigma: float, band: Band) -> VoxelModel:
    """Two hollow balls of a wall of 0.1 mm about one point."""
    metal = Material("metal", 1.0, sigma, True, "test")
    return voxelise(
        [solid(f"{r:g}", ball(r, 1e-4, middle), metal) for r in (5e-3, 9e-3)], grid, band=band
    )


@pytest.mark.quick
def test_a_box_of_the_mesh_is_the_sheet_declared_as_a_box(machine64: Backend) -> None:
    """The same edges, faces and sides as a `MetalSheet`: the same fields to the bit."""
    grid = Grid.uniform((16, 15, 14), 1e-3)
    lo, hi = Node(4, 5, 4), Node(11, 10, 9)
    corner = [
        np.array([lines[n] for lines, n in zip(grid.lines, at, strict=True)]) for at in (lo, hi)
    ]
    case = shell(
        box(*(tuple(c + s * 5e-5) for c, s in zip(corner, (-1, 1), strict=True))),
        box(*(tuple(c - s * 5e-5) for c, s in zip(corner, (-1, 1), strict=True))),
    )
    wall = solid("box", case, Material("metal", 1.0, 1e4, True, "test"))
    model = voxelise([wall], grid, band=Band(1e8, 20e9))
    found = []
    for medium, elements in (
        (Medium.vacuum(grid), (MetalSheet("box", lo, hi, 1e4, 1e-4, 20e9),)),
        (model.medium, wall_elements(model)),
    ):
        (sheet,) = elements
        assert sheet.thickness == pytest.approx(1e-4)
        simulation = Simulation(
            grid,
            medium,
            Pulse(20e9),
            Absorber(((3, 3),) * 3),
            currents=(CurrentElement("e_x", Node(7, 7, 2)),),
            elements=(replace(sheet, thickness=1e-4),),
        )
        found.append(fields_after(simulation, machine64, 300))
    assert np.abs(found[0]).max() > 0
    np.testing.assert_array_equal(*found)
