"""A code that an authenticator app shows (RFC 6238; NIST SP 800-63B-4, 3.1.4.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import SecretBytes, SecretStr

from schemas.base import Event
from schemas.verification import ChallengeTerms, CodeSubmitted, ProofKind, TotpTerms
from services.kit.codes import totp_code_of_step, totp_step
from services.kit.keyring import Keyring
from services.kit.sealing import Binding, SealBrokenError, Sealer, equal
from services.verifier.domain.base import Finding, Right, Wrong
from services.verifier.methods.base import ProofUnreadableError, Submission, proof_digest

DRIFT = 1
"""Time steps before and after (RFC 6238, section 5.2)."""


@dataclass(frozen=True)
class ShownCode:
    """A code as a person read it off the app. `at` is when it came in, so that its way to here makes it no older."""

    guesses: ClassVar[bool] = True

    typed: SecretStr
    secret: SecretBytes
    terms: ChallengeTerms
    tenant: str
    at: datetime
    keyring: Keyring

    @property
    def digest(self) -> str:
        """The same for the same code in the same time step: later it may be right."""
        typed, step = self.typed.get_secret_value(), str(totp_step(self.at))
        return proof_digest(self.keyring, self.terms, "shown-code", self.tenant, typed, step)

    async def examine(self) -> Finding:
        """Compare with the codes around the time, all of them; the time step found is good only once."""
        now = totp_step(self.at)
        matching = [step for step in range(now - DRIFT, now + DRIFT + 1) if self._is_of(step)]
        return Right(position=max(matching)) if matching else Wrong()

    def _is_of(self, step: int) -> bool:
        return equal(self.typed.get_secret_value(), totp_code_of_step(self.secret.get_secret_value(), step))


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
        """Open the code, which is sealed for this challenge, and the secret, which is sealed for the method."""
        terms = submission.terms
        totp = _totp_terms(terms)
        if not isinstance(submission, CodeSubmitted):
            raise ProofUnreadableError("no code was submitted")
        of_challenge = Binding(tenant, user, terms.method_id, terms.challenge_id)
        try:
            typed = self._sealer.open("submission", submission.code, of_challenge).decode()
            secret = self._sealer.open("secret", totp.secret, Binding(tenant, user, terms.method_id))
        except (SealBrokenError, UnicodeDecodeError):
            raise ProofUnreadableError("the sealed code or secret does not open") from None
        return ShownCode(SecretStr(typed), SecretBytes(secret), terms, tenant, submission.submitted_at, self._keyring)


def _totp_terms(terms: ChallengeTerms) -> TotpTerms:
    if terms.totp is None:
        raise ProofUnreadableError("the terms lack their part about codes of an app")
    return terms.totp
