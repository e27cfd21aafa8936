"""Registering an authenticator app: the QR code, and the request by which it is tried."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from urllib.parse import quote

from pydantic import SecretStr

from schemas.enrollment import Destination
from schemas.verification import (
    ProofKind,
    PushTerms,
    TotpTerms,
)
from services.enrollment.accounts.domain import conflicts
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.handlers.self_service import clean_name
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.building import Question, new_challenge, to_register
from services.enrollment.challenges.handlers.lifecycle import binding_of
from services.enrollment.devices import domain as activations
from services.enrollment.devices.domain import Activation, Device
from services.enrollment.methods.base.handlers import Proof
from services.enrollment.needs import (
    CanAskToRegister,
    CanBuild,
    CanPrepare,
    CanSeal,
    HasActivations,
    HasDevices,
    HasPolicies,
    HasSealer,
    HasSignals,
)
from services.enrollment.policies.domain.policy import is_allowed
from services.enrollment.proofs.app_code.handlers import app_code_challenge
from services.enrollment.registrations.beginning import Beginning, Plan
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.domain.session import RequestedChange, Session
from services.enrollment.sessions.handlers.asking import ask, pressed
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.crypto.sealing import Binding, Sealer, encode
from services.kit.errors import (
    MethodNotAllowedByPolicyError,
    UnknownMethodError,
)
from services.kit.ids import new_id, new_token
from services.kit.mongo.document import DuplicateDocumentError


class CanShowCodes(CanPrepare, HasActivations, Protocol):
    """Makes QR codes."""


class CanReachDevices(CanBuild, HasDevices, Protocol):
    """Builds challenges that a device answers."""


class CanAskDevices(CanAskToRegister, CanReachDevices, HasActivations, HasSignals, Protocol):
    """Asks a device that has connected."""


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


async def show_code(principal: Principal, deps: CanShowCodes) -> Principal:
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


async def renew_code(principal: Principal, deps: CanShowCodes) -> Principal:
    """A new QR code, on purpose; the earlier one can no longer be used."""
    fresh = new_activation(principal.claimant, deps)
    return await _shown(principal, lambda session: wizard.show_code(session, fresh), deps)


async def current_activation(principal: Principal, deps: HasActivations) -> Activation | None:
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


async def ask_device(principal: Principal, deps: CanAskDevices, *, again: bool = False) -> Principal | None:
    """Ask the connected app to approve, with a number to match. None: no app has connected yet.

    A request that still waits is kept, with its number; `again` ends it and shows a new one.
    """
    device = await _device(await current_activation(principal, deps), deps)
    if device is None:
        return None
    challenge = push_challenge(_question(principal, device, "pushApproval"), principal.claimant, device, deps)
    moved = await ask(principal, challenge, "authenticatorApp.test", deps, again=again)
    deps.signals.notify(device.id)
    return moved


async def ask_code(principal: Principal, deps: CanAskDevices) -> Principal | None:
    """Ask for a one-time code of the connected app instead of an approval. None: the app has no codes."""
    device = await _device(await current_activation(principal, deps), deps)
    if device is None or device.secret is None:
        return None
    challenge = app_code_challenge(_question(principal, device, "totp"), principal.claimant, device.secret, deps)
    return await ask(principal, challenge, "authenticatorApp.code", deps)


def registration_of(device: Device, change: RequestedChange | None = None) -> Registration:
    """What becomes of a device once it is proven; with an change it may take the place of an older one."""
    return Registration(
        display_name=DISPLAY_NAME,
        name=device.name,
        device_id=device.id,
        has_codes=device.secret is not None,
        replaces=change.replaces if change else None,
    )


async def has_codes(activation: Activation, deps: HasDevices) -> bool:
    """Whether the connected app shows one-time codes: one that was connected by typing knows no secret."""
    device = await _device(activation, deps)
    return device is not None and device.secret is not None


def code_of(activation: Activation, deps: HasSealer, *, public: str, authenticator: str) -> Code:
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


async def _shown(principal: Principal, move: wizard.Move, deps: CanShowCodes) -> Principal:
    moved = await move_session(principal, move, deps)
    await current_activation(moved, deps)
    return moved


async def _device(activation: Activation | None, deps: HasDevices) -> Device | None:
    if activation is None or activation.device_id is None:
        return None
    stored = await deps.devices.get(activation.device_id)
    return stored.state if stored else None


def require_registrable(account: Account, deps: HasPolicies, replaces: str | None = None) -> None:
    """Raises `methodNotAllowedByPolicy` or `methodLimitReached`."""
    if not is_allowed(deps.policy(account), "authenticatorApp"):
        raise MethodNotAllowedByPolicyError
    but = [replaces] if replaces else []
    if problem := conflicts.conflict_of(account, "authenticatorApp", Registration(display_name=""), but=but):
        raise problem


def new_activation(claimant: Claimant, deps: CanSeal) -> Activation:
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


SEND_AGAIN_AFTER = timedelta(seconds=60)


def push_challenge(asked: Question, claimant: Claimant, device: Device, deps: CanBuild) -> Challenge:
    """A request to approve on one device, with a number to match.

    While the device is being registered, the secret of its codes goes along: the verifier keeps it.
    """
    challenge = new_challenge(asked, claimant, "pushApproval", deps)
    binding = binding_of(challenge)
    digits = deps.terms(claimant.account).number_digits
    number = f"{secrets.randbelow(10**digits):0{digits}d}"
    push = PushTerms(
        device_id=device.id,
        public_key=device.key,
        nonce=new_token(),
        number=deps.sealer.seal("submission", number.encode(), binding),
        digits=digits,
    )
    totp = TotpTerms(secret=device.secret) if device.secret and asked.purpose == "registration" else None
    return challenge.model_copy(
        update={
            "terms": challenge.terms.model_copy(update={"push": push, "totp": totp}),
            "channel": "push",
            "destination": _subscription(device, binding, deps),
            "resend_at": challenge.delivery.requested_at + SEND_AGAIN_AFTER,
        }
    )


def _subscription(device: Device, binding: Binding, deps: HasSealer) -> Destination | None:
    """Where a push message goes, if the device has a subscription; sealed anew, for this challenge."""
    if device.subscription is None:
        return None
    of_method = replace(binding, challenge="")
    plain = deps.sealer.open("destination", device.subscription, of_method)
    return Destination(sealed=deps.sealer.seal("destination", plain, binding), masked="Authenticator app")


def an_app(name: str | None) -> Plan:
    """An authenticator app, by a QR code. The question comes when a device has connected."""

    def plan(claimant: Claimant, deps: CanBuild) -> Beginning:
        require_registrable(claimant.account, deps)
        activation = new_activation(claimant, deps)
        called = clean_name(name or "")
        return Beginning("authenticatorApp", activation.method_id, activation=activation, name=called)

    return plan


async def _device_of(method: Method, deps: HasDevices) -> Device:
    stored = await deps.devices.get(method.device_id) if method.device_id else None
    if stored is None:
        raise UnknownMethodError
    return stored.state


async def ask_method(
    method: Method, asked: Question, claimant: Claimant, deps: CanReachDevices, by_app: bool
) -> Challenge:
    """An approval, or with `by_app` a code of the app."""
    if by_app:
        return app_code_challenge(asked, claimant, None, deps)
    return push_challenge(asked, claimant, await _device_of(method, deps), deps)


PUSH_APPROVAL = Proof()
