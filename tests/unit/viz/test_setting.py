"""What the pictures take from a campaign."""

from __future__ import annotations

import numpy as np

from emtwin.results.layout import grid_lines
from emtwin.viz import setting
from tests.unit.campaign_factory import make_campaign


def test_cells_have_the_sizes_of_their_grid() -> None:
    """Of every cell of a graded grid, asked for by its centre."""
    campaign = make_campaign()
    name = f"voxels/{setting.site_of(campaign, 'radiated_immunity')}"
    lines = [line**2 * np.sign(line) for line in grid_lines(campaign.datasets[name])]
    campaign.datasets[name] = campaign.datasets[name].assign_coords(
        {
            f"{axis}_line": (campaign.datasets[name][f"{axis}_line"].dims, line)
            for axis, line in zip("xyz", lines, strict=True)
        }
    )
    centres = np.meshgrid(*[(line[1:] + line[:-1]) / 2 for line in lines], indexing="ij")
    sizes = np.meshgrid(*[np.diff(line) for line in lines], indexing="ij")
    points, wanted = (np.stack(parts, -1).reshape(-1, 3) for parts in (centres, sizes))
    np.testing.assert_allclose(
        setting.cell_sizes(campaign, "radiated_immunity", points), wanted, rtol=1e-12
    )
