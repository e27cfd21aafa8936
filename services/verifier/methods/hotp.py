"""A code that a token counts up to at each press (RFC 4226), and what TOTP takes over of it (RFC 6238, section 4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar

from pydantic import SecretBytes, SecretStr

from schemas.base import Event, Sealed
from schemas.verification import ChallengeTerms, CodeSubmitted, HotpTerms, OathAlgorithm, ProofKind
from services.kit.crypto.codes import hotp_code
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, SealBrokenError, Sealer, equal
from services.verifier.domain.base import Judgement, Kept, Right, Wrong
from services.verifier.domain.credential import Credential, kept_of
from services.verifier.methods.base import (
    ProofUnreadableError,
    Submission,
    is_registration,
    open_submitted,
    proof_digest,
)

LOOK_AHEAD = 10
"""Codes that are looked at from the counter on: the button was pressed, and nobody typed the code (section 7.4)."""
LOOK_FURTHER = 1000
"""The same where two codes in a row are given."""
LONGEST_RUN = 2


class OathSecret(Kept):
    """What the app or token and we share, sealed for the method, and how a code is made of it."""

    secret: Sealed
    algorithm: OathAlgorithm = "SHA1"
    digits: int = 6


class HotpSecret(OathSecret):
    """That of a token with a button. `counter` is the one of its next code."""

    kind: ClassVar[ProofKind] = "hotp"

    counter: int


Opener = Callable[[OathSecret], SecretBytes]


@dataclass(frozen=True)
class OathCodes:
    """What a person read off an app or a token: one code, or two in a row. `at` is when it came in, so that its way to
    here makes it no older."""

    guesses: ClassVar[bool] = True

    typed: SecretStr
    open: Opener
    terms: ChallengeTerms
    tenant: str
    at: datetime
    keyring: Keyring

    @property
    def run(self) -> tuple[str, ...]:
        return tuple(self.typed.get_secret_value().split())

    def found(self, kept: OathSecret, first: range) -> list[int]:
        """The counters of the last code, for each of the `first` from which on the codes are those of the secret; all
        are compared, whatever is found."""
        run, secret = self.run, self.open(kept).get_secret_value()
        if not 1 <= len(run) <= LONGEST_RUN:
            return []
        last = len(run) - 1
        codes = [
            hotp_code(secret, counter, kept.digits, kept.algorithm) for counter in range(first.start, first.stop + last)
        ]
        fits = [[equal(typed, codes[at + place]) for place, typed in enumerate(run)] for at in range(len(first))]
        return [counter + last for counter, right in zip(first, fits, strict=True) if all(right)]


@dataclass(frozen=True)
class CountedCodes(OathCodes):
    """Codes of a token with a button. `new` is the secret that is being registered; later the stored one counts."""

    new: HotpSecret | None

    @property
    def digest(self) -> str:
        return proof_digest(self.keyring, self.terms, "counted-code", self.tenant, self.typed.get_secret_value())

    async def examine(self, credential: Credential | None) -> Judgement:
        """Look ahead from the counter on, and move it behind the code that was found (RFC 4226, sections 7.2 and
        7.4)."""
        kept = self.new or kept_of(credential, HotpSecret)
        found = self.found(kept, self._window(kept)) if kept else []
        if kept is None or not found:
            return Wrong()
        moved = kept.model_copy(update={"counter": found[0] + 1})
        if self.new:
            return Right(position=moved.counter, binds=moved)
        return Right(position=moved.counter, moves=moved)

    def _window(self, kept: HotpSecret) -> range:
        """What was accepted last is found again, since it may have been this one, before a crash; for another it is
        used up."""
        size = LOOK_AHEAD if len(self.run) == 1 else LOOK_FURTHER
        behind = 0 if self.new else len(self.run)
        return range(max(kept.counter - behind, 0), kept.counter + size)


class HotpMethod:
    """One-time codes of a token with a button."""

    kind: ClassVar[ProofKind] = "hotp"
    submissions: ClassVar[tuple[type[Event], ...]] = (CodeSubmitted,)
    is_slow: ClassVar[bool] = False
    keeps: ClassVar[bool] = True

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)

    def identity(self, terms: ChallengeTerms) -> str:
        """The method, which has one secret for its whole life."""
        _hotp_terms(terms)
        return terms.method_id

    def read(self, submission: Submission, *, tenant: str, user: str) -> CountedCodes:
        """Open the codes, which are sealed for this challenge, and see that a new secret opens, sealed for the
        method."""
        terms, part = submission.terms, _hotp_terms(submission.terms)
        new = _new_secret(part) if is_registration(terms) else None
        typed, opened = read_codes(self._sealer, submission, new, tenant=tenant, user=user)
        return CountedCodes(typed, opened, terms, tenant, submission.submitted_at, self._keyring, new)


def read_codes(
    sealer: Sealer, submission: Submission, new: OathSecret | None, *, tenant: str, user: str
) -> tuple[SecretStr, Opener]:
    """The codes that were typed, and what opens the secret of the method.

    Raises:
        ProofUnreadableError: the codes do not open, or not the secret that is being registered.
    """
    if not isinstance(submission, CodeSubmitted):
        raise ProofUnreadableError("no code was submitted")
    typed = open_submitted(sealer, submission.code, submission.terms, tenant=tenant, user=user)
    opened = partial(_open, sealer, Binding(tenant, user, submission.terms.method_id))
    if new:
        opened(new)
    return typed, opened


def _open(sealer: Sealer, binding: Binding, kept: OathSecret) -> SecretBytes:
    try:
        return SecretBytes(sealer.open("secret", kept.secret, binding))
    except SealBrokenError:
        raise ProofUnreadableError("the sealed secret does not open") from None


def _new_secret(terms: HotpTerms) -> HotpSecret:
    if terms.secret is None:
        raise ProofUnreadableError("a registration lacks its secret")
    return HotpSecret(secret=terms.secret, algorithm=terms.algorithm, digits=terms.digits, counter=terms.counter)


def _hotp_terms(terms: ChallengeTerms) -> HotpTerms:
    if terms.hotp is None:
        raise ProofUnreadableError("the terms lack their part about codes that are counted")
    return terms.hotp
