"""Mutants of the kernels: which operators count, what a trial makes of them, what is reported."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from benchmarks import mutant_trial, mutants, mutation
from benchmarks.mutant_trial import BUILDS, CATCHES, CRASHED, DIFFERS, ENDLESS, SURVIVED, outcome
from benchmarks.mutants import Mutant, MutationError, all_mutants, mutants_of, sample
from emtwin import resources

ONE_LINE = "    a.field[a.face[n]] -= change;"
needs_compiler = pytest.mark.skipif(
    shutil.which("g++") is None and shutil.which("clang++") is None, reason="no C++ compiler"
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = a + b - c;", "+- -+"),
        ("x = a * b / c % d;", "*/ /* %*"),
        ("x = a << 4 | b >> 2;", "<<>> |& >><<"),
        ("x += a; y -= a; z *= a; w /= a;", "+=-= -=+= *=/= /=*="),
        ("if (a < b && c >= d || e == f) x = -a;", "<<= &&|| >=> ||&& ==!= -+"),
        ("x = y[-a.step[n]] - 1e-3 * z;", "-+ -+ */"),
        ("return -x;", "-+"),
        ("x = (a + b) * c[n] + d(n) / e;", "+- */ +- /*"),
        # pointers: declared, cast to, read through
        ("const real *q = a.state + n, *u = q - n;", "+- -+"),
        ("void f(const real* x, Index* y, other_arguments* z, real** w) {", ""),
        ("*e = (real)((double)*e + p * *i);", "+- */"),
        ("x = (double)value * (double)value;", "*/"),
        ("struct Rows { real keep; }; const Rows* rows; y = Rows * 2;", ""),
        # not arithmetic
        ("for (Index n = 0;;) { ++n; n++; --n; n--; p->x = a::b; }", ""),
        ("template <typename Run, bool in_x> INLINE int f();", ""),
        ("x = advance<in_x, true>(a) + static_cast<double>(b);", "+-"),
        ("x = y;  // a + b", ""),
        ("/* a + b\n c */ _Pragma(\"GCC a-b\") x = '-';", ""),
        # directives: what is defined counts, the rest does not
        ("#if VECTOR > 1\n#include <a-b>\n#endif\nx = y;", ""),
        ("#define LAST(k, n) \\\n  for (Index k = 0; k < n; ++k)\n", "<<="),
        ("#define A(FIELD) FIELD(const real*, x) FIELD(real*, y)\n", ""),
    ],
)
def test_an_operator_counts_where_it_is_arithmetic(line: str, expected: str) -> None:
    """Every operator with what takes its place, in the order of the text."""
    assert " ".join(m.old + m.new for m in mutants_of("a.cu", line)) == expected


def test_a_mutant_is_the_text_with_one_operator_changed() -> None:
    text = "// a - b\n  x = a +\n      b * c;\n"
    first, second = mutants_of("a.cu", text)
    assert first.apply(text) == text.replace("a +", "a -")
    assert second.apply(text) == text.replace("b * c", "b / c")
    assert str(second) == "a.cu:3: * -> /: b / c;"


def test_no_operator_of_the_kernels_is_forgotten() -> None:
    """clang-format puts spaces around an operator with two operands, and around nothing else that
    is written with the same signs: every such place has its mutant, comments and `#if` apart.
    """
    found = {(mutant.file, mutant.start) for mutant in all_mutants(resources.kernels_dir())}
    spaced, left_out = re.compile(r"(?<=[\w\])] )[-+*/%<>=&|]+(?= )"), r"(?://|#if)[^\n]*"
    places = set()
    kernels = resources.kernels_dir()
    for file in kernels.rglob("*.cu*"):
        text = re.sub(left_out, lambda hit: " " * len(hit[0]), file.read_text(encoding="utf-8"))
        hits = ((hit[0], hit.start()) for hit in spaced.finditer(text))
        name = file.relative_to(kernels).as_posix()
        places |= {(name, start) for sign, start in hits if sign != "="}
    assert len(places) > 400
    assert places <= found


def test_a_sample_is_repeatable_and_leaves_out_no_file() -> None:
    text = "x = a + b - c * d;\n" * 9
    everything = [m for name in ("a.cu", "b.cu", "c.cuh") for m in mutants_of(name, text)]
    chosen = sample(everything, 5, 1)
    assert chosen == sample(everything, 5, 1) != sample(everything, 5, 2)
    assert len(set(chosen)) == 5
    assert {m.file for seed in range(20) for m in sample(everything, 3, seed)} == {
        *("a.cu", "b.cu", "c.cuh")
    }
    assert all(len({m.file for m in sample(everything, 3, seed)}) == 3 for seed in range(20))
    assert sample(everything, 1000, 1) == everything


def test_an_equivalent_that_is_no_mutant_any_more_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(mutants.EQUIVALENT, ("yee.cu", "gone <= n"), "because")
    with pytest.raises(MutationError, match=r"EQUIVALENT: 0 mutants of yee.cu contain 'gone <= n'"):
        all_mutants(resources.kernels_dir())


def cut_face(new: str) -> Mutant:
    """The subtraction of conformal.cu with something in its place."""
    text = (resources.kernels_dir() / "conformal.cu").read_text(encoding="utf-8")
    [mutant] = [m for m in mutants_of("conformal.cu", text) if m.old == "-="]
    return Mutant(mutant.file, mutant.line, mutant.start, mutant.old, new, "")


@needs_compiler
@pytest.mark.parametrize(
    ("new", "expected"),
    [("+=", DIFFERS), ("-= 1 *", SURVIVED), ("@", mutant_trial.UNCOMPILABLE)],
)
def test_a_wrong_sign_is_caught_and_a_harmless_change_survives(new: str, expected: str) -> None:
    assert mutant_trial.judge(cut_face(new)) == expected


@needs_compiler
@pytest.mark.parametrize("build", BUILDS, ids=str)
def test_each_build_sees_a_wrong_sign(build: mutant_trial.Build) -> None:
    assert outcome(build, "conformal.cu", cut_face("+=").apply) == DIFFERS
    assert outcome(build, "conformal.cu", lambda text: text) == SURVIVED


@needs_compiler
@pytest.mark.parametrize(
    ("line", "expected"),
    [("*(volatile int*)8 = 1;", CRASHED), ("for (volatile int x = 0;;) x = 1;", ENDLESS)],
)
def test_a_crash_and_an_endless_loop_are_caught(
    line: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutant_trial, "PROCESSOR_SECONDS", 1)
    begin = "KERNEL_ITEMS(cut_face) {"
    assert (
        outcome(BUILDS[0], "conformal.cu", lambda text: text.replace(begin, begin + line))
        == expected
    )


def test_nothing_is_said_where_the_unaltered_text_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutant_trial, "outcome", lambda *_: DIFFERS)
    mutant_trial._require_unaltered.cache_clear()
    with pytest.raises(MutationError, match=r"conformal.cu as it stands fails too \(another res"):
        mutant_trial.judge(cut_face("+="))


def test_no_compiler_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert mutation.main(["--quick"]) == 2
    assert capsys.readouterr().err == "no C++ compiler on this machine: install g++\n"


def run_main(monkeypatch: pytest.MonkeyPatch, worst: str, *words: str) -> int:
    """Exit code of the command where the first mutant ends like this and all others are caught."""
    monkeypatch.setattr(
        mutation,
        "judged",
        lambda some: [(m, CATCHES[n % 3] if n else worst) for n, m in enumerate(some)],
    )
    monkeypatch.setattr(mutation, "compiler", lambda: "g++")
    return mutation.main(words)


def test_a_survivor_is_printed_with_its_place_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, SURVIVED) == 1
    printed = capsys.readouterr().out
    first = all_mutants(resources.kernels_dir())[0]
    assert printed.startswith(f"survived: {first}\n")
    assert "1 survived" in printed


def test_a_line_without_a_verdict_fails_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, mutant_trial.UNCOMPILABLE, "--sample", "1") == 1
    printed = capsys.readouterr().out
    assert printed.startswith("does not compile: ")
    assert "| lines of arithmetic | 0 | caught | ≥ 1 | no |" in printed


def test_all_caught_succeeds_and_every_file_has_its_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_main(monkeypatch, DIFFERS, "--out", str(tmp_path / "rows.json")) == 0
    printed = capsys.readouterr().out
    kernels = resources.kernels_dir()
    files = {m.file for m in all_mutants(kernels) if m.reason is None}
    assert {"yee.cu", "launch.cuh"} <= files
    assert all(f"| {file} | " in printed for file in files)
    assert '"quick"' not in (tmp_path / "rows.json").read_text()
    assert printed.count("equivalent: ") == len(mutants.EQUIVALENT)
