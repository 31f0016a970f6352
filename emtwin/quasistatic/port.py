"""A gap between two nodes as a port of a low-frequency model."""

from __future__ import annotations

from dataclasses import dataclass

from emtwin.grid import Node


@dataclass(frozen=True)
class Port:
    """A gap between two nodes on one grid line.

    Parameters
    ----------
    name : str
        Its name.
    start, stop : Node
        Negative and positive terminal. A source drives its current from `start` to `stop` through
        the gap.
    """

    name: str
    start: Node
    stop: Node

    def moved(self, shift: Node) -> Port:
        """The same port where the indices of nodes are larger by `shift`, as in a wider grid."""
        start, stop = (
            Node(*(n + by for n, by in zip(node, shift, strict=True)))
            for node in (self.start, self.stop)
        )
        return Port(self.name, start, stop)
