"""One test body, every machine: fixtures that give a backend, the GPU's variant marked `gpu`.

``pytest --machine numpy -m quick`` runs the same bodies on the reference instead of `native`.
"""

from __future__ import annotations

import pytest

from emtwin.backends import Backend, select_backend
from emtwin.backends.native import NativeUnavailable
from emtwin.errors import InputError

PARAMETERS = [
    pytest.param("native", id="native"),
    pytest.param("cuda", id="cuda", marks=pytest.mark.gpu),
]


def quick_backend(name: str, precision: str) -> Backend:
    """The backend, or NumPy where an installation without a compiler has no native library."""
    try:
        return select_backend(name, precision)
    except InputError as error:
        if isinstance(error.__cause__, NativeUnavailable):
            return select_backend("numpy", precision)
        raise


def _asked_for(request: pytest.FixtureRequest) -> str:
    """The backend of a fixture's parameter; ``--machine`` takes the place of `native`."""
    name = str(request.param)
    return str(request.config.getoption("--machine")) if name == "native" else name


@pytest.fixture(params=PARAMETERS, scope="session")
def machine(request: pytest.FixtureRequest) -> Backend:
    """Backend in float32."""
    return quick_backend(_asked_for(request), "float32")


@pytest.fixture(params=PARAMETERS, scope="session")
def machine64(request: pytest.FixtureRequest) -> Backend:
    """Backend in float64."""
    return quick_backend(_asked_for(request), "float64")
