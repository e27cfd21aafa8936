"""What stands still, and what only waits."""

import pytest

from services.kit.kafka.headway import SILENT_AFTER, STANDS_STILL_AFTER, Headway, Reading

PLACE = ("topic", 0)
EVERY = 2.0


def seen(
    headway: Headway, begin: float, end: float, *, position: int = 5, behind: bool = True, step: float = 15
) -> None:
    """Look every two seconds; Kafka answers every `step` seconds."""
    at = begin
    while at <= end:
        headway.note({PLACE: Reading(position, position + behind, int(at // step) if step else None)}, at)
        at += EVERY


@pytest.mark.parametrize("step", [0.5, 5, 15])
def test_a_batch_fetched_again_and_again_stands_still(step: float) -> None:
    headway = Headway()
    seen(headway, 0, STANDS_STILL_AFTER, step=step)
    assert headway.standing(STANDS_STILL_AFTER) == []
    seen(headway, STANDS_STILL_AFTER + 2, STANDS_STILL_AFTER + 20, step=step)
    assert headway.standing(STANDS_STILL_AFTER + 20) == [PLACE]


def test_who_reads_on_does_not_stand_still() -> None:
    headway = Headway()
    for number in range(10):
        seen(headway, number * 100, number * 100 + 98, position=number)
    assert headway.standing(1_000) == []


def test_an_idle_consumer_does_not_stand_still() -> None:
    headway = Headway()
    seen(headway, 0, 1_000, behind=False, step=0.5)
    assert headway.standing(1_000) == []


@pytest.mark.parametrize("outage", [20, 60, 600])
def test_while_kafka_is_away_and_when_it_is_back_nothing_stands_still(outage: int) -> None:
    headway = Headway()
    seen(headway, 0, 10, step=0.5)
    seen(headway, 12, 12 + outage, step=1e9)
    assert headway.standing(12 + outage) == []
    seen(headway, 14 + outage, 16 + outage, step=0.5)
    assert headway.standing(16 + outage) == []


def test_a_batch_that_lies_unread_while_lanes_are_full_does_not_stand_still() -> None:
    headway = Headway()
    seen(headway, 0, 10 * STANDS_STILL_AFTER, step=1e9)
    assert headway.standing(10 * STANDS_STILL_AFTER) == []


def test_a_partition_that_was_taken_away_is_forgotten() -> None:
    headway = Headway()
    seen(headway, 0, 200)
    headway.note({}, 202)
    assert headway.standing(202) == []


def test_the_longest_pause_of_the_client_is_not_taken_for_an_outage() -> None:
    assert SILENT_AFTER > 15
