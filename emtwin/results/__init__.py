"""Results: labelled arrays, where they came from, and the files that keep them.

In: plain arrays, names and numbers from the layers above.
Out: `Campaign` (HDF5 that xarray opens), provenance, VTK files for ParaView.
Never: physics; nothing here knows what a field, a limit or a verdict means.
"""

from __future__ import annotations

from emtwin.results.campaign import Campaign
from emtwin.results.pictures import Pictures
from emtwin.results.vtk import write_vtk
from emtwin.results.writable import check_writable

__all__ = ["Campaign", "Pictures", "check_writable", "write_vtk"]
