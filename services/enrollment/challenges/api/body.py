"""A challenge as platforms see it."""

import json
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pydantic import Field, SecretStr

from schemas.base import MethodType, Purpose
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.api.shared import Body, Shown, absent
from services.enrollment.challenges.domain.challenge import Challenge, DeliveryState, Status
from services.enrollment.challenges.domain.eligibility import left_to_prove
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.challenges.handlers.cooldown import Cooldowns, available_first
from services.enrollment.challenges.handlers.platform import offers_proof
from services.enrollment.components import Components
from services.enrollment.methods.authenticator_app.handlers import number_of
from services.enrollment.methods.passkey.options import passkey_options
from services.enrollment.methods.security_questions.domain import offered_questions

NAMES: dict[MethodType, str] = {
    "authenticatorApp": "Authenticator app",
    "softwareOath": "Other authenticator app",
    "securityQuestions": "Security questions",
    "passkey": "Passkey",
    "recoveryCodes": "Recovery codes",
    "temporaryAccessPass": "Temporary Access Pass",
}
"""What a method is called that has no name or number of its own."""

NOTHING_RESTS: Cooldowns = MappingProxyType({})


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

    `numberMatch` is what the person types into the app. `resendAfter` is when another message may be asked for. Of
    `alternatives` the best comes first, and one that rests after failures last. `url` leads the browser to our page,
    once, within 5 minutes; it is told once. `proofsRequired` is how many methods of different types the purpose needs:
    on our page all of them, by the API each by a challenge of its own.

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
    proofs_required: int = Field(ge=1, le=2)
    url: Shown | None = absent()
    proof: Shown | None = absent()


def challenge_body(
    asked: Verification,
    account: Account,
    components: Components,
    cooldowns: Cooldowns = NOTHING_RESTS,
    *,
    url: str | None = None,
) -> ChallengeBody:
    """What there is to say of it now."""
    now, deps, challenge = components.clock.now(), components.deps, asked.current
    is_open = challenge.status_at(now) == "pending"
    number = number_of(challenge, deps.sealer) if is_open else ""
    asks_passkey = is_open and challenge.terms.passkey is not None
    return ChallengeBody(
        id=asked.id,
        purpose=challenge.purpose,
        status=asked.status_at(now),
        method=MethodRef(id=challenge.method_id, type=challenge.method_type, display_name=_called(challenge, account)),
        delivery=_delivery(challenge),
        number_match=number or None,
        questions=_questions(challenge, components) if is_open else None,
        public_key_options=json.loads(passkey_options(challenge, account, deps)) if asks_passkey else None,
        attempts_left=challenge.attempts_left,
        expires_at=challenge.expires_at,
        resend_after=challenge.resend_at if is_open and _may_resend(challenge) else None,
        alternatives=_alternatives(asked, account, components, cooldowns),
        proofs_required=challenge.proofs_required,
        url=SecretStr(url) if url else None,
        proof=_proof(asked, components, now),
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


def _questions(challenge: Challenge, components: Components) -> tuple[QuestionBody, ...] | None:
    asked = challenge.terms.questions
    if asked is None:
        return None
    texts = offered_questions(components.config.tenant(challenge.tenant).security_questions)
    return tuple(QuestionBody(id=one, text=texts.get(one, one)) for one in asked.question_ids)


def _alternatives(
    asked: Verification, account: Account, components: Components, cooldowns: Cooldowns
) -> tuple[Alternative, ...]:
    purpose, proven = asked.first.purpose, [one.method_type for one in asked.proven]
    if purpose == "registration":
        return ()
    others = left_to_prove(account, components.deps.policy(account), purpose, proven, components.clock.now())
    return tuple(
        Alternative(method_id=one.id, type=one.type, display_name=name_of(one))
        for one in available_first(others, cooldowns)
        if one.id != asked.current.method_id
    )


def _proof(asked: Verification, components: Components, now: datetime) -> SecretStr | None:
    client_id = asked.first.client_id
    return SecretStr(components.signer.proof(asked, client_id)) if client_id and offers_proof(asked, now) else None
