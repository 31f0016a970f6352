"""Bad declarations of an emission: each message with file, line, field and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from emtwin.errors import Problem
from emtwin.scene import ClockSource, DataSource, SpectrumSource, SwitchingSource, TraceSource, load

Find = Callable[..., tuple[Problem, ...]]

GOOD = "emission: {frequency: 24 MHz, amplitude: 3.3 V, rise_time: 1.5 ns, duty: 0.5}"
FIRST = 38  # line of the first key below `emission:`
FIELD = "device.ports[1].emission"

CLOCK = "frequency: 24 MHz\namplitude: 3.3 V\nrise_time: 1.5 ns\n"
SPREAD = "spread_spectrum:\n  depth: 0.01\n  rate: 30 kHz\n"
DATA = "kind: data\nbit_rate: 100 MHz\namplitude: 1 V\nrise_time: 1 ns\n"
REGULATOR = "kind: switching_regulator\nfrequency: 500 kHz\namplitude: 12 V\nrise_time: 8 ns\n"
RINGING = "ringing:\n  frequency: 150 MHz\n  damping: 0.1\n"
SPECTRUM = "kind: spectrum\nfile: here.csv\nfrequency_unit: MHz\nlevel_unit: dBuV\n"
TRACE = "kind: trace\nfile: here.csv\n"
EVENT = TRACE + "form: single\nrepetition: 1 kHz\n"


def block(source: str) -> str:
    """The source as a block below its port, one key on each line."""
    return "emission:\n" + "\n".join(f"        {line}" for line in source.splitlines())


@pytest.fixture
def columns(folder: Path) -> None:
    """The file that the good sources name."""
    (folder / "here.csv").write_text("30, 40\n31, 40\n", encoding="utf-8")


@pytest.mark.usefixtures("columns")
@pytest.mark.parametrize(
    "source",
    [CLOCK, CLOCK + SPREAD, DATA, REGULATOR + RINGING, SPECTRUM, TRACE, EVENT],
)
def test_good_sources_are_read(write: Callable[..., Path], source: str) -> None:
    assert load(write((GOOD, block(source)))).twin.device.port("clock").emission is not None


# Source, field below the emission, its line below `emission:`, message, part of the remedy.
MESSAGES = [
    ("kind: clok\n" + CLOCK, "kind", 1, "'clok' is not a known kind of source", "'clock'?"),
    (
        "kind: 5\n" + CLOCK,
        "kind",
        1,
        "5 is not a known kind of source",
        "known kinds: clock, data, spectrum, switching_regulator, trace",
    ),
    (
        "kind: [clock]\n" + CLOCK,
        "kind",
        1,
        "['clock'] is not a known kind of source",
        "did you mean 'clock'?",
    ),
    ("kind: {a: 1}\n" + CLOCK, "kind", 1, "{'a': 1} is not a known kind", "known kinds: clock"),
    # Edges that do not fit: the longest is the one that is named.
    (
        CLOCK + "duty: 0.02\n",
        "rise_time",
        3,
        "the rise time of 1.5 ns does not fit into a pulse or gap of 833.3 ps",
        "shorten the edges, lower frequency or move duty towards 0.5",
    ),
    (
        CLOCK + "fall_time: 60 ns\n",
        "fall_time",
        4,
        "half the rise and half the fall time, 30.75 ns, do not fit into a pulse or gap of 20.83",
        "shorten the edges",
    ),
    (
        REGULATOR + "fall_time: 3 us\n",
        "fall_time",
        5,
        "half the rise and half the fall time, 1.504 us, do not fit into a pulse or gap of 1 us",
        "shorten the edges",
    ),
    (
        DATA.replace("1 ns", "11 ns"),
        "rise_time",
        4,
        "an edge of 11 ns does not fit into a bit of 10 ns",
        "shorten the edge or lower bit_rate",
    ),
    (
        DATA + "fall_time: 12 ns\n",
        "fall_time",
        5,
        "an edge of 12 ns does not fit into a bit of 10 ns",
        "lower bit_rate",
    ),
    # Jitter and spread.
    (
        CLOCK + "jitter: 5 ns\n",
        "jitter",
        4,
        "a jitter of 5 ns is more than a tenth of the period of 41.67 ns",
        "give the rms of the period jitter",
    ),
    (
        CLOCK + SPREAD.replace("30 kHz", "3 MHz"),
        "spread_spectrum.rate",
        6,
        "a spread at 3 MHz is not slow against the clock of 24 MHz",
        "give a rate below a tenth of the clock, usually 30 kHz",
    ),
    (
        CLOCK + SPREAD.replace("0.01", "0.5"),
        "spread_spectrum.depth",
        5,
        "0.5 must be less than 0.5",
        "less than 0.5",
    ),
    (
        CLOCK + SPREAD + "  profile: triangle\n",
        "spread_spectrum.profile",
        7,
        "'triangle' is not one of triangular, sinusoidal",
        "'triangular'?",
    ),
    (
        CLOCK + SPREAD + "  direction: center\n",
        "spread_spectrum.direction",
        7,
        "'center' is not one of down, centre",
        "'centre'?",
    ),
    (
        REGULATOR + RINGING.replace("0.1", "1"),
        "ringing.damping",
        7,
        "1 must be less than 1",
        "less than 1",
    ),
    # Files.
    (
        SPECTRUM.replace("here", "gone"),
        "file",
        2,
        "there is no file",
        "paths start at the folder of the twin file",
    ),
    (
        TRACE.replace("here", "gone"),
        "file",
        2,
        "gone.csv",
        "paths start at the folder",
    ),
    (
        TRACE + "form: single\n",
        "repetition",
        0,  # not written: the line of the emission
        "a single event needs a repetition, a periodic record has its own",
        "write 'form: single' and 'repetition: 1 kHz', or neither",
    ),
    (TRACE + "repetition: 1 kHz\n", "repetition", 3, "a single event needs", "or neither"),
    (TRACE + "form: sngle\n", "form", 3, "'sngle' is not one of periodic, single", "'single'?"),
    (TRACE + "window: hamming\n", "window", 3, "'hamming' is not one of hann, none", "hann, none"),
    # Units.
    (CLOCK + "jitter: 5 V\n", "jitter", 4, "'5 V' is a voltage", "expected a time such as"),
    (CLOCK + "jitter: 5\n", "jitter", 4, "5 has no unit", "expected a time such as"),
    (
        DATA.replace("100 MHz", "100 Mbit/s"),
        "bit_rate",
        2,
        "'100 Mbit/s' has the unknown unit 'Mbit/s'",
        "expected a frequency such as",
    ),
    (EVENT.replace("1 kHz", "1 s"), "repetition", 4, "'1 s' is a time", "expected a frequency"),
    (SPECTRUM + "bandwidth: 120\n", "bandwidth", 5, "120 has no unit", "expected a frequency"),
    (SPECTRUM.replace("MHz", "Mhz"), "frequency_unit", 3, "'Mhz' is not one of Hz", "'MHz'?"),
    (SPECTRUM.replace("dBuV", "dBuA"), "level_unit", 4, "'dBuA' is not one of dBuV", "'dBuV'?"),
    (
        SPECTRUM.replace("dBuV", "dBm"),
        "level_unit",
        4,
        "'dBm' is a unit of power where the level is a voltage",
        "0 dBm in 50 ohm are 107 dBuV across it",
    ),
    # Keys that are too many, or of another kind.
    (CLOCK + RINGING, "ringing", 4, "unknown field 'ringing'", "known fields here: amplitude"),
    (CLOCK + SPREAD + "  x: 1\n", "spread_spectrum.x", 7, "unknown field 'x'", "depth, direction"),
    (DATA + "duty: 0.5\n", "duty", 5, "unknown field 'duty'", "amplitude, bit_rate, fall_time"),
    (REGULATOR + "jitter: 1 ns\n", "jitter", 5, "unknown field 'jitter'", "ringing, rise_time"),
    (SPECTRUM + "bandwdth: 1 kHz\n", "bandwdth", 5, "unknown field 'bandwdth'", "'bandwidth'?"),
    (TRACE + "unit: mV\n", "unit", 3, "unknown field 'unit'", "file, form, kind, repetition"),
]


@pytest.mark.usefixtures("columns")
@pytest.mark.parametrize(("source", "field", "line", "message", "remedy"), MESSAGES)
def test_a_message_has_its_place_and_a_remedy(
    find: Find, folder: Path, source: str, field: str, line: int, message: str, remedy: str
) -> None:
    (problem,) = find((GOOD, block(source)))
    assert message in problem.message
    assert remedy in problem.remedy
    assert problem.field == f"{FIELD}.{field}"
    assert (problem.file, problem.line) == (folder / "twin.yaml", FIRST - 1 + line)


@pytest.mark.usefixtures("columns")
@pytest.mark.parametrize(
    ("source", "missing", "remedy"),
    [
        (CLOCK.replace("amplitude: 3.3 V\n", ""), "amplitude", "add 'amplitude: "),
        (DATA.replace("bit_rate: 100 MHz\n", ""), "bit_rate", "add 'bit_rate: "),
        (SPECTRUM.replace("file: here.csv\n", ""), "file", "add 'file: "),
        (SPECTRUM.replace("level_unit: dBuV\n", ""), "level_unit", "dBuV | dBmV | dBV"),
    ],
)
def test_a_missing_key(find: Find, source: str, missing: str, remedy: str) -> None:
    (problem,) = find((GOOD, block(source)))
    assert (problem.field, problem.message) == (f"{FIELD}.{missing}", "is missing")
    assert remedy in problem.remedy
    assert problem.line == FIRST - 1


@pytest.mark.parametrize("written", ["24 MHz", "[24 MHz, 3.3 V]"])
def test_a_source_is_a_mapping(find: Find, written: str) -> None:
    (problem,) = find((GOOD, f"emission: {written}"))
    assert problem.field == FIELD
    assert "is not a mapping" in problem.message


TRAPEZOID = {"frequency": 24e6, "amplitude": 3.3, "rise_time": 1.5e-9}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ClockSource(**TRAPEZOID, fall_time=60e-9), "do not fit into a pulse or gap"),
        (lambda: ClockSource(**TRAPEZOID, jitter=5e-9), "a jitter of 5 ns is more than a tenth"),
        (
            lambda: ClockSource(**TRAPEZOID, spread_spectrum={"depth": 0.01, "rate": 3e6}),
            "a spread at 3 MHz is not slow",
        ),
        (
            lambda: SwitchingSource(kind="switching_regulator", **TRAPEZOID, duty=0.01),
            "the rise time of 1.5 ns does not fit",
        ),
        (
            lambda: DataSource(kind="data", bit_rate=1e9, amplitude=1.0, rise_time=2e-9),
            "an edge of 2 ns does not fit into a bit of 1 ns",
        ),
        (lambda: TraceSource(kind="trace", file="x.csv", form="single"), "needs a repetition"),
        (
            lambda: SpectrumSource(
                kind="spectrum", file="x.csv", frequency_unit="MHz", level_unit="dBm"
            ),
            "'dBm' is a unit of power",
        ),
    ],
)
def test_from_python_the_message_is_the_same(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        make()
