"""Wheel, wheel from sdist, pure wheel, editable: each built, installed and used."""

from __future__ import annotations

import json
import sys
import tarfile
import time
from pathlib import Path

import pytest

from tests.packaging import builds

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX layout of environments"),
]

DATA = ("gpu_kernels", "standards", "meshes", "examples")
PROBE = """
import emtwin, json
from emtwin import resources
from emtwin.backends.select import available_backends, select_backend
print(json.dumps({
    "package": str(resources._PACKAGE), "checkout": resources.in_checkout(),
    "library": str(resources.native_library()), "kernels": str(resources.kernels_dir()),
    "standards": str(resources.standards_dir()), "examples": str(resources.examples_dir()),
    "auto": select_backend("auto").name,
    "native": next(s.detail for s in available_backends() if s.name == "native"),
}))
"""


@pytest.fixture(scope="module")
def source(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return builds.copy_tree(repository, tmp_path_factory.mktemp("source") / "emtwin")


@pytest.fixture(scope="module")
def without_compiler(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("path") / "bin"
    return {"PATH": builds.path_without_compiler(folder), "CC": "", "CXX": ""}


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    return builds.build_wheel(source, target, EMTWIN_REQUIRE_NATIVE="1")


@pytest.fixture(scope="module")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build", reason="needs the extra dev")
    target = tmp_path_factory.mktemp("sdist")
    builds.succeed(sys.executable, "-m", "build", "--sdist", "--outdir", target, source, cwd=target)
    (archive,) = target.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def pure_wheel(
    source: Path, without_compiler: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return builds.build_wheel(source, tmp_path_factory.mktemp("pure"), **without_compiler)


def probe(python: Path, cwd: Path) -> dict[str, str | bool]:
    said: dict[str, str | bool] = json.loads(
        builds.succeed(python, "-c", PROBE, cwd=cwd, CUDA_VISIBLE_DEVICES="").splitlines()[-1]
    )
    return said


def packed(source: Path) -> set[str]:
    """Names that a wheel must hold, by the tracked files."""
    names = builds.tracked_files(source)
    code = {n for n in names if n.startswith("emtwin/")}
    return code | {f"emtwin/_data/{n}" for n in names if n.split("/")[0] in DATA}


class TestWheel:
    def test_serves_every_python_of_one_platform(self, wheel: Path) -> None:
        assert "-py3-none-" in wheel.name
        assert not wheel.name.endswith("-any.whl")

    def test_holds_every_file_and_nothing_but_emtwin(self, wheel: Path, source: Path) -> None:
        names = set(builds.contents(wheel))
        assert packed(source) <= names
        extra = names - packed(source)
        assert [n for n in extra if not n.startswith("emtwin/_native/")] == []
        assert len(extra) == 1, f"one library, nothing else: {extra}"

    def test_is_small(self, wheel: Path) -> None:
        assert wheel.stat().st_size < 15e6

    def test_is_built_fast_enough(self, source: Path, tmp_path: Path) -> None:
        start = time.monotonic()
        builds.build_wheel(source, tmp_path)
        assert time.monotonic() - start < 90

    def test_installed_it_finds_everything(self, wheel: Path, tmp_path: Path) -> None:
        python = builds.environment(tmp_path / "venv")
        builds.install(python, wheel, cwd=tmp_path)
        found = probe(python, tmp_path)
        assert found["checkout"] is False
        assert found["auto"] == "native", found["native"]
        for key in ("library", "kernels", "standards", "examples"):
            assert str(found[key]).startswith(str(tmp_path / "venv")), key
        site = Path(str(found["package"])).parent
        ours = {p.name for p in site.iterdir() if "emtwin" in p.name.lower()}
        assert all(name == "emtwin" or name.endswith(".dist-info") for name in ours), ours
        assert not any((site / name).exists() for name in (*DATA, "tests", "benchmarks"))
        emtwin = python.with_name("emtwin")
        assert (
            "infusion"
            in builds.succeed(
                emtwin,
                "check",
                Path(str(found["examples"])) / "infusion_pump/twin.yaml",
                cwd=tmp_path,
            ).lower()
        )

    def test_a_checkout_that_shadows_it_uses_its_library(
        self, wheel: Path, source: Path, tmp_path: Path
    ) -> None:
        python = builds.environment(tmp_path / "venv")
        builds.install(python, wheel, cwd=tmp_path)
        found = probe(python, source)
        assert found["checkout"] is True
        assert found["kernels"] == str(source / "gpu_kernels")
        assert str(found["library"]).startswith(str(tmp_path / "venv"))
        assert found["auto"] == "native", found["native"]


class TestSdist:
    def test_holds_every_tracked_file(self, sdist: Path, source: Path) -> None:
        with tarfile.open(sdist) as archive:
            names = {n.partition("/")[2] for n in archive.getnames()}
        missing = {n for n in builds.tracked_files(source) if not n.startswith(".")} - names
        assert not missing

    def test_gives_the_same_wheel(self, sdist: Path, wheel: Path, tmp_path: Path) -> None:
        again = builds.contents(
            builds.build_wheel(sdist, tmp_path / "out", EMTWIN_REQUIRE_NATIVE="1")
        )
        first = builds.contents(wheel)
        assert set(again) == set(first)
        differing = [n for n in first if first[n] != again[n] and "_native/" not in n]
        assert differing == []


class TestWithoutCompiler:
    def test_the_wheel_is_pure_and_has_the_same_data(self, pure_wheel: Path, source: Path) -> None:
        assert pure_wheel.name.endswith("-py3-none-any.whl")
        assert set(builds.contents(pure_wheel)) == packed(source)

    def test_it_runs_with_numpy_and_doctor_says_what_is_missing(
        self, pure_wheel: Path, tmp_path: Path
    ) -> None:
        python = builds.environment(tmp_path / "venv")
        builds.install(python, pure_wheel, cwd=tmp_path)
        found = probe(python, tmp_path)
        assert (found["library"], found["auto"]) == ("None", "numpy")
        said = builds.run(python.with_name("emtwin"), "doctor", cwd=tmp_path, COLUMNS="200").output
        assert "compiler" in said
        assert "g++" in said

    def test_an_editable_install_succeeds_too(
        self, source: Path, without_compiler: dict[str, str], tmp_path: Path
    ) -> None:
        python = builds.environment(tmp_path / "venv")
        builds.install(python, "-e", source, cwd=tmp_path, **without_compiler)
        found = probe(python, tmp_path)
        assert (found["checkout"], found["auto"]) == (True, "numpy")

    def test_who_requires_the_library_gets_an_error(
        self, source: Path, without_compiler: dict[str, str], tmp_path: Path
    ) -> None:
        pip = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", tmp_path, source)
        done = builds.run(*pip, cwd=tmp_path, **without_compiler, EMTWIN_REQUIRE_NATIVE="1")
        assert done.returncode != 0
        assert "CMAKE_CXX_COMPILER" in done.output
        assert not list(tmp_path.glob("*.whl"))


class TestEditable:
    def test_takes_data_from_the_checkout_and_notices_edited_kernels(
        self, repository: Path, tmp_path: Path
    ) -> None:
        tree = builds.copy_tree(repository, tmp_path / "tree")
        python = builds.environment(tmp_path / "venv")
        builds.install(python, "-e", tree, cwd=tmp_path, EMTWIN_REQUIRE_NATIVE="1")
        found = probe(python, tmp_path)
        assert found["kernels"] == str(tree / "gpu_kernels")
        assert str(found["library"]).startswith(str(tmp_path / "venv"))
        assert found["auto"] == "native", found["native"]

        (tree / "emtwin" / "brand_new.py").write_text("VALUE = 42\n")
        code = "import emtwin.brand_new as new; print(new.VALUE)"
        assert builds.succeed(python, "-c", code, cwd=tmp_path).strip() == "42"

        with (tree / "gpu_kernels" / "yee.cu").open("a") as kernel:
            kernel.write("// edited\n")
        stale = probe(python, tmp_path)
        assert stale["auto"] == "numpy"
        assert "pip install --no-deps -e ." in str(stale["native"])

        builds.install(python, "-e", tree, cwd=tmp_path, EMTWIN_REQUIRE_NATIVE="1")
        assert probe(python, tmp_path)["auto"] == "native"


def test_the_path_without_compiler_has_none(without_compiler: dict[str, str]) -> None:
    tools = {tool.name for tool in Path(without_compiler["PATH"]).iterdir()}
    assert not tools & {"cc", "c++", "gcc", "g++", "clang", "clang++", "cmake"}
