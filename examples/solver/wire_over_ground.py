"""Time-domain reflectometry on a wire over a conducting plane, whose surge impedance it gives.

A wire of 0.5 mm radius, 20 mm above the plane and 3 m long, is fed in its middle through 500 ohm.
Until its open ends answer the port sees two lines in series, 2 · η₀ / 2π · arcosh(h / a) = 525 ohm.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from emtwin.constants import C0, ETA0
from emtwin.grid import Grid, Medium
from emtwin.solver import Absorber, Pulse, Simulation, StopRule, Wire, WireLoad, dft, run

HEIGHT, RADIUS, LENGTH, SOURCE = 20e-3, 0.5e-3, 3.0, 500.0
EXACT = ETA0 / (2 * np.pi) * np.arccosh(HEIGHT / RADIUS)


def main(folder=Path()):
    """Frequencies in Hz and surge impedance there in ohm; one picture."""
    ends = (-LENGTH / 2, 0, HEIGHT), (LENGTH / 2, 0, HEIGHT)
    lo, hi, cell = (-LENGTH / 2, -0.04, 0), (LENGTH / 2, 0.04, 0.06), (LENGTH / 61, 0.01, 0.01)
    grid = Grid.around(lo, hi, cell, ((12, 12), (12, 12), (0, 12)), growth=1.15)
    gap = WireLoad(30, SOURCE, port="gap")  # in the middle one of 61 segments
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(500e6),
        Absorber.evanescent(((10, 10), (10, 10), (0, 10))),  # the face below is the plane
        wires=(Wire.between(grid, "line", *ends, RADIUS, loads=(gap,)),),
        driven="gap",
    )
    result = run(simulation, stop=StopRule(max_steps=1536))
    voltage = result.ports["gap"].voltage
    before_echo = voltage[: int(LENGTH / C0 / result.dt)]
    f = np.linspace(50e6, 300e6, 26)
    spectrum = dft(before_echo, result.dt, f, 1.0)
    impedance = spectrum * SOURCE / (result.source_at(f) - spectrum) / 2
    for n in (5, 10, 20):
        seen = f"({impedance[n].real:.1f} {impedance[n].imag:+.1f}j) ohm"
        print(f"surge impedance at {f[n] / 1e6:.0f} MHz: {seen} (closed form {EXACT:.1f})")
    draw(folder / "solver_wire_over_ground.png", result, simulation.pulse, f, impedance)
    return f, impedance


def draw(file, result, pulse, f, impedance):
    """Voltage of the gap with its echoes beside that of ideal lines, and the impedance."""
    plt.style.use(Path(__file__).with_name("emtwin.mplstyle"))
    figure, (left, right) = plt.subplots(1, 2, width_ratios=(1.4, 1))
    voltage = result.ports["gap"].voltage
    t = (np.arange(voltage.size) + 1) * result.dt
    share, back = EXACT / (EXACT + SOURCE / 2), (SOURCE / 2 - EXACT) / (SOURCE / 2 + EXACT)
    ideal = share * pulse(t)
    for n in (1, 2, 3):
        ideal += share * (1 + back) * back ** (n - 1) * pulse(t - n * LENGTH / C0)
    left.plot(t * 1e9, voltage, label="emtwin")
    left.plot(t * 1e9, ideal, "C1--", label=f"two ideal lines of {EXACT:.1f} ohm")
    left.set(title="Voltage of the gap", xlabel="time (ns)", ylabel="V per V of source")
    left.legend()
    right.plot(f / 1e6, impedance.real, label="real part")
    right.plot(f / 1e6, impedance.imag, "C3", label="imaginary part")
    right.axhline(EXACT, color="C1", ls="--", label="closed form, and 2 %")
    right.fill_between(f / 1e6, 0.98 * EXACT, 1.02 * EXACT, color="C1", alpha=0.15, lw=0)
    right.set(title="Surge impedance", xlabel="frequency (MHz)", ylabel="ohm", ylim=(-60, 360))
    right.legend(loc="center right")
    figure.savefig(file)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]))
