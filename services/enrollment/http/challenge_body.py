"""A challenge as platforms see it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field, SecretStr

from schemas.base import MethodType, Purpose
from services.enrollment.domain.account import Account, Method
from services.enrollment.domain.challenge import Challenge, DeliveryState, Status
from services.enrollment.domain.proving import provable_for
from services.enrollment.domain.questions import offered_questions
from services.enrollment.handlers.apps import number_of
from services.enrollment.handlers.challenges_api import offers_proof
from services.enrollment.http.shared import Body, Shown, absent
from services.enrollment.parts import Parts
from services.enrollment.passkey_options import passkey_options

NAMES: dict[MethodType, str] = {
    "authenticatorApp": "Authenticator app",
    "softwareOath": "Other authenticator app",
    "securityQuestions": "Security questions",
    "passkey": "Passkey",
    "recoveryCodes": "Recovery codes",
    "temporaryAccessPass": "Temporary Access Pass",
}
"""What a method is called that has no name or number of its own."""


class MethodRef(Body):
    """The method that is to be proven. `displayName` is masked, or the person's own name for it."""

    id: str
    type: MethodType
    display_name: str


class DeliveryBody(Body):
    """What is known of the newest message. `detail` is why it failed."""

    state: DeliveryState
    provider: str | None = absent()
    detail: str | None = absent()
    sends: int


class QuestionBody(Body):
    """A security question."""

    id: str
    text: str


class Alternative(Body):
    """Another method that could prove the same."""

    method_id: str
    type: MethodType
    display_name: str


class ChallengeBody(Body):
    """One request to prove one method.

    `numberMatch` is what the person types into the app. `resendAfter` is when another message may be asked for.
    `proof` is a JWT (`/.well-known/jwks.json`) for the platform that asked, for 5 minutes after the answer; its `jti`
    stays the same.
    """

    id: str
    purpose: Purpose
    status: Status
    method: MethodRef
    delivery: DeliveryBody | None = absent()
    number_match: str | None = absent()
    questions: tuple[QuestionBody, ...] | None = absent()
    public_key_options: dict[str, Any] | None = absent()
    attempts_left: int = Field(ge=0)
    expires_at: datetime
    resend_after: datetime | None = absent()
    alternatives: tuple[Alternative, ...] = ()
    proof: Shown | None = absent()


def challenge_body(challenge: Challenge, account: Account, parts: Parts) -> ChallengeBody:
    """What there is to say of it now."""
    now, desk = parts.clock.now(), parts.desk
    is_open = challenge.status_at(now) == "pending"
    number = number_of(challenge, desk.sealer) if is_open else ""
    asks_passkey = is_open and challenge.terms.passkey is not None
    return ChallengeBody(
        id=challenge.id,
        purpose=challenge.purpose,
        status=challenge.status_at(now),
        method=MethodRef(id=challenge.method_id, type=challenge.method_type, display_name=_called(challenge, account)),
        delivery=_delivery(challenge),
        number_match=number or None,
        questions=_questions(challenge, parts) if is_open else None,
        public_key_options=json.loads(passkey_options(challenge, account, desk)) if asks_passkey else None,
        attempts_left=challenge.attempts_left,
        expires_at=challenge.expires_at,
        resend_after=challenge.resend_at if is_open and _may_resend(challenge) else None,
        alternatives=_alternatives(challenge, account, parts),
        proof=_proof(challenge, parts, now),
    )


def name_of(method: Method) -> str:
    """The person's own name for it, else the masked one."""
    return method.name or method.display_name or NAMES.get(method.type, "")


def _called(challenge: Challenge, account: Account) -> str:
    """A new number is called by its own mask while it is proven."""
    registration, method = challenge.registration, account.method(challenge.method_id)
    if registration:
        return registration.name or registration.display_name
    return name_of(method) if method else NAMES.get(challenge.method_type, "")


def _delivery(challenge: Challenge) -> DeliveryBody | None:
    if not challenge.is_sent:
        return None
    told = challenge.delivery
    return DeliveryBody(state=told.state, provider=told.provider, detail=told.detail, sends=challenge.sends)


def _may_resend(challenge: Challenge) -> bool:
    return challenge.is_sent and challenge.sends_left > 0


def _questions(challenge: Challenge, parts: Parts) -> tuple[QuestionBody, ...] | None:
    asked = challenge.terms.questions
    if asked is None:
        return None
    texts = offered_questions(parts.config.tenant(challenge.tenant).security_questions)
    return tuple(QuestionBody(id=one, text=texts.get(one, one)) for one in asked.question_ids)


def _alternatives(challenge: Challenge, account: Account, parts: Parts) -> tuple[Alternative, ...]:
    if challenge.purpose == "registration":
        return ()
    others: Sequence[Method] = provable_for(account, parts.desk.policy(account), challenge.purpose, parts.clock.now())
    return tuple(
        Alternative(method_id=one.id, type=one.type, display_name=name_of(one))
        for one in others
        if one.id != challenge.method_id
    )


def _proof(challenge: Challenge, parts: Parts, now: datetime) -> SecretStr | None:
    if challenge.client_id is None or not offers_proof(challenge, now):
        return None
    return SecretStr(parts.signer.proof(challenge, challenge.client_id))
