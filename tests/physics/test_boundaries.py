"""Magnetic, periodic and electric faces, held against mirrored, shifted and exact scenes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend, select_backend
from emtwin.constants import C0, EPS0, MU0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, Boundaries, CurrentElement, Pulse, Simulation, Stepper
from emtwin.solver.stages.layout import Layout
from tests.physics.cavity import fitted_frequency, put
from tests.physics.scenes import fields_after
from tests.physics.test_exact import components, conserved_energy, randomise
from tests.validation import Validated

STEPS, CELLS = 250, (14, 15, 16)


def graded(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Lines of n cells of 1 to 1.3 mm from zero, exact in binary, so that images are exact."""
    return np.append(0.0, np.cumsum(2.0**-10 * (1 + rng.integers(0, 5, n) / 16)))


def half_and_whole(axis: int, kind: str, end: int) -> tuple[Simulation, Simulation]:
    """A scene against a face of `kind`, and the same with its mirror image in place of the face.

    A lossy slab and a dipole in each direction. Of image currents the tangential ones are reversed
    by an electric plane and the normal ones kept; a magnetic plane does the opposite.
    """
    rng, n = np.random.default_rng(axis + 7), CELLS[axis]
    lines = [graded(rng, m) for m in CELLS]
    half, both = lines[axis], list(lines)
    mirrored = (-half[:0:-1], half) if end == 0 else (half, 2 * half[-1] - half[-2::-1])
    both[axis] = np.concatenate(mirrored)
    near, far, shift = [], [], n if end == 0 else 0
    for direction in range(3):
        place = np.full(3, 7)
        place[(axis + 1) % 3] += direction - 1
        name, normal = f"e_{'xyz'[direction]}", direction == axis
        near.append(CurrentElement(name, Node(*place.tolist()), 1.0 + direction))
        place[axis] += shift
        far.append(CurrentElement(name, Node(*place.tolist()), 1.0 + direction))
        place[axis] = 2 * n - normal - place[axis]
        sign = 1.0 if normal == (kind == "electric") else -1.0
        far.append(CurrentElement(name, Node(*place.tolist()), sign * (1.0 + direction)))
    pair, layers = ["electric", "electric"], [[6, 6], [6, 6], [6, 6]]
    pair[end], layers[axis][end] = kind, 0
    faces: dict[str, Any] = {"xyz"[axis]: tuple(pair)}
    one = absorbed(Grid(*lines), layers, axis, tuple(near), Boundaries(**faces))
    return one, absorbed(Grid(*both), [[6, 6]] * 3, axis, tuple(far), Boundaries())


def absorbed(
    grid: Grid,
    layers: list[list[int]],
    axis: int,
    currents: tuple[CurrentElement, ...],
    boundaries: Boundaries,
) -> Simulation:
    """A grid with a slab across, layers of absorber, and currents."""
    x, y, z = ((low, high) for low, high in layers)
    medium = _slab(grid, (axis + 1) % 3)
    return Simulation(
        grid, medium, Pulse(20e9), Absorber((x, y, z)), currents=currents, boundaries=boundaries
    )


def _slab(grid: Grid, axis: int) -> Medium:
    """A lossy dielectric in the second half of an axis, interface edges included."""
    ids = []
    for volume in Medium.vacuum(grid).ids:
        changed = volume.copy()
        planes = np.moveaxis(changed, axis, 0)
        planes[9:] = np.where(planes[9:] == 1, 2, 0)
        ids.append(changed)
    return Medium(*ids, np.array([1.0, 1.0, 3.0]), np.array([0.0, 0.0, 0.1]))


@pytest.mark.quick
@pytest.mark.parametrize("end", [0, 1], ids=["low", "high"])
@pytest.mark.parametrize("kind", ["electric", "magnetic"])
@pytest.mark.parametrize("axis", [0, 1, 2], ids="xyz")
def test_a_wall_is_its_images(
    axis: int, kind: str, end: int, machine64: Backend, validated: Validated
) -> None:
    """A face of the grid is the plane between a scene and its mirror image, to round-off.

    On the symmetry plane of the doubled scene tangential e (electric) or the tangential h averaged
    over it (magnetic) vanishes by symmetry, term by term; the half scene does the same operations
    in another order. 250 steps of 1e-16 relative, adding up at random, are below 1e-13 of the peak.
    """
    half, whole = half_and_whole(axis, kind, end)
    n, worst, peak = CELLS[axis], 0.0, 0.0
    one, two = (fields_after(scene, machine64, STEPS) for scene in (half, whole))
    for name in (f"{k}_{a}" for k in "eh" for a in "xyz"):
        halved = (name[0] == "e") == (name[-1] == "xyz"[axis])  # n values along the axis, not n + 1
        kept = np.arange(n + (not halved))
        found = Layout(half.grid).component(one, name).take(kept, axis)
        expected = Layout(whole.grid).component(two, name).take(kept + n * (end == 0), axis)
        scale = 1.0 if name[0] == "e" else 377.0
        worst = max(worst, scale * float(np.abs(found - expected).max()))
        peak = max(peak, scale * float(np.abs(expected).max()))
    assert peak > 0
    validated(
        f"{kind} face at the {('low', 'high')[end]} end of {'xyz'[axis]} against images",
        worst / peak,
        0.0,
        1e-13,
        reference="doubled scene with image sources",
    )


def seamless(axes: str, shift: tuple[int, int, int], grid: Grid, seed: int) -> Simulation:
    """A random medium and a dipole, rolled by `shift` cells along the periodic axes."""
    rng = np.random.default_rng(seed)
    ids = []
    for direction in range(3):
        volume = rng.integers(1, 6, grid.shape).astype(np.uint16)
        volume[rng.random(grid.shape) < 0.03] = 0
        for axis, name in enumerate("xyz"):
            if name in axes:
                volume = np.roll(volume, shift[axis], axis)
        padded = np.pad(volume, [(0, 1)] * 3, mode="wrap")
        np.moveaxis(padded, direction, 0)[-1] = 0
        ids.append(padded)
    place = [5 + by for by in shift]
    ids[2][tuple(place)] = 1  # the dipole stands in vacuum
    permittivity, conductivity = np.append([1, 1.0], rng.uniform(1, 6, 4)), np.full(6, 0.01)
    cells = {a: (0, 0) if a in axes else (4, 3) for a in "xyz"}
    return Simulation(
        grid,
        Medium(*ids, permittivity, conductivity),
        Pulse(30e9),
        Absorber((cells["x"], cells["y"], cells["z"])),
        currents=(CurrentElement("e_z", Node(*place)),),
        boundaries=Boundaries.periodic(axes),
    )


@pytest.mark.quick
@pytest.mark.parametrize("axes", ["x", "y", "z", "xy", "yz", "xz", "xyz"])
def test_a_periodic_grid_has_no_seam(axes: str, machine64: Backend) -> None:
    """A scene rolled round the periodic axes gives the rolled fields, to the bit.

    Every edge has the same neighbours wherever the seam is, and each update the same operands; what
    passes the last face comes in at the first. Absorber on the axes that do not repeat.
    """
    grid = Grid.uniform((13, 14, 16), 2.0**-10)
    shift = tuple((0, 7)[name in axes] for name in "xyz")
    here = seamless(axes, (0, 0, 0), grid, 3)
    there = seamless(axes, (shift[0], shift[1], shift[2]), grid, 3)
    one, two = (fields_after(scene, machine64, STEPS) for scene in (here, there))
    for name in (f"{k}_{a}" for k in "eh" for a in "xyz"):
        cells = (slice(0, 13), slice(0, 14), slice(0, 16))
        expected = Layout(grid).component(one, name)[cells]
        found = Layout(grid).component(two, name)[cells]
        for axis, by in enumerate(shift):
            expected = np.roll(expected, by, axis)
        assert np.abs(expected).max() > 0
        np.testing.assert_array_equal(found, expected)


@pytest.mark.quick
def test_mean_between_mirrors_is_a_line(machine64: Backend) -> None:
    """Two mirrors two cells apart, one repeated cell along z: summed over y, a line of plane waves.

    Across mirrors differences of h telescope to zero, so the mean of e_z over y, ends with half
    weight, obeys the scheme in one dimension, written out here, with the current spread over the
    cross-section. The run interpolates its pulse from a table, to 1e-6; 2e-6 is asked for.
    """
    n, at, cell = 60, 25, 1e-3
    grid = Grid.uniform((n, 2, 1), cell)
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(20e9),
        Absorber.none(),
        currents=(CurrentElement("e_z", Node(at, 1, 0)),),
        boundaries=Boundaries(y=("magnetic", "magnetic"), z=("periodic", "periodic")),
    )
    steps, dt = 80, simulation.dt
    found = Layout(grid).component(fields_after(simulation, machine64, steps), "e_z")[:, :, 0]
    e, h = np.zeros(n + 1), np.zeros(n)
    for step in range(steps):
        h += dt / MU0 / cell * np.diff(e)
        e[1:-1] += dt / EPS0 / cell * np.diff(h)
        current = float(simulation.pulse(np.array([(step + 0.5) * dt]))[0])
        e[at] -= dt / EPS0 * current / (2 * cell**2)
    mean = found @ np.array([0.25, 0.5, 0.25])
    np.testing.assert_allclose(mean, e, rtol=0, atol=2e-6 * np.abs(e).max())


def bloch_field(
    mode: tuple[int, int, int], grid: Grid, amplitude: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """e of the mode exp(-j k x) in a box of periods: real part, no divergence."""
    phase = [TWO_PI * m / n for m, n in zip(mode, grid.shape, strict=True)]
    k = np.array([2 / d[0] * np.sin(p / 2) for p, d in zip(phase, grid.spacings, strict=True)])
    a = amplitude - k * (k @ amplitude) / (k @ k)
    fields = {}
    for direction, name in enumerate("xyz"):
        places = [
            p * (np.arange(n) + 0.5 * (axis == direction))
            for axis, (p, n) in enumerate(zip(phase, grid.nodes, strict=True))
        ]
        total = places[0][:, None, None] + places[1][:, None] + places[2]
        fields[f"e_{name}"] = a[direction] * np.cos(total)
        np.moveaxis(fields[f"e_{name}"], direction, 0)[-1] = 0.0
    return fields


@pytest.mark.quick
@pytest.mark.parametrize("mode", [(1, 0, 0), (2, 1, 0), (1, -2, 3), (0, 5, 4)], ids=str)
def test_bloch_mode_rings_at_its_discrete_frequency(
    mode: tuple[int, int, int], machine64: Backend, validated: Validated
) -> None:
    """In a box of periods k_a = 2 pi m_a / (N_a d_a) and the scheme's own relation gives w.

    sin^2(w dt / 2) = (c dt / 2)^2 sum (2 / d_a sin(k_a d_a / 2))^2 (Taflove and Hagness, eq. 4.5).
    A mode with random amplitude rings as one cosine; its frequency is fitted by least squares over
    4000 steps. 1e-9: the tolerance of the cavity's modes.
    """
    cells, sizes = (12, 14, 16), (2e-3, 1.5e-3, 1e-3)
    grid = Grid.uniform(cells, sizes)
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(1e9),
        Absorber.none(),
        boundaries=Boundaries.periodic("xyz"),
    )
    stepper = Stepper(simulation, machine64)
    put(stepper, bloch_field(mode, grid, np.array([0.7, -0.4, 0.9])))
    strongest = np.argmax([np.abs(components(stepper)[f"e_{a}"]).max() for a in "xyz"])
    offset = stepper.layout.offset(f"e_{'xyz'[strongest]}", np.array([[0, 0, 0]]))
    stage, ring = stepper.record(stepper.fields, offset, 1, 4000)
    machine64.program([*stepper.stages(), stage]).run(0, 4000)
    dt = simulation.dt
    squares = sum(
        (2 / d * np.sin(np.pi * m / n)) ** 2 for m, n, d in zip(mode, cells, sizes, strict=True)
    )
    validated(
        f"Bloch mode {mode} of 12 x 14 x 16 periodic cells",
        fitted_frequency(machine64.download(ring), dt),
        float(np.arcsin(C0 * dt / 2 * np.sqrt(squares)) / (np.pi * dt)),
        1e-9,
        relative=True,
        reference="discrete dispersion relation",
        unit="Hz",
    )


@pytest.mark.quick
@pytest.mark.parametrize(
    "faces",
    [
        Boundaries.periodic("xyz"),
        Boundaries(("magnetic", "magnetic"), ("periodic", "periodic"), ("electric", "magnetic")),
    ],
    ids=["periodic", "mixed"],
)
def test_energy_is_conserved_with_every_face(faces: Boundaries, machine64: Backend) -> None:
    """W = eps E^n.E^n / 2 + mu H^(n-1/2).H^(n+1/2) / 2 is constant: every face is lossless.

    Graded, random permittivity, random start; the two copies of a periodic plane count half each,
    with the volumes of the ends of an axis, as does a magnetic plane. 1e-12 over 3000 steps.
    """
    rng = np.random.default_rng(2)
    grid = Grid(*(np.append(0.0, np.cumsum(rng.uniform(1e-3, 2e-3, n))) for n in (9, 8, 7)))
    ids = []
    for direction in range(3):
        volume = np.pad(rng.integers(1, 8, grid.shape), [(0, 1)] * 3, mode="wrap").astype(np.uint16)
        np.moveaxis(volume, direction, 0)[-1] = 0
        ids.append(volume)
    medium = Medium(*ids, np.append([1.0, 1.0], rng.uniform(1, 6, 6)), np.zeros(8))
    simulation = Simulation(grid, medium, Pulse(1e9), Absorber.none(), boundaries=faces)
    stepper = Stepper(simulation, machine64)
    randomise(stepper, 5)
    program, energies = machine64.program(stepper.stages()), []
    program.run(0, 1)  # the random start knows nothing of the seams
    for batch in range(4):
        before = components(stepper)
        program.run(1 + 1000 * batch, 1)
        energies.append(conserved_energy(simulation, before, components(stepper)))
        program.run(2 + 1000 * batch, 999)
    np.testing.assert_allclose(energies, energies[0], rtol=1e-12)
    # The stage for the stop rule weighs the same values, at the same places.
    stage, sums = stepper.energy()
    machine64.program([stage]).run(0, 1)
    now = components(stepper)
    assert machine64.download(sums).sum() / 2 == pytest.approx(
        conserved_energy(simulation, now, now), rel=1e-12
    )


@pytest.mark.quick
def test_numpy_and_native_agree_across_seams(machine: Backend) -> None:
    """The same bits from NumPy, in float32: periodic along two axes, absorber on the third."""
    simulation = seamless("xz", (0, 0, 0), Grid.uniform((9, 11, 18), 2.0**-10), 4)
    expected = fields_after(simulation, select_backend("numpy", "float32"), 60)
    assert np.abs(expected).max() > 0
    np.testing.assert_array_equal(fields_after(simulation, machine, 60), expected)
