"""Ways of doing the same steps are tried, and the fastest is kept."""

from __future__ import annotations

import pytest

from emtwin.backends.trials import Trials, Way

SLOW, GOOD, BEST = Way("plain"), Way("tiled", 4, 24), Way("tiled", 16, 64)
SECONDS = {SLOW: 2.0, GOOD: 1.1, BEST: 1.0}


def learnt(trials: Trials, stretch: int, seconds: dict[Way, float]) -> list[tuple[Way, int]]:
    """What is done in one stretch, each way taking so many seconds a step."""
    done, left = [], stretch
    while left:
        way, steps = trials.next(left)
        trials.note(way, steps, steps * seconds[way])
        done.append((way, steps))
        left -= steps
    return done


def test_every_way_gets_a_trial_and_the_fast_ones_a_second() -> None:
    """Who is more than 15 % behind is not tried again; the rest is the best's."""
    trials = Trials([GOOD, BEST, SLOW])
    assert learnt(trials, 200, SECONDS) == [
        (GOOD, 18),
        (BEST, 48),
        (SLOW, 16),
        (GOOD, 18),
        (BEST, 48),
        (BEST, 52),
    ]
    assert trials.settled
    assert learnt(trials, 500, SECONDS) == [(BEST, 500)]


def test_one_disturbed_trial_does_not_decide() -> None:
    """The second trial of the fastest counts where its first was slowed down by something else."""
    trials = Trials([GOOD, BEST])
    learnt(trials, 66, SECONDS | {BEST: 1.2})
    assert trials.best == GOOD
    learnt(trials, 66, SECONDS)
    assert trials.best == BEST


@pytest.mark.parametrize("stretch", [1, 17])
def test_short_stretches_teach_nothing(stretch: int) -> None:
    """Less than a trial's steps are done in the first way, however slow it is."""
    trials = Trials([GOOD, BEST])
    for _ in range(10):
        assert learnt(trials, stretch, SECONDS) == [(GOOD, stretch)]
    assert not trials.settled


def test_a_single_way_is_not_tried() -> None:
    """Nothing is to be learnt, and stretches stay whole."""
    assert learnt(Trials([GOOD]), 1000, SECONDS) == [(GOOD, 1000)]
