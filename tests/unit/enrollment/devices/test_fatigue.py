"""How often a device may be asked while nobody approves."""

from datetime import datetime, timedelta

import pytest

from schemas.verification import DeviceKey
from services.enrollment.devices import fatigue
from services.enrollment.devices.domain import AskedRequest, Device
from services.kit.decision import Change
from services.kit.errors import SendLimitReachedError
from tests.unit.enrollment.builders import NOW

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def device(*asked: AskedRequest) -> Device:
    return Device(
        id="d1",
        tenant="northbridge",
        user="sam",
        method_id="m1",
        name="Sam's phone",
        key=DeviceKey(x="x" * 43, y="y" * 43),
        created_at=NOW,
        asked=asked,
    )


def bombed(start: datetime, within: timedelta, *, denied_after: timedelta | None = None) -> tuple[Device, int]:
    """By whoever asks every second: the device, and how many requests it got."""
    bombed, at, count = device(), start, 0
    while at < start + within:
        try:
            bombed = fatigue.ask(bombed, f"c{count}", at=at).state
        except SendLimitReachedError as refused:
            at += timedelta(seconds=int(refused.headers["Retry-After"]))
            continue
        if denied_after is not None:
            at += denied_after
            bombed = fatigue.denied(bombed, f"c{count}", at=at).state
        count += 1
        at += SECOND
    return bombed, count


def test_who_asks_all_the_time_gets_five_requests_through_in_an_hour() -> None:
    assert bombed(NOW, HOUR)[1] == 5
    assert bombed(NOW, 24 * HOUR)[1] == 9


def test_who_is_denied_each_time_gets_three() -> None:
    denying, count = bombed(NOW, HOUR, denied_after=5 * SECOND)
    assert count == 3
    assert fatigue.is_paused(denying, NOW + HOUR)
    assert bombed(NOW, 24 * HOUR, denied_after=5 * SECOND)[1] == 7


@pytest.mark.parametrize(
    ("count", "wait"),
    [(1, timedelta()), (2, 30 * SECOND), (3, 2 * MINUTE), (4, 15 * MINUTE), (5, HOUR), (6, 2 * HOUR), (9, 12 * HOUR)],
)
def test_each_request_that_nobody_approved_makes_the_next_one_wait_longer(count: int, wait: timedelta) -> None:
    silent = device(*(AskedRequest(challenge_id=f"c{number}", at=NOW) for number in range(count)))
    assert fatigue.rests_until(silent, NOW) == (NOW + wait if wait else None)
    assert fatigue.rests_until(silent, NOW + wait) is None


@pytest.mark.parametrize(("denials", "wait"), [(1, MINUTE), (2, 5 * MINUTE), (3, HOUR), (4, 2 * HOUR), (20, 12 * HOUR)])
def test_each_denial_makes_it_wait_longer_still(denials: int, wait: timedelta) -> None:
    asked = [AskedRequest(challenge_id=f"c{number}", at=NOW, denied_at=NOW) for number in range(denials)]
    rested = fatigue.rests_until(device(*asked), NOW)
    assert rested is not None
    assert rested >= NOW + wait
    assert fatigue.is_paused(device(*asked), NOW) == (denials >= 3)


def test_the_refusal_says_how_long() -> None:
    twice = device(AskedRequest(challenge_id="c1", at=NOW), AskedRequest(challenge_id="c2", at=NOW))
    with pytest.raises(SendLimitReachedError) as refused:
        fatigue.ask(twice, "c3", at=NOW + 10 * SECOND)
    assert refused.value.headers == {"Retry-After": "21"}
    assert refused.value.members == {"retryAfter": 21}
    assert fatigue.ask(twice, "c3", at=NOW + 31 * SECOND).state.asked[-1].challenge_id == "c3"


def test_the_same_request_is_counted_once() -> None:
    asked = fatigue.ask(device(), "c1", at=NOW).state
    assert fatigue.ask(asked, "c1", at=NOW + SECOND) == Change(asked)


def test_an_approval_forgets_what_was_asked_before_it_and_nothing_after() -> None:
    asked = tuple(AskedRequest(challenge_id=f"c{number}", at=NOW + number * MINUTE) for number in range(3))
    assert fatigue.approved(device(*asked), asked_at=NOW + 2 * MINUTE).state.asked == ()
    again = fatigue.approved(device(*asked), asked_at=NOW + MINUTE)
    assert again.state.asked == asked[2:]
    assert fatigue.approved(again.state, asked_at=NOW + MINUTE) == again


def test_another_proof_forgets_what_its_own_session_asked() -> None:
    mine, others = (fatigue.ask(device(), f"of {name}", at=NOW, session_id=name).state.asked for name in ("s1", "s2"))
    by_api = AskedRequest(challenge_id="c1", at=NOW)
    assert fatigue.proven_otherwise(device(*mine, *others, by_api), "s1").state.asked == (*others, by_api)


def test_a_denial_counts_once_and_only_of_what_was_asked() -> None:
    asked = device(AskedRequest(challenge_id="c1", at=NOW))
    denied = fatigue.denied(asked, "c1", at=NOW + SECOND).state
    assert denied.asked[0].denied_at == NOW + SECOND
    assert fatigue.denied(denied, "c1", at=NOW + MINUTE) == Change(denied)
    assert fatigue.denied(asked, "other", at=NOW) == Change(asked)


def test_a_day_later_all_is_forgotten() -> None:
    asked = device(*(AskedRequest(challenge_id=f"c{number}", at=NOW, denied_at=NOW) for number in range(20)))
    assert fatigue.rests_until(asked, NOW + 24 * HOUR) is None
    assert [one.challenge_id for one in fatigue.ask(asked, "new", at=NOW + 24 * HOUR).state.asked] == ["new"]
