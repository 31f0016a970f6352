"""Scattering parameters: one run per port, the matrix of all, and Touchstone files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.errors import InputError, Problem
from emtwin.solver.results import RunResult
from emtwin.solver.run import StopRule, run
from emtwin.solver.simulation import Simulation

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

_WEAKEST = 1e-4  # of the source's largest spectral value
_PAIRS_PER_LINE = 4  # of a Touchstone file with three ports or more


@dataclass(frozen=True, eq=False)
class ScatteringMatrix:
    """S of a network, b = S a, with the waves of `PortRecord`; the convention is exp(+jwt).

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    ports : tuple of str
        Names of the N ports.
    reference : ndarray of float64, shape (N,)
        Reference resistances R in ohm.
    s : ndarray of complex128, shape (nf, N, N)
        The matrix: row of the port that the wave leaves, column of the driven one.
    """

    frequencies: Real
    ports: tuple[str, ...]
    reference: Real
    s: Complex

    def between(self, out: str, driven: str) -> Complex:
        """S from the port `driven` to the port `out`, shape (nf,)."""
        values: Complex = self.s[:, self._index(out), self._index(driven)]
        return values

    def impedance(self) -> Complex:
        """Impedance matrix in ohm, shape (nf, N, N); see `impedance_of`."""
        return impedance_of(self.s, self.reference)

    def renormalised(self, resistance: float) -> ScatteringMatrix:
        """The same network with one reference resistance (ohm) at all ports.

        With r = (R' - R) / (R' + R) and D = (R + R') / (2 sqrt(R R')) on the diagonals,
        S' = D (S - r) (1 - r S)^-1 D^-1, which follows from the waves' definition.
        """
        old, new = self.reference, np.full(self.reference.size, float(resistance))
        if not (np.isfinite(resistance) and resistance > 0):
            raise InputError.single(
                f"a reference resistance must be positive, got {resistance:g} ohm",
                field="resistance",
            )
        r, d = np.diag((new - old) / (new + old)), (old + new) / (2 * np.sqrt(old * new))
        s = _from_right(np.eye(old.size) - r @ self.s, self.s - r)
        return replace(self, reference=new, s=d[:, None] * s / d)

    def write_touchstone(self, file: Path, comment: str = "") -> Path:
        """Write a Touchstone file, version 1.1: real and imaginary parts over hertz.

        Parameters
        ----------
        file : Path
            Where; the suffix ``.sNp`` says how many ports, and is added where it is missing.
        comment : str
            Lines for the head of the file.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        InputError
            If the references differ (`renormalised` mends that), frequencies do not rise, or the
            suffix belongs to another number of ports.
        """
        count, suffix = len(self.ports), f".s{len(self.ports)}p"
        file = Path(file)
        if not file.suffix:
            file = file.with_suffix(suffix)
        self._check_file(file, suffix)
        lines = [f"! {line}" for line in comment.splitlines()]
        lines += [f"! Port[{n}] = {name}" for n, name in enumerate(self.ports, start=1)]
        lines.append(f"# Hz S RI R {self.reference[0]:.12g}")
        for f, s in zip(self.frequencies, self.s, strict=True):
            rows = [s.T.ravel()] if count == 2 else list(s)  # two ports: S11 S21 S12 S22
            head = f"{f:.12g}"
            for row in rows:
                for first in range(0, row.size, _PAIRS_PER_LINE):
                    pairs = row[first : first + _PAIRS_PER_LINE]
                    text = "  ".join(f"{value.real: .10e} {value.imag: .10e}" for value in pairs)
                    lines.append(f"{head:<18} {text}")
                    head = ""
        file.write_text("\n".join(lines) + "\n", encoding="ascii", errors="replace")
        return file

    def _index(self, port: str) -> int:
        if port not in self.ports:
            raise InputError.single(
                f"no port {port!r}", field="port", remedy=f"the ports are {', '.join(self.ports)}"
            )
        return self.ports.index(port)

    def _check_file(self, file: Path, suffix: str) -> None:
        problems = []
        if np.ptp(self.reference) > 0:
            held = ", ".join(f"{r:g}" for r in self.reference)
            problems.append(
                Problem(
                    f"a Touchstone file of version 1 has one reference resistance, but the ports "
                    f"have {held} ohm",
                    file=file,
                    field="reference",
                    remedy="write `renormalised(50.0)`",
                )
            )
        back = np.flatnonzero(np.diff(self.frequencies) <= 0)
        if back.size:
            n = int(back[0])
            problems.append(
                Problem(
                    f"{self.frequencies[n + 1]:g} Hz follows {self.frequencies[n]:g} Hz, but the "
                    "frequencies of a Touchstone file must rise",
                    file=file,
                    field="frequencies",
                )
            )
        if file.suffix.lower() != suffix:
            problems.append(
                Problem(
                    f"the suffix {file.suffix} does not fit {len(self.ports)} ports",
                    file=file,
                    remedy=f"use {suffix}, or leave it out",
                )
            )
        if problems:
            raise InputError(problems)


def scattering(
    simulation: Simulation,
    backend: Backend | str = "auto",
    stop: StopRule | None = None,
    ports: Sequence[str] = (),
) -> ScatteringMatrix:
    """Run a simulation once per port, and give the scattering matrix.

    Parameters
    ----------
    simulation : Simulation
        The scene, with ports and frequencies and without any other source; `driven` is replaced.
    backend : Backend or str
        Where to run; see `run`.
    stop : StopRule, optional
        When each run ends.
    ports : sequence of str
        The ports, in the order of the matrix; all of them where left out. What is left out stays
        in its reference resistance.

    Returns
    -------
    ScatteringMatrix
        S at the simulation's frequencies.

    Raises
    ------
    InputError
        If there is no port or frequency, another source, or an element that is not linear.
    """
    names = tuple(ports) or tuple(simulation.resistances)
    problems = []
    if not names or not simulation.frequencies.size:
        problems.append(
            Problem(
                f"scattering parameters need ports and frequencies, got {len(names)} and "
                f"{simulation.frequencies.size}",
                field="ports" if not names else "frequencies",
            )
        )
    if simulation.currents or simulation.plane_wave is not None:
        problems.append(
            Problem(
                "scattering parameters need a scene whose ports are its only sources",
                field="currents" if simulation.currents else "plane_wave",
                remedy="take the impressed currents and the plane wave out",
            )
        )
    problems += [
        Problem(
            f"{element.name} is not linear: waves at its ports depend on the level",
            field=element.name,
            remedy="drive each port by hand at the level of interest, and use `scattering_of`",
        )
        for element in simulation.elements
        if not element.linear
    ]
    if problems:
        raise InputError(problems)
    driven = (replace(simulation, driven=name) for name in names)
    return scattering_of([run(scene, backend, stop) for scene in driven], names)


def scattering_of(results: Sequence[RunResult], ports: Sequence[str] = ()) -> ScatteringMatrix:
    """Scattering matrix of finished runs that drove one port each.

    Parameters
    ----------
    results : sequence of RunResult
        One per port.
    ports : sequence of str
        Order of the ports in the matrix; that of the runs where left out.

    Returns
    -------
    ScatteringMatrix
        S at the runs' frequencies.

    Raises
    ------
    InputError
        If runs differ in frequencies or references, a port was driven twice or never, or a source
        has no energy at a frequency.
    """
    by_port: dict[str, RunResult] = {}
    for number, result in enumerate(results):
        if result.driven not in result.ports:
            raise InputError.single(
                f"run {number} drove no port, so that no wave goes in", field="driven"
            )
        if result.driven in by_port:
            raise InputError.single(
                f"port {result.driven} was driven in two runs", field="driven", remedy="keep one"
            )
        by_port[result.driven] = result
    names = tuple(ports) or tuple(by_port)
    missing = [name for name in names if name not in by_port]
    if missing or not names:
        raise InputError.single(
            f"no run drove {', '.join(missing) or 'any port'}",
            field="driven",
            remedy="run the simulation once per port, or use `scattering`",
        )
    first = by_port[names[0]]
    _check_alike(first, by_port)
    s = np.empty((first.frequencies.size, len(names), len(names)), np.complex128)
    for column, name in enumerate(names):
        records = by_port[name].ports
        check_source(name, first.frequencies, records[name].emf)
        for row, out in enumerate(names):
            s[:, row, column] = records[out].outgoing / records[name].incident
    reference = np.array([first.ports[name].resistance for name in names])
    return ScatteringMatrix(first.frequencies, names, reference, s)


def impedance_of(s: Complex, reference: Real) -> Complex:
    """Z = sqrt(R) (1 + S) (1 - S)^-1 sqrt(R) in ohm.

    Parameters
    ----------
    s : ndarray of complex128, shape (nf, N, N)
        Scattering matrix.
    reference : ndarray of float64, shape (N,)
        Reference resistances in ohm.

    Returns
    -------
    ndarray of complex128, shape (nf, N, N)
        The impedance matrix.
    """
    root, one = np.sqrt(reference), np.eye(reference.size)
    impedance: Complex = root[:, None] * _from_right(one - s, one + s) * root
    return impedance


def check_source(name: str, frequencies: Real, emf: Complex) -> None:
    """Refuse a source that has no energy at a frequency at which it shall be divided by.

    Parameters
    ----------
    name : str
        Name of its port.
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    emf : ndarray of complex128, shape (nf,)
        Spectrum of the source in V s.

    Raises
    ------
    InputError
        If it is below 1e-4 of its largest value somewhere.
    """
    size = np.abs(emf)
    weak = np.flatnonzero(np.logical_not(size > _WEAKEST * size.max(initial=0.0)))
    if weak.size:
        raise InputError.single(
            f"the source of port {name} has no energy at {frequencies[weak[0]] / 1e6:g} MHz "
            f"({size[weak[0]]:.1e} V s against {size.max():.1e} V s at its best)",
            remedy="choose a shorter pulse or fewer frequencies",
        )


def _check_alike(first: RunResult, others: Mapping[str, RunResult]) -> None:
    resistances = {name: record.resistance for name, record in first.ports.items()}
    for name, result in others.items():
        if not np.array_equal(result.frequencies, first.frequencies):
            raise InputError.single(
                f"the run driven at {name} has other frequencies than that at {first.driven}",
                field="frequencies",
                remedy="run all with the same frequencies",
            )
        if {n: record.resistance for n, record in result.ports.items()} != resistances:
            raise InputError.single(
                f"the run driven at {name} has other ports or reference resistances than that at "
                f"{first.driven}",
                field="ports",
                remedy="keep all ports in their references in every run",
            )


def _from_right(matrix: Complex, left: Complex) -> Complex:
    """Return left matrix^-1 at each frequency, by solving the transposed system."""
    answer = np.linalg.solve(np.swapaxes(matrix, 1, 2), np.swapaxes(left, 1, 2))
    found: Complex = np.swapaxes(answer, 1, 2)
    return found
