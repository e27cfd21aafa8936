"""A person sets a hardware token up, by its serial number and its code."""

from typing import Protocol

from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers.adding import require_registrable
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.building import ProofRequest, new_challenge, to_register, with_terms
from services.enrollment.methods.base.handlers import Strategy
from services.enrollment.methods.hardware_oath.domain import stock
from services.enrollment.methods.hardware_oath.domain.imported import plain_number
from services.enrollment.methods.hardware_oath.domain.stock import HardwareToken, token_key
from services.enrollment.methods.hardware_oath.handlers.stock import of_token
from services.enrollment.needs import (
    CanAskMethods,
    CanBuild,
    CanClaim,
    CanPlan,
    HasHardwareTokens,
    HasRules,
)
from services.enrollment.registrations.beginning import Beginning, ClaimingPlan, proven_by
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.sessions.handlers.asking import ask, pressed
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.errors import (
    ChallengeEndedError,
    UnknownHardwareTokenError,
    UnknownMethodError,
)
from services.kit.ids import new_id, repeatable_id

CODE_STEP = "hardwareOath.code"
SHOWN = 4
"""Characters of a serial number that a name shows."""


class CanClaimTokens(HasRules, HasHardwareTokens, Protocol):
    """Claims tokens by the policy of now."""


def a_token(serial_number: str) -> ClaimingPlan:
    """A registration by a platform. See `claim_token`."""

    async def plan(claimant: Claimant, deps: CanPlan) -> Beginning:
        token = await claim_token(serial_number, claimant, new_id(), deps)
        return proven_by(first_challenge(token, claimant, repeatable_id("challenge"), deps))

    return plan


async def claim_token(serial_number: str, claimant: Claimant, method_id: str, deps: CanClaimTokens) -> HardwareToken:
    """The token with that number, which is the person's to set up for the next 10 minutes.

    Raises:
        MethodNotAllowedByPolicyError, MethodLimitReachedError: the person cannot have one.
        UnknownHardwareTokenError: there is no such token, or it is not theirs to have.
    """
    require_registrable(claimant.account, "hardwareOath", deps)
    account, now = claimant.account, deps.clock.now()
    stored = await deps.hardware_tokens.change(
        token_key(account.tenant, serial_number),
        lambda token: stock.claim(token, account.user, method_id, at=now),
    )
    if stored is None:
        raise UnknownHardwareTokenError
    return stored.state


async def ask_first_code(principal: Principal, serial_number: str, press: str, deps: CanClaim) -> Principal:
    """Claim a token in the wizard, and ask for its code. `press` names one press of "Next". Raises the same as
    `claim_token`; `sessionEnded`, `rateLimited`."""
    lifecycle.open_session(principal.account, principal.session.id, at=deps.clock.now())
    identifier = pressed(principal, f"{press} {plain_number(serial_number)}")
    token = await claim_token(serial_number, principal.claimant, new_id(), deps)
    challenge = first_challenge(token, principal.claimant, identifier, deps)
    return await ask(principal, challenge, CODE_STEP, deps)


async def ask_code_again(principal: Principal, deps: CanClaim) -> Principal:
    """Raises `challengeEnded` where nobody claimed the token, or somebody else did meanwhile, `sessionEnded`,
    `rateLimited`."""
    earlier, tenant = principal.session.requested, principal.account.tenant
    stored = await deps.hardware_tokens.claimed_as(tenant, earlier.method_id) if earlier else None
    if stored is None:
        raise ChallengeEndedError
    press = f"again {stored.state.id}"
    return await ask_first_code(principal, stored.state.serial_number, press, deps)


def first_challenge(token: HardwareToken, claimant: Claimant, identifier: str, deps: CanBuild) -> Challenge:
    """The challenge for the first code of a claimed token; its secret goes along, sealed for the method.

    Raises:
        UnknownHardwareTokenError: nobody claimed it, or somebody else did.
    """
    if token.claim is None or token.secret is None or token.claim.user != claimant.account.user:
        raise UnknownHardwareTokenError
    method_id = token.claim.method_id
    secret = deps.sealer.open("secret", token.secret, of_token(token.tenant, token.id))
    sealed = deps.sealer.seal("secret", secret, claimant.binding(method_id))
    asked = to_register(identifier, "hardwareOath", registration_of(token), method_id)
    return with_terms(new_challenge(asked, claimant, token.kind, deps), **token.terms(sealed))


def registration_of(token: HardwareToken) -> Registration:
    return Registration(display_name=f"Token •••• {token.serial_number[-SHOWN:]}")


async def _ask(method: Method, asked: ProofRequest, claimant: Claimant, deps: CanAskMethods) -> Challenge:
    """Raises UnknownMethodError: the token is not in the stock any more."""
    stored = await deps.hardware_tokens.of_method(claimant.account.tenant, method.id)
    if stored is None:
        raise UnknownMethodError
    return with_terms(new_challenge(asked, claimant, stored.state.kind, deps), **stored.state.terms())


STRATEGY = Strategy(_ask)
