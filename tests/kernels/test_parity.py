"""Every kernel against its NumPy form, on noise: the same bits, on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.backends import Backend, select_backend
from emtwin.backends.cuda import CudaUnavailable
from emtwin.backends.native import NativeUnavailable
from emtwin.backends.signatures import signatures
from emtwin.errors import InputError
from tests.kernels.argument_sets import (
    LATER_STEPS,
    MAKERS,
    REDUCTIONS,
    SHAPES,
    argument_set,
    parity_set,
)

MACHINES = [
    pytest.param("native", id="native"),
    pytest.param("cuda", id="cuda", marks=pytest.mark.gpu),
]


@pytest.fixture(params=["float32", "float64"])
def precision(request: pytest.FixtureRequest) -> str:
    """Type of the fields."""
    return str(request.param)


@pytest.fixture
def machine(request: pytest.FixtureRequest, precision: str) -> Backend:
    """The backend under test; one body serves them all."""
    try:
        return select_backend(request.param, precision)
    except InputError as error:
        if isinstance(error.__cause__, CudaUnavailable | NativeUnavailable):
            pytest.skip(str(error))
        raise


def same(kernel: str, one: dict[str, Any], two: dict[str, Any]) -> None:
    """Bitwise equality, or 1e-12 of the largest sum for a reduction in another order."""
    assert one.keys() == two.keys()
    for name, values in one.items():
        assert np.all(np.isfinite(values)), name
        if kernel in REDUCTIONS:
            np.testing.assert_allclose(two[name], values, rtol=0, atol=1e-12 * np.abs(values).max())
        else:
            np.testing.assert_array_equal(two[name], values, err_msg=f"{kernel}: {name}")


@pytest.mark.parametrize("machine", MACHINES, indirect=True)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kernel", sorted(MAKERS))
def test_kernel_equals_its_numpy_form(
    kernel: str, shape: tuple[int, int, int], machine: Backend, precision: str
) -> None:
    """Kernels of + - * / on normal numbers, contraction off: every operation is rounded alike.

    Expected: no difference at all in three steps. A kernel must also change something, or equality
    would show nothing.
    """
    case = parity_set(kernel, precision, shape)
    reference = case.run(select_backend("numpy", precision))
    assert any(
        not np.array_equal(values, getattr(case.arguments[name], "array", case.arguments[name]))
        for name, values in reference.items()
    )
    same(kernel, reference, case.run(machine))


@pytest.mark.parametrize("machine", MACHINES, indirect=True)
@pytest.mark.parametrize("step", LATER_STEPS)
@pytest.mark.parametrize("kernel", sorted(MAKERS))
def test_kernel_equals_its_numpy_form_at_a_later_step(
    kernel: str, step: int, machine: Backend, precision: str
) -> None:
    """A sum of constant fields is the same one each time: only single steps show when it is taken.

    Expected: no difference, though nothing at all may change.
    """
    case = parity_set(kernel, precision, SHAPES[0])
    reference = case.run(select_backend("numpy", precision), 1, first_step=step)
    same(kernel, reference, case.run(machine, 1, first_step=step))


def test_every_kernel_has_a_parity_test() -> None:
    """The kernels are found in the sources' own text; one without an argument set fails here."""
    assert set(MAKERS) == set(signatures())


def test_parity_can_fail() -> None:
    """One ulp in the coefficients of one array shows: the comparison is not blind."""
    case = argument_set("wire_current", "float32", 3, (5, 3, 3))
    reference = case.run(select_backend("numpy", "float32"))
    case.arguments["alpha"][:] = np.nextafter(case.arguments["alpha"], np.float32(2))
    with pytest.raises(AssertionError):
        same("wire_current", reference, case.run(select_backend("numpy", "float32")))
