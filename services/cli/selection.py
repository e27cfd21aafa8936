"""Which events a person wants to see."""

from collections.abc import Collection
from dataclasses import dataclass

import typer

from schemas.envelope import Envelope
from schemas.topics import EVENTS, TOPICS, Topic


@dataclass(frozen=True)
class Selection:
    """What an event must be to be shown; whatever is not given does not matter."""

    tenant: str | None = None
    user: str | None = None
    types: Collection[str] = ()

    def takes(self, envelope: Envelope) -> bool:
        return (
            (self.tenant is None or envelope.tenant == self.tenant)
            and (self.user is None or envelope.subject == self.user)
            and (not self.types or envelope.type in self.types)
        )


def topics_named(names: Collection[str]) -> list[Topic]:
    """The topics with events by name, `requests` for all of that kind; all of them when none is named.

    Raises:
        typer.BadParameter: no topic has that name.
    """
    offered = [topic for topic in TOPICS if topic.events]
    for name in names:
        if not any(_is_named(topic, name) for topic in offered):
            there = ", ".join(topic.name for topic in offered)
            raise typer.BadParameter(f"there is no topic {name!r}; there are: {there}", param_hint="--topic")
    return [topic for topic in offered if not names or any(_is_named(topic, name) for name in names)]


def types_named(names: Collection[str]) -> frozenset[str]:
    """The event types by name, in any case. Raises typer.BadParameter: no event has that name."""
    known = {name.lower(): name for name in EVENTS}
    if unknown := [name for name in names if name.lower() not in known]:
        there = ", ".join(sorted(EVENTS))
        raise typer.BadParameter(f"there is no event {unknown[0]!r}; there are: {there}", param_hint="--type")
    return frozenset(known[name.lower()] for name in names)


def _is_named(topic: Topic, name: str) -> bool:
    return topic.name == name or topic.name.startswith(f"{name}.")
