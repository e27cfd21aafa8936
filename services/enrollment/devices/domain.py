"""Connecting an authenticator app with an account: a code, once, for ten minutes, five guesses a handle.

Source: NIST SP 800-63B-4, 4.1.2.2 (binding codes), OWASP ASVS 5.0, 6.4.1.
"""

from datetime import datetime, timedelta

from schemas.base import Sealed
from schemas.verification import DeviceKey
from services.kit.decision import Change
from services.kit.errors import ActivationExpiredError
from services.kit.state import State

LIFE = timedelta(minutes=10)
MAX_GUESSES = 5


class AskedRequest(State):
    """A request to approve something with a method on file, which nobody has approved; in a session, if it came from
    our page."""

    challenge_id: str
    session_id: str | None = None
    at: datetime
    denied_at: datetime | None = None


class Device(State):
    """An app that holds a key of its own.

    `secret` (of its one-time codes, if it has them) is sealed under `secret` for the method; `subscription`, a Web Push
    subscription, under `destination`. `proven_at` is when its method came on file, or was found there. It is known no
    more once it is removed, or as long as its method is suspended. `asked` are the requests since the last approval,
    the newest last: how often it may be asked is in `fatigue`.
    """

    id: str
    tenant: str
    user: str
    method_id: str
    name: str
    key: DeviceKey
    secret: Sealed | None = None
    subscription: str | None = None
    created_at: datetime
    proven_at: datetime | None = None
    removed_at: datetime | None = None
    suspended_at: datetime | None = None
    asked: tuple[AskedRequest, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.removed_at is None and self.suspended_at is None


class Activation(State):
    """One QR code. `code` is sealed for this handle, `secret` (of the one-time codes) for the method to be."""

    handle: str
    tenant: str
    user: str
    method_id: str
    session_id: str | None = None
    code: Sealed
    secret: Sealed
    guesses: int = 0
    created_at: datetime
    expires_at: datetime
    device_id: str | None = None
    device_name: str | None = None

    def is_expired(self, now: datetime) -> bool:
        return self.device_id is None and (now >= self.expires_at or self.guesses >= MAX_GUESSES)


def canonical_handle(typed: str) -> str:
    """A handle as it is stored, from one that a person typed: case and look-alikes do not matter."""
    return typed.upper().replace("O", "0").replace("I", "1").replace("L", "1").replace("-", "")


def count_guess(activation: Activation, *, at: datetime) -> Change[Activation]:
    """Before it is looked at. Raises `activationExpired` after ten minutes, five guesses, or once used."""
    if activation.device_id or activation.is_expired(at):
        raise ActivationExpiredError
    return Change(activation.model_copy(update={"guesses": activation.guesses + 1}))


def connect(activation: Activation, device: Device) -> Change[Activation]:
    """The code was right: this device, and no other, is connected. Raises `activationExpired` if another device was
    faster."""
    if activation.device_id:
        raise ActivationExpiredError
    return Change(activation.model_copy(update={"device_id": device.id, "device_name": device.name}))


def proven(device: Device, *, at: datetime) -> Change[Device]:
    """Its method is on file: it stays, and the secret of its codes lives with the verifier alone from now on."""
    return Change(device.model_copy(update={"secret": None, "proven_at": device.proven_at or at}))


def retire(device: Device, *, at: datetime) -> Change[Device]:
    return Change(device.model_copy(update={"removed_at": at}))


def suspend(device: Device, *, at: datetime) -> Change[Device]:
    return Change(device.model_copy(update={"suspended_at": at}))


def revive(device: Device) -> Change[Device]:
    return Change(device.model_copy(update={"removed_at": None, "suspended_at": None}))
