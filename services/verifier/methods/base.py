"""What every kind of proof gives: a file in this folder with one class, and a line in the registry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import SecretStr

from schemas.base import Event
from schemas.verification import ChallengeTerms, ProofKind
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, SealBrokenError, Sealer, derive, encode
from services.verifier.domain.base import Judgement
from services.verifier.domain.credential import Credential


class ProofUnreadableError(Exception):
    """A submission that cannot be opened here: sealed for another place, under a key that is gone, or for another kind.

    Says nothing about the person's proof, so that no try is counted.
    """


@runtime_checkable
class Submission(Protocol):
    """What all events on `.submissions` have that carry a proof."""

    @property
    def submission_id(self) -> str: ...

    @property
    def terms(self) -> ChallengeTerms: ...

    @property
    def submitted_at(self) -> datetime: ...

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self: ...


class Proof(Protocol):
    """A proof as it was sent, opened and not yet compared."""

    @property
    def digest(self) -> str:
        """The same for the same proof in the same challenge, and useless to who does not hold the key."""
        ...

    @property
    def guesses(self) -> bool:
        """Whether it could prove anything, so that session and authenticator count it before it is looked at."""
        ...

    async def examine(self, credential: Credential | None) -> Judgement:
        """Compare, in constant time. Called only after it was counted, and perhaps again after a crash.

        A right registration says what it `binds`. A later proof of a kind that `keeps` something is compared with that
        `credential`; None: nothing can prove it.
        """
        ...


class Method(Protocol):
    """One kind of proof."""

    kind: ClassVar[ProofKind]
    submissions: ClassVar[tuple[type[Event], ...]]
    """The events that carry it."""
    is_slow: ClassVar[bool]
    """Whether judging it takes slow hashes, so that it waits in lanes of its own."""
    keeps: ClassVar[bool]
    """Whether a registration leaves something behind that later proofs are compared with."""

    def identity(self, terms: ChallengeTerms) -> str:
        """Whose failures count together; survives a new challenge and a new registration of the same thing.

        Raises:
            ProofUnreadableError: the terms lack what this kind needs.
        """
        ...

    def read(self, submission: Submission, *, tenant: str, user: str) -> Proof:
        """Open what was sent. Raises ProofUnreadableError: it cannot be opened."""
        ...


def is_registration(terms: ChallengeTerms) -> bool:
    return terms.purpose == "registration"


def open_submitted(sealer: Sealer, sealed: str, terms: ChallengeTerms, *, tenant: str, user: str) -> SecretStr:
    """The text that was sealed under `submission` for this challenge of this person. Raises ProofUnreadableError: it
    was sealed for another place, or under a key that is gone."""
    try:
        opened = sealer.open("submission", sealed, Binding(tenant, user, terms.method_id, terms.challenge_id))
        return SecretStr(opened.decode())
    except (SealBrokenError, UnicodeDecodeError):
        raise ProofUnreadableError("what was sealed for the challenge does not open") from None


def proof_digest(keyring: Keyring, terms: ChallengeTerms, *parts: str) -> str:
    """HKDF under a `submission` key, bound to the challenge: what a person types could be guessed from a plain hash."""
    key = keyring.in_use_at("submission", terms.created_at)
    return encode(derive(key, salt=b"", info=(*parts, terms.challenge_id)))
