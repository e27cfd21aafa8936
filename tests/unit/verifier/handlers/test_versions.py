"""Replicas of two versions of enrollment: what one opened, the other hands answers in for, without the fields that it
does not know."""

import json
from collections.abc import Sequence
from datetime import timedelta

from schemas.verification import ChallengeTerms, CodeSubmitted, TotpTerms
from services.kit.crypto.codes import totp_code
from services.verifier.domain.session import MAX_WRONG
from services.verifier.handlers.challenges import open_challenge
from tests.support.builders.app_proofs import SECRET
from tests.support.builders.challenges import enveloped, requested, right_code, submitted, terms, wrong_codes
from tests.support.in_memory.judging import Court, outcome
from tests.unit.verifier.handlers.walks import registered, walks


def by_an_earlier_version(event: CodeSubmitted, *unknown: Sequence[str]) -> CodeSubmitted:
    """The event as a version writes it that does not know these fields of its terms."""
    said = json.loads(event.model_dump_json(by_alias=True, exclude_none=True))
    for *path, name in unknown:
        part = said["terms"]
        for step in path:
            part = part[step]
        del part[name]
    return CodeSubmitted.model_validate_json(json.dumps(said))


async def opened(of: ChallengeTerms, court: Court) -> None:
    event = requested(of)
    await open_challenge(event, enveloped(event, of.challenge_id), store=court.store, clock=court.clock)


async def test_a_code_that_an_earlier_version_hands_in_is_judged() -> None:
    court, of = Court(), terms()
    assert of.code
    of = of.model_copy(update={"code": of.code.model_copy(update={"other_hashes": ("B" * 43,)})})
    await opened(of, court)
    typed = by_an_earlier_version(submitted(of, right_code(of)), ("code", "otherHashes"))
    assert typed.terms != of
    assert outcome(await court.judge(typed)) == "verified"


async def test_it_is_judged_by_all_that_the_challenge_was_opened_by() -> None:
    """A policy that takes no code but the present one does so whoever hands it in."""
    walk, court = walks()["totp"], Court()
    await registered(walk, court)
    now = court.clock.now()
    strict = TotpTerms(accepts_previous=False)
    of = walk.asked("proof", now).model_copy(update={"totp": strict})
    await opened(of, court)
    for code, expected in ((totp_code(SECRET, now - timedelta(seconds=30)), "codeIncorrect"), (None, "verified")):
        typed = submitted(of, code or totp_code(SECRET, now), at=now)
        assert outcome(await court.judge(by_an_earlier_version(typed, ("totp", "acceptsPrevious")))) == expected


async def test_wrong_codes_count_for_the_session_although_they_do_not_say_which_it_is() -> None:
    court = Court()
    for number in range(MAX_WRONG // 5):
        of = terms(f"c{number}", number=f"+44770090014{number}")
        await opened(of, court)
        for code in wrong_codes(of, 5):
            await court.judge(by_an_earlier_version(submitted(of, code), ("sessionId",)))
    last = terms("last", number="+447700900149")
    await opened(last, court)
    verdict = await court.judge(by_an_earlier_version(submitted(last, right_code(last)), ("sessionId",)))
    assert outcome(verdict) == "attemptsExhausted"
