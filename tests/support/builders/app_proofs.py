"""Builders for an authenticator app: the terms of a request and of one-time codes, and what is submitted for them."""

from datetime import datetime, timedelta

from schemas.base import Purpose
from schemas.verification import ChallengeTerms, PushApproved, PushDenied, PushTerms, TotpTerms
from services.kit.crypto.device import Decision, DevicePrivateKey, sign_answer
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.ids import new_id
from tests.support.builders.challenges import TENANT, USER, terms
from tests.support.builders.keys import keyring
from tests.support.clock import NOON

DEVICE_ID = "device-1"
DEVICE = DevicePrivateKey.generate()
PUSH_NONCE = "N" * 43
NUMBER_SHOWN = "07"
SECRET = b"12345678901234567890"
"""That of RFC 6238, appendix B."""


def push_terms(
    challenge_id: str = "challenge-1",
    *,
    user: str = USER,
    device_id: str = DEVICE_ID,
    key: DevicePrivateKey = DEVICE,
    session_id: str | None = "session-1",
    created_at: datetime = NOON,
) -> ChallengeTerms:
    """Terms of a request to a device."""
    bare = terms(challenge_id, session_id=session_id, created_at=created_at)
    binding = Binding(TENANT, user, bare.method_id, challenge_id)
    push = PushTerms(
        device_id=device_id,
        public_key=key.public,
        nonce=PUSH_NONCE,
        number=Sealer(keyring("enrollment")).seal("submission", NUMBER_SHOWN.encode(), binding),
    )
    return bare.model_copy(
        update={"kind": "pushApproval", "method_type": "authenticatorApp", "code": None, "push": push}
    )


def totp_terms(
    challenge_id: str = "challenge-1",
    *,
    purpose: Purpose = "registration",
    secret: bytes = SECRET,
    user: str = USER,
    method_id: str = "method-1",
    session_id: str | None = "session-1",
    created_at: datetime = NOON,
) -> ChallengeTerms:
    """Terms of a code that an app shows; only those of a registration have the secret."""
    bare = terms(challenge_id, purpose=purpose, session_id=session_id, created_at=created_at)
    sealed = Sealer(keyring("enrollment")).seal("secret", secret, Binding(TENANT, user, method_id))
    update = {
        "kind": "totp",
        "method_id": method_id,
        "method_type": "authenticatorApp",
        "code": None,
        "totp": TotpTerms(secret=sealed) if purpose == "registration" else TotpTerms(),
    }
    return bare.model_copy(update=update)


def signed_answer(
    of: ChallengeTerms,
    decision: Decision = "approve",
    number: str | None = None,
    *,
    key: DevicePrivateKey = DEVICE,
    nonce: str = PUSH_NONCE,
    challenge_id: str | None = None,
    at: datetime = NOON,
    life: timedelta = timedelta(seconds=60),
) -> str:
    """What the device sends."""
    return sign_answer(
        key,
        device_id=DEVICE_ID,
        challenge_id=challenge_id or of.challenge_id,
        nonce=nonce,
        decision=decision,
        number=number,
        at=at,
        life=life,
    )


def answered(
    of: ChallengeTerms,
    token: str,
    decision: Decision = "approve",
    *,
    user: str = USER,
    at: datetime = NOON,
) -> PushApproved | PushDenied:
    """What enrollment says when a device answered."""
    binding = Binding(TENANT, user, of.method_id, of.challenge_id)
    sealed = Sealer(keyring("enrollment")).seal("submission", token.encode(), binding)
    if decision == "approve":
        return PushApproved(submission_id=new_id(), terms=of, answer=sealed, submitted_at=at)
    return PushDenied(submission_id=new_id(), terms=of, answer=sealed, reported=decision == "report", submitted_at=at)


def approved(of: ChallengeTerms, number: str = NUMBER_SHOWN, *, user: str = USER, at: datetime = NOON) -> PushApproved:
    """The device approves with that number."""
    event = answered(of, signed_answer(of, number=number, at=at), user=user, at=at)
    assert isinstance(event, PushApproved)
    return event


def denied(of: ChallengeTerms, *, reported: bool = False, user: str = USER, at: datetime = NOON) -> PushDenied:
    """The device denies, or reports that nobody asked."""
    decision: Decision = "report" if reported else "deny"
    event = answered(of, signed_answer(of, decision, at=at), decision, user=user, at=at)
    assert isinstance(event, PushDenied)
    return event
