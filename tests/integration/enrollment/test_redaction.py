"""Ridding a real topic of the masks that earlier versions wrote."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.enrollment import MethodRegistered
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE, full_name
from services.kit.kafka.reading import read_kept, reader
from services.kit.kafka.record import Record
from services.kit.kafka.redaction.rewriting import RedactionError, redact_lifecycle, survey_lifecycle
from services.kit.settings import ServiceSettings
from tests.support.builders.events import NOON, step
from tests.support.servers.kafka import write_raw
from tests.support.servers.run import run_home

MASK = "+44 •••• ••0142"
GROUP = "platform"


def registered(user: str, number: int) -> Envelope:
    """As an earlier version wrote it."""
    event = MethodRegistered(
        method_id="m1", method_type="phone", display_name=MASK, is_default=True, registered_at=NOON
    )
    return replace(step(user, number), type="MethodRegistered", event=event)


async def kept(settings: ServiceSettings) -> list[Record]:
    async with reader(settings, "test") as consumer:
        return [record async for record in read_kept(consumer, [full_name(settings.topic_prefix, LIFECYCLE)])]


async def write(settings: ServiceSettings, *history: Envelope) -> TopicPartition:
    """Events of one person; where they lie."""
    partitions = set()
    for envelope in history:
        partition, _ = await write_raw(settings, LIFECYCLE, envelope.body, [*envelope.headers], envelope.key)
        partitions.add(partition)
    return TopicPartition(full_name(settings.topic_prefix, LIFECYCLE), partitions.pop())


@asynccontextmanager
async def member(settings: ServiceSettings, **options: Any) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_url,
        group_id=f"{settings.topic_prefix}.{GROUP}",
        enable_auto_commit=False,
        **options,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def commit(settings: ServiceSettings, offsets: Mapping[TopicPartition, int]) -> None:
    async with member(settings) as consumer:
        consumer.assign(list(offsets))
        await consumer.commit(dict(offsets))


async def committed(settings: ServiceSettings, place: TopicPartition) -> int | None:
    async with member(settings) as consumer:
        consumer.assign([place])
        found: int | None = await consumer.committed(place)
        return found


async def test_a_topic_is_rid_of_masks_and_keeps_its_order_and_its_readers(settings: ServiceSettings) -> None:
    history = [step("sam", 1), registered("sam", 2), step("sam", 3), registered("sam", 4)]
    place = await write(settings, *history)
    await commit(settings, {place: len(history)})
    before = _segments_with_masks(place)

    assert await redact_lifecycle(settings, print) == 2

    found = [record for record in await kept(settings) if record.partition == place.partition]
    assert [dict(record.headers)["ce_id"] for record in found] == [one.id.encode() for one in history]
    assert [json.loads(record.body or b"").get("displayName") for record in found] == [None, "", None, ""]
    assert [record.offset for record in found] == [4, 5, 6, 7]
    assert await committed(settings, place) == 8
    assert await redact_lifecycle(settings, print) == 0
    assert before in (None, {f"{0:020}.log"})
    assert (_segments_with_masks(place) or set()) <= (before or set())


async def test_what_broke_off_is_taken_up_again(settings: ServiceSettings) -> None:
    """After the first copy, and before anything was deleted."""
    history = [registered("sam", 1), step("sam", 2)]
    place = await write(settings, *history)
    await commit(settings, {place: len(history)})
    await write(settings, replace(history[0], event=history[0].event.model_copy(update={"display_name": ""})))

    await redact_lifecycle(settings, print)

    found = [record for record in await kept(settings) if record.partition == place.partition]
    assert [dict(record.headers)["ce_id"] for record in found] == [one.id.encode() for one in history]
    assert await committed(settings, place) == found[-1].offset + 1


@pytest.mark.parametrize("why", ["is reading", "has events to read"])
async def test_nobody_may_be_reading_and_nobody_is_made_to_miss_anything(settings: ServiceSettings, why: str) -> None:
    place = await write(settings, registered("sam", 1))
    await commit(settings, {place: 1 if why == "is reading" else 0})
    if why == "is reading":
        async with member(settings) as consumer:
            consumer.subscribe([place.topic])
            await consumer.getmany(timeout_ms=10)
            with pytest.raises(RedactionError, match=why):
                await redact_lifecycle(settings, print)
    else:
        with pytest.raises(RedactionError, match=why):
            await redact_lifecycle(settings, print)
    assert (await survey_lifecycle(settings)).named[place.partition] == 1


def _segments_with_masks(place: TopicPartition) -> set[str] | None:
    """What was there can be deleted only by segment. None where the broker is not our own."""
    if os.environ.get("SECURITY_INFO_KAFKA_URL"):
        return None
    segments = run_home().rglob(f"{place.topic}-{place.partition}/*.log")
    return {path.name for path in segments if MASK.encode() in path.read_bytes()}
