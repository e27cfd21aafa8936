"""What the verifier says of a proof: right, wrong, or not yet."""

from dataclasses import dataclass, field
from typing import Literal

from schemas.envelope import Envelope
from schemas.verification import ChallengeExpired, MethodVerified, VerificationFailed
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.registry.domain import PROOFS
from services.kit.errors import CATALOGUE, ProblemError

VERIFIED: Literal["verified"] = "verified"


@dataclass(frozen=True)
class Right:
    """The proof was accepted. `account` is the person's with what came of it, where it need not be read for that."""

    account: Account | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Wrong:
    """It was not: `reason` is one of `VerificationFailed`, and a code of the catalogue."""

    reason: str

    @property
    def problem(self) -> type[ProblemError]:
        return CATALOGUE[self.reason]


@dataclass(frozen=True)
class NotYet:
    """The verifier has not answered in time; its word still comes."""


Verdict = Right | Wrong | NotYet


def verdict_of(result: str | None, account: Account | None = None) -> Verdict:
    """From what a challenge keeps of a submission: `verified`, a reason, or nothing yet."""
    if result is None:
        return NotYet()
    return Right(account) if result == VERIFIED else Wrong(result)


def is_about(
    challenge: Challenge, event: MethodVerified | VerificationFailed | ChallengeExpired, cause: Envelope
) -> bool:
    """Whether a verdict speaks of this challenge as it was asked: of its person, its method, its purpose.

    The verifier judges by the terms that a submission brings, so one that should not have been submitted could be about
    something else.
    """
    said = (cause.tenant, cause.subject, cause.correlation_id, event.method_id, event.purpose)
    return said == (challenge.tenant, challenge.user, challenge.id, challenge.method_id, challenge.purpose)


def is_proven_by(challenge: Challenge, event: MethodVerified, cause: Envelope) -> bool:
    """Whether a right proof is one of what was asked for, and one that was handed in here, if it had to be. What a
    verifier of the version before left in its outbox does not name the kind."""
    asked = challenge.terms
    alike = event.method_type == asked.method_type and event.kind in {None, asked.kind}
    is_known = challenge.submission(event.submission_id or "") is not None
    return is_about(challenge, event, cause) and alike and (is_known or PROOFS[asked.kind].is_taken_by_notifier)
