"""Whoever has the password alone asks for one request after the other, over documents in memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from schemas.enrollment import MethodRequested
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.cooldown import cooldowns_of
from services.kit.decision import Change
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import Outbox, outbox
from tests.support.in_memory.push import APP, CODES, RETURN_URL, Attack, attack_on

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def box(clock: FixedClock) -> AsyncIterator[Outbox]:
    async with outbox(clock) as opened:
        yield opened


@pytest.fixture
async def attack(box: Outbox, clock: FixedClock) -> Attack:
    return await attack_on(box.store, clock)


async def test_two_hundred_challenges_in_a_minute_are_three_requests_and_five_in_an_hour(
    attack: Attack, box: Outbox
) -> None:
    assert await attack.for_minutes(1, every=SECOND * 0.3) == 3
    assert await attack.for_minutes(59, every=20 * SECOND) == 2
    assert len(await box.published(MethodRequested)) == 5


async def test_all_at_once_are_no_more(attack: Attack) -> None:
    await asyncio.gather(*(attack.refused() for _ in range(40)))
    assert len(attack.opened) == 2
    assert len(await attack.waiting()) == 1


async def test_a_device_has_one_open_request_the_newest(attack: Attack) -> None:
    await attack.ask()
    await attack.ask()
    assert await attack.waiting() == [attack.opened[-1].id]


async def test_the_refusal_says_when_to_come_again(attack: Attack) -> None:
    await attack.ask()
    await attack.ask()
    problem = await attack.refused()
    assert problem is not None
    assert (problem.code, problem.status, problem.headers["Retry-After"]) == ("sendLimitReached", 429, "31")


async def test_three_denials_pause_the_device_and_are_told_once(attack: Attack) -> None:
    for wait in (MINUTE, 5 * MINUTE, timedelta()):
        await attack.ask()
        await attack.answered(attack.opened[-1], "pushDenied")
        attack.clock.advance(wait + SECOND)
    problem = await attack.refused()
    assert problem is not None
    assert HOUR - 5 * SECOND < timedelta(seconds=problem.members["retryAfter"]) <= HOUR + SECOND  # type: ignore[arg-type]
    told = await attack.deps.activities.get("northbridge/sam")
    assert told is not None
    assert [(entry.event, entry.method_id) for entry in told.state.entries] == [("RequestsPaused", APP.id)]


async def test_an_approval_clears_it(attack: Attack) -> None:
    for _ in range(2):
        await attack.ask()
    await attack.answered(attack.opened[-1])
    for _ in range(2):
        assert await attack.refused() is None


def becoming(challenge: Challenge, _: Challenge) -> Change[Challenge]:
    return Change(challenge)


async def test_who_proves_another_method_on_our_page_was_the_person_and_clears_their_own_requests(
    attack: Attack,
) -> None:
    await attack.ask()
    for _ in range(3):
        hosted = (await attack.ask(return_url=RETURN_URL)).verification.current
        instead = (await attack.ask(method_id=CODES.id)).verification.current
        there = instead.model_copy(update={"terms": instead.terms.model_copy(update={"session_id": hosted.id})})
        await attack.deps.challenges.change(instead.id, partial(becoming, there))
        await attack.answered(there)
    stored = await attack.deps.devices.get("d1")
    assert stored is not None
    assert [request.challenge_id for request in stored.state.asked] == [attack.opened[0].id]


async def test_a_wrong_number_and_silence_clear_nothing(attack: Attack) -> None:
    await attack.ask()
    await attack.answered(attack.opened[-1], "numberMismatch")
    await attack.ask()
    attack.clock.advance(6 * MINUTE)
    await attack.ask()
    assert await attack.refused() is not None


async def paused(attack: Attack) -> None:
    await attack.for_minutes(5, every=10 * SECOND)
    assert await attack.refused() is not None


async def test_meanwhile_another_method_comes_first_and_the_apps_code_can_be_asked_for(attack: Attack) -> None:
    await paused(attack)
    first = (await attack.ask(method_id=None)).verification.current
    assert first.method_id == CODES.id
    by_code = (await attack.ask(by_code=True)).verification.current
    assert (by_code.method_id, by_code.terms.push) == (APP.id, None)


async def test_our_page_asks_for_the_code_by_itself(box: Outbox, clock: FixedClock) -> None:
    attack = await attack_on(box.store, clock, APP)
    await paused(attack)
    hosted = (await attack.ask(method_id=None, return_url=RETURN_URL)).verification.current
    assert (hosted.method_id, hosted.terms.push, hosted.channel) == (APP.id, None, "local")


async def test_an_app_without_codes_is_told_last_and_refused(box: Outbox, clock: FixedClock) -> None:
    bare = APP.model_copy(update={"has_codes": False})
    attack = await attack_on(box.store, clock, bare, CODES)
    await paused(attack)
    assert (await attack.ask(method_id=None, return_url=RETURN_URL)).verification.current.method_id == CODES.id
    assert await attack.refused(return_url=RETURN_URL) is not None


async def test_it_is_the_device_that_rests_whatever_is_asked(attack: Attack) -> None:
    await paused(attack)
    for purpose in ("stepUp", "passwordReset"):
        problem = await attack.refused(purpose=purpose)
        assert problem is not None
        assert problem.code == "sendLimitReached"
    stored = await attack.deps.accounts.get("northbridge/sam")
    assert stored is not None
    resting = await cooldowns_of(stored.state, "passwordReset", attack.deps)
    assert APP.id in resting
    assert CODES.id not in resting
