"""Power that a plane wave of 1 V/m leaves in a lossy sphere, and where: specific absorption rate.

Radius 0.1 m, relative permittivity 41.5, 0.97 S/m, 1000 kg/m³, as a head at 900 MHz. Reference: the
Mie series (Bohren and Huffman, Absorption and Scattering of Light by Small Particles, section 4.3).
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import spherical_jn, spherical_yn

from emtwin.constants import C0, EPS0, ETA0
from emtwin.grid import Grid, Painter
from emtwin.materials import Material
from emtwin.solver import Absorber, FieldSamples, Flux, PlaneWave, Pulse, Simulation, run

RADIUS, PERMITTIVITY, CONDUCTIVITY, DENSITY = 0.1, 41.5, 0.97, 1000.0
CELL = 4e-3


def main(folder=Path()):
    """Frequencies in Hz, absorbed power in W found and by the Mie series; one picture."""
    grid = Grid.around((-RADIUS,) * 3, (RADIUS,) * 3, CELL, margin=15)
    painter = Painter(grid, curved=True)
    tissue = Material("tissue", PERMITTIVITY, CONDUCTIVITY, False, "a head at 900 MHz")
    painter.sphere((0, 0, 0), RADIUS, tissue)
    power = Flux.box("power", grid, *grid.inset(13))
    n = np.arange(grid.shape[0])
    plane = np.stack(np.meshgrid(n, [grid.shape[1] // 2], n, indexing="ij"), -1).reshape(-1, 3)
    field = FieldSamples.cells("field", grid, plane, np.array([900e6]))
    simulation = Simulation(
        grid,
        painter.medium(),
        Pulse(1e9),
        Absorber(((8, 8),) * 3, alpha_max=2e-3),
        plane_wave=PlaneWave((0, 0, 1), (1, 0, 0), *grid.inset(11)),
        samples=(power.samples, field),
        frequencies=np.linspace(100e6, 1000e6, 46),
    )
    result = run(simulation)
    f, absorbed, exact = result.frequencies, -power.power(result), mie(result.frequencies)
    for at in (300e6, 600e6, 900e6):
        i = np.argmin(np.abs(f - at))
        print(f"{at / 1e6:.0f} MHz: {absorbed[i]:.4g} W absorbed (Mie series {exact[i]:.4g})")
    inside = (
        np.linalg.norm([grid.centres[a][plane[:, a]] for a in range(3)], axis=0) < RADIUS - CELL
    )
    e = field.at_cells(result.per_source("field"))[0]
    sar = np.where(inside, CONDUCTIVITY * np.sum(np.abs(e) ** 2, axis=0) / (2 * DENSITY), np.nan)
    whole = absorbed[i] / (4 / 3 * np.pi * RADIUS**3 * DENSITY)
    print(f"900 MHz: SAR {whole:.3g} W/kg on average (9.28e-06), ", end="")
    print(f"{np.nanmax(sar):.3g} at most below the outermost cell (3.24e-05)")
    draw(folder / "solver_lossy_sphere.png", f, absorbed, exact, sar.reshape(n.size, -1))
    return f, absorbed, exact


def mie(f, orders=30):
    """Absorbed power of the sphere in a wave of 1 V/m peak, W; series in exp(-jωt)."""
    x = 2 * np.pi * f / C0 * RADIUS
    m = np.sqrt(PERMITTIVITY + 1j * CONDUCTIVITY / (2 * np.pi * f * EPS0))
    total = np.zeros(f.size)
    for n in range(1, orders):
        psi, slope = x * spherical_jn(n, x), spherical_jn(n, x) + x * spherical_jn(n, x, True)
        chi, turn = x * spherical_yn(n, x), spherical_yn(n, x) + x * spherical_yn(n, x, True)
        inside = spherical_jn(n, m * x, True) / spherical_jn(n, m * x) + 1 / (m * x)
        for ratio in (inside / m, m * inside):  # electric and magnetic modes
            c = (ratio * psi - slope) / (ratio * (psi + 1j * chi) - slope - 1j * turn)
            total += (2 * n + 1) * (c.real - np.abs(c) ** 2)
    return np.pi * RADIUS**2 / (2 * ETA0) * 2 / x**2 * total


def draw(file, f, absorbed, exact, sar):
    """Absorbed power over frequency, and the map of SAR."""
    plt.style.use(Path(__file__).with_name("emtwin.mplstyle"))
    figure, (left, right) = plt.subplots(1, 2, width_ratios=(1.25, 1))
    left.plot(f / 1e6, exact * 1e6, "C1--", label="Mie series")
    left.plot(f / 1e6, absorbed * 1e6, "C0", label="emtwin, flux through a box")
    left.set(title="Absorbed power at 1 V/m", xlabel="frequency (MHz)", ylabel="power (µW)")
    left.legend()
    half = sar.shape[0] * CELL / 2 * 1e3
    image = right.imshow(sar.T * 1e6, origin="lower", extent=(-half, half, -half, half))
    right.set(title="SAR at 900 MHz", xlabel="x, along E (mm)", ylabel="z, along k (mm)")
    right.set(xlim=(-110, 110), ylim=(-110, 110))
    right.grid(visible=False)
    figure.colorbar(image, label="µW/kg")
    figure.savefig(file)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]))
