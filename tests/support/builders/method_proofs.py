"""Builders for all further kinds of proof: their terms, and what is submitted for them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from schemas.base import MethodType, Purpose
from schemas.verification import (
    AnswersSubmitted,
    CallConfirmed,
    CallReported,
    ChallengeTerms,
    CredentialSubmitted,
    HotpTerms,
    PasskeyTerms,
    PassTerms,
    ProofKind,
    QuestionTerms,
    TotpTerms,
)
from services.kit.crypto.codes import CallDecision, call_proof
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.ids import new_id
from tests.support.builders.challenges import TENANT, USER, terms
from tests.support.builders.keys import keyring
from tests.support.builders.passkeys import SoftwarePasskey
from tests.support.clock import NOON

METHOD_TYPES: Mapping[ProofKind, MethodType] = {
    "code": "phone",
    "call": "phone",
    "pushApproval": "authenticatorApp",
    "totp": "softwareOath",
    "hotp": "hardwareOath",
    "securityQuestions": "securityQuestions",
    "passkey": "passkey",
    "recoveryCode": "recoveryCodes",
    "temporaryAccessPass": "temporaryAccessPass",
}
ANSWERS = {"pet": "Rex", "street": "High Street", "teacher": "Ms Öz"}
CODES = [f"{number}ABC-DEFG-HJKM-NPQR" for number in range(10)]
THE_PASS = "Winter-Train-42"
RP_ID = "localhost"
ORIGIN = "http://localhost:8000"
SIGNED = "C" * 43
"""The challenge that a passkey signs."""


def asked_for(
    kind: ProofKind,
    challenge_id: str = "challenge-1",
    *,
    purpose: Purpose = "signIn",
    method_id: str = "method-1",
    session_id: str | None = None,
    created_at: datetime = NOON,
    max_attempts: int = 5,
    **parts: Any,
) -> ChallengeTerms:
    """Terms of that kind; `parts` are those of the kind, and the code part stays for a call."""
    bare = terms(challenge_id, purpose=purpose, session_id=session_id, created_at=created_at, max_attempts=max_attempts)
    update = {"kind": kind, "method_id": method_id, "method_type": METHOD_TYPES[kind]}
    return bare.model_copy(update=update | ({} if kind == "call" else {"code": None}) | parts)


def totp_part(secret: bytes, *, user: str = USER, method_id: str = "method-1") -> TotpTerms:
    """The secret that is being registered."""
    return TotpTerms(secret=_sealed_secret(secret, user, method_id))


def token_with_clock(secret: bytes, *, user: str = USER, method_id: str = "method-1", **how: Any) -> TotpTerms:
    """A token whose clock nobody sets."""
    return TotpTerms(secret=_sealed_secret(secret, user, method_id), clock_drifts=True, **how)


def token_with_button(secret: bytes, *, user: str = USER, method_id: str = "method-1", **how: Any) -> HotpTerms:
    """A token that counts."""
    return HotpTerms(secret=_sealed_secret(secret, user, method_id), **how)


def questions_part(*question_ids: str) -> QuestionTerms:
    """Those questions; all where none is named."""
    return QuestionTerms(question_ids=question_ids or tuple(ANSWERS))


def passkey_part(challenge: str = SIGNED, *, rp_id: str = RP_ID, origin: str = ORIGIN) -> PasskeyTerms:
    """What a passkey signs."""
    return PasskeyTerms(challenge=challenge, rp_id=rp_id, origins=(origin, "https://id.example"))


def pass_part(*, once: bool = True, since: datetime = NOON, life: timedelta = timedelta(hours=1)) -> PassTerms:
    """When a pass is good."""
    return PassTerms(not_before=since, not_after=since + life, is_usable_once=once)


def passkey() -> SoftwarePasskey:
    """A new passkey."""
    return SoftwarePasskey(RP_ID, ORIGIN)


def answers_submitted(
    of: ChallengeTerms, answers: Mapping[str, str], *, user: str = USER, at: datetime = NOON
) -> AnswersSubmitted:
    """What enrollment says when a person answered questions."""
    sealed = _sealed(of, json.dumps(answers), user)
    return AnswersSubmitted(submission_id=new_id(), terms=of, answers=sealed, submitted_at=at)


def credential_submitted(
    of: ChallengeTerms, credential: str, *, user: str = USER, at: datetime = NOON
) -> CredentialSubmitted:
    """What enrollment says when a browser returned a passkey's credential."""
    return CredentialSubmitted(
        submission_id=new_id(), terms=of, credential=_sealed(of, credential, user), submitted_at=at
    )


def call_answered(
    of: ChallengeTerms, decision: CallDecision = "confirm", *, proof: str | None = None, at: datetime = NOON
) -> CallConfirmed | CallReported:
    """What the notifier says when a person pressed keys."""
    derived = proof or call_proof(keyring("notifier"), of, tenant=TENANT, decision=decision)
    event = CallConfirmed if decision == "confirm" else CallReported
    return event(submission_id=new_id(), terms=of, proof=derived, submitted_at=at)


def _sealed_secret(secret: bytes, user: str, method_id: str) -> str:
    return Sealer(keyring("enrollment")).seal("secret", secret, Binding(TENANT, user, method_id))


def _sealed(of: ChallengeTerms, text: str, user: str) -> str:
    binding = Binding(TENANT, user, of.method_id, of.challenge_id)
    return Sealer(keyring("enrollment")).seal("submission", text.encode(), binding)
