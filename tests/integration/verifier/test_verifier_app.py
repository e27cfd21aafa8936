"""The authenticator app's proofs on the real broker and database: signed answers, and codes that are good once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from schemas.enrollment import MethodRequested
from schemas.topics import REQUESTS, SUBMISSIONS
from schemas.verification import ChallengeTerms, MethodVerified, VerificationFailed
from services.kit.crypto.codes import totp_code
from services.kit.crypto.device import DevicePrivateKey
from tests.support.builders.app_proofs import (
    NUMBER_SHOWN,
    SECRET,
    answered,
    approved,
    denied,
    push_terms,
    signed_answer,
    totp_terms,
)
from tests.support.builders.challenges import submitted
from tests.support.services.verifier import Bench, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGER = DevicePrivateKey.generate()


async def asked(bench: Bench) -> ChallengeTerms:
    """A request to the device that begins now."""
    of = push_terms(uuid4().hex, user=bench.user, session_id=uuid4().hex, created_at=now())
    request = MethodRequested(terms=of, channel="push", not_after=of.expires_at, requested_at=of.created_at)
    await bench.say(REQUESTS["push"], request, of.challenge_id)
    return of


def failures(bench: Bench) -> list[tuple[str, int]]:
    return [(one.reason, one.attempts_left) for one in bench.events() if isinstance(one, VerificationFailed)]


async def status(bench: Bench, of: ChallengeTerms) -> str:
    challenge = await bench.challenge(of)
    assert challenge
    return challenge.status


async def test_an_approval_with_the_right_number_verifies_the_app(bench: Bench) -> None:
    of = await asked(bench)
    await bench.say(SUBMISSIONS, approved(of, user=bench.user, at=now()), of.challenge_id)
    (event,) = await bench.told(1)
    assert isinstance(event, MethodVerified)
    assert (event.challenge_id, event.method_type) == (of.challenge_id, "authenticatorApp")


async def test_a_wrong_number_ends_the_request_and_the_right_one_comes_too_late(bench: Bench) -> None:
    of = await asked(bench)
    await bench.say(SUBMISSIONS, approved(of, "99", user=bench.user, at=now()), of.challenge_id)
    await bench.told(1)
    await bench.say(SUBMISSIONS, approved(of, user=bench.user, at=now()), of.challenge_id)
    await bench.told(2)
    assert failures(bench) == [("numberMismatch", 0), ("challengeEnded", 0)]
    assert await status(bench, of) == "failed"


@pytest.mark.parametrize("reported", [False, True])
async def test_a_denial_ends_the_request(bench: Bench, reported: bool) -> None:
    of = await asked(bench)
    await bench.say(SUBMISSIONS, denied(of, reported=reported, user=bench.user, at=now()), of.challenge_id)
    await bench.told(1)
    assert failures(bench) == [("pushDenied", 0)]
    assert await status(bench, of) == "denied"


async def test_a_forged_answer_counts_and_leaves_the_request_open(bench: Bench) -> None:
    of = await asked(bench)
    forged = signed_answer(of, number=NUMBER_SHOWN, key=STRANGER, at=now())
    await bench.say(SUBMISSIONS, answered(of, forged, user=bench.user, at=now()), of.challenge_id)
    await bench.told(1)
    await bench.say(SUBMISSIONS, approved(of, user=bench.user, at=now()), of.challenge_id)
    await bench.told(2)
    assert failures(bench) == [("deviceSignatureInvalid", 4)]
    assert bench.reasons() == {"deviceSignatureInvalid": 1, "verified": 1}


async def test_a_paused_device_may_still_deny(bench: Bench) -> None:
    for _ in range(10):
        of = await asked(bench)
        await bench.say(SUBMISSIONS, approved(of, "99", user=bench.user, at=now()), of.challenge_id)
    await bench.told(10)
    last = await asked(bench)
    await bench.say(SUBMISSIONS, approved(last, user=bench.user, at=now()), last.challenge_id)
    await bench.told(11)
    await bench.say(SUBMISSIONS, denied(last, user=bench.user, at=now()), last.challenge_id)
    await bench.told(12)
    assert bench.reasons() == {"numberMismatch": 10, "methodCoolingDown": 1, "pushDenied": 1}


async def test_a_code_of_the_app_is_good_once_for_all_challenges(bench: Bench) -> None:
    at = now()
    for number in range(2):
        of = totp_terms(f"{bench.user}-{number}", user=bench.user, created_at=at)
        event = submitted(of, totp_code(SECRET, at), user=bench.user, at=at)
        await bench.say(SUBMISSIONS, event, of.challenge_id)
        await bench.told(number + 1)
    assert bench.reasons() == {"verified": 1, "codeIncorrect": 1}


async def test_a_code_of_an_earlier_step_is_not_good_after_a_later_one(bench: Bench) -> None:
    now_shown, step = now(), timedelta(seconds=30)
    earlier = now_shown - step
    for number, (at, shown) in enumerate(((earlier, earlier), (earlier, earlier - step), (now_shown, now_shown))):
        of = totp_terms(f"{bench.user}-{number}", user=bench.user, created_at=earlier)
        event = submitted(of, totp_code(SECRET, shown), user=bench.user, at=at)
        await bench.say(SUBMISSIONS, event, of.challenge_id)
        await bench.told(number + 1)
    told = [type(event).__name__ for event in bench.events()]
    assert told == ["MethodVerified", "VerificationFailed", "MethodVerified"]


async def test_nothing_in_clear_rests_in_the_database(bench: Bench) -> None:
    of, at = await asked(bench), now()
    token = signed_answer(of, number=NUMBER_SHOWN, at=at)
    await bench.say(SUBMISSIONS, answered(of, token, user=bench.user, at=at), of.challenge_id)
    await bench.told(1)
    challenge = await bench.challenge(of)
    assert challenge
    stored = challenge.model_dump_json()
    assert token not in stored
    assert f'"{NUMBER_SHOWN}"' not in stored
