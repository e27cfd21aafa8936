"""What is judged: a counted proof, and its guess."""

from dataclasses import dataclass
from datetime import datetime

from schemas.envelope import Envelope
from schemas.verification import ChallengeTerms
from services.kit.mongo.document import Stored
from services.verifier.domain.authenticator import Authenticator, authenticator_id, sequence_id
from services.verifier.domain.base import Refusal
from services.verifier.domain.challenge import challenge_id
from services.verifier.domain.credential import credential_id
from services.verifier.domain.session import MAX_WRONG, session_id
from services.verifier.methods.base import Proof


@dataclass(frozen=True)
class Trial:
    """A counted proof on its way to a verdict: where it belongs and what counts it."""

    terms: ChallengeTerms
    proof: Proof
    cause: Envelope
    tenant: str
    user: str
    identity: str
    submitted_at: datetime
    at: datetime
    recalls: bool
    """Whether it is compared with what a registration left behind."""

    @property
    def id(self) -> str:
        """The same after a crash, so that the counters know it again."""
        return f"{self.terms.challenge_id}:{self.proof.digest}"

    @property
    def challenge(self) -> str:
        return challenge_id(self.tenant, self.terms.challenge_id)

    @property
    def authenticator(self) -> str:
        return authenticator_id(self.terms, self.identity, tenant=self.tenant, user=self.user)

    @property
    def other_authenticators(self) -> tuple[str, ...]:
        """Where the same was counted under another `index` key, while that one is rotated."""
        code = self.terms.code
        hashes = code.hashes[1:] if code and code.destination_hash == self.identity else ()
        return tuple(authenticator_id(self.terms, digest, tenant=self.tenant, user=self.user) for digest in hashes)

    @property
    def sequence(self) -> str:
        return sequence_id(self.terms, self.identity, tenant=self.tenant, user=self.user)

    @property
    def credential(self) -> str:
        return credential_id(self.tenant, self.user, self.terms.method_id)

    @property
    def session(self) -> str | None:
        return session_id(self.tenant, self.user, self.terms.session_id) if self.terms.session_id else None


@dataclass
class Guess:
    """A guess that was counted: tries left in the session after it, why it may not be compared, and the authenticator
    with it counted in, as it was written last."""

    session_left: int = MAX_WRONG
    refused: Refusal | None = None
    counter: Stored[Authenticator] | None = None
