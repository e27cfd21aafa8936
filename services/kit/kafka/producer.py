"""A producer that is replaced when it is stuck as a whole, so that Kafka's return is noticed within seconds."""

import asyncio
import contextlib
from collections.abc import Mapping, Set
from itertools import chain
from typing import Any

import stamina
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    InvalidProducerEpoch,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    NoError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    ProducerFenced,
    RecordListTooLargeError,
    UnknownProducerId,
)
from aiokafka.protocol.metadata import MetadataRequest

from services.kit.clock import monotonic
from services.kit.kafka.metrics import PRODUCERS_REPLACED
from services.kit.kafka.record import RawHeaders
from services.kit.mongo.outbox import EventTooLargeError
from services.kit.mongo.relay import PublishFailedError

log = structlog.get_logger(__name__)

PUBLISH_WITHIN = 5.0
START_WITHIN = 5.0
PROBE_WITHIN = 4.0
REOPEN_FIRST = 0.05
REOPEN_CAP = 0.1
"""While Kafka is away a try costs nothing, and people wait for its return."""
PROVE_WITHIN = 30.0
"""How long a producer that has not published anything yet is kept: a new one would fare no better."""

TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
BROKEN = (OutOfOrderSequenceNumber, ProducerFenced, InvalidProducerEpoch, UnknownProducerId, ProducerClosed)
"""After these a producer goes on failing. The first comes after each record that Kafka refused for good: its number is
missing in the sequence of its partition."""


class AbandonableProducer(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's producer, whose `stop` waits for ever while Kafka is down, with a way to give it up.

    `proven` is when it published last or, at first, when it shall have done so at the latest.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.proven = monotonic() + PROVE_WITHIN - PUBLISH_WITHIN

    async def abandon(self) -> None:
        """Close it at once and forget what is buffered; who waits for it fails now, not at the deadline."""
        self._closed = True
        self._fail_what_waits()
        if self._sender is not None:
            await self._sender.close()
        await self.client.close()

    def _fail_what_waits(self) -> None:
        accumulator = self._message_accumulator
        waiting = [*accumulator._pending_batches, *chain.from_iterable(accumulator._batches.values())]  # noqa: SLF001
        accumulator.fail_all(ProducerClosed())
        for batch in waiting:
            batch._drain_waiter.exception()  # noqa: SLF001 # taken, or asyncio would log that nobody did


class EventProducer:
    """One idempotent producer at a time, opened in the background and replaced when stuck.

    A publish that misses its deadline may still arrive: consumers know events by their id.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._current: AbandonableProducer | None = None
        self._opened = asyncio.Event()
        self._opener: asyncio.Task[None] | None = None
        self._farewells: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._opener = asyncio.create_task(self._open())

    async def stop(self, within: float) -> None:
        """Send what is buffered, but no longer than `within` seconds."""
        if self._opener is not None:
            self._opener.cancel()
            await asyncio.gather(self._opener, return_exceptions=True)
        current, self._current = self._current, None
        self._opened.clear()
        if current is not None:
            with contextlib.suppress(TimeoutError, KafkaError):
                async with asyncio.timeout(within):
                    await current.flush()
            await _give_up(current)
        await asyncio.gather(*self._farewells)

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: RawHeaders, partition: int | None = None
    ) -> None:
        """Publish one record and return when all in-sync replicas have it; without `partition`, its key chooses.

        aiokafka refuses a record with neither key nor value; such a one gets an empty value, which means the same to
        whoever reads it here.

        Raises:
            EventTooLargeError: Kafka will never take it.
            PublishFailedError: it was not taken within 5 s.
        """
        used: AbandonableProducer | None = None
        if key is None and value is None:
            value = b""
        try:
            async with asyncio.timeout(PUBLISH_WITHIN):
                used = await self._producer()
                await used.send_and_wait(topic, value, key=key, headers=list(headers), partition=partition)
        except TOO_LARGE as error:
            raise EventTooLargeError(type(error).__name__) from None
        except (TimeoutError, KafkaError) as error:
            if used is not None and (isinstance(error, BROKEN) or monotonic() - used.proven > PUBLISH_WITHIN):
                self._replace(used)
            raise PublishFailedError(type(error).__name__) from None
        used.proven = max(used.proven, monotonic())

    async def present(self, topics: Set[str]) -> dict[str, int]:
        """Which of these Kafka has, with their numbers of partitions. Asking creates none, and costs the same however
        many others there are.

        Raises:
            PublishFailedError: Kafka does not answer.
        """
        asked = MetadataRequest(sorted(topics), allow_auto_topic_creation=False)
        try:
            async with asyncio.timeout(PROBE_WITHIN):
                answer = await _answered((await self._producer()).client, asked)
        except (TimeoutError, KafkaError) as error:
            raise PublishFailedError(type(error).__name__) from None
        return {topic: len(partitions) for code, topic, *_, partitions in answer.topics if code == NoError.errno}

    def renew(self) -> None:
        self._replace(self._current)

    async def _producer(self) -> AbandonableProducer:
        while self._current is None:
            await self._opened.wait()
        return self._current

    def _replace(self, broken: AbandonableProducer | None) -> None:
        """Give `broken` up; whoever comes second finds it replaced already."""
        if broken is None or broken is not self._current:
            return
        PRODUCERS_REPLACED.inc()
        self._current = None
        self._opened.clear()
        farewell = asyncio.create_task(_give_up(broken))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)
        self._opener = asyncio.create_task(self._open())

    async def _open(self) -> None:
        async for attempt in stamina.retry_context(
            on=(TimeoutError, KafkaError, OSError),
            attempts=None,
            timeout=None,
            wait_initial=REOPEN_FIRST,
            wait_max=REOPEN_CAP,
            wait_jitter=REOPEN_FIRST,
        ):
            with attempt:
                self._current = await _started(self._new())
        self._opened.set()

    def _new(self) -> AbandonableProducer:
        return AbandonableProducer(
            **self._options, acks="all", enable_idempotence=True, request_timeout_ms=int(PUBLISH_WITHIN * 1000)
        )


async def _answered(client: AIOKafkaClient, request: MetadataRequest) -> Any:
    """What the first broker says that answers; one that hangs must not stand for all."""
    brokers = client.cluster.brokers()
    for broker in brokers:
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(PROBE_WITHIN / len(brokers)):
                return await client.send(broker.nodeId, request)
    raise KafkaConnectionError


async def _started(producer: AbandonableProducer) -> AbandonableProducer:
    try:
        async with asyncio.timeout(START_WITHIN):
            await producer.start()
    except (TimeoutError, KafkaError, OSError, asyncio.CancelledError):
        await _give_up(producer)
        raise
    return producer


async def _give_up(producer: AbandonableProducer) -> None:
    try:
        async with asyncio.timeout(START_WITHIN):
            await producer.abandon()
    except (TimeoutError, KafkaError, OSError) as error:
        log.warning("a producer did not close in time", error=type(error).__name__)
