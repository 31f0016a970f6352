"""The whole surface between the physics and the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = Any
"""A one-dimensional array in the memory of a backend; a slice is a view, and may be assigned to."""


class At(NamedTuple):
    """Address of one element of an array: a kernel sees a pointer to it."""

    array: Array
    offset: int


class Box(NamedTuple):
    """Cells lo <= (i, j, k) < hi; a list of n items is ((0, 0, 0), (n, 1, 1))."""

    lo: tuple[int, int, int]
    hi: tuple[int, int, int]

    @classmethod
    def items(cls, count: int) -> Box:
        """Box of a kernel that walks along a list."""
        return cls((0, 0, 0), (count, 1, 1))


@dataclass(frozen=True, eq=False)
class Stage:
    """One kernel on one box of cells.

    Parameters
    ----------
    kernel : str
        Name of the kernel, as in the kernel sources.
    box : Box
        Cells, or items of a list, that it works on.
    arguments : mapping of str to (Array, At, int or float)
        One value for each field of the kernel's argument list.
    reach : {0, 1, -1}, default 0
        1 for the sweep of h, which reads e of its own and of the next plane and row; -1 for the
        sweep of e, which reads h of its own and of the plane and row before. Each begins a phase.
    where : ndarray of int64, shape (items, 4), optional
        First and last plane, first and last row that each item of a list belongs to. It writes
        nothing elsewhere, and reads nothing else than the sweep of its phase would there. Without
        it the stage runs when all others have ended the step.
    every : int, default 1
        Steps in which a stage without `where` has something to do: the multiples of this number.
    """

    kernel: str
    box: Box
    arguments: Mapping[str, Any]
    reach: int = 0
    where: NDArray[np.int64] | None = None
    every: int = 1


class Program(Protocol):
    """Stages bound to a machine."""

    def run(self, first_step: int, n_steps: int) -> None:
        """Run all stages, in order, for steps first_step .. first_step + n_steps - 1."""


class Backend(Protocol):
    """A machine with memory and kernels."""

    name: str
    real: np.dtype[Any]

    def zeros(self, size: int, dtype: DTypeLike | None = None) -> Array:
        """Array of `size` zeros, of the backend's real type unless told otherwise."""

    def upload(self, values: NDArray[Any]) -> Array:
        """Copy of `values` in the backend's memory, flattened, dtype kept."""

    def adopt(self, values: NDArray[Any]) -> Array:
        """`values`, which nobody changes any more, flattened; no copy where they can stay."""

    def download(self, array: Array) -> NDArray[Any]:
        """Copy of an array in the host's memory."""

    def view(self, array: Array) -> NDArray[Any]:
        """Values of an array, to be read before they change; no copy where they are on the host."""

    def take(self, array: Array, index: NDArray[np.int64]) -> NDArray[Any]:
        """Some elements of an array in the host's memory, in the shape of `index`."""

    def accumulate(
        self, sums: Array, weights: NDArray[np.float64], parts: Sequence[Array], first: int
    ) -> None:
        """Add the product of `weights` and some columns of the lines to `sums`.

        Products are made in the precision of the lines, and added in that of the sums, which are
        read and written once, however many parts there are.

        Parameters
        ----------
        sums : Array of float64
            Row after row, as many as there are weights for.
        weights : ndarray of float64, shape (rows, n)
            Weight of each line in each row.
        parts : sequence of Array of the real type
            The `n` lines, one after another, in parts of whole lines.
        first : int
            Column of the lines that belongs to the first column of the sums.
        """

    def reserve(self, size: int) -> None:
        """Have `size` bytes at hand, so that taking them later does not interrupt the steps."""

    def program(self, stages: Sequence[Stage]) -> Program:
        """Bind stages, checking their arguments against the kernels' lists."""

    def free_bytes(self) -> int:
        """Memory that is still free, in bytes."""
