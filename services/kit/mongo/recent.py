"""What this process wrote a moment ago: a change may begin from it, because it is written only where that is still so.

For documents whose ids are never given twice: a new document under an old id would have the old versions again.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from services.kit.clock import monotonic

T = TypeVar("T")

KEPT_FOR = 600.0
"""Seconds. Nobody is likely to come back to it later."""
MOST_BRIEFLY = 100
"""Of what is over: who comes back to it does so at once."""


class Recent(Generic[T]):
    """The newest by key, at most so many, each for ten minutes at most."""

    def __init__(self, most: int, *, now: Callable[[], float] = monotonic) -> None:
        self._long: _Kept[T] = _Kept(most, now)
        self._briefly: _Kept[T] = _Kept(min(most, MOST_BRIEFLY), now)

    def keep(self, key: str, value: T, *, briefly: bool = False) -> T:
        """In place of what was kept under it; `briefly` among fewer. Gives it back."""
        self.forget(key)
        (self._briefly if briefly else self._long).keep(key, value)
        return value

    def find(self, key: str) -> T | None:
        found = self._long.find(key)
        return self._briefly.find(key) if found is None else found

    def forget(self, key: str) -> None:
        self._long.forget(key)
        self._briefly.forget(key)


class _Kept(Generic[T]):
    def __init__(self, most: int, now: Callable[[], float]) -> None:
        self._most = most
        self._now = now
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def keep(self, key: str, value: T) -> None:
        self._kept[key] = (self._now(), value)
        while len(self._kept) > self._most or (self._kept and self._is_old(next(iter(self._kept)))):
            self._kept.popitem(last=False)

    def find(self, key: str) -> T | None:
        if key not in self._kept or self._is_old(key):
            return None
        return self._kept[key][1]

    def forget(self, key: str) -> None:
        self._kept.pop(key, None)

    def _is_old(self, key: str) -> bool:
        return self._now() - self._kept[key][0] > KEPT_FOR
