"""When a refinement study stops."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emtwin.errors import InputError, Problem


@dataclass(frozen=True)
class Rules:
    """When to stop.

    Parameters
    ----------
    change_db : float or None
        Largest change of a margin between the last two levels that counts as converged, dB; None
        for what the twin's accuracy says.
    seconds : float or None
        Wall time that all levels after the declared ones may take together; None without limit.
    levels : int
        Largest number of levels of a test, the coarser one included; 2 or more.

    Raises
    ------
    InputError
        If a figure is impossible; all problems at once.
    """

    change_db: float | None = None
    seconds: float | None = None
    levels: int = 4

    def __post_init__(self) -> None:
        change, seconds, levels = self.change_db, self.seconds, self.levels
        checks = (
            (change is None or change > 0.0, "--convergence-db", f"{change} dB"),
            (seconds is None or seconds > 0.0, "--convergence-time", f"{seconds} s"),
            (levels >= 2, "--convergence-levels", f"{levels}, and needs 2 or more"),
        )
        problems = [
            Problem(f"is too small: {value}", field=name)
            for good, name, value in checks
            if not good
        ]
        if problems:
            raise InputError(problems)

    def within(self, change_db: float) -> Rules:
        """The same rules with the twin's `change_db` (dB) where none was given."""
        return self if self.change_db is not None else replace(self, change_db=change_db)
