"""Registering a passkey (WebAuthn Level 3, section 7.1); the verifier checks what the browser returns."""

from schemas.verification import CredentialSubmitted
from services.enrollment.accounts.domain import conflicts
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.asking import by_passkey, credential_id_of, to_register
from services.enrollment.dependencies import (
    VERDICT_WITHIN,
    Claimant,
    Dependencies,
    Principal,
    ask,
    binding_of,
    pressed,
    submit,
)
from services.enrollment.policies.domain.policy import is_allowed
from services.kit.errors import MethodNotAllowedByPolicyError
from services.kit.ids import new_id

DISPLAY_NAME = "Passkey"


def passkey_challenge(claimant: Claimant, identifier: str, deps: Dependencies) -> Challenge:
    """The challenge that a new passkey signs.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodLimitReached`.
    """
    registration = Registration(display_name=DISPLAY_NAME)
    require_registrable(claimant.account, deps)
    return by_passkey(to_register(identifier, "passkey", registration), claimant, deps)


async def ask_passkey(principal: Principal, deps: Dependencies) -> Principal:
    """Make the page's challenge; one that still waits is kept, so that a refresh changes nothing."""
    challenge = passkey_challenge(principal.claimant, pressed(principal, "passkey"), deps)
    return await ask(principal, challenge, "passkey", deps)


async def submit_credential(
    challenge: Challenge, credential: str, deps: Dependencies, *, within: float = VERDICT_WITHIN
) -> tuple[Challenge, str | None]:
    """Hand what the browser returned to the verifier and wait for its word.

    Raises:
        ProblemError: `credentialInvalid`, `methodAlreadyRegistered`; see `challenges.submit`.
    """
    found = credential_id_of(credential)
    event = CredentialSubmitted(
        submission_id=new_id(),
        terms=challenge.terms,
        credential=deps.sealer.seal("submission", credential.encode(), binding_of(challenge)),
        submitted_at=deps.clock.now(),
    )
    return await submit(challenge.id, event, deps, within=within, credential_id=found)


def require_registrable(account: Account, deps: Dependencies) -> None:
    """Raises `methodNotAllowedByPolicy` or `methodLimitReached`."""
    if not is_allowed(deps.policy(account), "passkey"):
        raise MethodNotAllowedByPolicyError
    if problem := conflicts.conflict_of(account, "passkey", Registration(display_name=DISPLAY_NAME)):
        raise problem
