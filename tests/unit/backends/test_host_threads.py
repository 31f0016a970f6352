"""Array expressions in threads of the host."""

from __future__ import annotations

import threading

import pytest
from threadpoolctl import threadpool_info

from emtwin.backends import host_threads
from emtwin.backends.host_threads import in_threads, quiet_matrices


def blas_threads() -> set[int]:
    """Numbers of threads that the matrix libraries of this process may use."""
    return {entry["num_threads"] for entry in threadpool_info() if entry["user_api"] == "blas"}


def test_results_come_in_the_order_of_the_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads meet at a barrier, so that neither could have done both items."""
    monkeypatch.setattr(host_threads, "default_threads", lambda: 2)
    barrier = threading.Barrier(2, timeout=20)

    def work(n: int) -> int:
        barrier.wait()
        return n * n

    assert in_threads(work, range(4)) == [0, 1, 4, 9]


def test_the_matrix_library_stays_on_its_callers_thread() -> None:
    before = blas_threads()
    with quiet_matrices():
        assert blas_threads() == {1}
    assert blas_threads() == before
    assert in_threads(lambda _: blas_threads(), [0]) == [{1}]


def test_an_error_reaches_the_caller() -> None:
    def refuse(n: int) -> int:
        raise ValueError(f"item {n}")

    with pytest.raises(ValueError, match="item 7"):
        in_threads(refuse, [7])
