"""The circuit of a site's cable ports below the band of the field solver."""

from __future__ import annotations

from emtwin.benches.sites import Site
from emtwin.errors import InputError
from emtwin.quasistatic import PortCircuit, StaticScene, ThinWires, Walls, port_circuit
from emtwin.solver.wires.network import build_network


def static_circuit(site: Site) -> PortCircuit:
    """Circuit of the ports on the cables of a site, of the same grid, metal and wires.

    Traces lie inside one cell over their plane and are left out, with their ports. The walls are
    those of the site's grid, behind its absorber; as electric walls they lower L a little.

    Parameters
    ----------
    site : Site
        The device in its environment.

    Returns
    -------
    PortCircuit
        Impedances between the wires and what they are bonded to, without any termination.

    Raises
    ------
    InputError
        If no cable of the site has a port, or a wire has no static model.
    """
    wires = ThinWires.of_network(build_network(site.grid, site.wires, ()))
    names = [name for name in wires.ports if name]
    if not names:
        raise InputError.single(
            f"site {site.name}: no cable has a port, so there is no circuit",
            field="cables",
            remedy="give a cable `start: {port: ..., part: ...}`",
        )
    walls = Walls() if site.floor is None else Walls.over_floor()
    scene = StaticScene.of_voxels(site.model, walls, wires)
    return port_circuit(scene, [scene.wires.port(name) for name in names])
