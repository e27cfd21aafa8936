"""A Temporary Access Pass: handed out by an administrator, good within its time, once or many times."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import AwareDatetime, SecretStr

from schemas.base import Event
from schemas.verification import ChallengeTerms, CodeSubmitted, PassTerms, ProofKind
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.verifier.domain.base import Judgement, Kept, Right, Wrong
from services.verifier.domain.credential import Credential, kept_of
from services.verifier.methods.base import (
    ProofUnreadableError,
    Submission,
    is_registration,
    open_submitted,
    proof_digest,
)
from services.verifier.methods.slow_hash import SlowHash

THE_PASS = "pass"  # noqa: S105 - the name of what is used up
OUT_OF_TIME = Wrong("codeExpired", ends="failed")
USED = Wrong("codeUsed")


class PassHash(Kept):
    """The hash of a pass, and when it is good."""

    kind: ClassVar[ProofKind] = "temporaryAccessPass"

    pass_hash: str
    not_before: AwareDatetime
    not_after: AwareDatetime
    is_usable_once: bool


@dataclass(frozen=True)
class TypedPass:
    """A pass as it was handed out or typed. `at` is when it came in, so that its way to here makes it no older."""

    typed: SecretStr
    terms: ChallengeTerms
    tenant: str
    at: datetime
    keyring: Keyring
    slow_hash: SlowHash

    @property
    def guesses(self) -> bool:
        """A new pass proves nothing: it is kept."""
        return not is_registration(self.terms)

    @property
    def digest(self) -> str:
        return proof_digest(self.keyring, self.terms, "access-pass", self.tenant, self.typed.get_secret_value())

    async def examine(self, credential: Credential | None) -> Judgement:
        """Keep the hash of a new pass; only whoever has the right one learns that its time is over."""
        if is_registration(self.terms):
            return Right(binds=await self._hashed(_pass_terms(self.terms)))
        kept = kept_of(credential, PassHash)
        if kept is None or not await self.slow_hash.matches(kept.pass_hash, self.typed):
            return Wrong()
        if not kept.not_before <= self.at < kept.not_after:
            return OUT_OF_TIME
        return Right(uses=THE_PASS, otherwise=USED) if kept.is_usable_once else Right()

    async def _hashed(self, terms: PassTerms) -> PassHash:
        return PassHash(
            pass_hash=await self.slow_hash.of(self.typed),
            not_before=terms.not_before,
            not_after=terms.not_after,
            is_usable_once=terms.is_usable_once,
        )


class AccessPassMethod:
    kind: ClassVar[ProofKind] = "temporaryAccessPass"
    submissions: ClassVar[tuple[type[Event], ...]] = (CodeSubmitted,)
    is_slow: ClassVar[bool] = True
    keeps: ClassVar[bool] = True

    def __init__(self, keyring: Keyring, slow_hash: SlowHash) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)
        self._slow_hash = slow_hash

    def identity(self, terms: ChallengeTerms) -> str:
        return terms.method_id

    def read(self, submission: Submission, *, tenant: str, user: str) -> TypedPass:
        """Open the pass, which is sealed for this challenge of this person; spaces around it are not part of it."""
        terms = submission.terms
        if not isinstance(submission, CodeSubmitted):
            raise ProofUnreadableError("no pass was submitted")
        if is_registration(terms):
            _pass_terms(terms)
        opened = open_submitted(self._sealer, submission.code, terms, tenant=tenant, user=user)
        typed = SecretStr(opened.get_secret_value().strip())
        return TypedPass(typed, terms, tenant, submission.submitted_at, self._keyring, self._slow_hash)


def _pass_terms(terms: ChallengeTerms) -> PassTerms:
    if terms.access_pass is None:
        raise ProofUnreadableError("the terms lack when the pass is good")
    return terms.access_pass
