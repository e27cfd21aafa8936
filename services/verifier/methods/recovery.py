"""Saved recovery codes, each good once (NIST SP 800-63B-4, 4.2.1)."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr

from schemas.base import Event
from schemas.verification import ChallengeTerms, CodeSubmitted, ProofKind
from services.kit.crypto.codes import canonical_recovery_code
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer, equal
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

USED = Wrong("codeUsed")


class CodeHashes(Kept):
    """The hashes of one set of codes. They share a salt, so that a typed code costs one hash and not one for each;
    codes of 80 random bits lose nothing by it."""

    kind: ClassVar[ProofKind] = "recoveryCode"

    hashes: tuple[str, ...]


@dataclass(frozen=True)
class RecoveryCodes:
    """What was handed out, or the one code that a person typed, in canonical form."""

    codes: tuple[SecretStr, ...]
    terms: ChallengeTerms
    tenant: str
    keyring: Keyring
    slow_hash: SlowHash

    @property
    def guesses(self) -> bool:
        """New codes prove nothing: they are kept."""
        return not is_registration(self.terms)

    @property
    def digest(self) -> str:
        """The same for the same codes, however they were typed."""
        typed = (code.get_secret_value() for code in self.codes)
        return proof_digest(self.keyring, self.terms, "recovery-codes", self.tenant, *typed)

    async def examine(self, credential: Credential | None) -> Judgement:
        """Keep hashes of new codes; find a typed one among those that were kept."""
        if is_registration(self.terms):
            return Right(binds=CodeHashes(hashes=await self._hashed()), codes_left=len(self.codes))
        kept = kept_of(credential, CodeHashes)
        if credential is None or kept is None:
            return Wrong()
        found = await self._found(kept)
        if found is None:
            return Wrong()
        return Right(uses=found, codes_left=len(kept.hashes) - credential.used_with(found), otherwise=USED)

    async def _hashed(self) -> tuple[str, ...]:
        first, *others = self.codes
        model = await self.slow_hash.of_random(first)
        return (model, *[await self.slow_hash.like(model, code) for code in others])

    async def _found(self, kept: CodeHashes) -> str | None:
        """The place of the code in the set."""
        typed = await self.slow_hash.like(kept.hashes[0], self.codes[0])
        places = [str(place) for place, digest in enumerate(kept.hashes) if equal(typed, digest)]
        return places[0] if places else None


class RecoveryMethod:
    kind: ClassVar[ProofKind] = "recoveryCode"
    submissions: ClassVar[tuple[type[Event], ...]] = (CodeSubmitted,)
    is_slow: ClassVar[bool] = True
    keeps: ClassVar[bool] = True

    def __init__(self, keyring: Keyring, slow_hash: SlowHash) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)
        self._slow_hash = slow_hash

    def identity(self, terms: ChallengeTerms) -> str:
        return terms.method_id

    def read(self, submission: Submission, *, tenant: str, user: str) -> RecoveryCodes:
        """Open the codes, which are sealed for this challenge of this person: one a line for a registration."""
        terms = submission.terms
        if not isinstance(submission, CodeSubmitted):
            raise ProofUnreadableError("no code was submitted")
        text = open_submitted(self._sealer, submission.code, terms, tenant=tenant, user=user).get_secret_value()
        lines = [line for line in text.splitlines() if line.strip()] if is_registration(terms) else [text]
        codes = tuple(SecretStr(canonical_recovery_code(line)) for line in lines)
        if not codes:
            raise ProofUnreadableError("there are no codes to keep")
        return RecoveryCodes(codes, terms, tenant, self._keyring, self._slow_hash)
