"""What the verifier says (`.verdicts`), and what it judges (`.submissions`)."""

from typing import Literal

from pydantic import AwareDatetime, Field

from schemas.base import Event, KeyedHash, MethodType, Model, OpaqueId, Purpose, Sealed

ProofKind = Literal["code"]
"""The kind of proof; each is one file in `services/verifier/methods/`."""

FailureReason = Literal[
    "codeIncorrect",
    "attemptsExhausted",
    "codeExpired",
    "challengeEnded",
    "methodCoolingDown",
    "authenticatorDisabled",
]
"""Why a proof was not accepted: codes of the error catalogue."""


class CodeTerms(Model):
    """How a one-time code is derived: RFC 4226 HOTP over HKDF(code key, nonce, binding). No part of it is secret.

    The key is the newest one that was made before the challenge, so that whoever opens a challenge needs no key.
    """

    nonce: str = Field(pattern=r"^[A-Za-z0-9_-]{22,86}$", description="base64url, at least 128 bits")
    digits: int = Field(default=6, ge=6, le=10)
    destination_hash: KeyedHash


class ChallengeTerms(Model):
    """All that the verifier needs to open a challenge.

    It travels in the request and in each submission, so that their order between topics does not matter.
    """

    challenge_id: OpaqueId
    purpose: Purpose
    kind: ProofKind
    method_id: OpaqueId
    method_type: MethodType
    session_id: OpaqueId | None = None
    created_at: AwareDatetime
    expires_at: AwareDatetime
    max_attempts: int = Field(default=5, ge=1, le=100)
    code: CodeTerms | None = None


class CodeSubmitted(Event):
    """A person typed a code. `code` is sealed under the `submission` purpose, bound to challenge and method."""

    submission_id: OpaqueId
    terms: ChallengeTerms
    code: Sealed
    submitted_at: AwareDatetime


class MethodVerified(Event):
    """The proof was right; the challenge has ended."""

    challenge_id: OpaqueId
    submission_id: OpaqueId | None = None
    purpose: Purpose
    method_id: OpaqueId
    method_type: MethodType
    session_id: OpaqueId | None = None
    verified_at: AwareDatetime


class VerificationFailed(Event):
    """A proof was not accepted. `attempts_left` 0 ends the challenge."""

    challenge_id: OpaqueId
    submission_id: OpaqueId | None = None
    purpose: Purpose
    method_id: OpaqueId
    method_type: MethodType
    reason: FailureReason
    attempts_left: int = Field(ge=0)
    retry_after: int | None = Field(default=None, ge=0, description="seconds until the method may be tried again")
    failed_at: AwareDatetime


class ChallengeExpired(Event):
    """Nobody proved anything in time."""

    challenge_id: OpaqueId
    purpose: Purpose
    method_id: OpaqueId
    expired_at: AwareDatetime


class AuthenticatorDisabled(Event):
    """100 failures in a row (NIST SP 800-63B-4, 3.2.2): the method must be bound anew."""

    challenge_id: OpaqueId
    method_id: OpaqueId
    method_type: MethodType
    disabled_at: AwareDatetime
