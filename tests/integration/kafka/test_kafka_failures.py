"""What a real broker shows when records are bad, handlers fail, or Kafka is away."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaProducer
from pymongo.errors import OperationFailure

from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE, full_name
from services.kit.clock import monotonic
from services.kit.kafka.broker import EventBroker, PublishFailedError
from services.kit.kafka.policy import DependencyDownError
from services.kit.settings import ServiceSettings
from tests.support.builders.events import step
from tests.support.in_memory.consuming import Flaky, consumer, headers_of, letters
from tests.support.servers.kafka import LocalKafka, event_broker, running, with_topics, write_raw
from tests.support.waiting import until

GOOD = step("bad", 1)
POISON: dict[str, tuple[bytes | None, list[tuple[str, bytes | None]]]] = {
    "a header that is not UTF-8": (GOOD.body, headers_of(GOOD, ce_type=b"\xff\xfe")),
    "a null header": (GOOD.body, headers_of(GOOD, ce_id=None)),
    "an optional header that is null": (GOOD.body, headers_of(GOOD, ce_causationid=None)),
    "broken JSON": (b'{"sessionId": ', headers_of(GOOD)),
    "JSON of another shape": (b"[1]", headers_of(GOOD)),
    "a body that is not UTF-8": (b'{"sessionId": "\xff"}', headers_of(GOOD)),
    "no body": (None, headers_of(GOOD)),
    "no headers": (GOOD.body, []),
}


@pytest.mark.parametrize("poison", POISON)
async def test_a_poisoned_record_is_one_dead_letter_and_the_next_is_handled(
    settings: ServiceSettings, poison: str
) -> None:
    body, headers = POISON[poison]
    flaky = Flaky()
    async with running(consumer(settings, flaky)) as broker:
        partition, offset = await write_raw(settings, LIFECYCLE, body, headers, key=GOOD.key)
        await broker.publish(LIFECYCLE, step("bad", 2))
        await until(lambda: flaky.users == ["bad"])
    (letter,) = await letters(settings)
    assert (letter.origin_partition, letter.origin_offset) == (partition, offset)
    assert letter.origin_topic.endswith(".lifecycle")
    assert letter.service == "enrollment"
    assert letter.reason.startswith("malformed: ")
    assert letter.original_headers == tuple(headers)
    assert letter.record.body == body


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_compressed_records_are_read(settings: ServiceSettings, codec: str) -> None:
    flaky = Flaky()
    async with running(consumer(settings, flaky)):
        producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_url, compression_type=codec)
        async with producer:
            event = step("sam", 1)
            await producer.send_and_wait(
                full_name(settings.topic_prefix, LIFECYCLE), event.body, key=event.key, headers=event.headers
            )
        await until(lambda: flaky.users == ["sam"], within=10)


async def test_a_handler_that_fails_five_times_is_a_dead_letter_and_others_go_on(settings: ServiceSettings) -> None:
    flaky = Flaky(fails=5)
    async with running(consumer(settings, flaky)) as broker:
        await broker.publish(LIFECYCLE, step("bad", 1))
        await broker.publish(LIFECYCLE, step("good", 1))
        await until(lambda: flaky.users == ["good"])
        await until(lambda: flaky.tries == 5)
        await broker.publish(LIFECYCLE, step("bad", 2))
        await until(lambda: flaky.users == ["good", "bad"])
    (letter,) = await letters(settings)
    assert letter.reason == "handler failed: ValueError"


async def test_a_handler_that_fails_four_times_succeeds(settings: ServiceSettings) -> None:
    flaky = Flaky(fails=4)
    async with running(consumer(settings, flaky)) as broker:
        await broker.publish(LIFECYCLE, step("bad", 1))
        await until(lambda: flaky.users == ["bad"])
    assert await letters(settings) == []


@pytest.mark.parametrize(
    "error",
    [DependencyDownError, lambda: OperationFailure("not authorized on enrollment", 13)],
    ids=["it does not answer", "it refuses everybody"],
)
async def test_a_dependency_that_is_down_is_waited_for(
    settings: ServiceSettings, error: Callable[[], Exception]
) -> None:
    flaky = Flaky(fails=7, error=error)
    async with running(consumer(settings, flaky)) as broker:
        await broker.publish(LIFECYCLE, step("bad", 1))
        await until(lambda: flaky.users == ["bad"])
    assert await letters(settings) == []


async def test_stopping_while_a_dependency_is_down_is_quick_and_loses_nothing(settings: ServiceSettings) -> None:
    waiting, later = Flaky(fails=10_000, error=DependencyDownError), Flaky()
    async with running(consumer(settings, waiting)) as broker:
        await broker.publish(LIFECYCLE, step("bad", 1))
        await until(lambda: waiting.tries >= 4)
        began = monotonic()
    assert monotonic() - began < 5
    async with running(consumer(settings, later)):
        await until(lambda: later.users == ["bad"])


async def test_unknown_and_unhandled_types_are_skipped(settings: ServiceSettings) -> None:
    flaky = Flaky()
    async with running(consumer(settings, flaky)) as broker:
        await write_raw(settings, LIFECYCLE, b"{}", headers_of(GOOD, ce_type=b"FromTheFuture"), key=GOOD.key)
        await broker.publish(LIFECYCLE, step("bad", 2))
        await until(lambda: flaky.users == ["bad"])
    assert await letters(settings) == []


async def test_kafka_away_and_back(own_kafka: LocalKafka) -> None:
    """One outage for who goes on, who comes, who leaves and who is given up: to start a broker again takes longer than
    all of it."""
    settings = await with_topics(own_kafka.url)
    flaky, live, reconnects = Flaky(), Flaky(), []

    async def reconnected() -> None:
        reconnects.append(monotonic())

    broker = consumer(settings, flaky)
    broker.subscribe([LIFECYCLE], live.handlers, group=None, on_reconnect=reconnected)
    leaving, coming, later = consumer(settings, Flaky(), group="leaving"), event_broker(settings), Flaky()
    coming.subscribe([LIFECYCLE], later.handlers, group="coming")
    await leaving.start()
    await until(leaving.ready)
    async with running(broker), running(event_broker(settings)) as publisher:
        for sender in (broker, publisher):
            await sender.publish(LIFECYCLE, step("before", 1))
        await until(lambda: flaky.users and live.users)
        await asyncio.to_thread(own_kafka.stop)
        try:
            await starts_at_once(coming)
            await gives_up_what_is_under_way(publisher)
            await asyncio.gather(fails_in_time(broker), stops_in_time(leaving))
            await until(lambda: not_ready(broker))
            assert broker.alive()
        finally:
            await asyncio.to_thread(own_kafka.start)
        back = monotonic()
        await until(lambda: published(broker, step("after", 1)))
        await until(lambda: published(publisher, step("given up", 1)))
        assert monotonic() - back < 20
        await until(lambda: "after" in flaky.users and "after" in live.users)
        await until(broker.ready)
        assert len(reconnects) == 1
    await until(coming.ready)
    await coming.publish(LIFECYCLE, step("sam", 1))
    await until(lambda: "sam" in later.users)
    await coming.stop()


async def fails_in_time(broker: EventBroker) -> None:
    for _ in range(2):
        began = monotonic()
        with pytest.raises(PublishFailedError):
            await broker.publish(LIFECYCLE, step("during", 1))
        assert monotonic() - began < 10


async def starts_at_once(broker: EventBroker) -> None:
    began = monotonic()
    await broker.start()
    assert monotonic() - began < 4
    assert not await broker.ready()


async def gives_up_what_is_under_way(broker: EventBroker) -> None:
    """At once, when the producer is given up."""
    under_way = asyncio.create_task(broker.publish(LIFECYCLE, step("during", 1)))
    await asyncio.sleep(0.1)
    began = monotonic()
    broker._producer.renew()
    with pytest.raises(PublishFailedError):
        await under_way
    assert monotonic() - began < 4


async def stops_in_time(broker: EventBroker) -> None:
    began = monotonic()
    await broker.stop()
    assert monotonic() - began < 25


async def published(broker: EventBroker, event: Envelope) -> bool:
    try:
        await broker.publish(LIFECYCLE, event)
    except PublishFailedError:
        return False
    return True


async def not_ready(broker: EventBroker) -> bool:
    return not await broker.ready()
