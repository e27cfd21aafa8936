"""What is remembered of messages, and read when the next one is asked for: pure, in the shapes of the database.

Of a message: in which hour and minute one of its country was asked for; in its range of numbers and its network, an
entry that goes when the code is used. Ranges and networks are keyed hashes; of a number, the last four digits alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.enrollment.pumping.domain import (
    HOURS_KEPT,
    NETWORK_WINDOW,
    UNUSED_AFTER,
    WINDOW,
    Figures,
    Tally,
    is_unused,
)

HOUR: Final = timedelta(hours=1)
MOST_OPEN: Final = 64
"""Entries of one range or network: enough for every rule, and no more however many are asked for."""

Found = Mapping[str, Mapping[str, Any]]
"""Documents by id."""


@dataclass(frozen=True)
class Mark:
    """One message: what it counts in. `by` names its challenge, `network` is None where the address is not known."""

    tenant: str
    by: str
    at: datetime
    country: str
    suffix: int
    range: str
    network: str | None = None

    @property
    def country_id(self) -> str:
        return country_id(self.tenant, self.country, self.at)

    @property
    def minute(self) -> str:
        return f"{self.at:%M}"

    @property
    def range_id(self) -> str:
        return f"{self.tenant}/range/{self.range}/{self.at:%Y%m%d%H}"

    @property
    def network_id(self) -> str | None:
        return f"{self.tenant}/network/{self.network}/{self.at:%Y%m%d}" if self.network else None

    @property
    def usual_id(self) -> str:
        return f"{self.tenant}/usual/{self.country}"

    @property
    def message_id(self) -> str:
        return f"{self.tenant}/message/{self.by}"

    @property
    def countries(self) -> tuple[str, str]:
        """Of this hour and of the one before."""
        return self.country_id, self._before(HOUR).country_id

    @property
    def ranges(self) -> tuple[str, str]:
        """Of this hour and of the one before."""
        return self.range_id, self._before(HOUR).range_id

    @property
    def networks(self) -> tuple[str, ...]:
        """Of this day and of the one before; empty where the address is not known."""
        return tuple(known for known in (self.network_id, self._before(NETWORK_WINDOW).network_id) if known)

    @property
    def looked_at(self) -> tuple[str, ...]:
        """All that is read to judge it."""
        return (*self.countries, *self.ranges, *self.networks, self.usual_id)

    def _before(self, by: timedelta) -> "Mark":
        return replace(self, at=self.at - by)


def country_id(tenant: str, country: str, hour: datetime) -> str:
    return f"{tenant}/country/{country}/{hour:%Y%m%d%H}"


def figures_of(mark: Mark, number: str, found: Found, *, is_risky: bool = False) -> Figures:
    """What the documents that were read say, this message itself left out of what is unused."""
    unused = [entry for entry in _entries(found, mark.ranges) if is_unused(entry["at"], mark.at)]
    of_network = _entries(found, mark.networks)
    by_network = [entry["v"] for entry in of_network if is_unused(entry["at"], mark.at, NETWORK_WINDOW)]
    used, network_used = _used(found, mark.ranges), _used(found, mark.networks)
    return Figures(
        number=number,
        is_risky=is_risky,
        countries=frozenset({*by_network, mark.country} if by_network else ()),
        network=Tally(len(by_network) + network_used, len(by_network)),
        suffixes=tuple(entry["v"] for entry in unused),
        range=Tally(len(unused) + used, len(unused)),
        country=_country(mark, found),
        usual=tuple(found.get(mark.usual_id, {}).get("hours", ())),
    )


def unused_in(document: Mapping[str, Any]) -> int:
    """Messages of an hour that is over whose codes nobody used."""
    asked, used = (sum(int(count) for count in document.get(name, {}).values()) for name in ("asked", "used"))
    return max(0, asked - used)


def hours_to_add(known_until: datetime, now: datetime) -> list[datetime]:
    """The hours that are over and not yet part of the usual; a long silence is no longer than what is kept."""
    last = now.replace(minute=0, second=0, microsecond=0)
    count = min(HOURS_KEPT, max(0, (last - known_until) // HOUR))
    return [last - HOUR * back for back in range(count, 0, -1)]


def _country(mark: Mark, found: Found) -> Tally:
    asked = unused = 0
    for one, hour in zip(mark.countries, (mark.at, mark.at - HOUR), strict=True):
        document = found.get(one, {})
        used = document.get("used", {})
        for minute, count in document.get("asked", {}).items():
            at = hour.replace(minute=int(minute), second=0, microsecond=0)
            if mark.at - WINDOW < at <= mark.at - UNUSED_AFTER:
                asked += count
                unused += max(0, count - used.get(minute, 0))
    return Tally(asked, unused)


def _used(found: Found, ids: Iterable[str]) -> int:
    return sum(int(found.get(one, {}).get("used", 0)) for one in ids)


def _entries(found: Found, ids: Iterable[str]) -> list[Mapping[str, Any]]:
    return [entry for one in ids for entry in found.get(one, {}).get("open", ())]
