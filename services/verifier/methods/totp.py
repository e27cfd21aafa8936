"""A code that an authenticator app shows (RFC 6238; NIST SP 800-63B-4, 3.1.4.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar

from pydantic import SecretBytes, SecretStr

from schemas.base import Event, Sealed
from schemas.verification import ChallengeTerms, CodeSubmitted, ProofKind, TotpTerms
from services.kit.crypto.codes import totp_code_of_step, totp_step
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, SealBrokenError, Sealer, equal
from services.verifier.domain.base import Judgement, Kept, Right, Wrong
from services.verifier.methods.base import (
    ProofUnreadableError,
    Recall,
    Submission,
    is_registration,
    open_submitted,
    proof_digest,
)

DRIFT = 1
"""Time steps before and after (RFC 6238, section 5.2)."""


class TotpSecret(Kept):
    """What the app and we share, sealed for the method."""

    kind: ClassVar[ProofKind] = "totp"

    secret: Sealed


@dataclass(frozen=True)
class ShownCode:
    """A code as a person read it off the app. `at` is when it came in, so that its way to here makes it no older.

    `new` is the secret that is being registered; later the stored one counts, whatever the terms say.
    """

    guesses: ClassVar[bool] = True

    typed: SecretStr
    new: TotpSecret | None
    open: Callable[[TotpSecret], SecretBytes]
    terms: ChallengeTerms
    tenant: str
    at: datetime
    keyring: Keyring

    @property
    def digest(self) -> str:
        """The same for the same code in the same time step: later it may be right."""
        typed, step = self.typed.get_secret_value(), str(totp_step(self.at))
        return proof_digest(self.keyring, self.terms, "shown-code", self.tenant, typed, step)

    async def examine(self, recall: Recall) -> Judgement:
        """Compare with the codes around the time, all of them; the time step found is good only once."""
        kept = self.new or await _kept(recall)
        if kept is None:
            return Wrong()
        secret, now = self.open(kept).get_secret_value(), totp_step(self.at)
        matching = [step for step in range(now - DRIFT, now + DRIFT + 1) if self._is_of(step, secret)]
        return Right(position=max(matching), binds=self.new) if matching else Wrong()

    def _is_of(self, step: int, secret: bytes) -> bool:
        return equal(self.typed.get_secret_value(), totp_code_of_step(secret, step))


async def _kept(recall: Recall) -> TotpSecret | None:
    credential = await recall()
    return credential.kept(TotpSecret) if credential else None


class TotpMethod:
    """One-time codes of an app."""

    kind: ClassVar[ProofKind] = "totp"
    submissions: ClassVar[tuple[type[Event], ...]] = (CodeSubmitted,)

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)

    def identity(self, terms: ChallengeTerms) -> str:
        """The method, which has one secret for its whole life."""
        _totp_terms(terms)
        return terms.method_id

    def read(self, submission: Submission, *, tenant: str, user: str) -> ShownCode:
        """Open the code, which is sealed for this challenge, and see that a new secret opens, sealed for the method."""
        terms = submission.terms
        _totp_terms(terms)
        if not isinstance(submission, CodeSubmitted):
            raise ProofUnreadableError("no code was submitted")
        typed = open_submitted(self._sealer, submission.code, terms, tenant=tenant, user=user)
        opened = partial(self._open, binding=Binding(tenant, user, terms.method_id))
        new = _new_secret(terms)
        if new:
            opened(new)
        return ShownCode(typed, new, opened, terms, tenant, submission.submitted_at, self._keyring)

    def _open(self, kept: TotpSecret, binding: Binding) -> SecretBytes:
        try:
            return SecretBytes(self._sealer.open("secret", kept.secret, binding))
        except SealBrokenError:
            raise ProofUnreadableError("the sealed secret does not open") from None


def _new_secret(terms: ChallengeTerms) -> TotpSecret | None:
    if not is_registration(terms):
        return None
    secret = _totp_terms(terms).secret
    if secret is None:
        raise ProofUnreadableError("a registration lacks its secret")
    return TotpSecret(secret=secret)


def _totp_terms(terms: ChallengeTerms) -> TotpTerms:
    if terms.totp is None:
        raise ProofUnreadableError("the terms lack their part about codes of an app")
    return terms.totp
