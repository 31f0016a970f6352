"""The verdicts for programs: JSON with stable names."""

from __future__ import annotations

import json
import math
from typing import Any

from emtwin.results import Campaign

FIRST = ("test", "clause", "outcome", "margin_db", "uncertainty_db")
META = ("name", "created", "emtwin_version", "backend", "precision", "input_sha256", "twin_file")


def as_json(campaign: Campaign) -> str:
    """Verdicts, notices and provenance as JSON text.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.

    Returns
    -------
    str
        An object with a list ``verdicts``, each with ``test``, ``clause``,
        ``outcome``, ``margin_db``, ``uncertainty_db``, and further fields such as
        ``method`` and ``method_reason``; ``tests_without_verdict`` names tests that the plan
        has besides; ``convergence`` holds the refinement study of each test, where there is one;
        ``timing`` the wall time in seconds by stage.
        Infinite values are the texts ``inf`` and ``-inf``, unknown ones null.
    """
    verdicts = [{name: entry.get(name) for name in FIRST} | entry for entry in campaign.verdicts]
    document = {
        "verdicts": verdicts,
        "notices": campaign.meta.get("notices", []),
        "tests_without_verdict": campaign.meta.get("tests_without_verdict", []),
        "convergence": campaign.meta.get("convergence", []),
        **{name: campaign.meta.get(name) for name in META},
        "timing": campaign.meta.get("timing", {}),
    }
    return json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    """JSON has no infinity and no NaN."""
    if isinstance(value, dict):
        return {str(name): _finite(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
