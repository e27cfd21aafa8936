"""What is kept of a challenge that ends, and what is told of it, to the letter."""

from datetime import timedelta

from schemas.base import Event
from schemas.topics import VERDICTS
from schemas.verification import AuthenticatorDisabled, ChallengeExpired, MethodVerified, VerificationFailed
from services.kit.decision import Change, Emission
from services.verifier.domain import authenticator as counters
from services.verifier.domain import challenge as challenges
from services.verifier.domain.authenticator import Authenticator, authenticator_id, sequence_id
from services.verifier.domain.base import Refusal
from services.verifier.domain.challenge import Attempt, Challenge
from tests.support.builders.challenges import TENANT, USER, terms
from tests.support.clock import NOON

TERMS = terms()
LATER = NOON + timedelta(seconds=1)
END = TERMS.expires_at


def _challenge(*attempts: Attempt, **fields: object) -> Challenge:
    opened = challenges.opened(TERMS, tenant=TENANT, user=USER, at=NOON)
    return opened.model_copy(update={"attempts": attempts, **fields})


def _attempt(**fields: object) -> Attempt:
    return Attempt(digest="a", submissions=("s1",)).model_copy(update=fields)


def _told(event: Event) -> Emission:
    return Emission(VERDICTS, event, TENANT, USER, TERMS.challenge_id)


def _failed(reason: str, left: int, retry_after: int | None = None) -> Emission:
    about = {
        "challenge_id": TERMS.challenge_id,
        "submission_id": "s1",
        "purpose": "registration",
        "method_id": "method-1",
        "method_type": "phone",
        "failed_at": LATER,
    }
    event = {**about, "reason": reason, "attempts_left": left, "retry_after": retry_after}
    return _told(VerificationFailed.model_validate(event, by_name=True))


def test_a_right_proof_is_told_with_its_submission_and_session() -> None:
    change = challenges.accept(_challenge(_attempt()), TERMS, "a", codes_left=3, at=LATER)
    event = MethodVerified(
        challenge_id=TERMS.challenge_id,
        submission_id="s1",
        purpose="registration",
        method_id="method-1",
        method_type="phone",
        kind="code",
        session_id="session-1",
        codes_left=3,
        verified_at=LATER,
    )
    ended = _challenge(_attempt(outcome="right"), status="verified", ended_at=LATER)
    assert change == Change(ended, (_told(event),))


def test_a_pause_is_told_with_the_wait_and_leaves_the_challenge_open() -> None:
    refusal = Refusal("methodCoolingDown", 42)
    change = challenges.hand_back(_challenge(_attempt()), TERMS, "a", refusal=refusal, at=LATER)
    assert change.state == _challenge()
    assert list(change.emissions) == [_failed("methodCoolingDown", 5, 42)]


def test_a_refusal_for_good_ends_the_challenge() -> None:
    refusal = Refusal("authenticatorDisabled")
    change = challenges.hand_back(_challenge(_attempt()), TERMS, "a", refusal=refusal, at=LATER)
    assert change.state == _challenge(status="failed", ended_at=LATER)
    assert list(change.emissions) == [_failed("authenticatorDisabled", 0)]


def test_what_was_looked_at_too_late_is_void() -> None:
    cancelled = _challenge(_attempt(), status="cancelled")
    change = challenges.hand_back(cancelled, TERMS, "a", refusal=Refusal("methodCoolingDown", 42), at=LATER)
    assert change.state == _challenge(_attempt(outcome="void"), status="cancelled")
    assert list(change.emissions) == [_failed("challengeEnded", 0)]


def test_a_proof_that_is_not_under_judgement_is_not_handed_back() -> None:
    judged = _challenge(_attempt(outcome="wrong"))
    for digest in ("a", "b"):
        refusal = Refusal("methodCoolingDown", 42)
        assert challenges.hand_back(judged, TERMS, digest, refusal=refusal, at=LATER) == Change(judged)


def test_a_cancelled_challenge_remembers_when_it_ended() -> None:
    ended = _challenge(status="cancelled", ended_at=LATER)
    assert challenges.cancel(_challenge(), at=LATER) == Change(ended)


def test_a_cancellation_before_the_challenge_is_one_of_nobody_knows_what() -> None:
    unseen = challenges.cancelled_unseen("c-1", tenant=TENANT, user=USER, at=NOON)
    assert unseen == Challenge(id="c-1", tenant=TENANT, user=USER, status="cancelled", opened_at=NOON, ended_at=NOON)


def test_an_expired_challenge_is_told_and_remembers_when_it_ended() -> None:
    event = ChallengeExpired(
        challenge_id=TERMS.challenge_id, purpose="registration", method_id="method-1", expired_at=END
    )
    ended = _challenge(status="expired", ended_at=END)
    assert challenges.expire(_challenge(), at=END) == Change(ended, (_told(event),))


def test_an_attempt_that_was_void_costs_no_try() -> None:
    assert _challenge(_attempt(outcome="void"), _attempt(outcome="wrong")).wrong_left(TERMS) == 4
    assert _challenge(*[_attempt(outcome="wrong")] * 6).wrong_left(TERMS) == 0


def test_counters_are_found_by_purpose_and_positions_by_none() -> None:
    reset = terms(purpose="passwordReset")
    assert authenticator_id(reset, "hash", tenant=TENANT, user=USER) == "northbridge/sam/reset/code/hash"
    assert authenticator_id(TERMS, "hash", tenant=TENANT, user=USER) == "northbridge/sam/use/code/hash"
    assert sequence_id(reset, "hash", tenant=TENANT, user=USER) == "northbridge/sam/use/code/hash"


def test_a_position_is_spent_once_also_the_first_one() -> None:
    fresh = Authenticator(id="i", tenant=TENANT, user=USER)
    first = counters.spend(fresh, 1, "t1").state
    assert (first.position, first.position_of) == (1, "t1")
    assert counters.spend(first, 1, "t2") == Change(first)
    assert counters.spend(fresh, 0, "t1").state.position == 0


def test_an_authenticator_that_is_disabled_is_told_once() -> None:
    worn = Authenticator(tenant=TENANT, user=USER, failures=counters.DISABLE_AT)
    change = counters.fail(worn, TERMS, at=LATER)
    event = AuthenticatorDisabled(
        challenge_id=TERMS.challenge_id, method_id="method-1", method_type="phone", disabled_at=LATER
    )
    assert change == Change(worn.model_copy(update={"disabled_at": LATER}), (_told(event),))
    assert counters.fail(change.state, TERMS, at=LATER) == Change(change.state)
