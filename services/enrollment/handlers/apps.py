"""Registering an authenticator app: the QR code, and the request by which it is tried."""

import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from pydantic import SecretStr

from schemas.enrollment import Destination
from schemas.verification import ChallengeTerms, ProofKind, PushTerms, TotpTerms
from services.enrollment.domain import activation as activations
from services.enrollment.domain import wizard
from services.enrollment.domain.account import Account, Session
from services.enrollment.domain.activation import MAX_DEVICES, Activation, Device
from services.enrollment.domain.challenge import Challenge, Delivery, Registration
from services.enrollment.domain.policy import is_allowed
from services.enrollment.handlers.desk import (
    Desk,
    Visit,
    binding_of,
    cancel_challenge,
    current_challenge,
    move_session,
    open_challenge,
    wait_at,
)
from services.kit.errors import ProblemError
from services.kit.ids import new_id, new_token
from services.kit.mongo.document import DuplicateDocumentError
from services.kit.sealing import Binding, Sealer, encode

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HANDLE_LENGTH = 8
CODE_DIGITS = 9
SECRET_BYTES = 20
NUMBER_DIGITS = 2
REQUEST_LIFE = timedelta(minutes=5)
SEND_AGAIN_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class Code:
    """What a QR code says, in the clear: for the person's own page and for nothing else."""

    code: SecretStr
    url: str
    link: str


async def show_code(visit: Visit, desk: Desk) -> Visit:
    """To the QR code: the one that the session has, while it can be used or was used, else a new one.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodLimitReached`, `sessionEnded`.
    """
    _require_registrable(visit.account, desk)
    fresh = _activation(visit, desk)

    def move(session: Session) -> Session:
        return wizard.show_code(session, session.activation or fresh)

    return await _shown(visit, move, desk)


async def renew_code(visit: Visit, desk: Desk) -> Visit:
    """A new QR code, on purpose; the earlier one can no longer be used."""
    fresh = _activation(visit, desk)
    return await _shown(visit, lambda session: wizard.show_code(session, fresh), desk)


async def current_activation(visit: Visit, desk: Desk) -> Activation | None:
    """The activation of the session's QR code; one that a crash left out is stored now."""
    draft = visit.session.activation
    if draft is None:
        return None
    stored = await desk.store.activations.get(draft.handle)
    if stored:
        return stored.state
    try:
        return (await desk.store.activations.insert(draft.handle, draft)).state
    except DuplicateDocumentError:
        return draft


async def ask_device(visit: Visit, desk: Desk, *, again: bool = False) -> Visit | None:
    """Ask the connected app to approve, with a number to match. None: no app has connected yet.

    A request that still waits is kept, with its number; `again` ends it and shows a new one.
    """
    activation = await current_activation(visit, desk)
    device = await _device(activation, desk)
    if device is None:
        return None
    earlier = await current_challenge(visit, desk)
    now = desk.clock.now()
    if earlier and not again and earlier.terms.push and earlier.status_at(now) == "pending":
        return await wait_at(visit, earlier, "authenticatorApp.test", desk)
    await desk.edge.admit("request", visit.session.id)
    challenge = _push_challenge(visit, device, earlier.id if earlier else "", now=now, desk=desk)
    return await _asked(visit, challenge, earlier, device, desk)


async def ask_code(visit: Visit, desk: Desk) -> Visit | None:
    """Ask for a one-time code of the connected app instead of an approval. None: the app has no codes."""
    device = await _device(await current_activation(visit, desk), desk)
    if device is None or device.secret is None:
        return None
    earlier = await current_challenge(visit, desk)
    now = desk.clock.now()
    if earlier and earlier.terms.totp and earlier.status_at(now) == "pending":
        return await wait_at(visit, earlier, "authenticatorApp.code", desk)
    await desk.edge.admit("request", visit.session.id)
    challenge = _code_challenge(visit, device, device.secret, earlier.id if earlier else "", now=now)
    return await _asked(visit, challenge, earlier, device, desk)


async def has_codes(activation: Activation, desk: Desk) -> bool:
    """Whether the connected app shows one-time codes: one that was connected by typing knows no secret."""
    device = await _device(activation, desk)
    return device is not None and device.secret is not None


def code_of(activation: Activation, desk: Desk, *, public: str, authenticator: str) -> Code:
    """Open what the QR code says. `public` and `authenticator` are origins."""
    code, secret = opens_with(activation, desk.sealer)
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


async def _asked(visit: Visit, challenge: Challenge, earlier: Challenge | None, device: Device, desk: Desk) -> Visit:
    step = "authenticatorApp.test" if challenge.terms.push else "authenticatorApp.code"
    moved = await wait_at(visit, challenge, step, desk)
    if moved.session.requested:
        await open_challenge(moved.session.requested, desk)
        desk.signals.tell(device.id)
    if earlier and earlier.id != challenge.id:
        await cancel_challenge(earlier, "superseded", desk)
    return moved


async def _shown(visit: Visit, move: wizard.Move, desk: Desk) -> Visit:
    moved = await move_session(visit, move, desk)
    await current_activation(moved, desk)
    return moved


async def _device(activation: Activation | None, desk: Desk) -> Device | None:
    if activation is None or activation.device_id is None:
        return None
    stored = await desk.store.devices.get(activation.device_id)
    return stored.state if stored else None


def _require_registrable(account: Account, desk: Desk) -> None:
    if not is_allowed(desk.policy(account), "authenticatorApp"):
        raise ProblemError("methodNotAllowedByPolicy")
    if sum(1 for method in account.methods if method.type == "authenticatorApp") >= MAX_DEVICES:
        raise ProblemError("methodLimitReached")


def _activation(visit: Visit, desk: Desk) -> Activation:
    now, account = desk.clock.now(), visit.account
    handle = "".join(secrets.choice(CROCKFORD) for _ in range(HANDLE_LENGTH))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    of_method = Binding(account.tenant, account.user, new_id())
    of_code = replace(of_method, challenge=handle)
    return Activation(
        handle=handle,
        tenant=account.tenant,
        user=account.user,
        method_id=of_method.method,
        session_id=visit.session.id,
        code=desk.sealer.seal("secret", code.encode(), of_code),
        secret=desk.sealer.seal("secret", secrets.token_bytes(SECRET_BYTES), of_method),
        created_at=now,
        expires_at=now + activations.LIFE,
    )


def _push_challenge(visit: Visit, device: Device, earlier: str, *, now: datetime, desk: Desk) -> Challenge:
    """The request to one device. Asked for twice at once, it is the same one."""
    asked = _challenge(visit, device, "pushApproval", earlier, now=now)
    binding = binding_of(asked)
    number = f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"
    push = PushTerms(
        device_id=device.id,
        public_key=device.key,
        nonce=new_token(),
        number=desk.sealer.seal("submission", number.encode(), binding),
        digits=NUMBER_DIGITS,
    )
    return asked.model_copy(
        update={
            "terms": asked.terms.model_copy(update={"push": push}),
            "channel": "push",
            "destination": _subscription(device, binding, desk),
            "resend_at": now + SEND_AGAIN_AFTER,
        }
    )


def _code_challenge(visit: Visit, device: Device, secret: str, earlier: str, *, now: datetime) -> Challenge:
    """The question for a one-time code; nothing is sent anywhere."""
    asked = _challenge(visit, device, "totp", earlier, now=now)
    return asked.model_copy(update={"terms": asked.terms.model_copy(update={"totp": TotpTerms(secret=secret)})})


def _challenge(visit: Visit, device: Device, kind: ProofKind, earlier: str, *, now: datetime) -> Challenge:
    """What all challenges to prove a new device share; the part of its kind is still to be added."""
    identifier = str(uuid.uuid5(uuid.UUID(visit.session.id), f"{kind} {device.id} {earlier}"))
    terms = ChallengeTerms(
        challenge_id=identifier,
        purpose="registration",
        kind=kind,
        method_id=device.method_id,
        method_type="authenticatorApp",
        session_id=visit.session.id,
        created_at=now,
        expires_at=now + REQUEST_LIFE,
        max_attempts=5,
    )
    return Challenge(
        id=identifier,
        tenant=visit.account.tenant,
        user=visit.account.user,
        terms=terms,
        channel="local",
        locale=visit.session.locale,
        registration=Registration(display_name=device.name, device_id=device.id),
        delivery=Delivery(requested_at=now),
        resend_at=now,
        attempts_left=terms.max_attempts,
    )


def _subscription(device: Device, binding: Binding, desk: Desk) -> Destination | None:
    """Where a push message goes, if the device has a subscription; sealed anew, for this challenge."""
    if device.subscription is None:
        return None
    plain = desk.sealer.open("destination", device.subscription, Binding(device.tenant, device.user, device.method_id))
    return Destination(sealed=desk.sealer.seal("destination", plain, binding), masked=device.name)


def _code_binding(activation: Activation) -> Binding:
    return Binding(activation.tenant, activation.user, activation.method_id, activation.handle)


def _secret_binding(activation: Activation) -> Binding:
    return Binding(activation.tenant, activation.user, activation.method_id)
