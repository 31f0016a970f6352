"""Impedance and pattern of a thin dipole of 1 m, fed through 50 ohm in its middle.

Reference: the induced-EMF method (Balanis, Antenna Theory, 4th ed., eqs. 4-70), and 143.6 MHz
and 72 ohm at resonance by the method of moments.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import sici

from emtwin.constants import C0, ETA0
from emtwin.grid import Grid, Medium
from emtwin.solver import (
    Absorber,
    HuygensSurface,
    Pulse,
    Simulation,
    Wire,
    WireLoad,
    far_field,
    run,
)

LENGTH, RADIUS, CELL = 1.0, 1e-3, 25e-3


def main(folder=Path()):
    """Resonance in Hz, resistance there in ohm, directivity; one picture."""
    grid = Grid.around((0, 0, -LENGTH / 2), (0, 0, LENGTH / 2), CELL, margin=15)
    feed = WireLoad(round(LENGTH / CELL) // 2, 50.0, port="feed")
    ends = (0, 0, -LENGTH / 2), (0, 0, LENGTH / 2)
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(400e6),
        Absorber(alpha_max=1e-3),
        wires=(Wire.between(grid, "dipole", *ends, RADIUS, loads=(feed,)),),
        driven="feed",
        surface=HuygensSurface(grid, *grid.inset(12)),
        frequencies=np.linspace(110e6, 180e6, 141),
    )
    result = run(simulation)
    f, impedance = result.frequencies, result.impedance("feed")
    resonance = np.interp(0.0, impedance.imag, f)
    resistance = np.interp(resonance, f, impedance.real)
    theta = np.radians(np.arange(0.0, 181.0))
    towards = np.stack((np.sin(theta), 0 * theta, np.cos(theta)), axis=1)
    at = np.argmin(np.abs(f - resonance))
    intensity = np.sum(np.abs(far_field(result.currents, towards)[at]) ** 2, axis=1) / (2 * ETA0)
    radiated = 2 * np.pi * np.trapezoid(intensity * np.sin(theta), theta)
    directivity = 4 * np.pi * intensity / radiated
    print(f"resonance    {resonance / 1e6:6.1f} MHz (method of moments 143.6)")
    print(f"resistance   {resistance:6.1f} ohm (72)")
    print(f"directivity  {directivity.max():6.3f} (1.64, 2.15 dBi)")
    draw(folder / "solver_dipole.png", f, impedance, theta, directivity)
    return resonance, resistance, directivity.max()


def induced_emf(f):
    """Impedance of a sinusoidal current on a dipole that thin, ohm."""
    kl, turn = 2 * np.pi * f / C0 * LENGTH, 2 * (RADIUS / LENGTH) ** 2
    (s1, c1), (s2, c2), (_, ca) = sici(kl), sici(2 * kl), sici(turn * kl)
    r = np.euler_gamma + np.log(kl) - c1 + np.sin(kl) * (s2 / 2 - s1)
    r += np.cos(kl) / 2 * (np.euler_gamma + np.log(kl / 2) + c2 - 2 * c1)
    x = 2 * s1 + np.cos(kl) * (2 * s1 - s2) - np.sin(kl) * (2 * c1 - c2 - ca)
    return ETA0 / (2 * np.pi) * (r + 0.5j * x) / np.sin(kl / 2) ** 2


def draw(file, f, impedance, theta, directivity):
    """Impedance over frequency, and the pattern at resonance."""
    plt.style.use(Path(__file__).with_name("emtwin.mplstyle"))
    figure = plt.figure()
    left, right = figure.add_subplot(121), figure.add_subplot(122, projection="polar")
    reference = induced_emf(f)
    for part, name in ((np.real, "R"), (np.imag, "X")):
        (line,) = left.plot(f / 1e6, part(impedance), label=f"{name}, emtwin")
        left.plot(f / 1e6, part(reference), "--", color=line.get_color(), alpha=0.5, lw=3,
                  label=f"{name}, induced EMF")  # fmt: skip
    left.plot(143.6, 72, "k*", ms=11, label="moments: R where X = 0")
    left.axhline(0, color="0.6", lw=0.8)
    left.set(title="Input impedance", xlabel="frequency (MHz)", ylabel="R, X (ohm)")
    left.legend()
    ideal = 1.64 * (np.cos(np.pi / 2 * np.cos(theta)) / np.maximum(np.sin(theta), 1e-9)) ** 2
    for side in (theta, -theta):
        right.plot(side, directivity, "C0", label="emtwin" if side is theta else None)
        right.plot(side, ideal, "C1--", label="ideal half wave" if side is theta else None)
    right.set(theta_zero_location="N", theta_direction=-1, rlabel_position=20)
    right.set(rticks=(0.5, 1.0, 1.5), xticks=np.radians((0, 90, 180, 270)))
    right.set_title("Directivity at resonance")
    right.legend(loc=(-0.36, -0.04))
    figure.savefig(file)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]))
