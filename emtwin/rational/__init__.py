"""Rational functions of frequency: sums of poles, their passivity, and fits to data.

In: poles and residues, relaxation and resonance models, or samples over frequency.
Out: `PoleResidue`, and `Fit`, which says over which band and how well it stands for the data.
Never: grids, time steps, or a fit whose error is not told.
"""

from emtwin.rational.fitting import Fit, fit_permittivity, fit_relaxation
from emtwin.rational.models import ColeCole, debye, drude, lorentz
from emtwin.rational.passivity import Violation, passivity_violation, require_passive
from emtwin.rational.pole_residue import PoleResidue
from emtwin.rational.vector_fitting import vector_fit

__all__ = [
    "ColeCole",
    "Fit",
    "PoleResidue",
    "Violation",
    "debye",
    "drude",
    "fit_permittivity",
    "fit_relaxation",
    "lorentz",
    "passivity_violation",
    "require_passive",
    "vector_fit",
]
