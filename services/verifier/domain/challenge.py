"""A challenge: how many proofs were counted, what each came to, and how it ended.

```mermaid
stateDiagram-v2
    [*] --> pending: request, or the first submission
    [*] --> cancelled: cancellation before anything else
    pending --> pending: proof counted, found wrong, or handed back uncounted
    pending --> verified: right proof
    pending --> failed: last or final wrong proof, session out of tries, or authenticator disabled
    pending --> denied: the person says no
    pending --> expired: its time is over
    pending --> cancelled: cancellation
    expired --> pending: a proof that was submitted in time comes late
    verified --> [*]
    failed --> [*]
    denied --> [*]
    expired --> [*]
    cancelled --> [*]
```

A proof passes two writes: `receive` counts it, then it is compared, then `accept`, `reject` or `hand_back` says what
came of it. Between the two it lies in `attempts` without an outcome; a crash there leads to another comparison, never
to another count.

A proof is in time by when it was submitted, as the service says that took it, at most `JUDGED_WITHIN` ago: an outage
does not make it late.
"""

from datetime import datetime
from typing import Literal

from schemas.base import Event
from schemas.topics import VERDICTS
from schemas.verification import (
    JUDGED_WITHIN,
    ChallengeExpired,
    ChallengeTerms,
    FailureReason,
    MethodVerified,
    VerificationFailed,
)
from services.kit.decision import Change, Emission
from services.kit.state import State
from services.verifier.domain.base import Refusal, Wrong, says_nothing_else

Status = Literal["pending", "verified", "failed", "denied", "expired", "cancelled"]


class Attempt(State):
    """One counted proof; the same proof again joins it.

    `void` is one that was looked at while the challenge ended. `reason` and `attempts_left` are what was told with
    `wrong`.
    """

    digest: str
    submissions: tuple[str, ...]
    outcome: Literal["right", "wrong", "void"] | None = None
    reason: FailureReason = "codeIncorrect"
    attempts_left: int = 0


class Challenge(State):
    """One request to prove one method. `terms` is None where its cancellation came before all else."""

    id: str
    tenant: str
    user: str
    terms: ChallengeTerms | None = None
    status: Status = "pending"
    attempts: tuple[Attempt, ...] = ()
    opened_at: datetime
    ended_at: datetime | None = None

    def attempt(self, digest: str) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.digest == digest), None)

    def awaits(self, digest: str) -> bool:
        """Whether this proof was counted and nothing came of it yet."""
        attempt = self.attempt(digest)
        return attempt is not None and attempt.outcome is None

    def is_proven_by(self, digest: str) -> bool:
        attempt = self.attempt(digest)
        return attempt is not None and attempt.outcome == "right"

    def terms_behind(self, said: ChallengeTerms, user: str) -> ChallengeTerms | None:
        """By which terms a record is judged that says these: by those of the opening, which are never replaced; None
        where it speaks of another challenge.

        What it does not say, the replica that took it does not know: it is of an earlier version (ADR 0009).
        """
        if self.user != user:
            return None
        opening = self.terms or said
        return opening if says_nothing_else(said, opening) else None

    def wrong_left(self, terms: ChallengeTerms) -> int:
        """Tries left by what was found wrong; proofs under judgement are not among them."""
        return max(terms.max_attempts - sum(1 for attempt in self.attempts if attempt.outcome == "wrong"), 0)


def challenge_id(tenant: str, challenge: str) -> str:
    return f"{tenant}/{challenge}"


def opened(terms: ChallengeTerms, *, tenant: str, user: str, at: datetime) -> Challenge:
    return Challenge(id=terms.challenge_id, tenant=tenant, user=user, terms=terms, opened_at=at)


def cancelled_unseen(challenge: str, *, tenant: str, user: str, at: datetime) -> Challenge:
    return Challenge(id=challenge, tenant=tenant, user=user, status="cancelled", opened_at=at, ended_at=at)


def receive(
    challenge: Challenge,
    terms: ChallengeTerms,
    submission_id: str,
    digest: str,
    *,
    submitted_at: datetime,
    at: datetime,
) -> Change[Challenge]:
    """Count a proof, before anybody looks whether it is right; or say why it does not count."""
    in_time = counts_as_submitted(submitted_at, at=at) < terms.expires_at
    if challenge.status == "expired" and in_time:
        challenge = challenge.model_copy(update={"status": "pending", "ended_at": None})
    if challenge.status == "pending" and not in_time:
        ended = expire(challenge, at=at)
        late = _failed(ended.state, terms, submission_id, reason="codeExpired", left=0, at=at)
        return Change(ended.state, (*ended.emissions, late))
    if challenge.status != "pending":
        return Change(
            challenge, (_failed(challenge, terms, submission_id, reason=_end_reason(challenge), left=0, at=at),)
        )
    known = challenge.attempt(digest)
    if known is not None and known.outcome is not None:
        again = _failed(challenge, terms, submission_id, reason=known.reason, left=known.attempts_left, at=at)
        return Change(challenge, (again,))
    if known is not None:
        return Change(_with_attempt(challenge, _joined(known, submission_id)))
    if len(challenge.attempts) >= terms.max_attempts:
        return Change(challenge, (_failed(challenge, terms, submission_id, reason="challengeEnded", left=0, at=at),))
    counted = Attempt(digest=digest, submissions=(submission_id,))
    return Change(challenge.model_copy(update={"attempts": (*challenge.attempts, counted)}))


def counts_as_submitted(submitted_at: datetime, *, at: datetime) -> datetime:
    """The moment by which a proof is judged that was submitted then and came now: not in the future, not long ago."""
    return max(min(submitted_at, at), at - JUDGED_WITHIN)


def accept(
    challenge: Challenge, terms: ChallengeTerms, digest: str, *, codes_left: int | None = None, at: datetime
) -> Change[Challenge]:
    """The proof is right: once. Whoever sent the same beside it learns that the challenge has ended."""
    attempt = challenge.attempt(digest)
    if attempt is None or not challenge.awaits(digest):
        return Change(challenge)
    if challenge.status != "pending":
        return _too_late(challenge, terms, attempt, at)
    first, *others = attempt.submissions
    right = _with_attempt(challenge, attempt.model_copy(update={"outcome": "right"}))
    verified = right.model_copy(update={"status": "verified", "ended_at": at})
    proven = MethodVerified(
        challenge_id=challenge.id,
        submission_id=first,
        purpose=terms.purpose,
        method_id=terms.method_id,
        method_type=terms.method_type,
        kind=terms.kind,
        session_id=terms.session_id,
        codes_left=codes_left,
        verified_at=at,
    )
    ended = [_failed(verified, terms, other, reason="challengeEnded", left=0, at=at) for other in others]
    return Change(verified, (_emission(verified, proven), *ended))


def reject(
    challenge: Challenge,
    terms: ChallengeTerms,
    digest: str,
    *,
    judgement: Wrong,
    session_left: int,
    authenticator: Refusal | None,
    at: datetime,
) -> Change[Challenge]:
    """The proof is wrong, as `judgement` says. `authenticator` is what its counter leads to: a cooldown, or the end."""
    attempt = challenge.attempt(digest)
    if attempt is None or not challenge.awaits(digest):
        return Change(challenge)
    if challenge.status != "pending":
        return _too_late(challenge, terms, attempt, at)
    disabled = authenticator is not None and authenticator.reason == "authenticatorDisabled"
    left = 0 if disabled or judgement.ends else min(challenge.wrong_left(terms) - 1, session_left)
    reason = judgement.reason
    if left == 0 and not judgement.ends:
        reason = "authenticatorDisabled" if disabled else "attemptsExhausted"
    verdict = {"outcome": "wrong", "reason": reason, "attempts_left": left}
    judged = _with_attempt(challenge, attempt.model_copy(update=verdict))
    if left == 0:
        judged = judged.model_copy(update={"status": judgement.ends or "failed", "ended_at": at})
    retry_after = authenticator.retry_after if authenticator else None
    return Change(
        judged,
        tuple(
            _failed(judged, terms, submission, reason=reason, left=left, at=at, retry_after=retry_after)
            for submission in attempt.submissions
        ),
    )


def hand_back(
    challenge: Challenge, terms: ChallengeTerms, digest: str, *, refusal: Refusal, at: datetime
) -> Change[Challenge]:
    """Nothing may be compared: the proof is not counted after all. Only a cooldown leaves the challenge open."""
    attempt = challenge.attempt(digest)
    if attempt is None or not challenge.awaits(digest):
        return Change(challenge)
    if challenge.status != "pending":
        return _too_late(challenge, terms, attempt, at)
    rest = challenge.model_copy(
        update={"attempts": tuple(other for other in challenge.attempts if other is not attempt)}
    )
    left = rest.wrong_left(terms)
    if refusal.reason != "methodCoolingDown":
        left = 0
        rest = rest.model_copy(update={"status": "failed", "ended_at": at})
    events = [
        _failed(rest, terms, submission, reason=refusal.reason, left=left, at=at, retry_after=refusal.retry_after)
        for submission in attempt.submissions
    ]
    return Change(rest, events)


def cancel(challenge: Challenge, *, at: datetime) -> Change[Challenge]:
    """End it before its time; one that ended stays as it is."""
    if challenge.status != "pending":
        return Change(challenge)
    return Change(challenge.model_copy(update={"status": "cancelled", "ended_at": at}))


def expire(challenge: Challenge, *, at: datetime) -> Change[Challenge]:
    """Its time is over; one that ended, whose time is not over, or of which a proof is being judged stays as it is."""
    terms = challenge.terms
    if challenge.status != "pending" or terms is None or at < terms.expires_at:
        return Change(challenge)
    if at < terms.expires_at + JUDGED_WITHIN and any(attempt.outcome is None for attempt in challenge.attempts):
        return Change(challenge)
    expired = challenge.model_copy(update={"status": "expired", "ended_at": at})
    event = ChallengeExpired(challenge_id=challenge.id, purpose=terms.purpose, method_id=terms.method_id, expired_at=at)
    return Change(expired, (_emission(expired, event),))


def _too_late(challenge: Challenge, terms: ChallengeTerms, attempt: Attempt, at: datetime) -> Change[Challenge]:
    """It ended while the proof was looked at: whatever the proof was, it does not count."""
    reason = _end_reason(challenge)
    events = [_failed(challenge, terms, submission, reason=reason, left=0, at=at) for submission in attempt.submissions]
    return Change(_with_attempt(challenge, attempt.model_copy(update={"outcome": "void"})), events)


def _end_reason(challenge: Challenge) -> FailureReason:
    return "codeExpired" if challenge.status == "expired" else "challengeEnded"


def _joined(attempt: Attempt, submission_id: str) -> Attempt:
    if submission_id in attempt.submissions:
        return attempt
    return attempt.model_copy(update={"submissions": (*attempt.submissions, submission_id)})


def _with_attempt(challenge: Challenge, attempt: Attempt) -> Challenge:
    attempts = tuple(attempt if other.digest == attempt.digest else other for other in challenge.attempts)
    return challenge.model_copy(update={"attempts": attempts})


def _failed(
    challenge: Challenge,
    terms: ChallengeTerms,
    submission_id: str,
    *,
    reason: FailureReason,
    left: int,
    at: datetime,
    retry_after: int | None = None,
) -> Emission:
    event = VerificationFailed(
        challenge_id=challenge.id,
        submission_id=submission_id,
        purpose=terms.purpose,
        method_id=terms.method_id,
        method_type=terms.method_type,
        reason=reason,
        attempts_left=left,
        retry_after=retry_after,
        failed_at=at,
    )
    return _emission(challenge, event)


def _emission(challenge: Challenge, event: Event) -> Emission:
    return Emission(
        topic=VERDICTS, event=event, tenant=challenge.tenant, user=challenge.user, correlation_id=challenge.id
    )
