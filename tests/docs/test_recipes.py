"""The recipes of CONTRIBUTING.md, done as they say, on copies of the tree."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from emtwin import standards
from tests.docs.pages import ROOT, recipe


def _module(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _insert(file: Path, before: str, text: str) -> None:
    """Put `text` in front of the only occurrence of `before`."""
    content = file.read_text(encoding="utf-8")
    assert content.count(before) == 1, f"{file.name}: {before!r} {content.count(before)} times"
    file.write_text(content.replace(before, text + before), encoding="utf-8")


def _append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + "\n\n" + text, encoding="utf-8")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the checkout with the kernel recipe applied."""
    if shutil.which("g++") is None:
        pytest.skip("no g++ on this machine")
    copy = tmp_path_factory.mktemp("kernel") / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "_native")
    for folder in ("emtwin", "gpu_kernels", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    kernels, tests = copy / "gpu_kernels", copy / "tests" / "kernels"
    _append(kernels / "elements.cu", recipe("kernel-text"))
    _insert(
        kernels / "native" / "all_kernels.h", "ENTRY(yee_h)", recipe("kernel-entry").strip() + " "
    )
    _append(copy / "emtwin" / "backends" / "oracle" / "elements.py", recipe("kernel-oracle"))
    _insert(tests / "makers_elements.py", "MAKERS: dict", recipe("kernel-maker") + "\n\n")
    _insert(tests / "makers_elements.py", '    "record": _record,', recipe("kernel-line"))
    return copy


class TestKernel:
    """Four steps on a copy of the checkout, then the parity tests of that copy."""

    def test_the_recipe_passes_the_parity_tests(self, checkout: Path, tmp_path: Path) -> None:
        """The new kernel is built with g++ for every variant and held to NumPy, bit by bit."""
        library = _build(checkout, tmp_path)
        wanted = "(damp_edge or every_kernel) and not cuda and not gpu"
        done = _pytest(checkout, library, "tests/kernels", "-k", wanted)
        assert done.returncode == 0, done.stdout + done.stderr
        passed = [line for line in done.stdout.splitlines() if "PASSED" in line]
        assert sum("damp_edge" in line and "native" in line for line in passed) >= 2
        assert sum("damp_edge" in line and "device_branch" in line for line in passed) >= 1

    def test_a_forgotten_step_is_noticed(self, checkout: Path, tmp_path: Path) -> None:
        """Without its line in MAKERS the kernel has no parity test, and that fails."""
        copy = tmp_path / "checkout"
        shutil.copytree(checkout, copy)
        makers = copy / "tests" / "kernels" / "makers_elements.py"
        text = makers.read_text(encoding="utf-8")
        makers.write_text(text.replace(recipe("kernel-line"), ""), encoding="utf-8")
        wanted = "every_kernel_has_a_parity_test"
        done = _pytest(copy, None, "tests/kernels/test_parity.py", "-k", wanted)
        assert done.returncode == 1, done.stdout
        assert "damp_edge" in done.stdout


def _build(checkout: Path, folder: Path) -> Path:
    """Compile the kernels of a checkout as CMakeLists.txt does, only without optimisation."""
    kernels = checkout / "gpu_kernels"
    digest = _python(
        checkout, "from emtwin import resources; print(resources.native_source_hash(), end='')"
    )
    variants = [
        f"{real}_{isa}" for real in ("float", "double") for isa in _instruction_sets(kernels)
    ]
    common = ["g++", "-std=c++17", "-O0", "-fPIC", "-ffp-contract=off", f"-I{kernels}"]
    jobs = []
    for variant in variants:
        real, isa = variant.split("_")
        march = [] if isa == "base" else [f"-march=x86-64-{isa}"]
        defines = [f"-DEMTWIN_REAL={real}", f"-DEMTWIN_VARIANT={variant}"]
        source = kernels / "native" / "kernels.cpp"
        command = [*common, *march, *defines, "-c", str(source), "-o", str(folder / f"{variant}.o")]
        jobs.append(subprocess.run(command, capture_output=True, text=True, check=False))
    assert all(job.returncode == 0 for job in jobs), "\n".join(job.stderr for job in jobs)
    library = folder / "libemtwin_native.so"
    objects = [str(folder / f"{variant}.o") for variant in variants]
    sources = [f for f in (kernels / "native").glob("*.cpp") if f.name != "kernels.cpp"]
    hashed = f'-DEMTWIN_SOURCE_SHA256="{digest}"'
    command = [*common, hashed, "-shared", "-pthread", *map(str, sources), *objects]
    command += ["-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return library


def _instruction_sets(kernels: Path) -> tuple[str, ...]:
    probe = ["g++", "-dM", "-E", "-x", "c++", os.devnull]
    macros = subprocess.run(probe, capture_output=True, text=True, check=True).stdout
    return ("v2", "v3", "v4") if "__x86_64__" in macros else ("base",)


# An editable install finds `emtwin` before PYTHONPATH does; the copy must be what is imported.
_COPY_FIRST = (
    "import sys; sys.meta_path = "
    "[f for f in sys.meta_path if not type(f).__module__.startswith('_editable')]; "
)


def _environment(checkout: Path, library: Path | None) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "EMTWIN_"))}
    extra = {"PYTHONPATH": str(checkout), "EMTWIN_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return kept | extra | ({"EMTWIN_NATIVE_LIBRARY": str(library)} if library else {})


def _python(checkout: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _COPY_FIRST + code],
        capture_output=True,
        text=True,
        check=False,
        cwd=checkout,
        env=_environment(checkout, None),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _pytest(
    checkout: Path, library: Path | None, *arguments: str
) -> subprocess.CompletedProcess[str]:
    run = _COPY_FIRST + "import pytest; raise SystemExit(pytest.main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", run, "-v", "-p", "no:cacheprovider", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=checkout,
        env=_environment(checkout, library),
    )


class TestRow:
    """The row goes to the end of a file in a copy of standards/."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "standards"
        shutil.copytree(ROOT / "standards", folder)
        file = folder / "iec60601_1_2_table4.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "\n" + recipe("row"), encoding="utf-8")
        return folder

    def test_it_is_found_by_words(self, folder: Path) -> None:
        everything = standards.load(folder)
        (row,) = standards.query("example transmitter", everything)
        assert (row.id, row.confidence) == ("example-2-radiated-rf-special", "low")
        assert len(everything.rows) == len(standards.load().rows) + 1
        (level,) = [found for found in everything.levels if found.id == row.id]
        assert (level.levels, level.unit, level.frequency_to) == ((20.0,), "V/m", 1e9)

    def test_low_confidence_does_not_decide(self, folder: Path) -> None:
        """As the recipe says: 20 dB of margin against U = 6 dB would be a pass otherwise."""
        from emtwin.compliance.uncertainty import combine
        from emtwin.compliance.verdict import decide

        row = standards.load(folder).row("example-2-radiated-rf-special")
        verdict = decide("radiated_immunity", row.citation, 20.0, combine([]), [row])
        assert verdict.outcome == "marginal"


class TestMaterial:
    def test_declared_in_a_twin_file(self, tmp_path: Path) -> None:
        from emtwin import pipeline
        from emtwin.benches.bodies import bodies_of

        example = ROOT / "examples" / "infusion_pump" / "twin.yaml"
        data = yaml.safe_load(example.read_text(encoding="utf-8"))
        data["materials"] |= yaml.safe_load(recipe("material-declared"))["materials"]
        data["device"]["mesh"]["file"] = str(ROOT / "meshes" / "infusion_pump.msh")
        for part in data["device"]["parts"]:
            if part["name"] == "housing":
                part["material"] = "peek"
            if "mesh" in part:
                part["mesh"]["file"] = str(ROOT / "meshes" / "infusion_pump_display.stl")
        file = tmp_path / "twin.yaml"
        file.write_text(yaml.safe_dump(data), encoding="utf-8")
        bodies = {body.name: body for body in bodies_of(pipeline.load(file))}
        assert bodies["housing"].material.permittivity == 3.3
        assert bodies["housing"].material.conductivity == pytest.approx(6e-4)

    def test_row_of_the_library(self, tmp_path: Path) -> None:
        """tan delta 0.003 at 1 GHz, permittivity 3.3: sigma = 2 pi f eps0 3.3 0.003 = 0.55 mS/m."""
        copy = tmp_path / "library.py"
        shutil.copy(ROOT / "emtwin" / "materials" / "library.py", copy)
        _insert(copy, '    ("fr4", ', recipe("material-row"))
        library: Any = _module("library_with_peek", copy)
        peek = library.lookup("peek")
        assert peek.permittivity == 3.3
        assert peek.conductivity == pytest.approx(0.55e-3, rel=0.01)
        assert "data sheet" in peek.source
        assert not peek.metal


def test_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bench and test of the recipe, from mesh to verdict on a small box."""
    (tmp_path / "spot_field.py").write_text(recipe("bench"), encoding="utf-8")
    file = tmp_path / "check_spot_field.py"
    file.write_text(recipe("bench-test"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "spot_field", raising=False)
    check = _module("check_spot_field", file)
    tests = [value for name, value in vars(check).items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        takes_a_folder = "tmp_path" in test.__code__.co_varnames[: test.__code__.co_argcount]
        test(tmp_path) if takes_a_folder else test()
