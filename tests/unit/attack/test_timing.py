"""When two kinds of answers count as told apart by their time."""

import random

import pytest

from tests.attack.timing import difference

PAIRS = 200


def times(rng: random.Random, more: float = 0.0) -> list[float]:
    """As of a busy machine: most are quick, some take many times as long."""
    return [more + rng.lognormvariate(-5.5, 0.5) + (rng.random() < 0.05) * rng.uniform(0, 0.1) for _ in range(PAIRS)]


@pytest.mark.parametrize("seed", range(5))
def test_five_milliseconds_are_told(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 # times
    assert difference(times(rng, 0.005), times(rng), rng).is_told
    assert difference(times(rng), times(rng, 0.005), rng).is_told


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_not(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 # times
    assert not difference(times(rng), times(rng), rng).is_told


def test_it_says_by_how_much() -> None:
    assert str(difference([0.007] * 3, [0.002] * 3, random.Random(1))) == "5.00 ms (5.00 to 5.00)"  # noqa: S311 # times
