"""Whose claim has lapsed, as seen from one replica: by how long nothing was written, never by what its clock says."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from services.notifier.domain.attempts import LEASE


class Versioned(Protocol):
    """A claimed document."""

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=Versioned)


class Leases:
    """The claims that are watched. Who claims begins to count before the claim is written, who watches when it is first
    read: so no attempt goes on when its lease has lapsed for anybody."""

    def __init__(self) -> None:
        self._seen: Mapping[str, tuple[int, float]] = {}

    def lapsed(self, claimed: Sequence[V], now: float) -> list[V]:
        """Those of all claims in force that nobody wrote to for the time of a lease; `now` in seconds of a clock that
        is never set. What is not claimed any more is forgotten."""
        known = {delivery.id: self._since(delivery, now) for delivery in claimed}
        lapsed = [delivery for delivery in claimed if now - known[delivery.id][1] >= LEASE.total_seconds()]
        self._seen = known
        return lapsed

    def _since(self, claim: V, now: float) -> tuple[int, float]:
        version, since = self._seen.get(claim.id, (claim.version, now))
        return (version, since) if version == claim.version else (claim.version, now)
