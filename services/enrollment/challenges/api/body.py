"""A challenge as platforms see it now."""

from datetime import datetime
from typing import Final

from pydantic import SecretStr

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.api.models import Alternative, ChallengeBody, DeliveryBody, MethodRef
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.eligibility import left_to_prove
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.challenges.handlers.cooldown import Cooldowns, available_first
from services.enrollment.challenges.handlers.platform import offers_proof
from services.enrollment.components import Components
from services.enrollment.methods.registry.api import challenge_fields, name_of, name_of_type

NOTHING_COOLS_DOWN: Final = Cooldowns()


def challenge_body(
    asked: Verification,
    account: Account,
    components: Components,
    cooldowns: Cooldowns = NOTHING_COOLS_DOWN,
    *,
    url: str | None = None,
) -> ChallengeBody:
    """`cooldowns` put its alternatives into their order; `url` is where our page is, if it is told now."""
    now, challenge = components.clock.now(), asked.current
    is_open = challenge.status_at(now) == "pending"
    return ChallengeBody(
        id=asked.id,
        purpose=challenge.purpose,
        status=asked.status_at(now),
        method=MethodRef(id=challenge.method_id, type=challenge.method_type, display_name=_called(challenge, account)),
        delivery=_delivery(challenge),
        attempts_left=challenge.attempts_left,
        expires_at=challenge.expires_at,
        resend_after=challenge.resend_at if is_open and _may_resend(challenge) else None,
        alternatives=_alternatives(asked, account, components, cooldowns),
        proofs_required=challenge.proofs_required,
        url=SecretStr(url) if url else None,
        proof=_proof(asked, components, now),
        **(challenge_fields(challenge, account, components.deps) if is_open else {}),
    )


def _called(challenge: Challenge, account: Account) -> str:
    """A new number is called by its own mask while it is proven."""
    registration, method = challenge.registration, account.method(challenge.method_id)
    if registration:
        return registration.name or registration.display_name
    return name_of(method) if method else name_of_type(challenge.method_type)


def _delivery(challenge: Challenge) -> DeliveryBody | None:
    if not challenge.is_sent:
        return None
    delivery = challenge.delivery
    return DeliveryBody(state=delivery.state, provider=delivery.provider, detail=delivery.detail, sends=challenge.sends)


def _may_resend(challenge: Challenge) -> bool:
    return challenge.is_sent and challenge.sends_left > 0


def _alternatives(
    asked: Verification, account: Account, components: Components, cooldowns: Cooldowns
) -> tuple[Alternative, ...]:
    purpose, proven = asked.first.purpose, [challenge.method_type for challenge in asked.proven]
    if purpose == "registration":
        return ()
    others = left_to_prove(account, components.deps.policy(account), purpose, proven, components.clock.now())
    return tuple(
        Alternative(method_id=method.id, type=method.type, display_name=name_of(method))
        for method in available_first(others, cooldowns)
        if method.id != asked.current.method_id
    )


def _proof(asked: Verification, components: Components, now: datetime) -> SecretStr | None:
    client_id = asked.first.client_id
    return SecretStr(components.signer.proof(asked, client_id)) if client_id and offers_proof(asked, now) else None
