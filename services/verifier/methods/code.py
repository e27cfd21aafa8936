"""A code that was sent to a number or an address (RFC 4226 over derived keys; NIST SP 800-63B-4, 3.1.3.2)."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr

from schemas.base import Event
from schemas.verification import ChallengeTerms, CodeSubmitted, ProofKind
from services.kit.codes import derive_code
from services.kit.keyring import Keyring
from services.kit.sealing import Binding, SealBrokenError, Sealer, derive, encode, equal
from services.verifier.methods.base import ProofUnreadableError, Submission


@dataclass(frozen=True)
class TypedCode:
    """A code as a person typed it."""

    typed: SecretStr
    terms: ChallengeTerms
    tenant: str
    keyring: Keyring

    @property
    def digest(self) -> str:
        """HKDF under a `submission` key, bound to the challenge: six digits could be guessed from a plain hash."""
        key = self.keyring.in_use_at("submission", self.terms.created_at)
        info = ("typed-code", self.tenant, self.terms.challenge_id, self.typed.get_secret_value())
        return encode(derive(key, salt=b"", info=info))

    async def holds(self) -> bool:
        """Derive the code that was sent, and compare in constant time."""
        expected = derive_code(self.keyring, self.terms, tenant=self.tenant)
        return equal(self.typed.get_secret_value(), expected.get_secret_value())


class CodeMethod:
    """Codes by text, call or mail."""

    kind: ClassVar[ProofKind] = "code"
    submissions: ClassVar[tuple[type[Event], ...]] = (CodeSubmitted,)

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
        binding = Binding(tenant, user, terms.method_id, terms.challenge_id)
        try:
            typed = self._sealer.open("submission", submission.code, binding).decode()
        except (SealBrokenError, UnicodeDecodeError):
            raise ProofUnreadableError("the sealed code does not open") from None
        return TypedCode(SecretStr(typed), terms, tenant, self._keyring)
