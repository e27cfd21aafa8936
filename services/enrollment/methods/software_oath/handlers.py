"""Registering a different authenticator app, by a secret that both sides know (RFC 6238)."""

import secrets
from base64 import b32encode

from pydantic import SecretStr

from schemas.base import Sealed
from services.enrollment.accounts.domain import methods
from services.enrollment.accounts.domain.account import Account, Draft, Session
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.asking import by_app_code, to_register
from services.enrollment.policies.domain.policy import is_allowed
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.handlers.desk import Applicant, Desk, Visit, ask, move_session, pressed
from services.kit.crypto.codes import otpauth_uri
from services.kit.errors import ProblemError
from services.kit.ids import new_id

SECRET_BYTES = 20
"""As long as the output of SHA-1 (RFC 4226, section 4, R6)."""

DISPLAY_NAME = "Authenticator app"


async def show_secret(visit: Visit, desk: Desk) -> Visit:
    """To the QR code: the one that the session has, else a new one.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodLimitReached`, `sessionEnded`.
    """
    require_registrable(visit.account, desk)
    fresh = new_draft(visit.applicant, desk)

    def move(session: Session) -> Session:
        kept = session.draft if session.draft and session.draft.type == "softwareOath" else fresh
        begun = session if wizard.method_of(session.step) == "softwareOath" else wizard.set_up(session, "softwareOath")
        return wizard.show_draft(begun, kept, "softwareOath.scan")

    return await move_session(visit, move, desk)


async def ask_code(visit: Visit, desk: Desk) -> Visit:
    """Ask for the code that the app shows now.

    Raises:
        ProblemError: `challengeEnded` without a secret, `sessionEnded`, `rateLimited`.
    """
    draft = visit.session.draft
    if draft is None or draft.type != "softwareOath":
        raise ProblemError("challengeEnded")
    challenge = code_challenge(draft, visit.applicant, pressed(visit, f"totp {draft.method_id}"), desk)
    return await ask(visit, challenge, "softwareOath.code", desk)


def new_draft(applicant: Applicant, desk: Desk) -> Draft:
    """A secret for a method that does not exist yet."""
    binding = applicant.binding(new_id())
    sealed: Sealed = desk.sealer.seal("secret", secrets.token_bytes(SECRET_BYTES), binding)
    return Draft(method_id=binding.method, type="softwareOath", sealed=sealed)


def code_challenge(draft: Draft, applicant: Applicant, identifier: str, desk: Desk) -> Challenge:
    """The challenge by which the app is proven to have the secret."""
    asked = to_register(identifier, "softwareOath", Registration(display_name=DISPLAY_NAME), draft.method_id)
    return by_app_code(asked, applicant, draft.sealed, desk)


def secret_of(draft: Draft, applicant: Applicant, desk: Desk) -> SecretStr:
    """The secret as it is typed: base32 (RFC 4648, section 6)."""
    return SecretStr(b32encode(_opened(draft, applicant, desk)).decode())


def uri_of(draft: Draft, applicant: Applicant, desk: Desk) -> str:
    """What the QR code says."""
    account = applicant.account
    issuer = desk.config.tenant(account.tenant).display_name
    return otpauth_uri(_opened(draft, applicant, desk), account.profile.user_principal_name or account.user, issuer)


def require_registrable(account: Account, desk: Desk) -> None:
    """Raises `methodNotAllowedByPolicy` or `methodLimitReached`."""
    if not is_allowed(desk.policy(account), "softwareOath"):
        raise ProblemError("methodNotAllowedByPolicy")
    if code := methods.conflict_of(account, "softwareOath", Registration(display_name=DISPLAY_NAME)):
        raise ProblemError(code)


def _opened(draft: Draft, applicant: Applicant, desk: Desk) -> bytes:
    return desk.sealer.open("secret", draft.sealed, applicant.binding(draft.method_id))
