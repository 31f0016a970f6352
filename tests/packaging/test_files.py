"""Container recipe, metadata and CI script, as far as they can be read."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

Instruction = tuple[str, str]


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def stages(repository: Path) -> list[list[Instruction]]:
    """Instructions of the container recipe by stage, continuation lines joined."""
    text = (repository / "Dockerfile.cuda").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


def joined(stage: list[Instruction], name: str) -> str:
    return " ".join(rest for instruction, rest in stage if instruction == name)


class TestContainer:
    def test_the_wheel_is_built_where_a_compiler_is(self, stages: list[list[Instruction]]) -> None:
        build, _ = stages
        assert build[0][1].endswith(" AS build")
        assert "g++" in joined(build, "RUN")
        assert "pip wheel" in joined(build, "RUN")
        assert "EMTWIN_REQUIRE_NATIVE=1" in joined(build, "ENV")

    def test_the_image_that_runs_has_cuda_and_no_compiler(
        self, stages: list[list[Instruction]], project: dict[str, Any]
    ) -> None:
        _, final = stages
        assert re.match(r"nvidia/cuda:13\.\d+\.\d+-(base|runtime)-", final[0][1])
        assert "--from=build" in joined(final, "COPY")
        assert not {"g++", "gcc", "build-essential"} & set(shlex.split(joined(final, "RUN")))
        extra = re.search(r"\[(\w+)\]", joined(final, "RUN"))
        assert extra is not None
        assert extra[1] == "cuda13"
        assert extra[1] in project["project"]["optional-dependencies"]

    def test_it_runs_emtwin_as_an_ordinary_user(self, stages: list[list[Instruction]]) -> None:
        _, final = stages
        uid = joined(final, "USER")
        assert uid.isdigit()
        assert int(uid) > 0
        assert f"--uid {uid} " in joined(final, "RUN")
        assert joined(final, "ENTRYPOINT") == '["emtwin"]'

    def test_images_are_pinned(self, stages: list[list[Instruction]]) -> None:
        for stage in stages:
            image = stage[0][1].split()[0]
            assert ":" in image
            assert not image.endswith(":latest")


class TestMetadata:
    def test_the_licence_is_the_whole_apache_text(
        self, repository: Path, project: dict[str, Any]
    ) -> None:
        assert project["project"]["license"] == "Apache-2.0"
        text = (repository / "LICENSE").read_text(encoding="utf-8")
        assert "Version 2.0, January 2004" in text
        assert "9. Accepting Warranty or Additional Liability" in text

    def test_cupy_is_only_ever_a_ready_wheel_in_an_extra(self, project: dict[str, Any]) -> None:
        extras = project["project"]["optional-dependencies"]
        assert extras["cuda12"][0].startswith("cupy-cuda12x[ctk]")
        assert extras["cuda13"][0].startswith("cupy-cuda13x[ctk]")
        others = [*project["project"]["dependencies"], *extras["test"], *extras["dev"]]
        assert not [name for name in others if name.startswith("cupy")]

    def test_no_hard_dependency_is_gpl(self, project: dict[str, Any]) -> None:
        names = {
            re.split(r"[^\w-]", line)[0].lower() for line in project["project"]["dependencies"]
        }
        assert not names & {"gmsh", "pymeshfix", "pynec", "gprmax", "pyspice", "inspice"}

    def test_warnings_are_errors_and_expected_failures_are_strict(
        self, project: dict[str, Any]
    ) -> None:
        options = project["tool"]["pytest"]["ini_options"]
        assert options["filterwarnings"][0] == "error"
        assert options["xfail_strict"] is True


class TestContinuousIntegration:
    def test_the_script_parses(self, repository: Path) -> None:
        done = subprocess.run(
            ["bash", "-n", str(repository / ".ci" / "run")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize("name", ["run", "test"])
    def test_readme_has_its_commands_in_one_line(self, repository: Path, name: str) -> None:
        readme = (repository / "README.md").read_text(encoding="utf-8")
        block = re.search(rf"<!-- command:{name} -->\n(.*?)<!-- /command:{name} -->", readme, re.S)
        assert block is not None, f"README.md lacks the markers of command:{name}"
        lines = [x for x in block[1].splitlines() if x.strip() and not x.startswith("```")]
        assert len(lines) == 1
        assert lines[0].startswith("python3 -m venv .venv && .venv/bin/pip install ")
        last = {"run": ".venv/bin/emtwin run examples/", "test": ".venv/bin/pytest"}[name]
        assert lines[0].split(" && ")[-1].startswith(last)

    def test_the_readme_is_read_before_any_system_package_is_installed(
        self, repository: Path
    ) -> None:
        script = (repository / ".ci" / "run").read_text(encoding="utf-8")
        assert script.index("run_readme_command test") < script.index("apt-get install")
