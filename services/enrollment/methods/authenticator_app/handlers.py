"""Registering an authenticator app: the QR code, and the request by which it is tried."""

import secrets
from dataclasses import dataclass, replace
from urllib.parse import quote

from pydantic import SecretStr

from schemas.verification import ProofKind
from services.enrollment.accounts.domain import conflicts
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.asking import Question, by_app_code, by_push, to_register
from services.enrollment.dependencies import (
    Claimant,
    Dependencies,
    Principal,
    ask,
    binding_of,
    move_session,
    pressed,
)
from services.enrollment.devices import domain as activations
from services.enrollment.devices.domain import Activation, Device
from services.enrollment.policies.domain.policy import is_allowed
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.domain.session import RequestedChange, Session
from services.kit.crypto.sealing import Binding, Sealer, encode
from services.kit.errors import MethodNotAllowedByPolicyError
from services.kit.ids import new_id
from services.kit.mongo.document import DuplicateDocumentError

DISPLAY_NAME = "Authenticator app"
"""What events say. A device's name may hold a person's, so it stays with the account."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HANDLE_LENGTH = 8
CODE_DIGITS = 9
SECRET_BYTES = 20


@dataclass(frozen=True)
class Code:
    """What a QR code says, in the clear: for the person's own page and for nothing else."""

    code: SecretStr
    url: str
    link: str


async def show_code(principal: Principal, deps: Dependencies) -> Principal:
    """To the QR code: the one that the session has, while it can be used or was used, else a new one.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodLimitReached`, `sessionEnded`.
    """
    change = principal.session.requested_change
    require_registrable(principal.account, deps, change.replaces if change else None)
    fresh = new_activation(principal.claimant, deps)

    def move(session: Session) -> Session:
        return wizard.show_code(session, session.activation or fresh)

    return await _shown(principal, move, deps)


async def renew_code(principal: Principal, deps: Dependencies) -> Principal:
    """A new QR code, on purpose; the earlier one can no longer be used."""
    fresh = new_activation(principal.claimant, deps)
    return await _shown(principal, lambda session: wizard.show_code(session, fresh), deps)


async def current_activation(principal: Principal, deps: Dependencies) -> Activation | None:
    """The activation of the session's QR code; one that a crash left out is stored now."""
    draft = principal.session.activation
    if draft is None:
        return None
    stored = await deps.activations.get(draft.handle)
    if stored:
        return stored.state
    try:
        return (await deps.activations.insert(draft.handle, draft)).state
    except DuplicateDocumentError:
        return draft


async def ask_device(principal: Principal, deps: Dependencies, *, again: bool = False) -> Principal | None:
    """Ask the connected app to approve, with a number to match. None: no app has connected yet.

    A request that still waits is kept, with its number; `again` ends it and shows a new one.
    """
    device = await _device(await current_activation(principal, deps), deps)
    if device is None:
        return None
    challenge = by_push(_question(principal, device, "pushApproval"), principal.claimant, device, deps)
    moved = await ask(principal, challenge, "authenticatorApp.test", deps, again=again)
    deps.signals.tell(device.id)
    return moved


async def ask_code(principal: Principal, deps: Dependencies) -> Principal | None:
    """Ask for a one-time code of the connected app instead of an approval. None: the app has no codes."""
    device = await _device(await current_activation(principal, deps), deps)
    if device is None or device.secret is None:
        return None
    challenge = by_app_code(_question(principal, device, "totp"), principal.claimant, device.secret, deps)
    return await ask(principal, challenge, "authenticatorApp.code", deps)


def registration_of(device: Device, change: RequestedChange | None = None) -> Registration:
    """What becomes of a device once it is proven; with a requested change it may take the place of an older one."""
    return Registration(
        display_name=DISPLAY_NAME,
        name=device.name,
        device_id=device.id,
        has_codes=device.secret is not None,
        replaces=change.replaces if change else None,
    )


async def has_codes(activation: Activation, deps: Dependencies) -> bool:
    """Whether the connected app shows one-time codes: one that was connected by typing knows no secret."""
    device = await _device(activation, deps)
    return device is not None and device.secret is not None


def code_of(activation: Activation, deps: Dependencies, *, public: str, authenticator: str) -> Code:
    """Open what the QR code says. `public` and `authenticator` are origins."""
    code, secret = opens_with(activation, deps.sealer)
    url = f"{public}/device/v1/a/{activation.handle}"
    link = f"{authenticator}/authenticator#activate?url={quote(url, safe='')}&code={code}&secret={encode(secret)}"
    return Code(SecretStr(code), url, link)


def opens_with(activation: Activation, sealer: Sealer) -> tuple[str, bytes]:
    """The code and the secret that a device must present."""
    code = sealer.open("secret", activation.code, _code_binding(activation)).decode()
    return code, sealer.open("secret", activation.secret, _secret_binding(activation))


def number_of(challenge: Challenge, sealer: Sealer) -> str:
    """The number that the page shows; empty where there is none."""
    if challenge.terms.push is None:
        return ""
    return sealer.open("submission", challenge.terms.push.number, binding_of(challenge)).decode()


async def _shown(principal: Principal, move: wizard.Move, deps: Dependencies) -> Principal:
    moved = await move_session(principal, move, deps)
    await current_activation(moved, deps)
    return moved


async def _device(activation: Activation | None, deps: Dependencies) -> Device | None:
    if activation is None or activation.device_id is None:
        return None
    stored = await deps.devices.get(activation.device_id)
    return stored.state if stored else None


def require_registrable(account: Account, deps: Dependencies, replaces: str | None = None) -> None:
    """Raises `methodNotAllowedByPolicy` or `methodLimitReached`."""
    if not is_allowed(deps.policy(account), "authenticatorApp"):
        raise MethodNotAllowedByPolicyError
    but = [replaces] if replaces else []
    if problem := conflicts.conflict_of(account, "authenticatorApp", Registration(display_name=""), but=but):
        raise problem


def new_activation(claimant: Claimant, deps: Dependencies) -> Activation:
    """A QR code: handle, code and secret, for a method that does not exist yet."""
    now, account = deps.clock.now(), claimant.account
    handle = "".join(secrets.choice(CROCKFORD) for _ in range(HANDLE_LENGTH))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    of_method = Binding(account.tenant, account.user, new_id())
    of_code = replace(of_method, challenge=handle)
    return Activation(
        handle=handle,
        tenant=account.tenant,
        user=account.user,
        method_id=of_method.method,
        session_id=claimant.session_id,
        code=deps.sealer.seal("secret", code.encode(), of_code),
        secret=deps.sealer.seal("secret", secrets.token_bytes(SECRET_BYTES), of_method),
        created_at=now,
        expires_at=now + activations.LIFE,
    )


def _question(principal: Principal, device: Device, kind: ProofKind) -> Question:
    """The question to a new device. Asked twice at once, it is the same one."""
    registration = registration_of(device, principal.session.requested_change)
    return to_register(pressed(principal, f"{kind} {device.id}"), "authenticatorApp", registration, device.method_id)


def _code_binding(activation: Activation) -> Binding:
    return Binding(activation.tenant, activation.user, activation.method_id, activation.handle)


def _secret_binding(activation: Activation) -> Binding:
    return Binding(activation.tenant, activation.user, activation.method_id)
