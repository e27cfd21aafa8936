"""What a platform asked to be proven: by one challenge, or on our page by as many as it takes."""

from dataclasses import dataclass
from datetime import datetime

from services.enrollment.domain.challenge import Challenge, Hosting, Status, known_as


@dataclass(frozen=True)
class Verification:
    """The challenges that were opened for one question, in the order of their opening; there is at least one.

    It keeps the id of the first, whatever method is used in the end.
    """

    challenges: tuple[Challenge, ...]

    @property
    def id(self) -> str:
        """The id that the platform knows."""
        return known_as(self.current)

    @property
    def first(self) -> Challenge:
        """What the platform opened."""
        return self.challenges[0]

    @property
    def current(self) -> Challenge:
        """What is asked now, or was asked last."""
        return self.challenges[-1]

    @property
    def hosting(self) -> Hosting | None:
        """That it takes place on our page."""
        return self.first.hosting

    @property
    def proven(self) -> tuple[Challenge, ...]:
        """Those that were answered right."""
        return tuple(one for one in self.challenges if one.status == "verified")

    @property
    def is_complete(self) -> bool:
        """Whether all is proven, each type counted once. By the API each challenge is a question of its own."""
        types = {one.method_type for one in self.proven}
        return len(types) >= (self.first.proofs_required if self.hosting else 1)

    def with_current(self, challenge: Challenge) -> "Verification":
        """The same with what became of the current challenge."""
        return Verification((*self.challenges[:-1], challenge))

    @property
    def ended_at(self) -> datetime | None:
        """When the last challenge ended."""
        return self.current.ended_at

    def status_at(self, now: datetime) -> Status:
        """That of the current challenge; between two proofs it is pending, as long as the first could have been
        answered once more."""
        if self.is_complete:
            return "verified"
        if self.current.status != "verified":
            return self.current.status_at(now)
        is_over = self.current.ended_at is not None and now >= self.current.ended_at + self.current.life
        return "expired" if is_over else "pending"


def verification_of(challenges: tuple[Challenge, ...]) -> Verification:
    """In the order in which they were opened."""
    return Verification(tuple(sorted(challenges, key=lambda one: (one.terms.created_at, one.id))))
