"""What a platform asked to be proven: by one challenge, or on our page by as many as it takes."""

from dataclasses import dataclass
from datetime import datetime

from schemas.base import MethodType
from services.enrollment.challenges.domain.challenge import Challenge, Hosting, Status, known_as


@dataclass(frozen=True)
class Verification:
    """The challenges that were opened for one request, in the order of their opening; there is at least one.

    It keeps the id of the first, whatever method is used in the end.
    """

    challenges: tuple[Challenge, ...]

    @property
    def id(self) -> str:
        return known_as(self.current)

    @property
    def first(self) -> Challenge:
        return self.challenges[0]

    @property
    def current(self) -> Challenge:
        return self._completing or self.challenges[-1]

    @property
    def hosting(self) -> Hosting | None:
        return self.first.hosting

    @property
    def proven(self) -> tuple[Challenge, ...]:
        """Those that were answered right, the first of each type, in the order of their answers."""
        first: dict[MethodType, Challenge] = {}
        verified = [challenge for challenge in self.challenges if challenge.status == "verified"]
        for challenge in sorted(verified, key=_ended):
            first.setdefault(challenge.method_type, challenge)
        return tuple(first.values())

    @property
    def is_complete(self) -> bool:
        """Whether all is proven, each type counted once. By the API each challenge stands by itself."""
        return self._completing is not None

    @property
    def ended_at(self) -> datetime | None:
        return self.current.ended_at

    def with_current(self, challenge: Challenge) -> "Verification":
        return Verification(tuple(challenge if other.id == challenge.id else other for other in self.challenges))

    def status_at(self, now: datetime) -> Status:
        """That of the current challenge; between two proofs it is pending, as long as the first could have been
        answered once more."""
        if self.is_complete:
            return "verified"
        status = self.current.status_at(now)
        is_closed = self.hosting is not None and self.hosting.closed_at is not None
        if status == "verified":
            is_over = now >= _ended(self.current) + self.current.life
            status = "expired" if is_over else "pending"
        return "cancelled" if is_closed and status == "pending" else status

    @property
    def _completing(self) -> Challenge | None:
        required = self.first.proofs_required if self.hosting else 1
        return self.proven[required - 1] if len(self.proven) >= required else None


def verification_of(challenges: tuple[Challenge, ...]) -> Verification:
    """In the order in which they were opened; the one that the platform opened is the first, whatever the clocks of
    replicas say."""

    def opened(challenge: Challenge) -> tuple[bool, datetime, str]:
        return (challenge.id != known_as(challenge), challenge.terms.created_at, challenge.id)

    return Verification(tuple(sorted(challenges, key=opened)))


def _ended(challenge: Challenge) -> datetime:
    return challenge.ended_at or challenge.terms.expires_at
