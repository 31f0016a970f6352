"""Every layout of an installation, built small in a temporary folder."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from emtwin import resources
from emtwin.resources import ResourceError


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Root of a checkout whose package `resources` believes to live in."""
    package = tmp_path / "checkout" / "emtwin"
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").touch()
    for name in ("gpu_kernels/native", "standards", "meshes", "examples"):
        (package.parent / name).mkdir(parents=True)
    pretend(package, monkeypatch)
    return package.parent


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Package folder of an installed wheel."""
    package = tmp_path / "site-packages" / "emtwin"
    for name in ("gpu_kernels", "standards", "meshes", "examples"):
        (package / "_data" / name).mkdir(parents=True)
    pretend(package, monkeypatch)
    return package


def pretend(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", package)
    monkeypatch.delenv("EMTWIN_NATIVE_LIBRARY", raising=False)
    record([], monkeypatch)
    resources.native_source_hash.cache_clear()


def record(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip's record hold `files`."""
    recorded = [SimpleNamespace(name=f.name, parent=f.parent, locate=lambda f=f: f) for f in files]
    monkeypatch.setattr(metadata, "distribution", lambda _: SimpleNamespace(files=recorded))


@pytest.fixture(autouse=True)
def _forget_the_hash() -> object:
    yield
    resources.native_source_hash.cache_clear()


def put(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


FOLDERS = [
    (resources.kernels_dir, "gpu_kernels"),
    (resources.standards_dir, "standards"),
    (resources.meshes_dir, "meshes"),
    (resources.examples_dir, "examples"),
]


@pytest.mark.parametrize(("function", "name"), FOLDERS)
class TestFolders:
    def test_of_a_checkout_lie_beside_the_package(self, function, name, checkout: Path) -> None:
        assert resources.in_checkout()
        assert function() == checkout / name

    def test_of_a_wheel_lie_inside_the_package(self, function, name, wheel: Path) -> None:
        assert not resources.in_checkout()
        assert function() == wheel / "_data" / name

    def test_a_missing_one_is_named_with_the_remedy(self, function, name, wheel: Path) -> None:
        (wheel / "_data" / name).rmdir()
        with pytest.raises(ResourceError, match=rf"{name} is missing.*pip install"):
            function()


def test_this_installation_has_its_folders_and_kernels() -> None:
    assert all(function().is_dir() for function, _ in FOLDERS)
    assert list(resources.kernels_dir().glob("*.cu"))


class TestLibrary:
    def test_of_a_wheel_lies_in_the_package(self, wheel: Path) -> None:
        assert resources.native_library() is None
        library = put(wheel / "_native" / resources.library_name())
        assert resources.native_library() == library

    def test_a_wheel_ignores_what_another_installation_recorded(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record([put(tmp_path / "other/_native" / resources.library_name())], monkeypatch)
        assert resources.native_library() is None

    def test_of_a_checkout_is_the_installed_one(
        self, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(checkout / "emtwin/_native" / resources.library_name())
        installed = put(tmp_path / "site/emtwin/_native" / resources.library_name())
        record([tmp_path / "site/emtwin/__init__.py", installed], monkeypatch)
        assert resources.native_library() == installed.resolve()

    def test_of_a_checkout_that_is_not_installed_lies_beside(self, checkout: Path) -> None:
        library = put(checkout / "emtwin/_native" / resources.library_name())
        assert resources.native_library() == library

    def test_a_recorded_file_that_is_gone_is_no_library(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record([checkout / "gone/_native" / resources.library_name()], monkeypatch)
        assert resources.native_library() is None

    def test_without_any_record(self, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(name: str) -> None:
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(metadata, "distribution", missing)
        assert resources.native_library() is None

    def test_the_environment_may_name_one(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        library = put(tmp_path / "asan.so")
        monkeypatch.setenv("EMTWIN_NATIVE_LIBRARY", str(library))
        assert resources.native_library() == library.resolve()
        library.unlink()
        with pytest.raises(ResourceError, match=r"asan\.so, which does not exist"):
            resources.native_library()

    @pytest.mark.parametrize(
        ("platform", "name"),
        [
            ("linux", "libemtwin_native.so"),
            ("darwin", "libemtwin_native.dylib"),
            ("win32", "emtwin_native.dll"),
        ],
    )
    def test_name_by_system(
        self, platform: str, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.platform", platform)
        assert resources.library_name() == name


class TestHash:
    def test_is_that_of_the_manifest_sorted_by_path(self, checkout: Path) -> None:
        put(checkout / "gpu_kernels/yee.cu", b"1")
        put(checkout / "gpu_kernels/Launch.cuh", b"2")
        put(checkout / "gpu_kernels/native/library.cpp", b"3")
        put(checkout / "gpu_kernels/notes.md", b"not a source")
        names = [("Launch.cuh", b"2"), ("native/library.cpp", b"3"), ("yee.cu", b"1")]
        manifest = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in names)
        assert resources.native_source_hash() == hashlib.sha256(manifest.encode()).hexdigest()

    def test_changes_with_a_byte_and_with_a_name(self, checkout: Path) -> None:
        seen = set()
        kernel = put(checkout / "gpu_kernels/yee.cu", b"a = b")
        for change in (lambda: None, lambda: kernel.write_bytes(b"a = c"), self.renamed(kernel)):
            change()
            resources.native_source_hash.cache_clear()
            seen.add(resources.native_source_hash())
        assert len(seen) == 3

    @staticmethod
    def renamed(kernel: Path) -> object:
        return lambda: kernel.rename(kernel.with_name("yee2.cu"))
