"""From registration to use: each kind of proof, judged by the real handlers over documents in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.base import Purpose
from schemas.enrollment import MethodRemoved, MethodRestored
from schemas.verification import ChallengeTerms, HotpTerms, MethodVerified, ProofKind, TotpTerms
from services.kit.crypto.codes import hotp_code, totp_code, totp_step
from services.verifier.handlers.lifecycle import retire_credential, revive_credential
from services.verifier.methods.base import Submission
from services.verifier.methods.totp import TotpSecret
from tests.support.builders.app_proofs import SECRET, approved, push_terms
from tests.support.builders.challenges import TENANT, enveloped, right_code, submitted, terms, wrong_codes
from tests.support.builders.method_proofs import (
    ANSWERS,
    CODES,
    SIGNED,
    THE_PASS,
    answers_submitted,
    asked_for,
    call_answered,
    credential_submitted,
    pass_part,
    passkey,
    passkey_part,
    questions_part,
    token_with_button,
    token_with_clock,
    totp_part,
)
from tests.support.clock import NOON
from tests.support.in_memory.judging import Court, outcome

MINUTE = timedelta(minutes=1)
Submit = Callable[..., Submission]


@dataclass(frozen=True)
class Walk:
    """How one kind is registered, proven, and guessed at."""

    kind: ProofKind
    registration: Mapping[str, Any]
    proof: Mapping[str, Any]
    register: Submit
    prove: Submit
    guess: Callable[[ChallengeTerms, int, datetime], Submission]

    def asked(self, challenge_id: str, at: datetime, *, purpose: Purpose = "signIn") -> ChallengeTerms:
        """A challenge of this kind."""
        parts = self.registration if purpose == "registration" else self.proof
        return asked_for(self.kind, challenge_id, purpose=purpose, created_at=at, **parts)


def walks() -> dict[str, Walk]:
    """One for each kind with a credential; a passkey of its own for each call."""
    key = passkey()
    return {
        walk.kind: walk
        for walk in (
            Walk(
                "totp",
                {"totp": totp_part(SECRET)},
                {"totp": TotpTerms()},
                lambda of, at: submitted(of, totp_code(SECRET, at), at=at),
                lambda of, at: submitted(of, totp_code(SECRET, at), at=at),
                lambda of, number, at: submitted(of, f"{number:06}", at=at),
            ),
            Walk(
                "hotp",
                {"hotp": token_with_button(SECRET)},
                {"hotp": HotpTerms()},
                lambda of, at: submitted(of, hotp_code(SECRET, 0), at=at),
                lambda of, at: submitted(of, hotp_code(SECRET, 5), at=at),
                lambda of, number, at: submitted(of, f"{number:06}", at=at),
            ),
            Walk(
                "securityQuestions",
                {"questions": questions_part()},
                {"questions": questions_part("pet", "street")},
                lambda of, at: answers_submitted(of, ANSWERS, at=at),
                lambda of, at: answers_submitted(of, ANSWERS, at=at),
                lambda of, number, at: answers_submitted(of, ANSWERS | {"pet": f"dog {number}"}, at=at),
            ),
            Walk(
                "passkey",
                {"passkey": passkey_part()},
                {"passkey": passkey_part()},
                lambda of, at: credential_submitted(of, key.create(SIGNED), at=at),
                lambda of, at: credential_submitted(of, key.get(SIGNED), at=at),
                lambda of, _, at: credential_submitted(of, passkey().get(SIGNED), at=at),
            ),
            Walk(
                "recoveryCode",
                {},
                {},
                lambda of, at: submitted(of, "\n".join(CODES), at=at),
                lambda of, at: submitted(of, CODES[0], at=at),
                lambda of, number, at: submitted(of, f"{number:016}", at=at),
            ),
            Walk(
                "temporaryAccessPass",
                {"access_pass": pass_part(once=False)},
                {},
                lambda of, at: submitted(of, THE_PASS, at=at),
                lambda of, at: submitted(of, THE_PASS, at=at),
                lambda of, number, at: submitted(of, f"{THE_PASS}{number}", at=at),
            ),
        )
    }


KINDS = [*walks()]
GUESSABLE = tuple(kind for kind in KINDS if kind != "passkey")


async def registered(walk: Walk, court: Court) -> MethodVerified:
    """The method, set up in the first minute."""
    of = walk.asked("registration", court.clock.now(), purpose="registration")
    verdict = await court.judge(walk.register(of, court.clock.now()))
    assert isinstance(verdict, MethodVerified)
    court.clock.advance(MINUTE)
    return verdict


async def proven(walk: Walk, court: Court, challenge_id: str = "proof") -> str:
    """What comes of a right proof now."""
    now = court.clock.now()
    return outcome(await court.judge(walk.prove(walk.asked(challenge_id, now), now)))


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
    await retire_credential(removed, enveloped(removed, "session"), store=court.store)
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


async def test_each_recovery_code_is_good_once_and_the_rest_is_told() -> None:
    walk, court = walks()["recoveryCode"], Court()
    assert (await registered(walk, court)).codes_left == 10
    typed = (CODES[0], CODES[0].lower(), CODES[9], CODES[0])
    verdicts = [
        await court.judge(submitted(walk.asked(f"proof-{number}", NOON), code)) for number, code in enumerate(typed)
    ]
    left = [verdict.codes_left if isinstance(verdict, MethodVerified) else verdict.reason for verdict in verdicts]
    assert left == [9, "codeUsed", 8, "codeUsed"]


async def test_a_recovery_code_judged_again_after_a_crash_is_still_its_own() -> None:
    """The code was used up, and the process died before the verdict."""
    walk, court = walks()["recoveryCode"], Court()
    await registered(walk, court)
    of = walk.asked("proof", NOON)
    event = submitted(of, CODES[0])
    await court.judge(event)
    place = f"{TENANT}/proof"
    ended = await court.store.challenges.get(place)
    assert ended
    (attempt,) = ended.state.attempts
    undecided = {"status": "pending", "attempts": (attempt.model_copy(update={"outcome": None}),), "ended_at": None}
    await court.store.challenges.save(ended, ended.state.model_copy(update=undecided))
    again = await court.judge(event)
    assert isinstance(again, MethodVerified)
    assert again.codes_left == 9


async def test_a_pass_for_once_is_refused_the_second_time_and_one_for_many_times_is_not() -> None:
    walk = walks()["temporaryAccessPass"]
    for once, second in ((True, "codeUsed"), (False, "verified")):
        court = Court()
        of = asked_for("temporaryAccessPass", "r", purpose="registration", access_pass=pass_part(once=once))
        await court.judge(submitted(of, THE_PASS))
        assert await proven(walk, court, "first") == "verified"
        assert await proven(walk, court, "second") == second


async def test_a_pass_out_of_its_time_ends_the_challenge() -> None:
    walk, court = walks()["temporaryAccessPass"], Court()
    await registered(walk, court)
    court.clock.advance(timedelta(hours=1))
    assert await proven(walk, court) == "codeExpired"
    stored = await court.store.challenges.get(f"{TENANT}/proof")
    assert stored
    assert stored.state.status == "failed"


async def test_a_time_step_is_good_once_also_across_registration_and_use() -> None:
    walk, court = walks()["totp"], Court()
    of = walk.asked("registration", NOON, purpose="registration")
    await court.judge(walk.register(of, NOON))
    assert await proven(walk, court, "same-step") == "codeIncorrect"
    court.clock.advance(timedelta(seconds=30))
    assert await proven(walk, court, "next-step") == "verified"
    assert await proven(walk, court, "again") == "codeIncorrect"


async def test_a_code_of_an_earlier_registration_never_proves_the_new_secret() -> None:
    walk, court = walks()["totp"], Court()
    await registered(walk, court)
    now, newer = court.clock.now(), SECRET[::-1]
    of = asked_for("totp", "second", purpose="registration", method_id="method-2", created_at=now).model_copy(
        update={"totp": totp_part(newer, method_id="method-2")}
    )
    assert outcome(await court.judge(submitted(of, totp_code(SECRET, now), at=now))) == "codeIncorrect"
    assert await court.credential("method-2") is None
    assert outcome(await court.judge(submitted(of, totp_code(newer, now), at=now))) == "verified"


async def test_an_app_that_was_registered_by_approval_gives_codes_later() -> None:
    court = Court()
    of = push_terms(session_id=None).model_copy(update={"totp": totp_part(SECRET)})
    await court.judge(approved(of))
    kept = await court.credential()
    assert kept
    assert kept.kept(TotpSecret)
    assert await proven(walks()["totp"], court) == "verified"


async def token_registered(court: Court, typed: str, **part: Any) -> str:
    """What comes of the registration of a token now."""
    kind: ProofKind = "hotp" if "hotp" in part else "totp"
    of = asked_for(kind, f"registration-{typed}", purpose="registration", **part)
    return outcome(await court.judge(submitted(of, typed, at=court.clock.now())))


async def token_proven(court: Court, kind: ProofKind, typed: str, challenge_id: str) -> str:
    """What comes of a code of a token now."""
    now = court.clock.now()
    part: dict[str, Any] = {kind: HotpTerms() if kind == "hotp" else TotpTerms()}
    of = asked_for(kind, challenge_id, created_at=now, **part)
    return outcome(await court.judge(submitted(of, typed, at=now)))


def counted(*counters: int) -> str:
    """What the token with a button shows at these."""
    return "\n".join(hotp_code(SECRET, counter) for counter in counters)


async def test_a_counter_moves_behind_the_code_that_was_right_and_never_back() -> None:
    court = Court()
    assert await token_registered(court, counted(0), hotp=token_with_button(SECRET)) == "verified"
    outcomes = [
        await token_proven(court, "hotp", counted(counter), f"proof-{at}")
        for at, counter in enumerate((0, 4, 4, 3, 5, 15, 26, 25))
    ]
    wrong = "codeIncorrect"
    assert outcomes == [wrong, "verified", wrong, wrong, "verified", "verified", wrong, "verified"]


async def test_two_codes_in_a_row_find_the_counter_again_once() -> None:
    court = Court()
    await token_registered(court, counted(0), hotp=token_with_button(SECRET))
    assert await token_proven(court, "hotp", counted(700), "far-away") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(700, 702), "not-in-a-row") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(701, 700), "wrong-order") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(700, 701, 702), "three") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(700, 701), "in-a-row") == "verified"
    assert await token_proven(court, "hotp", counted(700, 701), "the-same") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(701), "the-last") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(702), "daily-use") == "verified"


async def test_a_clock_that_drifts_is_followed_and_found_again() -> None:
    court = Court()
    assert await token_registered(court, shown_by_clock(court, 0), totp=token_with_clock(SECRET)) == "verified"
    court.clock.advance(timedelta(days=300))
    assert await token_proven(court, "totp", shown_by_clock(court, 20), "drifted") == "codeIncorrect"
    both = f"{shown_by_clock(court, 19)}\n{shown_by_clock(court, 20)}"
    assert await token_proven(court, "totp", both, "in-a-row") == "verified"
    assert await token_proven(court, "totp", shown_by_clock(court, 20), "again") == "codeIncorrect"
    for day, ahead in enumerate((20, 20, 21, 21, 21, 21, 21, 22)):
        court.clock.advance(timedelta(days=1))
        assert await token_proven(court, "totp", shown_by_clock(court, ahead), f"day-{day}") == "verified"


async def test_the_clock_of_an_app_is_not_followed() -> None:
    walk, court = walks()["totp"], Court()
    await registered(walk, court)
    both = f"{shown_by_clock(court, 0)}\n{shown_by_clock(court, 1)}"
    assert await token_proven(court, "totp", both, "in-a-row") == "codeIncorrect"
    court.clock.advance(timedelta(minutes=1))
    before = await court.credential()
    assert await token_proven(court, "totp", shown_by_clock(court, 1), "ahead") == "codeIncorrect"
    assert await token_proven(court, "totp", shown_by_clock(court, -1), "behind") == "verified"
    assert await court.credential() == before


def shown_by_clock(court: Court, ahead: int) -> str:
    """What a token shows whose clock is so many steps ahead."""
    return hotp_code(SECRET, totp_step(court.clock.now()) + ahead)


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
