"""Waits grow, are bounded, and differ from one to the other."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from services.kit.backoff import backoff


def waits(count: int, random: float = 0.0) -> list[float]:
    return list(islice(backoff(0.1, 2.0, 5.0, lambda: random), count))


@given(st.floats(0, 1, exclude_max=True))
def test_a_wait_is_between_its_half_and_its_whole(random: float) -> None:
    wholes = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert all(whole / 2 <= wait <= whole for wait, whole in zip(waits(8, random), wholes, strict=True))


def test_two_who_failed_together_do_not_come_back_together() -> None:
    one, two = (list(islice(backoff(1.0, 2.0, 5.0), 20)) for _ in range(2))
    assert one != two
    assert len(set(one[-10:])) > 1
