"""`security-info events pumping`: what spoke for pumping, and what was done."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import NamedTuple

import typer

from schemas.envelope import Envelope
from schemas.notification import SIM_SIGNALS, SendObserved, SendRefused
from schemas.topics import Topic
from services.cli.selection import Selection

NONE = "Nothing spoke for pumping."


class Suspected(NamedTuple):
    """What several decisions have in common."""

    tenant: str
    day: str
    country: str
    done: str
    mode: str
    signals: str


async def report(records: AsyncIterator[tuple[Topic, Envelope]], selection: Selection, *, as_json: bool) -> None:
    """Read to the end, then show the counts."""
    counts = counted([envelope async for _, envelope in records if selection.takes(envelope)])
    for line in lines(counts, as_json=as_json):
        typer.echo(line)


def counted(envelopes: Iterable[Envelope]) -> Counter[Suspected]:
    """Decisions by what they have in common. Limits of numbers have no signals, and SIM cards speak for none."""
    found = Counter[Suspected]()
    for envelope in envelopes:
        event = envelope.event
        if isinstance(event, SendObserved | SendRefused) and (signals := _of_pumping(event)):
            done = "sent" if isinstance(event, SendObserved) else "refused"
            day, country, mode = f"{envelope.time:%Y-%m-%d}", event.country or "none", event.mode or "none"
            found[Suspected(envelope.tenant, day, country, done, mode, "+".join(signals))] += 1
    return found


def _of_pumping(event: SendObserved | SendRefused) -> list[str]:
    return [signal for signal in event.signals or () if signal not in SIM_SIGNALS]


def lines(counts: Counter[Suspected], *, as_json: bool) -> list[str]:
    """The most frequent first; of equals the earliest."""
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    if as_json:
        return [json.dumps({"count": count, **suspected._asdict()}) for suspected, count in ordered]
    return [f"{count:6}  {'  '.join(suspected)}" for suspected, count in ordered] or [NONE]
