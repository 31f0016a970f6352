"""Self-tests of the sites: what a test house does before it trusts its hall.

In: a backend; the rows of the standards.
Out: site attenuation and field uniformity of the simulated sites, each with what it should be.
Never: a device, a verdict on one, a tolerance that is not stated.
"""

from emtwin.benches.site_checks.attenuation import AttenuationCheck, attenuation_checks
from emtwin.benches.site_checks.checks import Check, SiteReport, check_sites
from emtwin.benches.site_checks.uniformity import UniformityCheck, uniformity_checks

__all__ = [
    "AttenuationCheck",
    "Check",
    "SiteReport",
    "UniformityCheck",
    "attenuation_checks",
    "check_sites",
    "uniformity_checks",
]
