"""How many round trips to the database a right answer, or a message, waits for, from request to response
(docs/performance.md).

Who makes one more takes one more millisecond of everybody's; who needs fewer lowers the number here.
"""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.enrollment.challenges.domain.transitions import cancel
from services.kit.crypto.codes import totp_code
from tests.support.builders.challenges import NUMBER
from tests.support.in_memory.answering import Answering, Counted, answering
from tests.support.in_memory.counting import Organisation

TEXT = 8
"""A code by text."""
TOTP = 10
"""A code that an app shows: the credential is read, and its time step used up."""
REGISTERING = 0
"""More, for the proof of a method that it registers: what is made anew is not looked for."""
APPLIED = 4
"""Of those, for the verdict: challenge and account, read and written."""
BESIDE = 2
"""For which nobody waits, but the database works; of a text. The guess of an app's code is taken back with its step."""
SENT = 1
"""More beside, where a message went out: that its code was used (ADR 0036)."""
JUDGED = 2
"""More, for a message that anybody can cause: it is noted, and what is known is read (ADR 0036)."""


@pytest.fixture
async def platform(mongodb_url: str) -> AsyncIterator[Answering]:
    """Nobody is registered."""
    async with answering(mongodb_url) as made:
        yield made


async def test_a_code_by_text(platform: Answering) -> None:
    phone = await platform.register(type="phone", phoneNumber=NUMBER, phoneType="mobile", delivery="sms")
    registered = await platform.answer(phone["challenge"], await platform.texted(phone["challenge"]))
    platform.clock.advance(timedelta(minutes=1))
    challenge = await platform.ask(phone["methodId"])
    proven = await platform.answer(challenge, await platform.texted(challenge))
    assert len(registered.waited_for) <= TEXT + REGISTERING, listed(registered)
    assert len(proven.waited_for) <= TEXT, listed(proven)
    assert len(proven.beside) <= BESIDE + SENT, listed(proven)


async def test_a_code_of_an_app(platform: Answering) -> None:
    app = await platform.register(type="softwareOath")
    secret = base64.b32decode(app["secret"])
    registered = await platform.answer(app["challenge"], totp_code(secret, platform.clock.now()))
    platform.clock.advance(timedelta(minutes=1))
    challenge = await platform.ask(app["methodId"])
    proven = await platform.answer(challenge, totp_code(secret, platform.clock.now()))
    assert len(registered.waited_for) <= TOTP + REGISTERING, listed(registered)
    assert len(proven.waited_for) <= TOTP, listed(proven)
    assert not proven.beside, listed(proven)


async def test_a_verdict_that_is_read_twice_at_once_is_applied_once(platform: Answering) -> None:
    app = await platform.register(type="softwareOath")
    secret = base64.b32decode(app["secret"])
    await platform.answer(app["challenge"], totp_code(secret, platform.clock.now()))
    platform.clock.advance(timedelta(minutes=1))
    challenge = await platform.ask(app["methodId"])
    platform.topics.together = True
    proven = await platform.answer(challenge, totp_code(secret, platform.clock.now()))
    applied = [trip for trip in (*proven.waited_for, *proven.beside) if trip.who in {"live", "enrollment"}]
    assert len(applied) == APPLIED, listed(proven)


async def test_a_message_is_judged_in_two(platform: Answering) -> None:
    """Beside one that the guard lets pass unseen, as to the demo's fictional numbers; once its country is known."""
    people = Organisation(platform.enrollment.database, platform.relays[0], platform.clock)
    waited = []
    for user, number in (("first", "+37120123456"), ("seen", "+37121765432"), ("unseen", NUMBER)):
        await people.person(user, number)
        asked = {"purpose": "passwordReset", "context": {"ipAddress": "198.51.100.7"}}
        waited.append((await platform.call(f"/v1.0/users/{user}/challenges", asked, 201)).waited_for)
        platform.clock.advance(timedelta(seconds=20))
    _, seen, unseen = waited
    assert len(seen) - len(unseen) == JUDGED, [str(trip) for trip in seen]


async def test_every_try_is_counted_by_a_write_before_the_verdict(platform: Answering) -> None:
    phone = await platform.register(type="phone", phoneNumber=NUMBER, phoneType="mobile", delivery="sms")
    registered = await platform.answer(phone["challenge"], await platform.texted(phone["challenge"]))
    platform.clock.advance(timedelta(minutes=1))
    challenge = await platform.ask(phone["methodId"])
    proven = await platform.answer(challenge, await platform.texted(challenge))
    for counted in (registered, proven):
        written = [trip.collection for trip in counted.waited_for if trip.who == "verifier" and trip.is_write]
        assert written == ["challenges", "authenticators", "challenges"]


async def test_what_another_process_ended_meanwhile_takes_no_answer(platform: Answering) -> None:
    app = await platform.register(type="softwareOath")
    challenge, other = app["challenge"], platform.of_another_process()
    ended = await other.change(challenge["id"], lambda state: cancel(state, "cancelled", at=platform.clock.now()))
    assert ended is not None
    answer = {"code": totp_code(base64.b32decode(app["secret"]), platform.clock.now())}
    refused = await platform.call(f"/v1.0/challenges/{challenge['id']}/answer", answer, 409)
    assert refused.body["code"] == "challengeEnded"
    assert [str(trip) for trip in refused.waited_for] == ["request: update challenges", "request: find challenges"]


def listed(counted: Counted) -> str:
    """The trips one by one, for whoever has made one more."""
    return "\n".join(["waited for:", *map(str, counted.waited_for), "beside:", *map(str, counted.beside)])
