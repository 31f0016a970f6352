"""Artificial mains networks of CISPR 16-1-2: the impedance at which conducted emission is read.

The standard states the impedance between the device's terminal and earth with the receiver
connected; the elements behind it make that impedance independent of the mains. Ports of the
circuit: 0 the device's terminal, 1 the receiver's connector.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.network.scattering import Complex
from emtwin.standards import Network
from emtwin.standards.networks import Circuit
from emtwin.standards.row import with_slack

Real = NDArray[np.float64]

_DEVICE, _CONNECTOR, _MIDDLE = range(3)


def nominal_impedance(frequencies: Real, network: Network) -> Complex:
    """Impedance that the standard states: the receiver in parallel with the inductance.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Frequencies in hertz.
    network : Network
        Row of the standards.

    Returns
    -------
    ndarray of complex128, shape (nf,)
        ``R (j w L + r) / (R + j w L + r)`` in ohm.
    """
    omega = TWO_PI * np.asarray(frequencies, dtype=np.float64)
    branch = 1j * omega * network.inductance + (network.series_resistance or 0.0)
    receiver = network.receiver_resistance
    return np.asarray(receiver * branch / (receiver + branch), dtype=np.complex128)


def circuit_impedance(frequencies: Real, network: Network, mains: complex = math.inf) -> Complex:
    """Impedance matrix of the whole circuit, receiver not connected.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Frequencies in hertz, above 0.
    network : Network
        Row of the standards, with its circuit.
    mains : complex, default inf
        Impedance of the supply between the mains side and earth in ohm; 0 is a
        short, ``inf`` an open end.

    Returns
    -------
    ndarray of complex128, shape (nf, 2, 2)
        Ohm; port 0 is the device's terminal, port 1 the receiver's connector.
        `emtwin.network.attach` and `drive` put loads and sources to it.

    Raises
    ------
    InputError
        If the row has no circuit or the supply has a negative resistance.
    """
    circuit = _circuit(network)
    if math.isnan(abs(mains)) or complex(mains).real < 0.0:
        raise InputError.single(
            f"the supply must be passive, got {mains:g} ohm",
            field="mains",
            remedy="give a resistance of 0 ohm or more, or inf for an open end",
        )
    admittance = _nodal_admittance(frequencies, network.inductance, circuit, mains)
    return np.asarray(np.linalg.inv(admittance)[:, :2, :2], dtype=np.complex128)


def _nodal_admittance(
    frequencies: Real, inductance: float, circuit: Circuit, mains: complex
) -> Complex:
    """Admittance between the three nodes and earth, in siemens, shape (nf, 3, 3)."""
    s = np.asarray(1j * TWO_PI * np.asarray(frequencies), dtype=np.complex128)
    y = np.zeros((s.size, 3, 3), dtype=np.complex128)

    def between(one: int, other: int, admittance: Complex) -> None:
        """Add an element between two nodes."""
        y[:, one, one] += admittance
        y[:, other, other] += admittance
        y[:, one, other] -= admittance
        y[:, other, one] -= admittance

    between(_DEVICE, _CONNECTOR, s * circuit.coupling_capacitance)
    between(_DEVICE, _MIDDLE, 1.0 / (s * inductance))
    y[:, _CONNECTOR, _CONNECTOR] += 1.0 / circuit.bleed_resistance
    y[:, _MIDDLE, _MIDDLE] += _series_rc(s, circuit.shunt_resistance, circuit.shunt_capacitance)
    filtered = _series_rc(s, circuit.mains_resistance, circuit.mains_capacitance)
    # As an impedance, the supply may be a short; as an admittance, any small one would overflow.
    supply = 1.0 / filtered if math.isinf(abs(mains)) else mains / (1.0 + mains * filtered)
    y[:, _MIDDLE, _MIDDLE] += 1.0 / (s * circuit.mains_inductance + supply)
    return y


def _series_rc(s: Complex, resistance: float, capacitance: float) -> Complex:
    """Admittance of a resistor and a capacitor in series."""
    return np.asarray(s * capacitance / (1.0 + s * capacitance * resistance))


def terminal_impedance(frequencies: Real, network: Network, mains: complex = math.inf) -> Complex:
    """Impedance at the device's terminal of the whole circuit, receiver connected.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Frequencies in hertz, above 0.
    network : Network
        Row of the standards, with its circuit.
    mains : complex, default inf
        Impedance of the supply in ohm, see `circuit_impedance`.

    Returns
    -------
    ndarray of complex128, shape (nf,)
        Ohm.

    Raises
    ------
    InputError
        As `circuit_impedance`.
    """
    z = circuit_impedance(frequencies, network, mains)
    loaded = z[:, 1, 1] + network.receiver_resistance
    return np.asarray(z[:, 0, 0] - z[:, 0, 1] * z[:, 1, 0] / loaded, dtype=np.complex128)


def voltage_division(frequencies: Real, network: Network) -> Complex:
    """Voltage at the receiver over the voltage at the device's terminal.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Frequencies in hertz, above 0.
    network : Network
        Row of the standards, with its circuit.

    Returns
    -------
    ndarray of complex128, shape (nf,)
        Dimensionless, at most 1: what a laboratory adds to its reading is
        minus this in decibels. Neither mains nor device matter to it, only
        the coupling capacitor and what is behind.

    Raises
    ------
    InputError
        If the row has no circuit.
    """
    circuit = _circuit(network)
    omega = TWO_PI * np.asarray(frequencies, dtype=np.float64)
    load = 1.0 / (1.0 / network.receiver_resistance + 1.0 / circuit.bleed_resistance)
    reactance = 1.0 / (1j * omega * circuit.coupling_capacitance)
    return np.asarray(load / (load + reactance), dtype=np.complex128)


def within_tolerance(impedances: Complex, frequencies: Real, network: Network) -> NDArray[np.bool_]:
    """Whether impedances lie within the standard's tolerance of the nominal one.

    Parameters
    ----------
    impedances : ndarray of complex128, shape (nf,)
        Impedance at the device's terminal in ohm.
    frequencies : ndarray of float64, shape (nf,)
        Frequencies in hertz.
    network : Network
        Row of the standards, with its tolerances.

    Returns
    -------
    ndarray of bool, shape (nf,)
        True where magnitude and phase are both within tolerance; False
        outside the network's range, for which nothing is stated.
    """
    ratio = np.asarray(impedances) / nominal_impedance(frequencies, network)
    magnitude = np.abs(np.abs(ratio) - 1.0) <= network.impedance_tolerance
    phase = np.abs(np.angle(ratio, deg=True)) <= network.phase_tolerance
    low, high = with_slack(network.frequency_from, network.frequency_to)
    f = np.asarray(frequencies)
    inside = (f >= low) & (f <= high)
    return np.asarray(magnitude & phase & inside)


def _circuit(network: Network) -> Circuit:
    if network.circuit is None:
        raise InputError.single(
            f"row '{network.id}' states no circuit, only its impedance",
            field="network",
            remedy="use nominal_impedance, or the row cispr16-1-2-50-50-5",
        )
    return network.circuit
