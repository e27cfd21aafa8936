"""What an authenticator app does: connect, fetch what waits for it, answer."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretBytes, SecretStr

from schemas.verification import DeviceKey
from services.enrollment.accounts.domain.account import account_id
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.verdict import Verdict, Wrong
from services.enrollment.challenges.handlers.lifecycle import binding_of, judged
from services.enrollment.challenges.handlers.verdicts import suspicious_reported
from services.enrollment.devices import domain as activations
from services.enrollment.devices.domain import Activation, Device
from services.enrollment.methods.authenticator_app.activation import opens_with
from services.enrollment.methods.authenticator_app.registration import ask_connected
from services.enrollment.needs import (
    CanEndChallenges,
    CanResume,
    CanSubmit,
    HasAccounts,
    HasActivations,
    HasClock,
    HasConfig,
    HasDevices,
    HasSealer,
    HasUsedTokens,
)
from services.enrollment.web.streams import KEEP_ALIVE, Seen, Watched
from services.kit.clock import CLOCK_SKEW
from services.kit.crypto import device as protocol
from services.kit.crypto.device import DeviceTokenError
from services.kit.crypto.sealing import Binding, equal, token_hash
from services.kit.errors import (
    ActivationCodeInvalidError,
    ActivationExpiredError,
    ChallengeEndedError,
    ClockSkewError,
    DeviceSignatureInvalidError,
)
from services.kit.ids import new_id


class CanConnect(CanResume, HasConfig, HasUsedTokens, Protocol):
    """Connects a device, and goes on with what it was connected for."""


class CanAnswer(CanSubmit, HasAccounts, HasDevices, HasUsedTokens, Protocol):
    """Takes a device's answer."""


class CanRecogniseDevices(HasClock, HasDevices, HasUsedTokens, Protocol):
    """Tells by its key who signs."""


class CanShowRequests(CanEndChallenges, HasConfig, Protocol):
    """Shows a device what waits for it."""


class CanFollowRequests(CanShowRequests, HasDevices, Protocol):
    """The same, as long as the device is known."""


MAX_NAME = 64


@dataclass(frozen=True)
class Connected:
    """A device that has just connected, and whose account it is now for. `accent_color` is the organisation's."""

    device_id: str
    organization: str
    accent_color: str
    user_principal_name: str


async def activate(handle: str, token: str, *, audience: str, deps: CanConnect) -> Connected:
    """Connect a new device by the code of a QR code, once. Who has connected and asks again by the same key, since the
    answer was lost, is told the same again.

    Raises:
        ProblemError: `activationCodeInvalid` for an unknown handle or a wrong code; `activationExpired` after ten
            minutes, five guesses or once used; `deviceSignatureInvalid`; `clockSkew`.
    """
    now = deps.clock.now()
    try:
        asked = protocol.read_activation(token)
    except DeviceTokenError:
        raise DeviceSignatureInvalidError from None
    _require_audience(asked.aud, audience)
    _require_punctual(asked.iat, now)
    await _require_first_use(f"activate {token_hash(asked.key.x)} {asked.jti}", deps, now)
    handle = activations.canonical_handle(handle)
    connected = await _connected(handle, asked.key, deps, now)
    activation, device = connected or await _connect(handle, asked, deps, now)
    if activation.session_id is None:
        await ask_connected(activation.handle, device, deps)
    deps.signals.notify(activation.handle)
    account = await deps.accounts.get(account_id(activation.tenant, activation.user))
    if account is None:
        raise ActivationExpiredError
    tenant = deps.config.tenant(activation.tenant)
    person = account.state.profile.user_principal_name or account.state.user
    return Connected(device.id, tenant.display_name, tenant.branding.accent_color, person)


async def recognise_device(token: str, method: str, url: str, *, audience: str, deps: CanRecogniseDevices) -> Device:
    """The device that signed a request.

    Raises:
        ProblemError: `deviceSignatureInvalid`, always the same; `clockSkew`.
    """
    now = deps.clock.now()
    device = await _signer(token, deps)
    try:
        request = protocol.read_request(token, device.key)
    except DeviceTokenError:
        raise DeviceSignatureInvalidError from None
    _require_audience(request.aud, audience)
    if (request.sub, request.htm, request.htu) != (device.id, method, url):
        raise DeviceSignatureInvalidError
    _require_punctual(request.iat, now)
    await _require_first_use(f"{device.id} {request.jti}", deps, now)
    return device


async def waiting_requests(device: Device, deps: CanShowRequests) -> list[dict[str, object]]:
    """What the app may answer now, newest first; never the number."""
    now = deps.clock.now()
    pending = await deps.challenges.of_device(device.id)
    return [_described(stored.state, deps) for stored in pending if stored.state.can_be_answered(now)]


def requests_of(device: Device, deps: CanFollowRequests) -> Watched:
    """The same list whenever it changes, until the device is known no more. It looks when it is told: by this replica,
    which asks, or by `following.Watch`."""

    async def look(_: datetime) -> Seen | None:
        stored = await deps.devices.get(device.id)
        if stored is None or not stored.state.is_known:
            return None
        return Seen(json.dumps(await waiting_requests(stored.state, deps), sort_keys=True))

    return Watched("requests", device.id, look, every=KEEP_ALIVE.total_seconds())


async def answer_request(challenge_id: str, token: str, deps: CanAnswer) -> Verdict:
    """Hand a signed answer to the verifier and wait for the verdict, at most 10 s. Who denied the request may still say
    that nobody asked for it, as long as it would have lived: that proves nothing, so nobody judges it.

    Raises:
        ProblemError: `deviceSignatureInvalid` (also for a replay and a foreign device's request), `clockSkew`,
            `challengeEnded`.
    """
    now = deps.clock.now()
    device = await _signer(token, deps)
    try:
        answer = protocol.read_answer(token, device.key)
    except DeviceTokenError:
        raise DeviceSignatureInvalidError from None
    _require_punctual(answer.iat, now)
    challenge = await _request_of(challenge_id, device, deps)
    reports_late = answer.decision == "report" and challenge.status == "denied" and now < challenge.expires_at
    if not (reports_late or challenge.can_be_answered(now)):
        raise ChallengeEndedError
    push = challenge.terms.push
    if push is None or answer.challenge_id != challenge.id or not equal(answer.nonce, push.nonce) or answer.exp <= now:
        raise DeviceSignatureInvalidError
    await _require_first_use(f"{device.id} {answer.jti}", deps, now)
    if reports_late:
        await suspicious_reported(challenge, store=deps, clock=deps.clock, by_holder=True)
        return Wrong("pushDenied")
    submission_id = new_id()
    sealed = deps.sealer.seal("submission", token.encode(), binding_of(challenge))
    async with deps.signals.awaiting(challenge.id) as changed:
        answered = await deps.challenges.change(
            challenge.id,
            lambda state: transitions.answer(state, submission_id, sealed, decision=answer.decision, at=now),
        )
        _, verdict = await judged(challenge.id, submission_id, changed, deps, known=answered)
    return verdict


async def _connected(handle: str, key: DeviceKey, deps: CanConnect, now: datetime) -> tuple[Activation, Device] | None:
    """The device that has connected already, if it is the one that holds this key. The key is the proof: nobody else
    learns whether the code was used, and nothing is guessed at."""
    stored = await deps.activations.get(handle)
    if stored is None or stored.state.device_id is None or now >= stored.state.expires_at:
        return None
    device = await deps.devices.get(stored.state.device_id)
    is_same = device is not None and device.state.is_known and device.state.key == key
    return (stored.state, device.state) if device and is_same else None


async def _connect(
    handle: str, asked: protocol.Activation, deps: CanConnect, now: datetime
) -> tuple[Activation, Device]:
    activation = await _guess(handle, deps, now)
    if not _opens(activation, asked.code, asked.secret, deps):
        raise ActivationCodeInvalidError
    device = _device(activation, asked, deps, now)
    await deps.devices.insert(device.id, device)
    await deps.activations.change(activation.handle, lambda state: activations.connect(state, device))
    return activation, device


async def _guess(handle: str, deps: HasActivations, now: datetime) -> Activation:
    """Count, then hand out what the guess is compared with."""
    stored = await deps.activations.change(handle, lambda state: activations.count_guess(state, at=now))
    if stored is None:
        raise ActivationCodeInvalidError
    return stored.state


def _opens(activation: Activation, code: SecretStr, secret: SecretBytes | None, deps: HasSealer) -> bool:
    """Whether the code is right, and the secret too where one is given (by hand, none is typed)."""
    expected_code, expected_secret = opens_with(activation, deps.sealer)
    right_code = equal(code.get_secret_value(), expected_code)
    right_secret = secret is None or equal(secret.get_secret_value().hex(), expected_secret.hex())
    return right_code and right_secret


def _device(activation: Activation, asked: protocol.Activation, deps: HasSealer, now: datetime) -> Device:
    binding = Binding(activation.tenant, activation.user, activation.method_id)
    subscription = asked.push_subscription.model_dump_json(by_alias=True) if asked.push_subscription else None
    return Device(
        id=new_id(),
        tenant=activation.tenant,
        user=activation.user,
        method_id=activation.method_id,
        name=" ".join(asked.device_name.split())[:MAX_NAME] or "Authenticator app",
        key=asked.key,
        secret=activation.secret if asked.secret else None,
        subscription=deps.sealer.seal("destination", subscription.encode(), binding) if subscription else None,
        created_at=now,
    )


async def _signer(token: str, deps: HasDevices) -> Device:
    key_id = protocol.token_key_id(token)
    stored = await deps.devices.get(key_id) if key_id else None
    if stored is None or not stored.state.is_known:
        raise DeviceSignatureInvalidError
    return stored.state


async def _request_of(challenge_id: str, device: Device, deps: CanEndChallenges) -> Challenge:
    stored = await deps.challenges.get(challenge_id)
    push = stored.state.terms.push if stored else None
    if stored is None or push is None or push.device_id != device.id:
        raise DeviceSignatureInvalidError
    return stored.state


def _described(challenge: Challenge, deps: HasConfig) -> dict[str, object]:
    push = challenge.terms.push
    return {
        "challengeId": challenge.id,
        "nonce": push.nonce if push else "",
        "purpose": challenge.purpose,
        "appName": challenge.context.app_name or deps.config.tenant(challenge.tenant).display_name,
        "location": challenge.context.location,
        "ipAddress": challenge.context.ip_address,
        "requestedAt": _rfc3339(challenge.terms.created_at),
        "expiresAt": _rfc3339(challenge.expires_at),
        "digits": push.digits if push else 0,
    }


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _require_audience(audience: str, expected: str) -> None:
    if audience.rstrip("/") != expected:
        raise DeviceSignatureInvalidError


def _require_punctual(issued: datetime, now: datetime) -> None:
    """`Date` in the answer lets the app correct itself."""
    if abs(issued - now) > CLOCK_SKEW:
        raise ClockSkewError(headers={"Date": now.strftime("%a, %d %b %Y %H:%M:%S GMT")})


async def _require_first_use(token_id: str, deps: HasUsedTokens, now: datetime) -> None:
    if not await deps.used_tokens.first_use(token_id, now):
        raise DeviceSignatureInvalidError
