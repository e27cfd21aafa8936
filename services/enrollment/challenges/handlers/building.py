"""Building blocks of the challenge for a proof, whether a person in a session or a platform asks it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.base import Channel, MethodType, Purpose
from schemas.verification import ChallengeTerms, ProofKind
from services.enrollment.challenges.domain.challenge import Challenge, Delivery, Registration
from services.enrollment.needs import HasRules
from services.enrollment.sessions.principal import Claimant
from services.kit.ids import new_id

LIFE = timedelta(minutes=5)
"""How long a challenge lives for which no code is sent."""


@dataclass(frozen=True)
class ProofRequest:
    """What every challenge has, whatever its kind. `method_id` is the method's, or what it will be; `by` is the channel
    that the person chose, if they did."""

    id: str
    method_id: str
    method_type: MethodType
    purpose: Purpose
    registration: Registration | None = None
    by: Channel | None = None


def to_register(
    identifier: str, method_type: MethodType, registration: Registration, method_id: str = ""
) -> ProofRequest:
    return ProofRequest(identifier, method_id or new_id(), method_type, "registration", registration)


def new_challenge(
    asked: ProofRequest, claimant: Claimant, kind: ProofKind, deps: HasRules, *, life: timedelta = LIFE
) -> Challenge:
    """What all kinds of proof share; nothing is delivered."""
    now: datetime = deps.clock.now()
    terms = ChallengeTerms(
        challenge_id=asked.id,
        purpose=asked.purpose,
        kind=kind,
        method_id=asked.method_id,
        method_type=asked.method_type,
        session_id=claimant.session_id,
        created_at=now,
        expires_at=now + life,
        max_attempts=deps.terms(claimant.account).tries,
    )
    return Challenge(
        id=asked.id,
        tenant=claimant.account.tenant,
        user=claimant.account.user,
        terms=terms,
        channel="local",
        locale=claimant.locale,
        registration=asked.registration,
        delivery=Delivery(requested_at=now),
        resend_at=now,
        attempts_left=terms.max_attempts,
    )


def with_terms(challenge: Challenge, **parts: object) -> Challenge:
    return challenge.model_copy(update={"terms": challenge.terms.model_copy(update=parts)})
