"""`python -m tests.pumping.cost`: what a decision of the guard adds to the request that asks for a message.

Two people each ask for a code to reset a password, one right after the other: one whose number the guard looks at, and
one whose number it lets pass unseen, as those of the fictional ranges are. All else is the same: enrollment's real
routes and handlers in this process, on the local database. The clock is moved, so that hours go by as they do.
"""

import asyncio
import logging
import random
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final, Literal

import structlog
import typer

from deploy.local.errors import StackError
from deploy.local.servers.database import find_database
from tests.bench.figures import Figures
from tests.bench.machine import load, require_fast
from tests.support.in_memory.answering import Answering, answering
from tests.support.in_memory.counting import Organisation
from tests.support.servers.mongo import LocalDatabase

Kind = Literal["judged", "observed"]
SEED: Final = 17
EVERY: Final = timedelta(minutes=4)
"""Fifteen messages an hour: fewer unused codes than are ever unusual."""
LATER: Final = timedelta(days=3 * 365)
"""So far ahead that the database ends nothing by itself meanwhile."""
WARM: Final = 20
"""The first pairs, which are not counted."""


@dataclass(frozen=True)
class Asked:
    """One request: how long it took, in milliseconds, and how often it went to the database."""

    took: float
    trips: int


@dataclass(frozen=True)
class Pair:
    """What the guard adds is the difference of two requests of the same moment."""

    unseen: Asked
    seen: Asked

    @property
    def added(self) -> float:
        return self.seen.took - self.unseen.took

    @property
    def trips(self) -> int:
        return self.seen.trips - self.unseen.trips


def table_of(found: Mapping[Kind, Sequence[Pair]]) -> str:
    """In the shape of docs/performance.md."""
    head = "| | pairs | guard off, p50 / p99 ms | guard on, p50 / p99 ms | median of what it adds | round trips; more |"
    rows = [_row(kind, pairs) for kind, pairs in found.items()]
    return "\n".join((head, "| --- | ---: | ---: | ---: | ---: | --- |", *rows))


def _row(kind: Kind, pairs: Sequence[Pair]) -> str:
    without, within = (Figures.of([asked(pair).took for pair in pairs]) for asked in (_unseen, _seen))
    trips = sorted({pair.trips for pair in pairs})
    usual = statistics.mode(pair.unseen.trips for pair in pairs)
    often = ", ".join(f"{more} ({sum(pair.trips == more for pair in pairs) / len(pairs):.0%})" for more in trips)
    added = statistics.median(pair.added for pair in pairs)
    figures = f"{without.p50:.1f} / {without.p99:.1f} | {within.p50:.1f} / {within.p99:.1f} | {added:.1f}"
    return f"| {kind} | {len(pairs)} | {figures} | {usual}; {often} |"


def _unseen(pair: Pair) -> Asked:
    return pair.unseen


def _seen(pair: Pair) -> Asked:
    return pair.seen


async def measured(mongodb_url: str, pairs: int) -> dict[Kind, list[Pair]]:
    """Messages that nothing speaks against, and messages to a row of numbers from one network, whose codes nobody
    uses: these are observed, each with an event."""
    chance = random.Random(SEED)  # noqa: S311 # the same numbers in each run

    def anywhere(_: int) -> tuple[str, str]:
        return f"+3712{chance.randrange(10**7):07}", f"198.51.{chance.randrange(256)}.{chance.randrange(256)}"

    def in_a_row(count: int) -> tuple[str, str]:
        return f"+37120{100_000 + count}", "203.0.113.7"

    found: dict[Kind, list[Pair]] = {}
    kinds: dict[Kind, Callable[[int], tuple[str, str]]] = {"judged": anywhere, "observed": in_a_row}
    for kind, place in kinds.items():
        async with answering(mongodb_url) as platform:
            platform.clock.advance(LATER)
            found[kind] = [await _pair(platform, count, place(count), chance) for count in range(WARM + pairs)][WARM:]
    return found


async def _pair(platform: Answering, count: int, seen: tuple[str, str], chance: random.Random) -> Pair:
    """In either order, by chance."""
    number, address = seen
    unseen = f"+447700900{count % 1000:03}"
    people = Organisation(platform.enrollment.database, platform.relays[0], platform.clock)
    for user, its_number in ((f"seen-{count}", number), (f"unseen-{count}", unseen)):
        await people.person(user, its_number)
    order = ["seen", "unseen"]
    chance.shuffle(order)
    asked = {who: await _ask(platform, f"{who}-{count}", address) for who in order}
    platform.clock.advance(EVERY)
    return Pair(unseen=asked["unseen"], seen=asked["seen"])


async def _ask(platform: Answering, user: str, address: str) -> Asked:
    body = {"purpose": "passwordReset", "context": {"ipAddress": address}}
    counted = await platform.call(f"/v1.0/users/{user}/challenges", body, 201)
    return Asked(counted.seconds * 1000, sum(trip.who == "request" for trip in counted.waited_for))


def run(pairs: Annotated[int, typer.Option(min=20, help="How many pairs of requests of a kind.")] = 400) -> None:
    """Measure, show a table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = perf_counter()
    try:
        database = require_fast(find_database())
    except StackError as error:
        sys.stderr.write(f"cost: {error}\n")
        raise typer.Exit(1) from None
    with tempfile.TemporaryDirectory(prefix="pumping-") as home:
        server = LocalDatabase(Path(home), database)
        server.start()
        try:
            found = asyncio.run(measured(server.url, pairs))
        finally:
            server.stop(signal.SIGKILL)
    typer.echo(f"{table_of(found)}\n\n{database.name}; load {load()}; {perf_counter() - began:.0f} s")


if __name__ == "__main__":
    typer.run(run)
