"""What the verifier says (`.verdicts`), and what it judges (`.submissions`)."""

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.base import Event, KeyedHash, LongSealed, MethodType, Model, OpaqueId, Purpose, Sealed

ProofKind = Literal[
    "code",
    "call",
    "pushApproval",
    "totp",
    "hotp",
    "securityQuestions",
    "passkey",
    "recoveryCode",
    "temporaryAccessPass",
]
"""The kind of proof; each is one file in `services/verifier/methods/`."""

FailureReason = Literal[
    "codeIncorrect",
    "attemptsExhausted",
    "codeExpired",
    "challengeEnded",
    "numberMismatch",
    "pushDenied",
    "deviceSignatureInvalid",
    "credentialInvalid",
    "codeUsed",
    "callReported",
    "methodCoolingDown",
    "authenticatorDisabled",
]
"""Why a proof was not accepted: codes of the error catalogue."""


JUDGED_WITHIN: Final = timedelta(minutes=15)
"""How long after the end of a challenge a proof that was submitted in time is still judged, as one of that moment: so
that an outage does not make it late. Below the retention of `.submissions`; whoever waited longer has gone."""


MOST_OTHER_HASHES: Final = 8


class CodeTerms(Model):
    """How a one-time code is derived: RFC 4226 HOTP over HKDF(code key, nonce, binding). No part of it is secret.

    The proof of a call (kind `call`) is derived from the same: nobody without the `code` key can say that a key was
    pressed. The key is the one in use when the challenge was made, so that whoever opens a challenge needs no key.

    `destination_hash` is under one `index` key; `other_hashes` are of the same destination under the others that are
    held while that key is rotated, so that what was counted under one of them goes on counting.
    """

    nonce: str = Field(pattern=r"^[A-Za-z0-9_-]{22,86}$", description="base64url, at least 128 bits")
    digits: int = Field(default=6, ge=6, le=10)
    destination_hash: KeyedHash
    other_hashes: tuple[KeyedHash, ...] | None = Field(default=None, max_length=MOST_OTHER_HASHES)

    @property
    def hashes(self) -> tuple[str, ...]:
        """All hashes by which the destination may be known."""
        return (self.destination_hash, *(self.other_hashes or ()))


class DeviceKey(Model):
    """The public P-256 key of an authenticator app (RFC 7518, section 6.2.1): coordinates, base64url."""

    x: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    y: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")


class PushTerms(Model):
    """How a push approval is judged: the device's key, a nonce, and the number that the page shows.

    `number` is sealed under the `submission` purpose, bound to method and challenge: whoever reads the topic cannot
    approve for the person.
    """

    device_id: OpaqueId
    public_key: DeviceKey
    nonce: str = Field(pattern=r"^[A-Za-z0-9_-]{22,86}$", description="base64url, at least 128 bits")
    number: Sealed
    digits: int = Field(default=2, ge=2, le=3)


TOTP_DIGITS: Final = 6

OathAlgorithm = Literal["SHA1", "SHA256", "SHA512"]
"""The hash of HMAC, as key URIs and RFC 6238, section 1.2, name it."""


class OathTerms(Model):
    """How a code of an app or a token is made.

    `secret` is sealed under the `secret` purpose, bound to the method. It is given while the method is being
    registered; afterwards the verifier has it with all that belongs to it, and it travels no more.
    """

    secret: Sealed | None = None
    algorithm: OathAlgorithm = "SHA1"
    digits: Literal[6, 8] = TOTP_DIGITS


class TotpTerms(OathTerms):
    """How a code of an authenticator app or of a token with a clock is judged (RFC 6238).

    A clock that drifts is one that nobody sets: its offset is followed, and two codes in a row find it again
    (section 6).
    """

    period: Literal[30, 60] = Field(default=30, description="seconds that a code is shown")
    clock_drifts: bool = False
    accepts_previous: bool = Field(default=True, description="whether the code before the present one is taken as well")


class HotpTerms(OathTerms):
    """How a code of a token with a button is judged (RFC 4226). Two codes in a row find its counter again
    (section 7.4)."""

    counter: int = Field(default=0, ge=0, le=2**53 - 1, description="of the token's next code")


class QuestionTerms(Model):
    """Which questions are asked. All of them must be answered right, at once."""

    question_ids: tuple[OpaqueId, ...] = Field(min_length=1, max_length=20)


class PasskeyTerms(Model):
    """What a passkey signs, and for whom (WebAuthn Level 3, sections 7.1 and 7.2)."""

    challenge: str = Field(pattern=r"^[A-Za-z0-9_-]{22,86}$", description="base64url, at least 128 bits")
    rp_id: str = Field(max_length=253, description="the registrable domain that the passkey belongs to")
    origins: tuple[Annotated[str, StringConstraints(max_length=300)], ...] = Field(min_length=1, max_length=20)


class PassTerms(Model):
    """How long a Temporary Access Pass can be used, and whether only once. Given when it is made."""

    not_before: AwareDatetime
    not_after: AwareDatetime
    is_usable_once: bool


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
    push: PushTerms | None = None
    totp: TotpTerms | None = None
    hotp: HotpTerms | None = None
    questions: QuestionTerms | None = None
    passkey: PasskeyTerms | None = None
    access_pass: PassTerms | None = None


class CodeSubmitted(Event):
    """A person typed a code. `code` is sealed under the `submission` purpose, bound to challenge and method.

    For a hardware token it may hold two codes in a row, one a line, which resynchronise it.
    To register recovery codes or a Temporary Access Pass it holds what was handed out, one code a line: there is
    nothing to prove, and the verifier keeps only hashes.
    """

    submission_id: OpaqueId
    terms: ChallengeTerms
    code: Sealed
    submitted_at: AwareDatetime


class PushApproved(Event):
    """A device approved. `answer` is its signed answer (compact JWS, `typ` `answer+jwt`), sealed under `submission`."""

    submission_id: OpaqueId
    terms: ChallengeTerms
    answer: Sealed
    submitted_at: AwareDatetime


class PushDenied(Event):
    """A device denied, or reported that nobody asked; `answer` as in `PushApproved`."""

    submission_id: OpaqueId
    terms: ChallengeTerms
    answer: Sealed
    reported: bool = False
    submitted_at: AwareDatetime


class AnswersSubmitted(Event):
    """A person answered security questions. `answers` is a JSON object of answers by question id, sealed under the
    `submission` purpose, bound to challenge and method; for a registration it holds the answers to keep."""

    submission_id: OpaqueId
    terms: ChallengeTerms
    answers: Sealed
    submitted_at: AwareDatetime


class CredentialSubmitted(Event):
    """A browser returned a passkey's credential: `credential` is its JSON (WebAuthn Level 3, section 5.1.8), sealed
    under the `submission` purpose, bound to challenge and method."""

    submission_id: OpaqueId
    terms: ChallengeTerms
    credential: LongSealed
    submitted_at: AwareDatetime


class CallConfirmed(Event):
    """The person who was called pressed `#`. `proof` is derived under the `code` key, so that only the notifier can
    have made it."""

    submission_id: OpaqueId
    terms: ChallengeTerms
    proof: KeyedHash
    submitted_at: AwareDatetime


class CallReported(Event):
    """The person who was called pressed `0` and `#`: nobody asked for the call. `proof` as in `CallConfirmed`."""

    submission_id: OpaqueId
    terms: ChallengeTerms
    proof: KeyedHash
    submitted_at: AwareDatetime


class MethodVerified(Event):
    """The proof was right; the challenge has ended."""

    challenge_id: OpaqueId
    submission_id: OpaqueId | None = None
    purpose: Purpose
    method_id: OpaqueId
    method_type: MethodType
    kind: ProofKind | None = Field(default=None, description="of the proof that was right")
    session_id: OpaqueId | None = None
    codes_left: int | None = Field(default=None, ge=0, description="of recovery codes, after this one")
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
