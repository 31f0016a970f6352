"""How many threads a run may use."""

from __future__ import annotations

import os


def default_threads() -> int:
    """EMTWIN_THREADS, else the number of cores this process may use."""
    chosen = os.environ.get("EMTWIN_THREADS")
    if chosen:
        return max(1, int(chosen))
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
