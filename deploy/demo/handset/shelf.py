"""Keeps the newest things, and forgets the oldest when full."""

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

CAPACITY = 500


class Identified(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str:
        """Unique among its kind."""
        ...


T = TypeVar("T", bound=Identified)


class Shelf(Generic[T]):
    """At most `capacity` things by id, in the order in which they came; counts its changes."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._things: dict[str, T] = {}
        self.version = 0

    def put(self, thing: T) -> None:
        """Add a thing, or replace the one with its id where it stands."""
        self._things[thing.id] = thing
        while len(self._things) > self._capacity:
            del self._things[next(iter(self._things))]
        self.version += 1

    def get(self, thing_id: str) -> T | None:
        """The thing with this id, if it is still here."""
        return self._things.get(thing_id)

    def change(self, thing_id: str, change: Callable[[T], T]) -> T | None:
        """Replace a thing by what `change` makes of it; nothing happens if it is gone."""
        thing = self._things.get(thing_id)
        if thing is None:
            return None
        changed = change(thing)
        self.put(changed)
        return changed

    def newest_first(self, keep: Callable[[T], bool] = lambda _: True) -> list[T]:
        """The things that `keep` wants."""
        return [thing for thing in reversed(self._things.values()) if keep(thing)]

    def drop(self, things: Iterable[T]) -> None:
        """Forget these."""
        for thing in things:
            self._things.pop(thing.id, None)
        self.version += 1
