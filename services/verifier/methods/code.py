"""A code that was sent to a number or an address (RFC 4226 over derived keys; NIST SP 800-63B-4, 3.1.3.2)."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr

from schemas.base import Event
from schemas.verification import ChallengeTerms, CodeSubmitted, ProofKind
from services.kit.crypto.codes import derive_code
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer, equal
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import Credential
from services.verifier.methods.base import ProofUnreadableError, Submission, open_submitted, proof_digest


@dataclass(frozen=True)
class TypedCode:
    guesses: ClassVar[bool] = True

    typed: SecretStr
    terms: ChallengeTerms
    tenant: str
    keyring: Keyring

    @property
    def digest(self) -> str:
        return proof_digest(self.keyring, self.terms, "typed-code", self.tenant, self.typed.get_secret_value())

    async def examine(self, _: Credential | None) -> Judgement:
        """Derive the code that was sent, and compare in constant time."""
        expected = derive_code(self.keyring, self.terms, tenant=self.tenant)
        return Right() if equal(self.typed.get_secret_value(), expected.get_secret_value()) else Wrong()


class CodeMethod:
    """Codes by text, call or mail."""

    kind: ClassVar[ProofKind] = "code"
    submissions: ClassVar[tuple[type[Event], ...]] = (CodeSubmitted,)
    is_slow: ClassVar[bool] = False
    keeps: ClassVar[bool] = False

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)

    def identity(self, terms: ChallengeTerms) -> str:
        """The keyed hash of the destination."""
        if terms.code is None:
            raise ProofUnreadableError("the terms lack their code part")
        return terms.code.destination_hash

    def read(self, submission: Submission, *, tenant: str, user: str) -> TypedCode:
        """Open the code, which is sealed for this challenge of this person."""
        terms = submission.terms
        if not isinstance(submission, CodeSubmitted) or terms.code is None:
            raise ProofUnreadableError("no code was submitted, or the terms lack their code part")
        typed = open_submitted(self._sealer, submission.code, terms, tenant=tenant, user=user)
        return TypedCode(typed, terms, tenant, self._keyring)
