"""`emtwin run` around a pipeline that answers at once."""

from __future__ import annotations

import errno
import importlib
import json
import os
import signal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from emtwin.cli import preflight
from emtwin.convergence import Rules
from emtwin.errors import InputError, Problem, RunError
from tests.unit.cli.conftest import Call, FakePipeline


def test_it_ends_with_verdicts_warnings_and_paths(call: Call, pipeline: FakePipeline) -> None:
    done = call("run", "devices/pump.yaml")
    assert done.code == 0
    folder = Path("results/pump")
    assert pipeline.asked["folder"] == folder
    for text in (
        *("Radiated RF immunity", "Radiated emission", "not verified by refinement"),
        *("Time by stage", "solver", "94%"),
    ):
        assert text in done.out
    lines = done.out.splitlines()
    assert "- outside-run: 2.0 to 2.7 GHz is above what this mesh carries." in lines
    told = lines[lines.index("Warnings") : lines.index("- gaps-refined: 2 cells across the lid.")]
    assert [text[:13] for text in told if text] == [
        *("Warnings", "- lines-merge", "- outside-run", "Information")
    ]
    assert str(folder / "report.html") in done.out.splitlines()
    assert str(folder / "results.h5") in done.out.splitlines()


def test_defaults_and_options_reach_the_pipeline(call: Call, pipeline: FakePipeline) -> None:
    call("run", "pump.yaml")
    assert pipeline.asked == {
        "path": Path("pump.yaml"),
        "accuracy": None,
        "folder": Path("results/pump"),
        "backend": "auto",
        "precision": "float32",
        "convergence": False,
        "rules": None,
    }
    words = "--backend numpy --precision float64 --accuracy fine --convergence --out there"
    call("run", "pump.yaml", *words.split())
    assert pipeline.asked == {
        "path": Path("pump.yaml"),
        "accuracy": "fine",
        "folder": Path("there"),
        "backend": "numpy",
        "precision": "float64",
        "convergence": True,
        "rules": None,
    }


def test_rules_of_the_refinement_turn_it_on(call: Call, pipeline: FakePipeline) -> None:
    call("run", "pump.yaml", "--convergence-db", "0.5")
    assert pipeline.asked["convergence"] is True
    assert pipeline.asked["rules"] == Rules(0.5)
    call("run", "pump.yaml", "--convergence-time", "90", "--convergence-levels", "6")
    assert pipeline.asked["rules"] == Rules(None, 5400.0, 6)


def test_rules_that_cannot_be_are_refused_together(call: Call, pipeline: FakePipeline) -> None:
    done = call("run", "pump.yaml", "--convergence-db", "0", "--convergence-levels", "1")
    assert done.code == 2
    assert "--convergence-db: is too small: 0.0 dB" in done.err
    assert "--convergence-levels: is too small: 1, and needs 2 or more" in done.err
    assert "folder" not in pipeline.asked


@pytest.mark.parametrize(
    ("outcomes", "options", "code"),
    [
        (("pass", "fail"), (), 1),
        (("pass", "marginal"), (), 4),
        (("pass", "marginal"), ("--allow-marginal",), 0),
        (("outside_method", "pass"), ("--allow-marginal",), 4),
        (("pass", "not_applicable"), (), 0),
    ],
)
def test_exit_codes(
    call: Call,
    pipeline: FakePipeline,
    outcomes: tuple[str, ...],
    options: tuple[str, ...],
    code: int,
) -> None:
    pipeline.outcomes = outcomes
    assert call("run", "pump.yaml", *options).code == code


def test_json_is_all_of_stdout(call: Call, pipeline: FakePipeline) -> None:
    pipeline.outcomes = ("pass", "marginal")
    done = call("run", "pump.yaml", "--json")
    document = json.loads(done.out)
    assert done.code == document["exit_code"] == 4
    assert [entry["outcome"] for entry in document["verdicts"]] == ["pass", "marginal"]
    names = {"test", "clause", "outcome", "margin_db", "uncertainty_db"}
    assert all(names <= set(entry) for entry in document["verdicts"])
    assert str(Path("results/pump/results.h5")) in document["files"]


def test_plain_progress_lines_go_to_stderr(call: Call, pipeline: FakePipeline) -> None:
    done = call("run", "pump.yaml")
    assert done.err.splitlines() == [
        "emission: clock driven, 0%, energy -0.0 dB, 3.0 s left",
        "files and pictures",
    ]


def test_quiet_prints_nothing(call: Call, pipeline: FakePipeline) -> None:
    pipeline.outcomes = ("fail", "pass")
    done = call("run", "pump.yaml", "--quiet")
    assert (done.code, done.out, done.err) == (1, "", "")


def test_quiet_and_json_leave_the_json(call: Call, pipeline: FakePipeline) -> None:
    done = call("run", "pump.yaml", "-q", "--json")
    assert json.loads(done.out)["exit_code"] == 0
    assert done.err == ""


def test_junit_knows_about_allowed_margins(
    call: Call, pipeline: FakePipeline, tmp_path: Path
) -> None:
    pipeline.outcomes = ("pass", "marginal")
    done = call("run", "pump.yaml", "--junit", "ci/junit.xml")
    suite = ElementTree.parse(tmp_path / "ci" / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert str(Path("ci/junit.xml")) in done.out.splitlines()
    call("run", "pump.yaml", "--junit", "ci/junit.xml", "--allow-marginal")
    assert ElementTree.parse(tmp_path / "ci" / "junit.xml").getroot()[0].get("failures") == "0"


def test_korean(call: Call, pipeline: FakePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("emtwin.viz.probe")
    monkeypatch.setattr(module, "probe", lambda: module.Rendering(True))
    done = call("run", "pump.yaml", "--language", "ko")
    assert done.code == 0, done.err
    assert "판정" in Path("results/pump/report.html").read_text(encoding="utf-8")
    assert "적합" in done.out


class TestRefusedBeforeTheRun:
    """Wrong input ends with 2, every problem at once, and nothing is computed."""

    def test_problems_of_twin_folder_and_backend_come_together(
        self, call: Call, pipeline: FakePipeline, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("in the way", encoding="utf-8")
        pipeline.load_error = InputError(
            [
                Problem(
                    "length '12' has no unit",
                    Path("pump.yaml"),
                    7,
                    "device.traces[0].height",
                    "write 12 mm",
                ),
                Problem("unknown material 'coper'", Path("pump.yaml"), 9, remedy="copper?"),
            ]
        )
        done = call("run", "pump.yaml", "--out", "file/below", "--backend", "numpy")
        assert done.code == 2
        assert "folder" not in pipeline.asked
        assert "pump.yaml:7: device.traces[0].height: length '12' has no unit" in done.err
        assert "    -> write 12 mm" in done.err
        assert "pump.yaml:9: unknown material 'coper'" in done.err
        assert f"cannot write results into {Path('file/below')}" in done.err
        assert "3 problems in the input; no result was written." in done.err
        assert done.out == ""

    def test_json_carries_the_problems(self, call: Call, pipeline: FakePipeline) -> None:
        place = {"file": Path("pump.yaml"), "line": 3, "field": "device", "remedy": "do"}
        pipeline.load_error = InputError.single("wrong", **place)
        done = call("run", "pump.yaml", "--json")
        wanted = {"message": "wrong", **place, "file": "pump.yaml"}
        assert json.loads(done.out) == {"exit_code": 2, "problems": [wanted]}
        assert "pump.yaml:3: device: wrong" in done.err
        assert "1 problem in the input" in done.err

    def test_a_full_disk(
        self, call: Call, pipeline: FakePipeline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(preflight, "RESULT_BYTES", 2**60)
        done = call("run", "pump.yaml")
        assert done.code == 2
        assert "free, the results need" in done.err
        assert "folder" not in pipeline.asked

    def test_folders_made_for_nothing_are_removed(
        self, call: Call, pipeline: FakePipeline, tmp_path: Path
    ) -> None:
        pipeline.load_error = InputError.single("wrong")
        assert call("run", "pump.yaml", "--out", "a/b/c").code == 2
        assert list(tmp_path.iterdir()) == []

    def test_a_junit_file_that_is_a_folder(
        self, call: Call, pipeline: FakePipeline, tmp_path: Path
    ) -> None:
        done = call("run", "pump.yaml", "--junit", tmp_path)
        assert done.code == 2
        assert f"--junit: {tmp_path} is a folder, not a file" in done.err
        assert "folder" not in pipeline.asked

    @pytest.mark.parametrize(
        ("option", "word", "hint"),
        [
            ("--backend", "nativ", "not one of auto, numpy, native, cuda. Did you mean 'native'?"),
            ("--precision", "float46", "Did you mean 'float64'?"),
            ("--accuracy", "darft", "not one of draft, normal, fine. Did you mean 'draft'?"),
            ("--language", "fr", "not one of en, ko."),
        ],
    )
    def test_unknown_choices(
        self, call: Call, pipeline: FakePipeline, option: str, word: str, hint: str
    ) -> None:
        done = call("run", "pump.yaml", option, word)
        assert done.code == 2
        assert f"'{word}' is {hint}" in done.err or hint in done.err
        assert pipeline.asked == {}


class TestFailedRuns:
    """3, never 1: a failed run is no failed verdict."""

    @pytest.mark.parametrize(
        ("failure", "said"),
        [
            (RunError("the field grows: step 120"), "The run failed: the field grows: step 120."),
            (MemoryError(), "not enough memory. Coarser cells need less: `accuracy: draft`"),
            (OSError(errno.ENOSPC, "No space left"), "the disk is full. Free some space"),
            (OSError(errno.EIO, "Input/output error"), "Input/output error"),
            (ModuleNotFoundError("no h5py", name="h5py"), "the Python package h5py is missing"),
        ],
    )
    def test_known_failures(
        self, call: Call, pipeline: FakePipeline, failure: Exception, said: str
    ) -> None:
        pipeline.failure = failure
        done = call("run", "pump.yaml")
        assert done.code == 3
        assert said in done.err
        assert "Traceback" not in done.err
        assert done.out == ""

    def test_a_defect_shows_where_and_asks_for_a_report(
        self, call: Call, pipeline: FakePipeline
    ) -> None:
        pipeline.failure = ZeroDivisionError("division by zero")
        done = call("run", "pump.yaml")
        assert done.code == 3
        assert "ZeroDivisionError: division by zero" in done.err
        assert "This is a defect of emtwin, not of your input." in done.err

    def test_json_carries_the_error(self, call: Call, pipeline: FakePipeline) -> None:
        pipeline.failure = RunError("the field grows")
        done = call("run", "pump.yaml", "--json")
        assert json.loads(done.out) == {"exit_code": 3, "error": "the field grows"}


class TestInterruptedRuns:
    """130, and a true word about what is left."""

    def test_nothing_is_left(self, call: Call, pipeline: FakePipeline, tmp_path: Path) -> None:
        pipeline.failure = KeyboardInterrupt()
        done = call("run", "pump.yaml")
        assert done.code == 130
        result = Path("results/pump/results.h5")
        assert f"Interrupted. Nothing half-written was left: there is no {result}." in done.err
        assert list(tmp_path.iterdir()) == []

    def test_what_is_kept_is_told(self, call: Call, pipeline: FakePipeline) -> None:
        kept = Path("results/pump/kept_runs")
        kept.mkdir(parents=True)
        pipeline.failure = KeyboardInterrupt()
        said = f"The same command goes on with the field runs in {kept}."
        assert said in call("run", "pump.yaml").err
        kept.rmdir()
        assert "goes on" not in call("run", "pump.yaml").err

    def test_an_earlier_result_stays(self, call: Call, pipeline: FakePipeline) -> None:
        result = Path("results/pump/results.h5")
        result.parent.mkdir(parents=True)
        result.write_bytes(b"earlier")
        os.utime(result, (1e9, 1e9))
        pipeline.failure = KeyboardInterrupt()
        done = call("run", "pump.yaml")
        assert done.code == 130
        assert f"{result} still holds the results of an earlier run." in done.err
        assert result.read_bytes() == b"earlier"

    def test_a_complete_result_file_is_told(self, call: Call, pipeline: FakePipeline) -> None:
        pipeline.failure, pipeline.saves_before_failure = KeyboardInterrupt(), True
        done = call("run", "pump.yaml")
        assert done.code == 130
        assert "results.h5 is complete; `emtwin report" in done.err

    def test_sigterm_is_an_interrupt_too(
        self, call: Call, pipeline: FakePipeline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = signal.getsignal(signal.SIGTERM)
        real = pipeline.run

        def killed(*args: object, **kwargs: object) -> object:
            signal.raise_signal(signal.SIGTERM)
            return real(*args, **kwargs)  # type: ignore[arg-type]

        import emtwin

        monkeypatch.setattr(emtwin.pipeline, "run", killed)
        assert call("run", "pump.yaml").code == 130
        assert signal.getsignal(signal.SIGTERM) == before


def test_only_numpy_is_said_loudly(
    call: Call, pipeline: FakePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emtwin import backends

    statuses = (
        backends.BackendStatus("cuda", False, "no GPU"),
        backends.BackendStatus("native", False, "No C++ compiler was found. Install g++"),
        backends.BackendStatus("numpy", True, "slow"),
    )
    monkeypatch.setattr(backends, "available_backends", lambda: statuses)
    done = call("run", "pump.yaml")
    assert done.code == 0
    assert "WARNING: no compiled backend works here" in done.err
    assert "Install g++" in done.err
    assert "WARNING" not in call("run", "pump.yaml", "--backend", "numpy").err
