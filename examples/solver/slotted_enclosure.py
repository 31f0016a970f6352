"""Shielding effectiveness of a metal box of 300 x 120 x 300 mm with a slot of 100 x 5 mm.

The slot is narrower than a cell. Reference: the circuit model of Robinson et al. (IEEE Trans. EMC
40 (1998) 240-248), which knows one waveguide mode and is good to 3 to 6 dB.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from emtwin.constants import C0, ETA0
from emtwin.grid import Grid, Painter
from emtwin.solver import (
    Absorber,
    FieldSamples,
    PlaneWave,
    Pulse,
    Simulation,
    Slot,
    StopRule,
    run,
    with_slots,
)

A, B, D, LENGTH, WIDTH, WALL = 0.300, 0.120, 0.300, 0.100, 0.005, 0.0015


def main(folder=Path()):
    """Frequencies in Hz, shielding effectiveness in the centre in dB, that of the circuit model."""
    cell = A / 24, B / 9, D / 24
    front, back = (-A / 2, -B / 2, 0), (A / 2, B / 2, D)
    grid = Grid.around(front, back, cell, margin=13)
    painter = Painter(grid)
    painter.shell(front, back)
    lo, hi = (grid.nearest_node((s * LENGTH / 2, s * cell[1] / 2, 0)) for s in (-1, 1))
    centre = grid.nearest_node((0, -cell[1] / 2, D / 2))  # where the edge of e_y in it begins
    simulation = Simulation(
        grid,
        with_slots(grid, painter.medium(), [Slot("slot", lo, hi, WIDTH, WALL)]),
        Pulse(1.2e9),
        Absorber(alpha_max=2e-3),
        plane_wave=PlaneWave((0, 0, 1), (0, 1, 0), *grid.inset(11)),
        samples=(FieldSamples.box("centre", grid, centre, centre, ["e_y"]),),
        frequencies=np.linspace(100e6, 1100e6, 401),
    )
    result = run(simulation, stop=StopRule(max_steps=3200))
    f, shielding = result.frequencies, -20 * np.log10(np.abs(result.per_source("centre")[:, 0]))
    model = robinson(f)
    for at in (200e6, 400e6, 600e6, 1000e6):
        n = np.argmin(np.abs(f - at))
        print(f"{at / 1e6:5.0f} MHz: {shielding[n]:5.1f} dB (circuit model {model[n]:5.1f})")
    dips = [f[np.argmin(np.where(f < 0.9e9, se, np.inf))] / 1e6 for se in (shielding, model)]
    print(f"resonance: {dips[0]:.1f} MHz (circuit model {dips[1]:.1f})")
    draw(folder / "solver_slotted_enclosure.png", f, shielding, model)
    return f, shielding, model


def robinson(f):
    """Shielding effectiveness in the centre in dB, by the circuit model."""
    effective = WIDTH - 5 * WALL / (4 * np.pi) * (1 + np.log(4 * np.pi * WIDTH / WALL))
    root = (1 - (effective / B) ** 2) ** 0.25
    strip = 120 * np.pi**2 / np.log(2 * (1 + root) / (1 - root))
    k = 2 * np.pi * f / C0
    slot = 0.5j * LENGTH / A * strip * np.tan(k * LENGTH / 2)
    ratio = np.sqrt(1 - (np.pi / (k * A)) ** 2 + 0j)  # of the waveguide mode TE10
    guide, turn = ETA0 / ratio, k * ratio * D / 2
    v1, z1 = slot / (ETA0 + slot), ETA0 * slot / (ETA0 + slot)
    v2 = v1 / (np.cos(turn) + 1j * z1 / guide * np.sin(turn))
    z2 = (z1 + 1j * guide * np.tan(turn)) / (1 + 1j * z1 / guide * np.tan(turn))
    z3 = 1j * guide * np.tan(turn)
    return -20 * np.log10(np.abs(2 * v2 * z3 / (z2 + z3)))


def draw(file, f, shielding, model):
    """Shielding effectiveness over frequency, and the model's band of 6 dB."""
    plt.style.use(Path(__file__).with_name("emtwin.mplstyle"))
    figure, axes = plt.subplots()
    axes.fill_between(f / 1e6, model - 6, model + 6, color="C1", alpha=0.12, lw=0)
    axes.plot(f / 1e6, model, "C1--", label="circuit model, and 6 dB either way")
    axes.plot(f / 1e6, shielding, "C0", label="emtwin, slot narrower than a cell")
    axes.axhline(0, color="0.6", lw=0.8)
    axes.set(title="Box of 300 x 120 x 300 mm with a slot of 100 x 5 mm: field in its centre")
    axes.set(xlabel="frequency (MHz)", ylabel="shielding effectiveness (dB)", xlim=(100, 1100))
    axes.legend()
    figure.savefig(file)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]))
