"""Slow hashes on the real broker and database: whoever has one made keeps nobody else waiting."""

import asyncio
from uuid import uuid4

import pytest

from schemas.base import Purpose
from schemas.envelope import Envelope
from schemas.topics import SUBMISSIONS
from schemas.verification import MethodVerified
from services.kit.clock import monotonic
from tests.support.builders.challenges import enveloped, right_code, submitted, terms
from tests.support.builders.method_proofs import CODES, asked_for
from tests.support.services.verifier import Bench, now
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

REGISTRATIONS = 20
VERDICT_WITHIN = 2.0
SIGN_IN_WITHIN = 5.0
ALL_WITHIN = 90.0


def recovery(user: str, text: str, *, new: bool) -> Envelope:
    """Recovery codes of a person: all of them to be kept, or one that was typed."""
    purpose: Purpose = "registration" if new else "signIn"
    of = asked_for("recoveryCode", uuid4().hex, purpose=purpose, method_id=user, created_at=now())
    return enveloped(submitted(of, text, user=user, at=now()), of.challenge_id, user=user)


def code(user: str) -> Envelope:
    """An ordinary code of a person, typed right."""
    of = terms(uuid4().hex, session_id=None, created_at=now())
    return enveloped(submitted(of, right_code(of), user=user, at=now()), of.challenge_id, user=user)


def verified(bench: Bench) -> set[str]:
    """The challenges that were proven, whoever proved them."""
    events = [verdict.event for verdict in bench.verdicts]
    return {event.challenge_id for event in events if isinstance(event, MethodVerified)}


async def seconds_until_verified(bench: Bench, asked: Envelope, within: float) -> float:
    """From the submission to its verdict."""
    began = monotonic()
    await bench.enrollment.publish(SUBMISSIONS, asked)
    await until(lambda: asked.correlation_id in verified(bench), within)
    return monotonic() - began


@pytest.mark.timeout(180)
async def test_many_registrations_of_recovery_codes_hold_up_neither_a_code_nor_a_sign_in(bench: Bench) -> None:
    person = f"{bench.user}-first"
    first = recovery(person, "\n".join(CODES), new=True)
    await seconds_until_verified(bench, first, within=30)
    registrations = [recovery(f"{bench.user}-{n}", "\n".join(CODES), new=True) for n in range(REGISTRATIONS)]
    await asyncio.gather(*(bench.enrollment.publish(SUBMISSIONS, one) for one in registrations))
    waited = [await seconds_until_verified(bench, code(f"{bench.user}-code-{n}"), within=30) for n in range(3)]
    sign_in = await seconds_until_verified(bench, recovery(person, CODES[4], new=False), within=30)
    under_way = {one.correlation_id for one in registrations} - verified(bench)
    assert max(waited) < VERDICT_WITHIN
    assert sign_in < SIGN_IN_WITHIN
    assert under_way, "the registrations were over before anything could be measured"
    assert bench.verifier.broker.alive()
    await until(lambda: {one.correlation_id for one in registrations} <= verified(bench), ALL_WITHIN)
