"""An authenticator app that a platform registers: its QR code, and the challenge once a device has connected."""

import uuid

from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.accounts.handlers.adding import require_registrable
from services.enrollment.accounts.handlers.self_service import clean_name
from services.enrollment.challenges.handlers.building import to_register
from services.enrollment.challenges.handlers.lifecycle import open_challenge
from services.enrollment.devices.domain import Device
from services.enrollment.devices.reading import activation_of
from services.enrollment.methods.authenticator_app.activation import new_activation
from services.enrollment.methods.authenticator_app.approval import ask_approval, ask_code, push_challenge
from services.enrollment.methods.authenticator_app.handlers import registration_of
from services.enrollment.methods.base.handlers import Strategy
from services.enrollment.needs import CanBuild, CanResume
from services.enrollment.registrations.beginning import Beginning, Plan
from services.enrollment.registrations.domain import ApiRegistration
from services.enrollment.sessions.principal import Claimant
from services.kit.decision import Change


def an_app(name: str | None) -> Plan:
    """An authenticator app, by a QR code. The challenge comes when a device has connected."""

    def plan(claimant: Claimant, deps: CanBuild) -> Beginning:
        require_registrable(claimant.account, "authenticatorApp", deps)
        activation = new_activation(claimant, deps)
        called = clean_name(name or "")
        return Beginning("authenticatorApp", activation.method_id, activation=activation, name=called)

    return plan


async def ask_connected(handle: str, device: Device, deps: CanResume) -> None:
    """A device has connected by the QR code of a registration: ask it for its first approval."""
    stored = await deps.registrations.of_handle(handle)
    account = await deps.accounts.get(account_id(device.tenant, device.user))
    if stored is None or account is None:
        return
    await _ask_device(stored.state, device, account.state, deps)


async def resume(registration: ApiRegistration, account: Account, deps: CanResume) -> ApiRegistration:
    """With its challenge, also where a crash came between the connection and the challenge."""
    activation = await activation_of(registration.activation, deps)
    if registration.challenge_id or activation is None or activation.device_id is None:
        return registration
    device = await deps.devices.get(activation.device_id)
    return await _ask_device(registration, device.state, account, deps) if device else registration


async def _ask_device(
    registration: ApiRegistration, device: Device, account: Account, deps: CanResume
) -> ApiRegistration:
    """Asked twice at once, it is the same challenge."""
    identifier = str(uuid.uuid5(uuid.UUID(registration.id), device.id))
    named = registration_of(device).model_copy(update={"name": registration.name or device.name})
    asked = to_register(identifier, "authenticatorApp", named, device.method_id)
    challenge = push_challenge(asked, Claimant(account, locale=account.profile.locale), device, deps)
    await open_challenge(challenge, deps)
    stored = await deps.registrations.change(
        registration.id, lambda state: Change(state.model_copy(update={"challenge_id": identifier}))
    )
    deps.signals.notify(device.id)
    return stored.state if stored else registration


STRATEGY = Strategy(ask_approval, resume, ask_code=ask_code)
