"""`python -m tests.bench.messages.failover`: how long a text takes whose first provider begins to fail.

Five rounds a way of failing, each with a notifier that knows of nothing yet: twenty people ask at once, so that most of
them have their call out at the one that fails before anybody has learnt of it. Exit code 1 where 95 of 100 took longer
than they may.
"""

import asyncio
import logging
import signal
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from pymongo import MongoClient

from deploy.local.commands.install import install_kafka
from deploy.local.errors import StackError
from deploy.local.servers.database import find_database
from schemas.notification import CodeSent
from tests.bench.machine import load, require_fast
from tests.support.servers.kafka import LocalKafka, with_topics
from tests.support.servers.mongo import LocalDatabase
from tests.support.services.notifier import Bench, benched, notifying
from tests.support.services.providers import Mode

MODES: Final[tuple[Mode, ...]] = ("ok", "error", "throttle", "hang")
NAMES: Final = ("twilio-a", "twilio-b")
ROUNDS, AT_ONCE = 5, 20
MOST: Final = 6.0
"""Seconds within which 95 of 100 have their text."""


@dataclass(frozen=True)
class Taken:
    """Seconds from each request to the text, and how many were sent although nobody knew what the first one did."""

    seconds: tuple[float, ...]
    repeated: int = 0
    tried: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[18]

    @property
    def longest(self) -> float:
        return max(self.seconds)

    def and_also(self, other: "Taken") -> "Taken":
        return Taken(self.seconds + other.seconds, self.repeated + other.repeated, self.tried + other.tried)


def table_of(found: Mapping[Mode, Taken]) -> str:
    """In the shape of docs/performance.md."""
    rows = [
        f"| `{mode}` | {len(taken.seconds)} | {taken.tried} | {taken.repeated} | {taken.p50:.2f} | {taken.p95:.2f} | "
        f"{taken.longest:.2f} |"
        for mode, taken in found.items()
    ]
    head = "| the first provider | texts | tried there | sent once more | p50 s | p95 s | longest s |"
    return "\n".join((head, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |", *rows))


async def measured(mode: Mode, kafka_url: str, mongodb_url: str) -> Taken:
    """All rounds of a way of failing."""
    taken = Taken(())
    for _ in range(ROUNDS):
        with MongoClient[dict[str, object]](mongodb_url) as client:
            client.drop_database("notifier")
        with tempfile.TemporaryDirectory(prefix="failover-") as home:
            settings = await with_topics(kafka_url)
            async with benched(settings, mongodb_url, Path(home), names=NAMES) as bench, notifying(bench):
                taken = taken.and_also(await _round(bench, mode))
    return taken


async def _round(bench: Bench, mode: Mode) -> Taken:
    people = [
        Bench(bench.settings, bench.keys, bench.a, bench.b, bench.enrollment, heard=bench.heard) for _ in range(AT_ONCE)
    ]
    bench.a.mode, bench.a.retry_after = mode, "600"
    told = await asyncio.gather(*(_text(one) for one in people))
    expected = "twilio-a" if mode == "ok" else "twilio-b"
    assert {event.provider for _, event in told} == {expected}
    return Taken(tuple(seconds for seconds, _ in told), sum(event.repeated for _, event in told), bench.a.calls)


async def _text(person: Bench) -> tuple[float, CodeSent]:
    asked = await person.ask()
    event = await person.told(CodeSent, within=60)
    assert isinstance(event, CodeSent)
    return (event.sent_at - asked.created_at).total_seconds(), event


async def run() -> dict[Mode, Taken]:
    """On a broker and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="failover-") as home:
        install_kafka(print)
        kafka = LocalKafka(Path(home) / "kafka")
        database = LocalDatabase(Path(home) / "mongodb", require_fast(find_database()))
        for server in (kafka, database):
            server.start()
        try:
            return {mode: await measured(mode, kafka.url, database.url) for mode in MODES}
        finally:
            for server in (kafka, database):
                server.stop(signal.SIGKILL)


def main() -> int:
    """Measure, show a table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)  # calls that hang are cut off in the end
    try:
        found = asyncio.run(run())
    except StackError as error:
        sys.stderr.write(f"failover: {error}\n")
        return 1
    sys.stdout.write(f"{table_of(found)}\n\nload {load()}\n")
    return int(any(taken.p95 > MOST for taken in found.values()))


if __name__ == "__main__":
    raise SystemExit(main())
