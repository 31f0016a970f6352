"""Scattering parameters of a microstrip line, 3 mm wide on 1.6 mm of FR-4, as a Touchstone file.

Reference: the closed forms of Hammerstad and Jensen (IEEE MTT-S Digest 1980, pp. 407-409), good to
0.2 %: 50.6 ohm, effective permittivity 3.33. Each port is a filament of 1.6 mm under the strip; its
inductance of about 0.6 nH belongs to the line as it is fed here, and reflects at high frequency.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from emtwin.constants import C0
from emtwin.grid import Grid, Node, Painter
from emtwin.materials import Material
from emtwin.solver import Absorber, EdgePort, Pulse, Simulation, StopRule, scattering

WIDTH, HEIGHT, PERMITTIVITY, LENGTH = 3e-3, 1.6e-3, 4.4, 80e-3
IMPEDANCE, EFFECTIVE = 50.617, 3.3255  # Hammerstad and Jensen
STEP, ACROSS, UP, MARGIN = 0.5e-3, 8, 6, 22


def main(folder=Path()):
    """Scattering matrix, and the impedance of the line in it; one picture, one .s2p file."""
    d = WIDTH / (ACROSS + 2 / 3)  # the edge of a strip acts a third of a cell outside its metal
    lo, hi = (0, -ACROSS * d / 2, 0), (LENGTH, ACROSS * d / 2, HEIGHT)
    cells = ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, MARGIN))
    grid = Grid.around(lo, hi, (STEP, d, HEIGHT / UP), cells, growth=1.1)
    painter = Painter(grid)
    board = Material("FR-4", PERMITTIVITY, 0.0, False, "lossless, as the closed forms")
    painter.box((-1, -1, -1), (1, 1, HEIGHT), board)
    painter.plate((0, lo[1], HEIGHT), hi)
    middle = MARGIN + ACROSS // 2
    ports = tuple(
        EdgePort(name, Node(i, middle, 0), Node(i, middle, UP), 50.0)
        for name, i in (("in", MARGIN), ("out", grid.shape[0] - MARGIN))
    )
    simulation = Simulation(
        grid,
        painter.medium(),
        Pulse(8e9),
        Absorber(((8, 8), (8, 8), (0, 8))),
        ports=ports,
        frequencies=np.linspace(50e6, 6e9, 120),
    )
    found = scattering(simulation, stop=StopRule(energy_db=-80, port_db=-80))
    file = found.write_touchstone(folder / "solver_microstrip.s2p", "emtwin: microstrip of 80 mm")
    z = found.impedance()  # of a line: Z11 = -j Zc cot(kl), Z21 = -j Zc / sin(kl)
    line = np.sqrt(z[:, 0, 0] ** 2 - z[:, 1, 0] ** 2)
    line *= np.sign(line.real)
    at = np.argmin(np.abs(found.frequencies - 0.3e9))
    print(f"impedance at 0.3 GHz: {line[at].real:.2f} ohm (closed form {IMPEDANCE:.2f})")
    print(f"wrote {file.name}: {len(found.frequencies)} frequencies, two ports of 50 ohm")
    draw(folder / "solver_microstrip.png", found)
    return found, line


def closed_form(f, launch=0.6e-9, end=0.4 * HEIGHT):
    """S11 and S21 of the line with an inductance (H) at, and a fringe (m) behind, each end."""
    turn = 2 * np.pi * f / C0 * np.sqrt(EFFECTIVE) * (LENGTH + 2 * end)
    cos, sin, x = np.cos(turn), 1j * np.sin(turn), 2j * np.pi * f * launch
    a, c = cos + x * sin / IMPEDANCE, sin / IMPEDANCE  # the chain matrix; it is symmetric, d = a
    b = IMPEDANCE * sin + 2 * x * cos + x**2 * c
    total = 2 * a + b / 50 + 50 * c
    return (b / 50 - 50 * c) / total, 2 / total


def draw(file, found):
    """Scattering parameters and electrical length, beside the closed form."""
    plt.style.use(Path(__file__).with_name("emtwin.mplstyle"))
    figure, (left, right) = plt.subplots(1, 2, width_ratios=(1.25, 1))
    f, s21 = found.frequencies, found.between("out", "in")
    reflected, passed = closed_form(f)
    for name, values, reference, colour in (
        ("|S21|", s21, passed, "C0"),
        ("|S11|", found.between("in", "in"), reflected, "C1"),
    ):
        left.plot(f / 1e9, 20 * np.log10(np.abs(values)), colour, label=f"{name}, emtwin")
        left.plot(f / 1e9, 20 * np.log10(np.abs(reference)), "k--", lw=1)
    left.plot([], [], "k--", lw=1, label="line and launches of 0.6 nH")
    left.set(title="Scattering parameters at 50 ohm", xlabel="frequency (GHz)", ylabel="dB")
    left.set(ylim=(-65, 5))
    left.legend(loc="lower right")
    for values, style, name in ((s21, "C0", "emtwin"), (passed, "k--", "closed form")):
        right.plot(f / 1e9, np.degrees(np.unwrap(np.angle(values))), style, label=name)
    right.set(title="Phase of S21", xlabel="frequency (GHz)", ylabel="degrees")
    right.legend()
    figure.savefig(file)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]))
