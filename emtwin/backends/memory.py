"""How much memory the host has left."""

from __future__ import annotations

import os
from pathlib import Path


def available_memory() -> int:
    """Memory that a new process could use, in bytes; half the physical memory where unknown."""
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf"):
        return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) // 2
    return 4 << 30
