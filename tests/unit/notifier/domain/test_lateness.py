"""What is late, where clocks differ."""

from datetime import timedelta

from services.notifier.domain.lateness import ENOUGH, WINDOW, Usual

SECOND = timedelta(seconds=1)
NONE = timedelta()


def read(usual: Usual, seconds: float, at: float, times: int = ENOUGH) -> set[timedelta]:
    return {usual.after(seconds * SECOND, at) for _ in range(times)}


def test_clocks_that_differ_are_known_after_a_while() -> None:
    usual = Usual()
    assert read(usual, 6.2, at=100.0) == {NONE}
    assert read(usual, 6.0, at=110.0, times=1) == {NONE}
    assert read(usual, 6.1, at=100.0 + WINDOW, times=1) == {6 * SECOND}
    assert read(usual, 90.0, at=110.0 + WINDOW, times=1) == {6 * SECOND}


def test_what_was_late_while_kafka_was_away_is_not_usual() -> None:
    usual = Usual()
    read(usual, 60.0, at=100.0)
    assert read(usual, 0.1, at=105.0) == {NONE}
    assert read(usual, 0.1, at=100.0 + WINDOW) == {timedelta(seconds=0.1)}


def test_few_requests_or_old_ones_tell_nothing() -> None:
    usual = Usual()
    read(usual, 6.0, at=100.0, times=ENOUGH - 1)
    assert read(usual, 6.0, at=100.0 + WINDOW) == {NONE}
    assert read(usual, 6.0, at=100.0 + 3 * WINDOW) == {NONE}


def test_a_clock_that_is_behind_makes_nothing_usual_that_is_less_than_nothing() -> None:
    usual = Usual()
    read(usual, -6.0, at=100.0)
    assert read(usual, 0.0, at=100.0 + WINDOW) == {NONE}
