"""Records that nobody can handle: without key, without body, compressed, damaged, forged."""

import asyncio
import random
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from services.kit.ids import new_id
from tests.support.servers.raw_batches import write_nothing

CODECS = (None, "gzip", "snappy", "lz4", "zstd")
"""Each at the place that is its number in a batch's attributes."""
Headers = list[tuple[str, bytes]]
READ = {
    "deliveries": "CodeSent",
    "submissions": "CodeSubmitted",
    "verdicts": "MethodVerified",
    "lifecycle": "MethodRegistered",
}
ELSEWHERE = "MethodRequested"
"""An event of each topic that somebody reads."""


def attributes(event_type: str) -> Headers:
    """Those of an event, as anybody could write them."""
    values = {
        "ce_specversion": "1.0",
        "ce_id": new_id(),
        "ce_type": event_type,
        "ce_source": "verifier",
        "ce_time": "2026-01-01T00:00:00Z",
        "ce_tenant": "northbridge",
        "ce_subject": "nobody",
        "ce_correlationid": new_id(),
    }
    return [(name, value.encode()) for name, value in values.items()]


def poison(event_type: str, rng: random.Random) -> list[tuple[bytes | None, bytes | None, Headers]]:
    """Key, body and headers of each kind, where they tell of an event as one that somebody reads: what nobody reads on
    its topic is passed over without a look."""
    noise = rng.randbytes(200)
    return [
        (None, noise, []),
        (b"northbridge/nobody", None, attributes(event_type)),
        (b"northbridge/nobody", b"{}", attributes(event_type)),
        (b"northbridge/nobody", noise, attributes(event_type)),
        (None, b"[" * 5_000, attributes(event_type)),
        (b"\xff\xfe", b"{}", [("ce_type", b"\xff"), ("ce_id", b"\xff")]),
    ]


def write_poison(kafka_url: str, topics: Sequence[str], turn: int, rng: random.Random) -> int:
    """One of each kind on each topic, one with neither key nor body among them, with another codec each turn; how
    many."""
    return asyncio.run(_write(kafka_url, topics, turn % len(CODECS), rng))


async def _write(kafka_url: str, topics: Sequence[str], codec: int, rng: random.Random) -> int:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url, compression_type=CODECS[codec])
    await producer.start()
    count = 0
    try:
        for topic in topics:
            for key, body, headers in poison(READ.get(topic.rpartition(".")[2], ELSEWHERE), rng):
                await producer.send_and_wait(topic, body, key=key, headers=headers)
                count += 1
            await write_nothing(kafka_url, topic, codec=codec)
            count += 1
    finally:
        await producer.stop()
    return count
