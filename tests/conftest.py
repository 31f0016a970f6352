"""What holds for every test: thread counts, tiers, and what a missing GPU means."""

from __future__ import annotations

import os

# Before numpy, VTK and matplotlib are imported by the first test module.
UNDER_XDIST = "PYTEST_XDIST_WORKER" in os.environ
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
if UNDER_XDIST:
    os.environ.setdefault("EMTWIN_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("PYVISTA_OFF_SCREEN", "true")

from pathlib import Path  # noqa: E402

import hypothesis  # noqa: E402
import pytest  # noqa: E402

pytest_plugins = ["tests.validation"]

QUICK_FOLDERS = frozenset({"unit", "architecture", "standards", "kernels"})
RENDERING_FOLDERS = (Path("unit/viz"), Path("unit/report"))
MOST_WORKERS = 8

hypothesis.settings.register_profile(
    "emtwin", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True
)
hypothesis.settings.load_profile("emtwin")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The backend that the fixtures of `tests.machines` give in place of `native`."""
    parser.addoption(
        "--machine",
        choices=("native", "numpy"),
        default="native",
        help="backend of the physics tests",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Cores for ``-n auto``; above eight, start-up costs more than the cores give."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores, MOST_WORKERS)


@pytest.hookimpl(tryfirst=True)  # before -m deselects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by folder: quick (unless a test says that it is slow), and rendering."""
    root = Path(__file__).parent
    for item in items:
        if not item.path.is_relative_to(root):
            continue
        path = item.path.relative_to(root)
        if path.parts[0] in QUICK_FOLDERS and not any(item.iter_markers("slow")):
            item.add_marker(pytest.mark.quick)
        if any(path.is_relative_to(folder) for folder in RENDERING_FOLDERS):
            item.add_marker(pytest.mark.rendering)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A GPU test without a GPU is skipped, and fails where a GPU was promised."""
    if not any(item.iter_markers("gpu")):
        return
    reason = _missing_gpu()
    if reason and os.environ.get("EMTWIN_REQUIRE_CUDA") == "1":
        pytest.fail(f"EMTWIN_REQUIRE_CUDA=1, but: {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)


def _missing_gpu() -> str:
    from emtwin.backends.select import available_backends

    cuda = next(status for status in available_backends() if status.name == "cuda")
    return "" if cuda.available else cuda.detail


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root folder of the checkout."""
    return Path(__file__).resolve().parent.parent
