"""Resonances of a closed metal box, found in what a short current leaves ringing in it.

Every mode (m, n, p) of the Yee grid has its frequency in closed form,
sin²(ω dt / 2) = (c dt / 2)² Σ (2 / d sin(m π / 2N))²: only a correct update can meet it.
"""

import sys
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from emtwin.backends import select_backend
from emtwin.constants import C0
from emtwin.grid import Grid, Medium, Node
from emtwin.solver import (
    Absorber,
    CurrentElement,
    Pulse,
    Simulation,
    StopRule,
    TimeMonitor,
    dft,
    fit_ringing,
    run,
)

CELLS, SIZES = np.array([20, 16, 24]), np.array([15e-3, 20e-3, 12.5e-3])  # 0.30 x 0.32 x 0.30 m


def main(folder=Path()):
    """Modes below 1.15 GHz: name, frequency found, that of the grid, that of the continuum."""
    grid = Grid.uniform(tuple(CELLS), tuple(SIZES))
    source, probe = Node(6, 5, 7), Node(13, 11, 9)
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(700e6),
        Absorber.none(),
        currents=tuple(CurrentElement(f"e_{axis}", source) for axis in "xyz"),
        elements=(TimeMonitor("probe", probe, probe, every=8),),
    )
    result = run(simulation, select_backend("auto", "float64"), StopRule(max_steps=12_000))
    ringing = np.hstack([result.traces[f"probe e_{axis}"] for axis in "xyz"])
    ringing = ringing[result.times["probe e_x"] > simulation.pulse.duration]
    found = fit_ringing(ringing, 8 * result.dt).frequency

    modes = []
    for mode in product(range(3), repeat=3):
        k = np.array(mode) * np.pi / (CELLS * SIZES)
        discrete = C0 * result.dt / 2 * np.linalg.norm(2 / SIZES * np.sin(k * SIZES / 2))
        of_grid = np.arcsin(min(discrete, 1.0)) / (np.pi * result.dt)
        if mode.count(0) < 2 and of_grid < 1.15e9:  # a mode varies along two axes at least
            nearest = found[np.argmin(np.abs(found - of_grid))]
            continuum = C0 * np.linalg.norm(k) / (2 * np.pi)
            modes.append(("".join(map(str, mode)), nearest, of_grid, continuum))
    modes.sort(key=lambda mode: mode[2])
    for name, nearest, of_grid, continuum in modes:
        print(f"mode {name}: {nearest:14.1f} Hz", end="")
        print(f" (grid in closed form {of_grid:.1f}, continuum {continuum:.1f})")
    draw(folder / "solver_cavity.png", ringing, 8 * result.dt, modes)
    return modes


def draw(file, ringing, interval, modes):
    """Spectrum of the ringing, and how far each mode is from both formulas."""
    plt.style.use(Path(__file__).with_name("emtwin.mplstyle"))
    figure, (left, right) = plt.subplots(1, 2, width_ratios=(1.25, 1))
    f = np.linspace(0.62e9, 1.15e9, 1200)
    window = np.blackman(len(ringing))
    spectrum = sum(np.abs(dft(trace * window, interval, f)) ** 2 for trace in ringing.T)
    left.plot(f / 1e6, 10 * np.log10(spectrum / spectrum.max()), label="probe")
    names, nearest, of_grid, continuum = (np.array(column) for column in zip(*modes, strict=True))
    left.vlines(of_grid / 1e6, -75, 4, "C1", "dashed", lw=1, label="closed form")
    left.set(title="Spectrum at the probe", ylim=(-75, 4), ylabel="|E| relative to its peak (dB)")
    left.set_xlabel("frequency (MHz)")
    left.legend(loc=(0.46, 0.86))
    for reference, colour, label in ((continuum, "C1", "continuum"), (of_grid, "C0", "grid")):
        error = np.abs(nearest / reference - 1)
        right.semilogy(names, error, "o", color=colour, label=f"against the {label}")
        right.vlines(names, 1e-13, error, colour, alpha=0.4, lw=1)
    right.set(title="Relative error", xlabel="mode (m n p)", ylim=(1e-13, 1))
    right.legend(loc="upper left", ncols=2)
    figure.savefig(file)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]))
