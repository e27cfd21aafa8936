"""Registering an authenticator app: the QR code, and the request by which it is tried."""

from typing import Protocol

from schemas.verification import ProofKind
from services.enrollment.accounts.domain.unusual import browser_of
from services.enrollment.accounts.handlers.adding import require_registrable
from services.enrollment.challenges.domain.challenge import Registration
from services.enrollment.challenges.handlers.building import ProofRequest, to_register
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge
from services.enrollment.devices.domain import Activation, Device
from services.enrollment.devices.reading import activation_of
from services.enrollment.methods.authenticator_app.activation import new_activation
from services.enrollment.methods.authenticator_app.approval import push_challenge
from services.enrollment.methods.base.handlers import Proof
from services.enrollment.needs import CanAskToRegister, CanPrepare, HasActivations, HasDevices, HasSignals
from services.enrollment.proofs.app_code.handlers import app_code_challenge
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import RequestedChange, Session
from services.enrollment.sessions.handlers.asking import ask, pressed
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.principal import Principal


class CanShowQrCodes(CanPrepare, HasActivations, Protocol):
    """Makes QR codes."""


class CanAskNewDevice(CanAskToRegister, HasActivations, HasDevices, HasSignals, Protocol):
    """Asks a device that has connected."""


SCAN = "authenticatorApp.scan"
DISPLAY_NAME = "Authenticator app"
"""What events say. A device's name may hold a person's, so it stays with the account."""


async def show_code(principal: Principal, deps: CanShowQrCodes) -> Principal:
    """To the QR code: the one that the session has, while it can be used or was used, else a new one.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodLimitReached`, `sessionEnded`.
    """
    change = principal.session.requested_change
    require_registrable(principal.account, "authenticatorApp", deps, replaces=change.replaces if change else None)
    fresh = new_activation(principal.claimant, deps)

    def move(session: Session) -> Session:
        return steps.show_code(session, session.activation or fresh, SCAN)

    return await _shown(principal, move, deps)


async def renew_code(principal: Principal, deps: CanShowQrCodes) -> Principal:
    """A new QR code, on purpose; the earlier one can no longer be used."""
    fresh = new_activation(principal.claimant, deps)
    return await _shown(principal, lambda session: steps.show_code(session, fresh, SCAN), deps)


async def ask_device(principal: Principal, deps: CanAskNewDevice, *, again: bool = False) -> Principal | None:
    """Ask the connected app to approve, with a number to match. None: no app has connected yet.

    A request that still waits is kept, with its number; `again` ends it and shows a new one.
    """
    device = await _device(await activation_of(principal.session.activation, deps), deps)
    if device is None:
        return None
    challenge = push_challenge(_request(principal, device, "pushApproval"), principal.claimant, device, deps)
    moved = await ask(principal, challenge, "authenticatorApp.test", deps, again=again)
    await _end_those_of_pages_that_were_left(moved, deps)
    deps.signals.notify(device.id)
    return moved


async def _end_those_of_pages_that_were_left(principal: Principal, deps: CanAskNewDevice) -> None:
    """The app on one phone may have been connected twice: it would go on showing the request of the first time, whose
    number is on no page any more. Only in the same browser, which shows the later session alone: whoever else has the
    password must not end what the person is about to approve."""
    browser = browser_of(principal.account, principal.session.id)
    for other in principal.account.sessions:
        is_left = other.id != principal.session.id and browser is not None and other.id in browser.sessions
        left = other.requested if is_left else None
        if left and left.terms.push and left.is_to_register:
            await cancel_challenge(left, "superseded", deps)


async def ask_code(principal: Principal, deps: CanAskNewDevice) -> Principal | None:
    """Ask for a one-time code of the connected app instead of an approval. None: the app has no codes."""
    device = await _device(await activation_of(principal.session.activation, deps), deps)
    if device is None or device.secret is None:
        return None
    challenge = app_code_challenge(_request(principal, device, "totp"), principal.claimant, device.secret, deps)
    return await ask(principal, challenge, "authenticatorApp.code", deps)


def registration_of(device: Device, change: RequestedChange | None = None) -> Registration:
    """What becomes of a device once it is proven; with a change it may take the place of an older one."""
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


async def _shown(principal: Principal, move: steps.Move, deps: CanShowQrCodes) -> Principal:
    moved = await move_session(principal, move, deps)
    await activation_of(moved.session.activation, deps)
    return moved


async def _device(activation: Activation | None, deps: HasDevices) -> Device | None:
    if activation is None or activation.device_id is None:
        return None
    stored = await deps.devices.get(activation.device_id)
    return stored.state if stored else None


def _request(principal: Principal, device: Device, kind: ProofKind) -> ProofRequest:
    """The challenge of a new device. Asked twice at once, it is the same one."""
    registration = registration_of(device, principal.session.requested_change)
    return to_register(pressed(principal, f"{kind} {device.id}"), "authenticatorApp", registration, device.method_id)


PUSH_APPROVAL = Proof()
