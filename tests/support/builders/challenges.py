"""Builders: a challenge's terms, and the events about it."""

from datetime import datetime, timedelta
from typing import TypeVar

from schemas.base import Event, Purpose
from schemas.enrollment import ChallengeCancelled, MethodRequested
from schemas.envelope import Envelope
from schemas.verification import ChallengeTerms, CodeSubmitted, CodeTerms
from services.kit.crypto.codes import derive_code
from services.kit.crypto.sealing import Binding, Sealer, keyed_hash
from services.kit.ids import new_id
from tests.support.builders.keys import keyring
from tests.support.clock import NOON

E = TypeVar("E", bound=Event)

TENANT = "northbridge"
USER = "sam"
NUMBER = "+447700900142"
NONCE = "A" * 22


def terms(
    challenge_id: str = "challenge-1",
    *,
    purpose: Purpose = "registration",
    number: str = NUMBER,
    session_id: str | None = "session-1",
    created_at: datetime = NOON,
    life: timedelta = timedelta(minutes=5),
    max_attempts: int = 5,
) -> ChallengeTerms:
    """Terms of a code sent to a number."""
    return ChallengeTerms(
        challenge_id=challenge_id,
        purpose=purpose,
        kind="code",
        method_id="method-1",
        method_type="phone",
        session_id=session_id,
        created_at=created_at,
        expires_at=created_at + life,
        max_attempts=max_attempts,
        code=CodeTerms(nonce=NONCE, destination_hash=keyed_hash(keyring("enrollment"), number, tenant=TENANT)),
    )


def right_code(of: ChallengeTerms) -> str:
    """The code that the person was sent."""
    return derive_code(keyring("notifier"), of, tenant=TENANT).get_secret_value()


def wrong_codes(of: ChallengeTerms, count: int) -> list[str]:
    """So many different codes, all of them wrong."""
    right = right_code(of)
    return [code for number in range(count + 1) if (code := f"{number:06}") != right][:count]


def submitted(
    of: ChallengeTerms, code: str, *, user: str = USER, submission_id: str | None = None, at: datetime = NOON
) -> CodeSubmitted:
    """What enrollment says when a person typed a code."""
    sealed = Sealer(keyring("enrollment")).seal(
        "submission", code.encode(), Binding(TENANT, user, of.method_id, of.challenge_id)
    )
    return CodeSubmitted(submission_id=submission_id or new_id(), terms=of, code=sealed, submitted_at=at)


def requested(of: ChallengeTerms) -> MethodRequested:
    """What enrollment says when it opened a challenge."""
    return MethodRequested(terms=of, channel="sms", not_after=of.expires_at, requested_at=of.created_at)


def cancelled(of: ChallengeTerms) -> ChallengeCancelled:
    """What enrollment says when it ended one."""
    return ChallengeCancelled(
        challenge_id=of.challenge_id, method_id=of.method_id, reason="cancelled", cancelled_at=of.created_at
    )


def enveloped(event: Event, challenge_id: str, *, user: str = USER, at: datetime = NOON) -> Envelope:
    """An event on its way from enrollment."""
    return Envelope(
        id=new_id(),
        type=type(event).__name__,
        source="enrollment",
        time=at,
        tenant=TENANT,
        correlation_id=challenge_id,
        subject=user,
        event=event,
    )
