"""What every kind of proof gives: a file in this folder with one class, and a line in the registry."""

from typing import ClassVar, Protocol

from schemas.base import Event
from schemas.verification import ChallengeTerms, ProofKind


class ProofUnreadableError(Exception):
    """A submission that cannot be opened here: sealed for another place, under a key that is gone, or for another kind.

    Says nothing about the person's proof, so that no try is counted.
    """


class Submission(Protocol):
    """What all events on `.submissions` have that carry a proof."""

    @property
    def submission_id(self) -> str: ...

    @property
    def terms(self) -> ChallengeTerms: ...


class Proof(Protocol):
    """A proof as it was sent, opened and not yet compared."""

    @property
    def digest(self) -> str:
        """The same for the same proof in the same challenge, and useless to who does not hold the key."""
        ...

    async def holds(self) -> bool:
        """Compare, in constant time. Called only after it was counted, and perhaps again after a crash."""
        ...


class Method(Protocol):
    """One kind of proof."""

    kind: ClassVar[ProofKind]
    submissions: ClassVar[tuple[type[Event], ...]]
    """The events that carry it."""

    def identity(self, terms: ChallengeTerms) -> str:
        """Whose failures count together; survives a new challenge and a new registration of the same thing.

        Raises:
            ProofUnreadableError: the terms lack what this kind needs.
        """
        ...

    def read(self, submission: Submission, *, tenant: str, user: str) -> Proof:
        """Open what was sent.

        Raises:
            ProofUnreadableError: it cannot be opened.
        """
        ...
