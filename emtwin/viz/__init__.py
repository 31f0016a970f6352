"""Pictures of a campaign: set-up, voxels, fields and spectra.

In: a finished `Campaign`.
Out: PNG and SVG files and what they show, as `Pictures`.
Never: numbers that the campaign does not hold; a window, unless one is asked for.
"""

from __future__ import annotations

from emtwin.viz.gallery import pictures
from emtwin.viz.probe import Rendering, probe, rendering_works

__all__ = ["Rendering", "pictures", "probe", "rendering_works"]
