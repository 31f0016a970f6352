"""What a run of another code comes back with, and the error of one that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peer_scenes import Scene
from benchmarks.probes import Reading


class PeerError(RuntimeError):
    """Another code is missing, failed, or printed what is not understood."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """A finished run of another code.

    Parameters
    ----------
    version : str
        As it states it.
    steps, threads : int
        What it says that it did and used.
    loop_seconds : float
        Wall time of the time loop.
    process_seconds : float
        Wall time of the process.
    readings : dict of str to Reading
        Its probes.
    precision : str
        Of its fields.
    timing : str
        Where the time of the loop comes from.
    """

    version: str
    steps: int
    threads: int
    loop_seconds: float
    process_seconds: float
    readings: dict[str, Reading]
    precision: str = "float32"
    timing: str = "the loop as the code prints it"


Runner = Callable[[Scene, float, int, int, Path], Outcome]
"""Runs a scene with a time step in seconds, a number of steps and of threads, in a folder."""
