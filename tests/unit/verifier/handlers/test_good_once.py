"""What is good only once, or only in its time."""

from datetime import timedelta

from schemas.verification import MethodVerified
from services.kit.crypto.codes import totp_code
from services.verifier.domain.authenticator import authenticator_id
from services.verifier.methods.totp import TotpSecret
from tests.support.builders.app_proofs import SECRET, approved, push_terms
from tests.support.builders.challenges import TENANT, USER, submitted
from tests.support.builders.method_proofs import (
    CODES,
    THE_PASS,
    asked_for,
    pass_part,
    totp_part,
)
from tests.support.clock import NOON
from tests.support.in_memory.judging import Court, outcome
from tests.unit.verifier.handlers.walks import proven, registered, walks


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
    await lose_the_verdict(court)
    again = await court.judge(event)
    assert isinstance(again, MethodVerified)
    assert again.codes_left == 9


async def test_a_code_of_an_app_judged_again_after_a_crash_is_still_its_own_and_no_failure() -> None:
    """The time step was used up, and the process died before the verdict."""
    walk, court = walks()["totp"], Court()
    await registered(walk, court)
    court.clock.advance(timedelta(minutes=1))
    event = walk.prove(walk.asked("proof", court.clock.now()), court.clock.now())
    await court.judge(event)
    await lose_the_verdict(court)
    assert outcome(await court.judge(event)) == "verified"
    assert await failures(court) == 0


async def test_a_time_step_that_another_challenge_used_up_counts_as_a_failure() -> None:
    walk, court = walks()["totp"], Court()
    await registered(walk, court)
    court.clock.advance(timedelta(minutes=1))
    assert await proven(walk, court, "first") == "verified"
    assert await proven(walk, court, "second") == "codeIncorrect"
    assert await failures(court) == 1


async def lose_the_verdict(court: Court) -> None:
    """As a process leaves the challenge that dies before it has written what it judged."""
    ended = await court.store.challenges.get(f"{TENANT}/proof")
    assert ended
    (attempt,) = ended.state.attempts
    undecided = {"status": "pending", "attempts": (attempt.model_copy(update={"outcome": None}),), "ended_at": None}
    await court.store.challenges.save(ended, ended.state.model_copy(update=undecided))


async def failures(court: Court) -> int:
    """In a row, of the one code that there is."""
    place = authenticator_id(walks()["totp"].asked("any", NOON), "method-1", tenant=TENANT, user=USER)
    counter = await court.store.authenticators.get(place)
    assert counter
    return counter.state.failures


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
