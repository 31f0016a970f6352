"""The stage that advances edges with a resistor and a source beside it."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box, Stage
from emtwin.constants import EPS0
from emtwin.solver.sources.edges import EdgePort
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.wires.wire import dual_area

_INTEGERS = ("offset", "offset_1", "offset_2", "step_1", "step_2")


def port_stages(assembly: Assembly, ports: tuple[EdgePort, ...], driven: str) -> list[Stage]:
    """Stage of all edge ports, or none.

    Parameters
    ----------
    assembly : Assembly
        Memory and coefficients of the run.
    ports : tuple of EdgePort
        The ports.
    driven : str
        Name of the one whose source follows the pulse, or "".
    """
    rows = [row for port in ports for row in _port_rows(assembly, port, driven)]
    if not rows:
        return []
    length = int(np.ceil(assembly.pulse.duration / assembly.dt)) + 1
    waveform = assembly.pulse((np.arange(length) + 0.5) * assembly.dt)
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    arguments: dict[str, Any] = {
        name: assembly.index(values) if name in _INTEGERS else assembly.real(values)
        for name, values in columns.items()
    }
    arguments |= {"field": assembly.fields, "waveform": assembly.real(waveform), "length": length}
    where = assembly.where(columns["offset"])
    return [Stage("held_edge", Box.items(len(rows)), arguments, where=where)]


def _port_rows(assembly: Assembly, port: EdgePort, driven: str) -> list[dict[str, float]]:
    """Coefficients of each edge of a port (Taflove and Hagness, 3rd ed., eq. 15.24)."""
    grid, medium, dt = assembly.grid, assembly.medium, assembly.dt
    component, sign, edges = port.edges()
    axis = "xyz".index(component[-1])
    amplitude = 1.0 / port.resistance if port.name == driven else 0.0
    rows = []
    for edge in edges:
        row = int(medium.ids[axis][edge])
        eps, sigma = EPS0 * medium.permittivity[row], medium.conductivity[row]
        area, length = dual_area(grid, component, edge), grid.spacings[axis][edge[axis]]
        total = sigma + length * len(edges) / (port.resistance * area)
        loss = total * dt / (2 * eps)
        gain = dt / eps / (1 + loss)
        rows.append(
            curl_around(assembly, component, edge)
            | {
                "ca": (1 - loss) / (1 + loss),
                "cb": gain,
                "cs": gain / area * sign * amplitude,
            }
        )
    return rows


def curl_around(assembly: Assembly, component: str, edge: tuple[int, int, int]) -> dict[str, float]:
    """Where the four h around an edge lie, and the inverse distances, as `held_edge` takes them.

    Parameters
    ----------
    assembly : Assembly
        Memory of the run.
    component : str
        Component of the edge.
    edge : tuple of int
        Its index.

    Returns
    -------
    dict
        `offset`, `offset_1`, `offset_2`, `step_1`, `step_2`, `inv_d1` and `inv_d2` (1/m).
    """
    axis = "xyz".index(component[-1])
    one, two = (axis + 1) % 3, (axis + 2) % 3
    element, strides = assembly.layout.element, assembly.layout.strides
    dual = assembly.grid.dual_spacings
    return {
        "offset": element(component, edge),
        "offset_1": element("h_" + "xyz"[two], edge),
        "offset_2": element("h_" + "xyz"[one], edge),
        "step_1": strides[one],
        "step_2": strides[two],
        "inv_d1": 1 / dual[one][edge[one]],
        "inv_d2": 1 / dual[two][edge[two]],
    }
