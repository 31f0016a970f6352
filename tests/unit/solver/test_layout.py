"""Where a field value lives in memory."""

from __future__ import annotations

import numpy as np

from emtwin.grid import Grid
from emtwin.solver.stages.layout import COMPONENTS, Layout


def test_one_element_lies_where_many_do() -> None:
    """Every element of every component, one by one and all together; no two at one place."""
    layout = Layout(Grid.uniform((3, 2, 4), 1e-3))
    places = np.argwhere(np.ones(layout.grid.nodes, dtype=bool))
    found = []
    for name in COMPONENTS:
        one_by_one = [layout.element(name, (i, j, k)) for i, j, k in places.tolist()]
        assert one_by_one == layout.offset(name, places).tolist()
        found += one_by_one
    assert len(set(found)) == len(found)
    assert 0 <= min(found) <= max(found) < layout.total
