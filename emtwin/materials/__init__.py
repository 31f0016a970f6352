"""Materials: what the parts of a device are made of.

In: a material's name, and materials that the user declared.
Out: `Material`, relative permittivity and conductivity with their source.
Never: dispersion over frequency; grids; a value without a source.
"""

from emtwin.materials.library import LIBRARY, lookup, names
from emtwin.materials.material import Material, loss_conductivity

__all__ = ["LIBRARY", "Material", "lookup", "loss_conductivity", "names"]
