"""One subscription: FastStream's subscriber, our lanes between it and the handlers, and the commits."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy

from services.kit.clock import monotonic
from services.kit.kafka.asking.questions import PART_MS
from services.kit.kafka.headway import Headway, Reading, has_ended, readings
from services.kit.kafka.lanes import MOST_AT_ONCE, Lanes, Offsets
from services.kit.kafka.metrics import IN_FLIGHT, LAG
from services.kit.kafka.processing import Processing
from services.kit.kafka.reading import from_client
from services.kit.kafka.record import Partition

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord
    from faststream.kafka import KafkaBroker

log = structlog.get_logger(__name__)

COMMIT_WITHIN = 5.0
REVOKE_WITHIN = 8.0
START_WITHIN = 15.0
READ_EVERY = 5.0
"""Seconds between looks at how far all partitions are read."""
SESSION_MS = 10_000
REBALANCE_MS = 30_000
FETCHER_LOOKS_MS = 30_000
"""How often the client looks at all partitions for nothing. What comes, what was handed on, a rebalance and a partition
that rested wake it at once; its default, 0.2 s, was most of what an idle consumer took."""
POLL_NEVER_ENDS_MS = 24 * 3_600_000
"""While a dependency is down the lanes are full and nothing is polled; leaving the group would not help anybody."""

OnReconnect = Callable[[], Awaitable[None]]


class Subscription(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Records of some topics to one set of handlers, as a member of a group or, with None, live from now on."""

    def __init__(
        self,
        broker: "KafkaBroker",
        topics: Sequence[str],
        processing: Processing,
        *,
        group: str | None,
        on_reconnect: OnReconnect | None = None,
        at_once: int = MOST_AT_ONCE,
    ) -> None:
        self.topics = topics
        self.group = group
        self._on_reconnect = on_reconnect
        self._lanes = Lanes(processing.process, self._commit, self, at_once=at_once)
        self._committer: asyncio.Task[None] | None = None
        self._started = False
        self._headway = Headway()
        self._read_at = 0.0
        self._stuck: str | None = None
        self._subscriber = broker.subscriber(*topics, **self._options())
        self._subscriber(self._take)  # one without a handler reads nothing
        self._subscriber.consume_one = self._take  # see docs/adr/0005
        IN_FLIGHT.labels(group or "live").set_function(lambda: self._lanes.in_flight)
        LAG.labels(group or "live").set_function(lambda: sum(place.waiting for place in self._readings().values()))

    @property
    def started(self) -> bool:
        return self._started

    def look(self) -> None:
        """See whether reading gets on; to be called every few seconds."""
        at = monotonic()
        if at >= self._read_at:
            self._read_at = at + READ_EVERY
            self._headway.note(self._readings(), at)
        was, self._stuck = self._stuck, self._why_stuck(at)
        if self._stuck != was and self._stuck is not None:
            log.error("a subscription is stuck, and only a restart helps", group=self.group, why=self._stuck)

    def _readings(self) -> Mapping[Partition, Reading]:
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        return readings(consumer) if self._started and consumer is not None else {}

    @property
    def stuck(self) -> bool:
        """Whether a lane broke, a handler hangs, or reading does not get on, so that only a restart helps."""
        return self._stuck is not None

    def _why_stuck(self, at: float) -> str | None:
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        if self._lanes.failure is not None:
            return "a lane broke"
        if self._lanes.stalled:
            return "a handler hangs"
        if self._started and consumer is not None and has_ended(consumer, self._subscriber.tasks):
            return "a task of the client ended"
        if standing := self._headway.standing(at):
            topic, partition = standing[0]
            return f"what is fetched of {topic}/{partition} cannot be read"
        return None

    async def start(self) -> None:
        """Join the group, or listen from now on.

        Raises:
            KafkaError, OSError, TimeoutError: Kafka does not answer; start again later.
        """
        try:
            async with asyncio.timeout(START_WITHIN):
                if self.group is None:
                    self._lanes.open()
                await self._subscriber.start()
                await self._fix_live_positions()
        except BaseException:
            await self._leave()
            raise
        if self.group is not None:
            self._committer = asyncio.create_task(self._lanes.commit_always())
        self._started = True

    async def stop(self, within: float) -> None:
        """Finish what runs, commit, leave the group."""
        await self._lanes.drain(within)
        if self._committer is not None:
            self._committer.cancel()
            await asyncio.gather(self._committer, return_exceptions=True)
        self._started = False
        await self._leave()

    async def reconnected(self) -> None:
        """Kafka is back: events may have come while nobody listened live."""
        if self._on_reconnect is None:
            return
        try:
            await self._on_reconnect()
        except Exception:
            log.exception("what follows a reconnect failed")

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finish and commit before others take over; aiokafka always revokes all partitions."""
        if revoked:
            log.info("partitions are taken away", group=self.group, count=len(revoked))
        await self._lanes.drain(REVOKE_WITHIN)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Take records again. Nothing may be awaited before: a record at a closed gate is dropped."""
        self._lanes.open()
        log.info("partitions are assigned", group=self.group, count=len(assigned))

    def pause(self, partition: Partition) -> None:
        """Let a partition rest; others go on."""
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        place = TopicPartition(*partition)
        if consumer is not None and place in consumer.assignment():
            log.info(
                "a partition rests, for a key is slow", group=self.group, topic=place.topic, partition=place.partition
            )
            consumer.pause(place)

    def resume(self, partition: Partition) -> None:
        """Go on with a partition that rests."""
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        place = TopicPartition(*partition)
        if consumer is not None and place in consumer.assignment():
            consumer.resume(place)

    def _options(self) -> dict[str, Any]:
        shared = {
            "ack_policy": AckPolicy.MANUAL,
            "fetch_max_wait_ms": PART_MS,
            "consumer_timeout_ms": FETCHER_LOOKS_MS,
        }
        if self.group is None:
            return {**shared, "auto_offset_reset": "latest"}
        return {
            **shared,
            "group_id": self.group,
            "auto_offset_reset": "earliest",
            "listener": self,
            "session_timeout_ms": SESSION_MS,
            "rebalance_timeout_ms": REBALANCE_MS,
            "max_poll_interval_ms": POLL_NEVER_ENDS_MS,
        }

    async def _take(self, raw: "ConsumerRecord[bytes, bytes]") -> None:
        """All that is done with a record in FastStream's loop, in the place of its parsers, scopes and middlewares."""
        await self._lanes.accept(from_client(raw))

    async def _fix_live_positions(self) -> None:
        """Without a group, ask now where "now" is; at the first fetch, what came in between would be missed."""
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        if self.group is None and consumer is not None:
            for place in consumer.assignment():
                await consumer.position(place)

    async def _commit(self, offsets: Offsets) -> bool:
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        if consumer is None or self.group is None:
            return True
        places = {TopicPartition(topic, partition): offset for (topic, partition), offset in offsets.items()}
        try:
            async with asyncio.timeout(COMMIT_WITHIN):
                await consumer.commit(places)
        except (KafkaError, TimeoutError) as error:
            log.warning("offsets are not committed yet", group=self.group, error=type(error).__name__)
            return False
        return True

    async def _leave(self) -> None:
        """Close the consumer. While Kafka is down aiokafka ends this with the cancellation of a task of its own."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COMMIT_WITHIN):
                ended = await asyncio.gather(self._subscriber.stop(), return_exceptions=True)
                for failure in filter(None, ended):
                    log.info("a consumer was not closed properly", group=self.group, error=type(failure).__name__)
