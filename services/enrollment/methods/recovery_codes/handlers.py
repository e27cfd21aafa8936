"""Registering recovery codes, and using one."""

from dataclasses import replace
from typing import Protocol

from pydantic import SecretStr

from schemas.verification import CodeSubmitted
from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers.adding import require_addable
from services.enrollment.accounts.handlers.keeping import count_keeping, require_room
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.domain.verdict import Verdict
from services.enrollment.challenges.handlers.building import ProofRequest, new_challenge, to_register
from services.enrollment.challenges.handlers.lifecycle import open_submitted
from services.enrollment.methods.base.handlers import Strategy, sealed_code, typed
from services.enrollment.needs import CanAwaitVerdicts, CanBuild, CanPrepare, HasLimiter, HasRules, HasSealer
from services.enrollment.registrations.beginning import Beginning, proven_by
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import Draft, Session
from services.enrollment.sessions.handlers.asking import pressed, wait_at
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.crypto.codes import canonical_recovery_code
from services.kit.errors import ChallengeEndedError, CodeMalformedError
from services.kit.ids import new_code, new_id


class CanShowCodes(CanPrepare, HasLimiter, Protocol):
    """Makes codes for a page."""


class CanKeepCodes(CanShowCodes, CanAwaitVerdicts, Protocol):
    """Has the verifier keep codes."""


CODES = 10
CODE_LENGTH = 16


def codes_challenge(
    draft: Draft, claimant: Claimant, identifier: str, deps: CanBuild
) -> tuple[Challenge, CodeSubmitted]:
    """The registration of recovery codes: what was handed out, on its way to the verifier."""
    registration = Registration(display_name=f"{CODES} codes", codes_left=CODES)
    require_addable(claimant.account, "recoveryCodes", registration, deps)
    asked = to_register(identifier, "recoveryCodes", registration, draft.method_id)
    challenge = new_challenge(asked, claimant, "recoveryCode", deps)
    listed = "\n".join(code.get_secret_value() for code in codes_of(draft, claimant, deps))
    return challenge, sealed_code(challenge, listed, deps)


def new_codes(claimant: Claimant, deps: HasSealer) -> Draft:
    """Ten recovery codes of 80 bits each (NIST SP 800-63B-4, 4.2.1), not registered yet."""
    binding = claimant.binding(new_id())
    codes = [new_code(CODE_LENGTH) for _ in range(CODES)]
    sealed = deps.sealer.seal("secret", "\n".join(codes).encode(), binding)
    return Draft(method_id=binding.method, type="recoveryCodes", sealed=sealed)


def codes_of(draft: Draft, claimant: Claimant, deps: HasSealer) -> tuple[SecretStr, ...]:
    """The codes in a draft."""
    opened = deps.sealer.open("secret", draft.sealed, claimant.binding(draft.method_id)).decode()
    return tuple(SecretStr(code) for code in opened.split("\n"))


async def prepare_codes(principal: Principal, deps: CanShowCodes) -> Principal:
    """To the page that shows recovery codes, once; a refresh shows the same ones.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `rateLimited`, `sessionEnded`.
    """
    require_addable(principal.account, "recoveryCodes", Registration(display_name=""), deps)
    require_room(principal.account, deps)
    fresh = new_codes(principal.claimant, deps)

    def move(session: Session) -> Session:
        kept = session.draft if session.draft and session.draft.type == "recoveryCodes" else fresh
        return steps.show_draft(session, kept, "recoveryCodes.show")

    return await move_session(principal, move, deps)


async def register_codes(principal: Principal, deps: CanKeepCodes) -> Verdict:
    """The person has saved the codes: keep their hashes, and show them no more.

    Raises:
        ProblemError: `challengeEnded` without codes; `rateLimited`, `sessionEnded`.
    """
    draft = principal.session.draft
    if draft is None or draft.type != "recoveryCodes":
        raise ChallengeEndedError
    challenge, event = codes_challenge(draft, principal.claimant, pressed(principal, f"codes {draft.method_id}"), deps)
    await count_keeping(principal.account_id, deps)
    await wait_at(principal, challenge, "recoveryCodes.show", deps)
    _, verdict = await open_submitted(challenge, event, deps)
    return verdict


def recovery_codes(claimant: Claimant, deps: CanBuild) -> Beginning:
    """Ten codes, which take the place of earlier ones."""
    draft = new_codes(claimant, deps)
    challenge, event = codes_challenge(draft, claimant, new_id(), deps)
    return replace(proven_by(challenge), event=event, codes=codes_of(draft, claimant, deps))


def _canonical(_: Challenge, typed_code: str) -> str:
    code = canonical_recovery_code(typed_code)
    if len(code) != CODE_LENGTH:
        raise CodeMalformedError
    return code


PROOF = typed(_canonical)


async def _ask(_: Method, asked: ProofRequest, claimant: Claimant, deps: HasRules) -> Challenge:
    return new_challenge(asked, claimant, "recoveryCode", deps)


STRATEGY = Strategy(_ask)
