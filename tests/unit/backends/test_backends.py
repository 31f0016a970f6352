"""Choosing a backend, reading kernel signatures, refusing wrong arguments and stale libraries."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

from emtwin import resources
from emtwin.backends import At, Box, Stage, available_backends, native, select_backend
from emtwin.backends.kernel_source import inlined_source
from emtwin.backends.native import NativeBackend, NativeUnavailable, default_threads, load_library
from emtwin.backends.signatures import signatures
from emtwin.errors import InputError


def test_auto_takes_the_first_that_works() -> None:
    """The statuses come fastest first; numpy is always there."""
    statuses = available_backends()
    assert [s.name for s in statuses] == ["cuda", "native", "numpy"]
    assert statuses[-1].available
    first = next(s.name for s in statuses if s.available)
    assert select_backend().name == first
    assert all(s.detail for s in statuses)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    """A misspelt backend or precision is an input error."""
    with pytest.raises(InputError, match="there is no backend 'opencl'") as caught:
        select_backend("opencl")
    assert "cuda, native, numpy" in caught.value.problems[0].remedy
    with pytest.raises(InputError, match="precision 'half' is not float32 or float64"):
        select_backend("numpy", "half")


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installation without a native library."""
    monkeypatch.setattr(resources, "native_library", lambda: None)
    load_library.cache_clear()
    yield
    load_library.cache_clear()


def test_missing_library_says_how_to_get_it(no_library: None) -> None:
    """No compiler, no native: asked for by name it is an error that names g++; auto goes on."""
    with pytest.raises(InputError, match=r"backend native does not work here: .*g\+\+") as caught:
        select_backend("native")
    assert "emtwin doctor" in caught.value.problems[0].remedy
    assert select_backend("auto").name in ("cuda", "numpy")


def test_library_of_other_sources_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel edited after the build: the message shows both hashes and the rebuild command."""
    if resources.native_library() is None:
        pytest.skip("no native library in this installation")
    load_library.cache_clear()
    monkeypatch.setattr(resources, "native_source_hash", lambda: "0" * 64)
    with pytest.raises(NativeUnavailable, match=r"other kernel sources .*pip install"):
        load_library()
    load_library.cache_clear()


def test_unknown_instruction_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """EMTWIN_ISA chooses a variant; one that was not built is named."""
    backend = native_backend()
    monkeypatch.setenv("EMTWIN_ISA", "v9")
    with pytest.raises(NativeUnavailable, match="no kernels for float_v9"):
        backend.program([record_stage(backend)])


def test_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """EMTWIN_THREADS wins over the number of cores and is at least one."""
    monkeypatch.setenv("EMTWIN_THREADS", "3")
    assert default_threads() == 3
    monkeypatch.setenv("EMTWIN_THREADS", "0")
    assert default_threads() == 1
    monkeypatch.delenv("EMTWIN_THREADS")
    assert default_threads() >= 1


def native_backend(precision: str = "float32") -> NativeBackend:
    """The native backend, or a skip with its reason."""
    try:
        return NativeBackend(precision, 1)
    except NativeUnavailable as error:
        pytest.skip(str(error))


def record_stage(backend: object, **changes: object) -> Stage:
    """A small valid stage."""
    arguments: dict[str, object] = {
        "source": np.arange(4, dtype=np.float32),
        "offset": np.array([2, 0]),
        "ring": np.zeros(2, np.float32),
        "every": 1,
        "lines": 1,
        "width": 2,
    }
    return Stage("record", Box.items(2), arguments | changes)


@pytest.mark.parametrize("name", ["numpy", "native"])
def test_arguments_are_checked(name: str) -> None:
    """Missing, unknown and wrongly typed arguments are found when a stage is bound, by name."""
    backend = native_backend() if name == "native" else select_backend("numpy")
    with pytest.raises(TypeError, match=r"kernel record: .*\['colour'\]"):
        backend.program([record_stage(backend, colour=1)])
    stage = record_stage(backend)
    lacking = {k: v for k, v in stage.arguments.items() if k != "ring"}
    with pytest.raises(TypeError, match=r"missing or unknown: \['ring'\]"):
        backend.program([Stage("record", stage.box, lacking)])
    with pytest.raises(TypeError, match="argument every must be of type Index"):
        backend.program([record_stage(backend, every=np.ones(2))])
    with pytest.raises(TypeError, match="argument ring must be of type real"):
        backend.program([record_stage(backend, ring=2.0)])


def test_native_refuses_arrays_of_another_type() -> None:
    """A float64 array where the kernel reads float32 would be read as noise."""
    backend = native_backend()
    with pytest.raises(TypeError, match="argument source holds float64, the kernel reads float32"):
        backend.program([record_stage(backend, source=np.zeros(4))])


@pytest.mark.parametrize("name", ["numpy", "native"])
def test_addresses_inside_an_array(name: str) -> None:
    """`At` is a pointer to an element: the stage reads from there on."""
    backend = native_backend() if name == "native" else select_backend("numpy")
    ring = backend.zeros(2)
    source = backend.upload(np.arange(9, dtype=np.float32))
    backend.program([record_stage(backend, source=At(source, 5), ring=ring)]).run(0, 1)
    np.testing.assert_array_equal(backend.download(ring), [7, 5])


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_argument_structs_have_the_library_s_size(precision: str) -> None:
    """One regular expression reads what the C++ compiler laid out; both sizes must agree."""
    native_backend()
    real = np.dtype(precision)
    variant = f"{'float' if precision == 'float32' else 'double'}_{native.instruction_set()}"
    library, found = load_library(), set()
    for n in range(library.emtwin_kernel_count(variant.encode())):
        kernel = library.emtwin_kernel_name(variant.encode(), n).decode()
        size = library.emtwin_kernel_arguments_size(variant.encode(), n)
        assert size == signatures()[kernel].dtype(real).itemsize
        found.add(kernel)
    assert found == set(signatures())


def test_signatures_include_nested_lists() -> None:
    """The absorber's fields are part of both curls' lists; directions follow the file."""
    names = [name for _, name in signatures()["yee_h"].fields]
    assert {"psi_xy", "low_x", "inv_dz", "db"} <= set(names)
    assert len(names) == len(set(names))
    assert signatures()["record"].by_rows is False
    assert signatures()["energy"].by_rows is True


def test_text_for_the_gpu_is_self_contained() -> None:
    """CuPy's cache is keyed by the text: it holds the header, and no include of our own is left."""
    for file in {signature.file for signature in signatures().values()}:
        text = inlined_source(file)
        assert "#define KERNEL_ROWS" in text
        assert not re.search(r'#include "', text)


@pytest.mark.parametrize("name", ["numpy", "native"])
def test_memory_of_a_backend(name: str) -> None:
    """Copies are copies, zeros are of the real type, and there is memory left."""
    backend = native_backend() if name == "native" else select_backend("numpy")
    values = np.arange(6.0).reshape(2, 3)
    held = backend.upload(values)
    values[0, 0] = 9
    np.testing.assert_array_equal(backend.download(held), np.arange(6.0))
    assert backend.zeros(3).dtype == np.float32
    assert backend.free_bytes() > 1 << 20


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", ["numpy", "native", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_products_are_added_in_double(name: str, precision: str) -> None:
    """Columns 3 to 5002 of 7 lines in two parts, twice, onto sums of 1e9, against float64.

    Expected: a product of 7 float32 numbers is right to 7 * 6e-8 of its size (Higham, Accuracy and
    Stability of Numerical Algorithms, eq. 3.4), and its sum with 1e9 keeps that: float32 sums would
    lose everything below 60.
    """
    rng = np.random.default_rng(2)
    backend = native_backend(precision) if name == "native" else select_backend(name, precision)
    weights, lines = rng.normal(size=(4, 7)), rng.normal(size=(7, 5010))
    weights, lines = weights.astype(precision), lines.astype(precision)
    sums = backend.upload(np.full(4 * 5000, 1e9))
    parts = [backend.upload(lines[:2]), backend.upload(lines[2:])]
    for _ in range(2):
        backend.accumulate(sums, weights.astype(np.float64), parts, 3)
    product = 2 * weights.astype(np.float64) @ lines[:, 3:5003].astype(np.float64)
    bound = 2 * 7 * np.finfo(precision).eps * (np.abs(weights) @ np.abs(lines[:, 3:5003])) + 1e-6
    found = backend.download(sums).reshape(4, -1) - 1e9
    assert np.all(np.abs(found - product) <= bound)


@pytest.mark.parametrize("name", ["numpy", "native", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_some_elements_and_empty_products(name: str) -> None:
    """Elements come in the shape of their index; nothing times nothing changes nothing."""
    backend = native_backend() if name == "native" else select_backend(name)
    array = backend.upload(np.arange(12.0))
    taken = backend.take(array, np.array([[1, 5], [11, 0]]))
    np.testing.assert_array_equal(taken, [[1, 5], [11, 0]])
    np.testing.assert_array_equal(backend.view(array[2:4]), [2, 3])
    backend.reserve(1 << 16)
    none = backend.zeros(0)
    backend.accumulate(backend.zeros(0, np.float64), np.ones((2, 3)), [none], 0)
    sums = backend.zeros(2, np.float64)
    backend.accumulate(sums, np.ones((2, 0)), [none], 0)
    np.testing.assert_array_equal(backend.download(sums), [0, 0])
