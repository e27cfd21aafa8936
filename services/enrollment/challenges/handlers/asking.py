"""Builds challenges: the question for a proof, whether a person in a session or a platform asks it."""

import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import SecretStr

from schemas.base import Channel, MethodType, Purpose
from schemas.enrollment import Destination
from schemas.verification import (
    ChallengeTerms,
    CodeTerms,
    PasskeyTerms,
    ProofKind,
    PushTerms,
    QuestionTerms,
    TotpTerms,
)
from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import RESEND_AFTER, Challenge, Delivery, Registration
from services.enrollment.dependencies import Claimant, Dependencies, binding_of
from services.enrollment.devices.domain import Device
from services.kit.crypto.sealing import Binding, Sealer, decode, encode, keyed_hash
from services.kit.errors import ChallengeEndedError, CredentialInvalidError, UnknownMethodError
from services.kit.ids import new_id, new_token

LIFE = timedelta(minutes=5)
"""How long a question lives for which no code is sent."""

SEND_AGAIN_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class Target:
    """Where a code goes: a number (with `;ext=` and an extension, if it has one) or an address."""

    plain: SecretStr
    masked: str
    digest: str

    @classmethod
    def of(cls, plain: str, masked: str, tenant: str, deps: Dependencies) -> "Target":
        """With the keyed hash by which it is known."""
        return cls(SecretStr(plain), masked, keyed_hash(deps.keyring, plain, tenant=tenant))

    def sealed(self, binding: Binding, sealer: Sealer) -> str:
        """For one place."""
        return sealer.seal("destination", self.plain.get_secret_value().encode(), binding)


@dataclass(frozen=True)
class Question:
    """What every challenge has, whatever its kind. `method_id` is the method's, or what it will be."""

    id: str
    method_id: str
    method_type: MethodType
    purpose: Purpose
    registration: Registration | None = None


def to_register(identifier: str, method_type: MethodType, registration: Registration, method_id: str = "") -> Question:
    """The question by which a new method, or the new number of one, is proven."""
    return Question(identifier, method_id or new_id(), method_type, "registration", registration)


def by_code(
    asked: Question,
    claimant: Claimant,
    target: Target,
    channel: Channel,
    deps: Dependencies,
    *,
    kind: ProofKind = "code",
) -> Challenge:
    """A code that is sent or read out, or (kind `call`) a key to be pressed."""
    life = timedelta(minutes=deps.terms(claimant.account).code_minutes)
    challenge = _challenge(asked, claimant, kind, deps, life=life)
    terms = challenge.terms.model_copy(
        update={"code": CodeTerms(nonce=new_token(), destination_hash=target.digest)},
    )
    destination = Destination(sealed=target.sealed(binding_of(challenge), deps.sealer), masked=target.masked)
    resend_at = challenge.delivery.requested_at + RESEND_AFTER[0]
    more = {"terms": terms, "channel": channel, "destination": destination, "resend_at": resend_at}
    return challenge.model_copy(update=more)


def by_push(asked: Question, claimant: Claimant, device: Device, deps: Dependencies) -> Challenge:
    """A request to approve on one device, with a number to match.

    While the device is being registered, the secret of its codes goes along: the verifier keeps it.
    """
    challenge = _challenge(asked, claimant, "pushApproval", deps)
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


def by_app_code(asked: Question, claimant: Claimant, secret: str | None, deps: Dependencies) -> Challenge:
    """A one-time code of an app; `secret`, sealed for the method, while it is being registered."""
    challenge = _challenge(asked, claimant, "totp", deps)
    return _with_terms(challenge, totp=TotpTerms(secret=secret))


def by_answers(asked: Question, claimant: Claimant, question_ids: tuple[str, ...], deps: Dependencies) -> Challenge:
    """Answers to security questions."""
    challenge = _challenge(asked, claimant, "securityQuestions", deps)
    return _with_terms(challenge, questions=QuestionTerms(question_ids=question_ids))


def by_typed(asked: Question, claimant: Claimant, kind: ProofKind, deps: Dependencies, **parts: object) -> Challenge:
    """A code that the person has already: a recovery code or a Temporary Access Pass."""
    return _with_terms(_challenge(asked, claimant, kind, deps), **parts)


def by_passkey(asked: Question, claimant: Claimant, deps: Dependencies) -> Challenge:
    """A passkey: made, or used."""
    challenge = _challenge(asked, claimant, "passkey", deps)
    rp_id, origins = relying_party(claimant.account.tenant, deps)
    return _with_terms(challenge, passkey=PasskeyTerms(challenge=new_token(), rp_id=rp_id, origins=origins))


def relying_party(tenant: str, deps: Dependencies) -> tuple[str, tuple[str, ...]]:
    """The RP ID of an organisation, and the origins at which its passkeys may be used (WebAuthn Level 3, section 4)."""
    passkeys = deps.config.tenant(tenant).passkeys
    return passkeys.rp_id or urlsplit(deps.public_origin).hostname or "", passkeys.origins or (deps.public_origin,)


def credential_id_of(credential: str) -> str:
    """The id in a credential's JSON, base64url; whether the rest is right is the verifier's to judge.

    Raises:
        ProblemError: `credentialInvalid`.
    """
    try:
        found = encode(decode(json.loads(credential)["id"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CredentialInvalidError from None
    if not 0 < len(found) <= 1400:
        raise CredentialInvalidError
    return found


async def for_method(
    method: Method, claimant: Claimant, purpose: Purpose, identifier: str, deps: Dependencies, *, by_app: bool = False
) -> Challenge:
    """The question for a method on file, by the way that it is used; `by_app` asks an app for a code instead of
    approval.

    Raises:
        ProblemError: `unknownMethod` where the device of an app is gone.
    """
    asked = Question(identifier, method.id, method.type, purpose)
    if method.type == "authenticatorApp" and not by_app:
        return by_push(asked, claimant, await _device_of(method, deps), deps)
    if method.type in {"phone", "email"}:
        return _by_known_target(asked, method, claimant, deps)
    return _by_what_the_person_has(asked, method, claimant, deps)


def _by_known_target(asked: Question, method: Method, claimant: Claimant, deps: Dependencies) -> Challenge:
    target = target_of(method, claimant, deps)
    if method.type == "email":
        return by_code(asked, claimant, target, "email", deps)
    kind = phone_kind(method.delivery, claimant, deps)
    return by_code(asked, claimant, target, "voice" if method.delivery == "voice" else "sms", deps, kind=kind)


def _by_what_the_person_has(asked: Question, method: Method, claimant: Claimant, deps: Dependencies) -> Challenge:
    match method.type:
        case "securityQuestions":
            return by_answers(asked, claimant, _asked_questions(method, claimant, deps), deps)
        case "passkey":
            return by_passkey(asked, claimant, deps)
        case "recoveryCodes":
            return by_typed(asked, claimant, "recoveryCode", deps)
        case "temporaryAccessPass":
            return by_typed(asked, claimant, "temporaryAccessPass", deps)
    return by_app_code(asked, claimant, None, deps)


def phone_kind(delivery: str | None, claimant: Claimant, deps: Dependencies) -> ProofKind:
    """A call is answered with a key, or reads a code out, as the policy says."""
    return "call" if delivery == "voice" and deps.terms(claimant.account).voice == "key" else "code"


def target_of(method: Method, claimant: Claimant, deps: Dependencies) -> Target:
    """The number or address of a method on file."""
    if method.destination is None:
        raise UnknownMethodError
    plain = deps.sealer.open("destination", method.destination, claimant.binding(method.id)).decode()
    return Target.of(plain, method.display_name, claimant.account.tenant, deps)


def target_of_challenge(challenge: Challenge, deps: Dependencies) -> Target:
    """Where the code of a challenge goes."""
    if challenge.destination is None or challenge.terms.code is None:
        raise ChallengeEndedError
    plain = deps.sealer.open("destination", challenge.destination.sealed, binding_of(challenge)).decode()
    return Target(SecretStr(plain), challenge.destination.masked, challenge.terms.code.destination_hash)


def _challenge(
    asked: Question, claimant: Claimant, kind: ProofKind, deps: Dependencies, *, life: timedelta = LIFE
) -> Challenge:
    """What all kinds share; nothing is delivered."""
    now: datetime = deps.clock.now()
    terms = ChallengeTerms(
        challenge_id=asked.id,
        purpose=asked.purpose,
        kind=kind,
        method_id=asked.method_id,
        method_type=asked.method_type,
        session_id=claimant.session_id,
        created_at=now,
        expires_at=now + life,
        max_attempts=deps.terms(claimant.account).tries,
    )
    return Challenge(
        id=asked.id,
        tenant=claimant.account.tenant,
        user=claimant.account.user,
        terms=terms,
        channel="local",
        locale=claimant.locale,
        registration=asked.registration,
        delivery=Delivery(requested_at=now),
        resend_at=now,
        attempts_left=terms.max_attempts,
    )


def _with_terms(challenge: Challenge, **parts: object) -> Challenge:
    return challenge.model_copy(update={"terms": challenge.terms.model_copy(update=parts)})


def _asked_questions(method: Method, claimant: Claimant, deps: Dependencies) -> tuple[str, ...]:
    """A random choice of those that the person answered."""
    count = deps.config.tenant(claimant.account.tenant).security_questions.to_ask
    return tuple(secrets.SystemRandom().sample(method.question_ids, min(count, len(method.question_ids))))


async def _device_of(method: Method, deps: Dependencies) -> Device:
    stored = await deps.devices.get(method.device_id) if method.device_id else None
    if stored is None:
        raise UnknownMethodError
    return stored.state


def _subscription(device: Device, binding: Binding, deps: Dependencies) -> Destination | None:
    """Where a push message goes, if the device has a subscription; sealed anew, for this challenge."""
    if device.subscription is None:
        return None
    of_method = replace(binding, challenge="")
    plain = deps.sealer.open("destination", device.subscription, of_method)
    return Destination(sealed=deps.sealer.seal("destination", plain, binding), masked="Authenticator app")
