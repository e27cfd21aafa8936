"""From registration to use: each kind of proof, judged by the real handlers over documents in memory."""

from datetime import timedelta

import pytest

from schemas.enrollment import MethodRemoved, MethodRestored
from schemas.verification import ChallengeTerms
from services.verifier.handlers.lifecycle import retire_credential, revive_credential
from tests.support.builders.app_proofs import SECRET
from tests.support.builders.challenges import enveloped, right_code, submitted, terms, wrong_codes
from tests.support.builders.method_proofs import (
    CODES,
    SIGNED,
    THE_PASS,
    asked_for,
    call_answered,
    credential_submitted,
    passkey,
    passkey_part,
)
from tests.support.clock import NOON
from tests.support.in_memory.judging import Court, outcome
from tests.unit.verifier.handlers.walks import GUESSABLE, KINDS, MINUTE, proven, registered, walks


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_registered_proves_the_person_later(kind: str) -> None:
    walk, court = walks()[kind], Court()
    await registered(walk, court)
    assert await proven(walk, court) == "verified"


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_that_was_submitted_rests_in_clear(kind: str) -> None:
    walk, court = walks()[kind], Court()
    await registered(walk, court)
    await proven(walk, court)
    kept = await court.credential()
    assert kept
    text = kept.model_dump_json().lower()
    secrets = (SECRET.decode(), '"rex', "high street", THE_PASS, *CODES, *(code.replace("-", "") for code in CODES))
    assert not [secret for secret in secrets if secret.lower() in text]


@pytest.mark.parametrize("kind", KINDS)
async def test_without_registration_everything_is_wrong_and_counted(kind: str) -> None:
    walk, court = walks()[kind], Court()
    assert await proven(walk, court) == ("credentialInvalid" if kind == "passkey" else "codeIncorrect")
    assert await court.credential() is None


async def test_what_another_person_registered_proves_nothing() -> None:
    """Whatever method the terms name: the one who asks has none of that id."""
    walk, court = walks()["recoveryCode"], Court()
    await registered(walk, court)
    stolen = submitted(walk.asked("proof", NOON), CODES[0], user="kim")
    assert outcome(await court.judge(stolen, user="kim")) == "codeIncorrect"
    assert await proven(walk, court, "own") == "verified"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_removed_method_proves_nothing_until_it_is_restored(kind: str) -> None:
    walk, court = walks()[kind], Court()
    verified = await registered(walk, court)
    of_method = {"method_id": verified.method_id, "method_type": verified.method_type}
    removed = MethodRemoved(**of_method, reason="person", removed_at=court.clock.now())
    await retire_credential(removed, enveloped(removed, "session"), store=court.store, clock=court.clock)
    assert await proven(walk, court, "after") == ("credentialInvalid" if kind == "passkey" else "codeIncorrect")
    restored = MethodRestored(**of_method, display_name="x", by="person", restored_at=court.clock.now())
    await revive_credential(restored, enveloped(restored, "session"), store=court.store)
    assert await proven(walk, court, "again") == "verified"


@pytest.mark.parametrize("kind", GUESSABLE)
async def test_after_500_wrong_proofs_the_right_one_is_refused_until_the_pause_is_over(kind: str) -> None:
    walk, court = walks()[kind], Court()
    await registered(walk, court)
    now = court.clock.now()
    reasons: dict[str, int] = {}
    for number in range(500):
        of = walk.asked(f"guess-{number // 5}", now)
        reason = outcome(await court.judge(walk.guess(of, number, now)))
        reasons[reason] = reasons.get(reason, 0) + 1
    assert reasons == {"codeIncorrect": 8, "attemptsExhausted": 2, "methodCoolingDown": 490}
    assert await proven(walk, court) == "methodCoolingDown"
    court.clock.advance(MINUTE)
    assert await proven(walk, court, "later") == "verified"


async def test_a_passkey_cannot_be_guessed_so_garbage_pauses_nothing() -> None:
    """Each challenge still takes five; whoever has the password alone can ask for as many as the edge lets through."""
    walk, court = walks()["passkey"], Court()
    await registered(walk, court)
    now = court.clock.now()
    reasons: dict[str, int] = {}
    for number in range(500):
        of = walk.asked(f"guess-{number // 5}", now).model_copy(update={"session_id": "session"})
        reason = outcome(await court.judge(walk.guess(of, number, now)))
        reasons[reason] = reasons.get(reason, 0) + 1
    assert reasons == {"credentialInvalid": 400, "attemptsExhausted": 100}
    assert await proven(walk, court) == "verified"


@pytest.mark.parametrize("kind", GUESSABLE)
async def test_a_hundred_wrong_proofs_disable_the_method(kind: str) -> None:
    walk, court = walks()[kind], Court()
    await registered(walk, court)
    for number in range(100):
        now = court.clock.now()
        await court.judge(walk.guess(walk.asked(f"guess-{number}", now), number, now))
        court.clock.advance(timedelta(hours=25))
    assert await proven(walk, court) == "authenticatorDisabled"


@pytest.mark.parametrize("kind", GUESSABLE)
async def test_guesses_at_one_kind_count_for_the_session(kind: str) -> None:
    walk, court = walks()[kind], Court()
    await registered(walk, court)
    for number in range(10):
        now = court.clock.now()
        of = walk.asked(f"guess-{number}", now).model_copy(
            update={"session_id": "session", "method_id": f"method-{number}"}
        )
        await court.judge(walk.guess(of, number, now))
    last = walk.asked("last", court.clock.now()).model_copy(update={"session_id": "session"})
    assert outcome(await court.judge(walk.prove(last, court.clock.now()))) == "attemptsExhausted"


@pytest.mark.parametrize("kind", ["securityQuestions", "recoveryCode", "temporaryAccessPass"])
async def test_a_registration_that_proves_nothing_is_taken_in_a_pause_as_well(kind: str) -> None:
    """Nothing is guessed by it, so that it is not counted either."""
    walk, court = walks()[kind], Court()
    for number in range(10):
        now = court.clock.now()
        await court.judge(walk.guess(walk.asked(f"guess-{number}", now), number, now))
    await registered(walk, court)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_registration_delivered_again_keeps_the_first_credential(kind: str) -> None:
    walk, court = walks()[kind], Court()
    of = walk.asked("registration", NOON, purpose="registration")
    event = walk.register(of, NOON)
    await court.judge(event)
    first = await court.credential()
    assert outcome(await court.judge(event)) == "challengeEnded"
    assert await court.credential() == first


@pytest.mark.parametrize("counts", [True, False])
async def test_a_passkey_whose_count_falls_back_was_copied(counts: bool) -> None:
    key, court = passkey(), Court()
    key.counts = counts
    new = asked_for("passkey", "new", purpose="registration", passkey=passkey_part())
    await court.judge(credential_submitted(new, key.create(SIGNED)))
    outcomes = []
    for number, back in enumerate((0, 0, 2)):
        key.sign_count = max(key.sign_count - back, 0)
        of = asked_for("passkey", f"proof-{number}", passkey=passkey_part())
        outcomes.append(outcome(await court.judge(credential_submitted(of, key.get(SIGNED)))))
    assert outcomes == ["verified", "verified", "credentialInvalid" if counts else "verified"]


async def test_a_call_is_confirmed_once_and_reported_even_in_a_pause() -> None:
    court = Court()
    first = asked_for("call", "first")
    assert outcome(await court.judge(call_answered(first))) == "verified"
    for number in range(10):
        await court.judge(call_answered(asked_for("call", f"forged-{number}"), proof="A" * 43))
    last = asked_for("call", "last")
    assert outcome(await court.judge(call_answered(last))) == "methodCoolingDown"
    assert outcome(await court.judge(call_answered(last, "report"))) == "callReported"
    assert outcome(await court.judge(call_answered(last))) == "challengeEnded"


async def test_what_was_counted_by_one_hash_of_a_number_counts_under_the_next() -> None:
    court = Court()

    def asked(name: str, number_hash: str, *others: str) -> ChallengeTerms:
        of = terms(name, session_id=None, created_at=court.clock.now())
        assert of.code is not None
        code = of.code.model_copy(update={"destination_hash": number_hash, "other_hashes": others})
        return of.model_copy(update={"code": code})

    old, new, other = "o" * 43, "n" * 43, "x" * 43
    for number in range(10):
        of = asked(f"guess-{number}", old)
        await court.judge(submitted(of, wrong_codes(of, 1)[0], at=court.clock.now()))

    rotated, stranger = asked("rotated", new, old), asked("stranger", other)
    assert outcome(await court.judge(submitted(rotated, right_code(rotated)))) == "methodCoolingDown"
    assert outcome(await court.judge(submitted(stranger, right_code(stranger)))) == "verified"
    court.clock.advance(MINUTE)
    later = asked("later", new, old)
    assert outcome(await court.judge(submitted(later, right_code(later), at=court.clock.now()))) == "verified"
    again = asked("again", new, old)
    wrong = submitted(again, wrong_codes(again, 1)[0], at=court.clock.now())
    assert outcome(await court.judge(wrong)) == "codeIncorrect"
