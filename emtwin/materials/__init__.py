"""Materials: what the parts of a device are made of.

In: a material's name, and materials that the user declared.
Out: `Material`, permittivity, permeability, losses and poles with their source.
Never: grids; a value without a source; a material that generates energy.
"""

from emtwin.materials.library import LIBRARY, lookup, names
from emtwin.materials.material import Material, along, loss_conductivity

__all__ = ["LIBRARY", "Material", "along", "lookup", "loss_conductivity", "names"]
