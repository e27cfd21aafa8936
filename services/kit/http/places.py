"""Places for event streams: how many one process holds open at once, in all, for one address, and for one holder."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.kit.config.clients import RateLimits
from services.kit.errors import RateLimitedError, UnavailableError

MOST_ALIKE = 4
"""Streams of one holder: somebody looks at that many tabs, and a connection that broke is noticed late."""

COME_AGAIN = 30
"""Seconds after which a refused caller may find a place."""


class Holder(NamedTuple):
    """Whose streams they are: of what kind, such as a device or a session, and its id."""

    kind: str
    id: str


@dataclass(eq=False)
class Place:
    """One open stream. Its address is not counted where it says nothing of who follows."""

    holder: Holder
    address: str | None
    wake: Callable[[], None] = field(repr=False)
    leave: Callable[[], None] = field(init=False, repr=False)
    is_kept: bool = True


class Places:
    """All streams of this process."""

    def __init__(self, limits: RateLimits) -> None:
        self._most, self._most_of_address = limits.streams, limits.address_streams
        self._taken: dict[Holder, list[Place]] = {}
        self._of_address: dict[str, int] = {}
        self._count = 0

    def take(self, holder: Holder, address: str | None, wake: Callable[[], None]) -> Place:
        """A place for one stream more, until it leaves. Too many of one holder end the oldest: it is told by `wake`
        to see that its place `is_kept` no more.

        Raises:
            ProblemError: `rateLimited` for too many of one address, `unavailable` where no place is left.
        """
        alike = self._taken.get(holder, [])
        oldest = alike[0] if len(alike) >= MOST_ALIKE else None
        self._require_room(address, oldest)
        if oldest:
            self._leave(oldest)
            oldest.wake()
        place = Place(holder, address, wake)
        place.leave = lambda: self._leave(place)
        self._taken.setdefault(holder, []).append(place)
        self._count += 1
        if address:
            self._of_address[address] = self._of_address.get(address, 0) + 1
        return place

    def held_by(self, kind: str) -> frozenset[str]:
        """The ids of all holders of a kind that have a place."""
        return frozenset(holder.id for holder in self._taken if holder.kind == kind)

    def _require_room(self, address: str | None, leaving: Place | None) -> None:
        left = int(leaving is not None and leaving.address == address)
        if address and self._of_address.get(address, 0) - left >= self._most_of_address:
            raise RateLimitedError.retry_after(COME_AGAIN)
        if self._count - int(leaving is not None) >= self._most:
            raise UnavailableError(headers={"Retry-After": str(COME_AGAIN)})

    def _leave(self, place: Place) -> None:
        """Once; whoever leaves again has left already."""
        if not place.is_kept:
            return
        place.is_kept = False
        self._count -= 1
        alike = self._taken[place.holder]
        alike.remove(place)
        if not alike:
            del self._taken[place.holder]
        if place.address:
            self._of_address[place.address] -= 1
            if not self._of_address[place.address]:
                del self._of_address[place.address]
