"""The simulation: the same messages each time, judged by the real guard."""

import pytest

from tests.pumping.report import written
from tests.pumping.simulation import Outcome, simulated
from tests.pumping.traffic import BEGINNING, DAY, Pattern, attack, ordinary


def test_one_seed_makes_the_same_messages() -> None:
    assert list(ordinary(2, 17)) == list(ordinary(2, 17))
    assert list(attack("spread", 17)) == list(attack("spread", 17))
    assert list(attack("spread", 17)) != list(attack("spread", 18))


@pytest.mark.parametrize("pattern", ["row", "countries"])
async def test_what_is_certain_is_stopped_within_minutes_and_people_beside_it_are_not(pattern: Pattern) -> None:
    messages = [*ordinary(1, 17), *list(attack(pattern, 17))[:120]]
    outcome = await simulated(messages, "deny")
    assert outcome.sent[pattern] < 30
    assert outcome.stopped(None) == 0


async def test_observing_stops_nothing() -> None:
    outcome = await simulated(list(attack("row", 17))[:40], "observe")
    assert outcome.stopped("row") == 0


def test_the_page_has_the_figures() -> None:
    outcome = Outcome()
    for pattern, asked, sent in ((None, 1000, 999), ("row", 100, 25), ("countries", 100, 0), ("spread", 100, 100)):
        outcome.asked[pattern], outcome.sent[pattern] = asked, sent  # type: ignore[index]
    page = written({"deny": outcome}, days=30, seed=17, price=0.1)
    assert "| adjacent numbers of one country, from 40 networks | `deny` | 75.0% | 25 of 100 | 8 |" in page
    assert "| `deny` | 1 of 1,000 (0.100%) |" in page
    assert "{" not in page


async def test_a_day_on_which_new_phones_are_handed_out_is_no_attack() -> None:
    """300 numbers in a row, of which one in eight is not proven at once: 44 of them were refused."""
    day = [message for message in ordinary(7, 17) if message.at >= BEGINNING + 6 * DAY]
    outcome = await simulated(day, "deny")
    assert outcome.asked[None] > 600
    assert outcome.stopped(None) == 0
