"""The arithmetic of `make bench`."""

from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.servers.database import DatabaseProgram
from tests.bench import machine
from tests.bench.figures import Figures, Outcome, Round


def test_percentiles_are_interpolated_and_need_no_order() -> None:
    figures = Figures.of([float(number) for number in range(100, -1, -1)])
    assert (figures.p50, figures.p99) == (50.0, 99.0)
    assert Figures.of([1.0, 2.0]).p50 == 1.5


def test_a_percentile_lies_among_the_samples() -> None:
    figures = Figures.of([3.0, 3.0, 3.0])
    assert (figures.p50, figures.p99) == (3.0, 3.0)


@pytest.mark.parametrize("samples", [[], [1.0]])
def test_one_sample_is_no_distribution(samples: list[float]) -> None:
    with pytest.raises(ValueError, match="two samples"):
        Figures.of(samples)


def test_the_floor_is_summed_round_by_round() -> None:
    rounds = [Round(answer=30, http=1, hops=9, writes=0), Round(answer=30, http=9, hops=1, writes=0)]
    outcome = Outcome.of(rounds)
    assert outcome.floor == Figures(10.0, 10.0)
    assert outcome.ratio == Figures(3.0, 3.0)
    assert outcome.http.p99 > 8.9


def test_the_slow_stand_in_gives_no_figures() -> None:
    with pytest.raises(StackError, match=r"no figures on secantusd-py.*make database"):
        machine.require_fast(DatabaseProgram("secantusd-py", Path("secantusd-py")))
    fast = DatabaseProgram("secantusd-rs", Path("secantusd-rs"))
    assert machine.require_fast(fast) is fast
