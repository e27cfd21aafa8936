"""The verifier on the real broker and database: what is submitted is judged once, and guessing leads nowhere."""

import asyncio
import re
import statistics
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from schemas.topics import REQUESTS, SUBMISSIONS
from schemas.verification import (
    JUDGED_WITHIN,
    ChallengeExpired,
    ChallengeTerms,
    MethodVerified,
    VerificationFailed,
)
from services.kit.clock import SystemClock, monotonic
from services.kit.service import Service
from services.kit.settings import ServiceSettings
from services.verifier.handlers.judging import judge_submission
from services.verifier.methods.registry import known_methods
from tests.support.builders.challenges import (
    NUMBER,
    TENANT,
    cancelled,
    enveloped,
    requested,
    right_code,
    submitted,
    terms,
    wrong_codes,
)
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.servers.mongo import LocalDatabase
from tests.support.services.verifier import (
    Bench,
    asked,
    listening,
    now,
    store_of,
    verifier_settings,
    verifying,
)
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_right_code_is_verified(bench: Bench) -> None:
    of = asked(session="s")
    await bench.say(REQUESTS["sms"], requested(of), of.challenge_id)
    cause = await bench.say(SUBMISSIONS, submitted(of, right_code(of), user=bench.user), of.challenge_id)
    (event,) = await bench.told(1)
    assert isinstance(event, MethodVerified)
    verdict = bench.verdicts[0]
    assert (verdict.tenant, verdict.subject, verdict.correlation_id) == (TENANT, bench.user, of.challenge_id)
    assert (verdict.source, verdict.causation_id) == ("verifier", cause.id)


async def test_a_submission_opens_its_challenge_when_the_request_has_not_come(bench: Bench) -> None:
    of = asked()
    await bench.guess(of, wrong_codes(of, 1))
    await bench.told(1)
    await bench.say(REQUESTS["sms"], requested(of), of.challenge_id)
    await bench.guess(of, [right_code(of)])
    await bench.told(2)
    assert bench.reasons() == {"codeIncorrect": 1, "verified": 1}


async def test_terms_are_never_replaced(bench: Bench) -> None:
    of = asked()
    await bench.say(REQUESTS["sms"], requested(of), of.challenge_id)
    await bench.guess(of, wrong_codes(of, 1))
    await bench.told(1)
    more = of.model_copy(update={"max_attempts": 100})
    await bench.guess(more, [right_code(more)])
    await bench.guess(of, wrong_codes(of, 2)[1:])
    await bench.told(2)
    assert bench.reasons() == {"codeIncorrect": 2}


async def test_what_an_earlier_version_does_not_say_of_the_terms_is_as_they_were_opened(bench: Bench) -> None:
    """While enrollment is upgraded, one replica opens a challenge, and another hands in what is typed."""
    of = asked(session="s")
    assert of.code
    more = of.model_copy(update={"code": of.code.model_copy(update={"other_hashes": ("B" * 43,)})})
    await bench.say(REQUESTS["sms"], requested(more), of.challenge_id)
    await until(lambda: bench.challenge(of))
    await bench.guess(of, [*wrong_codes(of, 1), right_code(of)])
    await bench.told(2)
    assert bench.reasons() == {"codeIncorrect": 1, "verified": 1}
    known = await bench.challenge(of)
    assert known is not None
    assert known.terms == more


async def test_a_submission_delivered_again_is_judged_once(bench: Bench) -> None:
    of = asked()
    envelope = await bench.say(SUBMISSIONS, submitted(of, wrong_codes(of, 1)[0], user=bench.user), of.challenge_id)
    for _ in range(3):
        await bench.enrollment.publish(SUBMISSIONS, envelope)
    await bench.guess(of, [right_code(of)])
    await bench.told(2)
    assert bench.reasons() == {"codeIncorrect": 1, "verified": 1}


async def test_the_same_wrong_code_again_costs_no_try(bench: Bench) -> None:
    of = asked()
    await bench.guess(of, wrong_codes(of, 1) * 8)
    told = await bench.told(8)
    assert {(event.reason, event.attempts_left) for event in told if isinstance(event, VerificationFailed)} == {
        ("codeIncorrect", 4)
    }


async def test_of_64_parallel_guesses_as_many_are_judged_as_the_challenge_allows(bench: Bench) -> None:
    of = asked()
    await bench.guess(of, wrong_codes(of, 64))
    await bench.told(64)
    assert bench.reasons() == {"codeIncorrect": 4, "attemptsExhausted": 1, "challengeEnded": 59}


async def test_two_verifiers_judge_no_more_than_one(settings: ServiceSettings, mongodb_url: str) -> None:
    """Both take guesses on one challenge at the same time, as around a rebalance."""
    made = verifier_settings(settings, mongodb_url)
    async with verifying(made) as one, verifying(made) as two, listening(settings, one) as bench:
        await until(one.broker.ready)
        await until(two.broker.ready)
        of = asked()
        codes = wrong_codes(of, 24)
        await asyncio.gather(
            *(judged_by(one if number % 2 else two, of, code, bench) for number, code in enumerate(codes))
        )
        await bench.told(24)
        challenge = await bench.challenge(of)
    assert challenge is not None
    assert challenge.status == "failed"
    assert sum(1 for attempt in challenge.attempts if attempt.outcome == "wrong") == of.max_attempts
    assert bench.reasons() == {"codeIncorrect": 4, "attemptsExhausted": 1, "challengeEnded": 19}


async def judged_by(service: Service, of: ChallengeTerms, code: str, bench: Bench) -> None:
    """Hand a submission to one replica's handler, past the order of Kafka."""
    event = submitted(of, code, user=bench.user)
    await judge_submission(
        event,
        enveloped(event, of.challenge_id, user=bench.user),
        methods=known_methods(keyring("verifier")),
        store=store_of(service),
        clock=SystemClock(),
    )


async def test_a_hundred_wrong_codes_over_many_challenges_and_then_the_right_one_is_refused(
    settings: ServiceSettings, mongodb_url: str
) -> None:
    """The clock stands still: on a slow machine the pause of a minute would end while guesses wait."""
    clock = FixedClock(now())
    async with (
        verifying(verifier_settings(settings, mongodb_url), clock) as service,
        listening(settings, service) as bench,
    ):
        for _ in range(20):
            of = asked()
            await bench.guess(of, wrong_codes(of, 5))
        last = asked()
        await bench.guess(last, [right_code(last)])
        await bench.told(101)
    reasons = bench.reasons()
    assert reasons == {"codeIncorrect": 8, "attemptsExhausted": 2, "methodCoolingDown": 91}
    waits = [event.retry_after for event in bench.events() if isinstance(event, VerificationFailed)]
    assert set(waits) == {None, 60}


async def test_one_session_has_ten_wrong_tries_whatever_the_number(bench: Bench) -> None:
    session = uuid4().hex
    for digit in range(3):
        of = terms(uuid4().hex, number=f"{NUMBER[:-1]}{digit}", session_id=session, created_at=now())
        await bench.guess(of, wrong_codes(of, 4))
    await bench.told(12)
    reasons = bench.reasons()
    assert reasons["codeIncorrect"] == 9
    assert reasons["attemptsExhausted"] == 1
    assert reasons["challengeEnded"] == 2


async def test_what_was_submitted_in_time_counts_although_the_challenge_expired_meanwhile(
    settings: ServiceSettings, own_mongodb: LocalDatabase
) -> None:
    """As after an outage: the sweep is back before the queued submission is read."""
    clock, of, too_long_ago = FixedClock(now()), asked(), asked()
    async with (
        verifying(verifier_settings(settings, own_mongodb.url), clock) as service,
        listening(settings, service) as bench,
    ):
        for challenge in (of, too_long_ago):
            await bench.say(REQUESTS["sms"], requested(challenge), challenge.challenge_id)
        await until(lambda: bench.challenge(of))
        await until(lambda: bench.challenge(too_long_ago))
        clock.advance(of.expires_at - of.created_at + timedelta(seconds=1))
        await bench.told(2)
        assert bench.reasons() == {"ChallengeExpired": 2}
        in_time = of.expires_at - timedelta(seconds=1)
        await bench.say(SUBMISSIONS, submitted(of, right_code(of), user=bench.user, at=in_time), of.challenge_id)
        await bench.told(3)
        clock.advance(JUDGED_WITHIN)
        code = right_code(too_long_ago)
        late = submitted(too_long_ago, code, user=bench.user, at=in_time)
        await bench.say(SUBMISSIONS, late, too_long_ago.challenge_id)
        await bench.told(4)
    assert bench.reasons() == {"ChallengeExpired": 2, "verified": 1, "codeExpired": 1}


async def test_a_cancelled_challenge_takes_no_proof(bench: Bench) -> None:
    of = asked()
    await bench.say(REQUESTS["sms"], requested(of), of.challenge_id)
    await bench.say(REQUESTS["sms"], cancelled(of), of.challenge_id)
    later = asked()
    await bench.say(REQUESTS["sms"], cancelled(later), later.challenge_id)
    await until(lambda: bench.is_cancelled(of))
    await until(lambda: bench.is_cancelled(later))
    for one in (of, later):
        await bench.guess(one, [right_code(one)])
    await bench.told(2)
    assert bench.reasons() == {"challengeEnded": 2}


async def test_a_challenge_that_nobody_answers_expires_once(bench: Bench) -> None:
    of = asked(life=timedelta(seconds=1))
    await bench.say(REQUESTS["sms"], requested(of), of.challenge_id)
    (event,) = await bench.told(1)
    assert isinstance(event, ChallengeExpired)
    await bench.guess(of, [right_code(of)])
    await bench.told(2)
    assert bench.reasons() == {"ChallengeExpired": 1, "codeExpired": 1}


async def test_a_sealed_code_of_somebody_else_counts_nothing(bench: Bench) -> None:
    of = asked()
    stolen = submitted(of, right_code(of), user="kim")
    await bench.say(SUBMISSIONS, stolen, of.challenge_id)
    await bench.guess(of, [right_code(of)])
    await bench.told(1)
    assert bench.reasons() == {"verified": 1}


async def test_nothing_in_clear_rests_in_the_database(bench: Bench) -> None:
    of = asked()
    codes = [*wrong_codes(of, 2), right_code(of)]
    await bench.guess(of, codes)
    await bench.told(3)
    challenge = await bench.challenge(of)
    assert challenge is not None
    words = set(re.split(r"[^A-Za-z0-9_+-]+", challenge.model_dump_json()))
    assert not words & {*codes, NUMBER}


async def test_a_right_code_gets_its_verdict_quickly(
    bench: Bench, record_property: Callable[[str, object], None]
) -> None:
    took: list[float] = []
    for _ in range(20):
        of = asked()
        began = monotonic()
        await bench.guess(of, [right_code(of)])
        await bench.told(len(took) + 1)
        took.append((monotonic() - began) * 1000)
    record_property("p50_ms", round(statistics.median(took), 1))
    print(f"submission to verdict: p50 {statistics.median(took):.1f} ms, worst {max(took):.1f} ms")  # noqa: T201
    assert statistics.median(took) < 1000
