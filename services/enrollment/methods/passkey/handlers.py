"""Registering a passkey (WebAuthn Level 3, section 7.1); the verifier checks what the browser returns."""

from schemas.verification import CredentialSubmitted
from services.enrollment.accounts.domain import methods
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.asking import by_passkey, credential_id_of, to_register
from services.enrollment.policies.domain.policy import is_allowed
from services.enrollment.sessions.handlers.desk import (
    VERDICT_WITHIN,
    Applicant,
    Desk,
    Visit,
    ask,
    binding_of,
    pressed,
    submit,
)
from services.kit.errors import ProblemError
from services.kit.ids import new_id

DISPLAY_NAME = "Passkey"


def passkey_challenge(applicant: Applicant, identifier: str, desk: Desk) -> Challenge:
    """The challenge that a new passkey signs.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodLimitReached`.
    """
    registration = Registration(display_name=DISPLAY_NAME)
    require_registrable(applicant.account, desk)
    return by_passkey(to_register(identifier, "passkey", registration), applicant, desk)


async def ask_passkey(visit: Visit, desk: Desk) -> Visit:
    """Make the page's challenge; one that still waits is kept, so that a refresh changes nothing."""
    challenge = passkey_challenge(visit.applicant, pressed(visit, "passkey"), desk)
    return await ask(visit, challenge, "passkey", desk)


async def submit_credential(
    challenge: Challenge, credential: str, desk: Desk, *, within: float = VERDICT_WITHIN
) -> tuple[Challenge, str | None]:
    """Hand what the browser returned to the verifier and wait for its word.

    Raises:
        ProblemError: `credentialInvalid`, `methodAlreadyRegistered`; see `challenges.submit`.
    """
    found = credential_id_of(credential)
    event = CredentialSubmitted(
        submission_id=new_id(),
        terms=challenge.terms,
        credential=desk.sealer.seal("submission", credential.encode(), binding_of(challenge)),
        submitted_at=desk.clock.now(),
    )
    return await submit(challenge.id, event, desk, within=within, credential_id=found)


def require_registrable(account: Account, desk: Desk) -> None:
    """Raises `methodNotAllowedByPolicy` or `methodLimitReached`."""
    if not is_allowed(desk.policy(account), "passkey"):
        raise ProblemError("methodNotAllowedByPolicy")
    if code := methods.conflict_of(account, "passkey", Registration(display_name=DISPLAY_NAME)):
        raise ProblemError(code)
