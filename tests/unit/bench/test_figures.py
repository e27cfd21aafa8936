"""The arithmetic of `make bench`."""

from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.servers.database import DatabaseProgram
from tests.bench import __main__ as bench
from tests.bench.figures import Figures, Outcome, Round
from tests.bench.floor import WRITES


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


def test_a_report_has_all_figures_and_where_they_are_from() -> None:
    rounds = [Round(30, 1, 4, 5)] * 20
    report = bench.report_of(rounds, [100] * len(WRITES), {"cores": 2})
    assert report["timesTheFloor"] == {"p50": 3.0, "p99": 3.0}
    assert (report["rounds"], report["machine"]) == (20, {"cores": 2})
    assert len(bench.table_of(rounds).rows) == 6


def test_the_slow_stand_in_gives_no_figures() -> None:
    with pytest.raises(StackError, match=r"no figures on secantusd-py.*make database"):
        bench.require_fast(DatabaseProgram("secantusd-py", Path("secantusd-py")))
    fast = DatabaseProgram("secantusd-rs", Path("secantusd-rs"))
    assert bench.require_fast(fast) is fast
