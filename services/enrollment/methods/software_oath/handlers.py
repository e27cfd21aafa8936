"""Registering a different authenticator app, by a secret that both sides know (RFC 6238)."""

import secrets
from base64 import b32encode
from dataclasses import replace

from pydantic import SecretStr

from schemas.base import Sealed
from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers.adding import require_registrable
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.building import ProofRequest, to_register
from services.enrollment.methods.base.handlers import Strategy
from services.enrollment.needs import CanAskToRegister, CanBuild, CanPrepare, CanShow, HasRules, HasSealer
from services.enrollment.proofs.app_code.handlers import app_code_challenge
from services.enrollment.registrations.beginning import Beginning, proven_by
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import Draft, Session
from services.enrollment.sessions.handlers.asking import ask, pressed
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.crypto.codes import otpauth_uri
from services.kit.errors import ChallengeEndedError
from services.kit.ids import new_id, repeatable_id

SECRET_BYTES = 20
"""As long as the output of SHA-1 (RFC 4226, section 4, R6)."""

DISPLAY_NAME = "Authenticator app"


async def show_secret(principal: Principal, deps: CanPrepare) -> Principal:
    """To the QR code: the one that the session has, else a new one.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodLimitReached`, `sessionEnded`.
    """
    require_registrable(principal.account, "softwareOath", deps)
    fresh = new_draft(principal.claimant, deps)

    def move(session: Session) -> Session:
        kept = session.draft if session.draft and session.draft.type == "softwareOath" else fresh
        begun = (
            session if steps.method_type_of(session.step) == "softwareOath" else steps.set_up(session, "softwareOath")
        )
        return steps.show_draft(begun, kept, "softwareOath.scan")

    return await move_session(principal, move, deps)


async def ask_code(principal: Principal, deps: CanAskToRegister) -> Principal:
    """Raises `challengeEnded` without a secret, `sessionEnded`, `rateLimited`."""
    draft = principal.session.draft
    if draft is None or draft.type != "softwareOath":
        raise ChallengeEndedError
    challenge = code_challenge(draft, principal.claimant, pressed(principal, f"totp {draft.method_id}"), deps)
    return await ask(principal, challenge, "softwareOath.code", deps)


def new_draft(claimant: Claimant, deps: HasSealer) -> Draft:
    """A secret for a method that does not exist yet."""
    binding = claimant.binding(new_id())
    sealed: Sealed = deps.sealer.seal("secret", secrets.token_bytes(SECRET_BYTES), binding)
    return Draft(method_id=binding.method, type="softwareOath", sealed=sealed)


def code_challenge(draft: Draft, claimant: Claimant, identifier: str, deps: HasRules) -> Challenge:
    """The challenge by which the app is proven to have the secret."""
    asked = to_register(identifier, "softwareOath", Registration(display_name=DISPLAY_NAME), draft.method_id)
    return app_code_challenge(asked, claimant, draft.sealed, deps)


def secret_of(draft: Draft, claimant: Claimant, deps: HasSealer) -> SecretStr:
    """The secret as it is typed: base32 (RFC 4648, section 6)."""
    return SecretStr(b32encode(_opened(draft, claimant, deps)).decode())


def uri_of(draft: Draft, claimant: Claimant, deps: CanShow) -> str:
    """What the QR code says."""
    account = claimant.account
    issuer = deps.config.tenant(account.tenant).display_name
    return otpauth_uri(_opened(draft, claimant, deps), account.profile.user_principal_name or account.user, issuer)


def _opened(draft: Draft, claimant: Claimant, deps: HasSealer) -> bytes:
    return deps.sealer.open("secret", draft.sealed, claimant.binding(draft.method_id))


def another_app(claimant: Claimant, deps: CanBuild) -> Beginning:
    """A different authenticator app, by a secret."""
    require_registrable(claimant.account, "softwareOath", deps)
    draft = new_draft(claimant, deps)
    return replace(proven_by(code_challenge(draft, claimant, repeatable_id("challenge"), deps)), draft=draft)


async def _ask(_: Method, asked: ProofRequest, claimant: Claimant, deps: HasRules) -> Challenge:
    return app_code_challenge(asked, claimant, None, deps)


STRATEGY = Strategy(_ask)
