"""A call that a person answered: `#` confirms, `0` and `#` reports it (NIST SP 800-63B-4, 3.1.3.2 and 3.1.3.3).

Only who holds the `code` key can say what was pressed, so that nobody else on the topic can confirm for a person.
"""

from dataclasses import dataclass
from typing import ClassVar

from schemas.base import Event
from schemas.verification import CallConfirmed, CallReported, ChallengeTerms, ProofKind
from services.kit.crypto.codes import CallDecision, call_proof
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import equal
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import Credential
from services.verifier.methods.base import ProofUnreadableError, Submission, proof_digest

REPORTED = Wrong("callReported", ends="denied")


@dataclass(frozen=True)
class PressedKeys:
    """What a person pressed, as the notifier heard it. `proof` is derived, and useless for any other call."""

    decision: CallDecision
    proof: str
    terms: ChallengeTerms
    tenant: str
    keyring: Keyring

    @property
    def guesses(self) -> bool:
        """A report proves nothing, and is heard even while the number cools down."""
        return self.decision == "confirm"

    @property
    def digest(self) -> str:
        return proof_digest(self.keyring, self.terms, "pressed-keys", self.tenant, self.decision, self.proof)

    async def examine(self, _: Credential | None) -> Judgement:
        """Derive the proof of that decision, and compare in constant time."""
        expected = call_proof(self.keyring, self.terms, tenant=self.tenant, decision=self.decision)
        if not equal(self.proof, expected):
            return Wrong()
        return Right() if self.decision == "confirm" else REPORTED


class CallMethod:
    """Calls that are answered with a key."""

    kind: ClassVar[ProofKind] = "call"
    submissions: ClassVar[tuple[type[Event], ...]] = (CallConfirmed, CallReported)
    is_slow: ClassVar[bool] = False
    keeps: ClassVar[bool] = False

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def identity(self, terms: ChallengeTerms) -> str:
        """The keyed hash of the number."""
        if terms.code is None:
            raise ProofUnreadableError("the terms lack their code part")
        return terms.code.destination_hash

    def read(self, submission: Submission, *, tenant: str, user: str) -> PressedKeys:  # noqa: ARG002 # nothing is sealed
        """Take the keys as they were told."""
        terms = submission.terms
        if not isinstance(submission, CallConfirmed | CallReported) or terms.code is None:
            raise ProofUnreadableError("no call was answered, or the terms lack their code part")
        decision: CallDecision = "confirm" if isinstance(submission, CallConfirmed) else "report"
        return PressedKeys(decision, submission.proof, terms, tenant, self._keyring)
