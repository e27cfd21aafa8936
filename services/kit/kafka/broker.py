"""The services' door to Kafka: events in by handlers, events out for the relay."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import stamina
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from schemas.envelope import MAC, Envelope, Headers
from schemas.topics import DEAD_LETTERS, TOPICS, Topic, full_name
from services.kit.clock import Clock, monotonic
from services.kit.crypto.event_mac import EventMac
from services.kit.kafka import metrics
from services.kit.kafka.connection import RETRY_BACKOFF_MS, client_options, security, servers
from services.kit.kafka.dead_letters import DeadLetters
from services.kit.kafka.handlers import Awaited, EventHandlers
from services.kit.kafka.lanes import MOST_AT_ONCE
from services.kit.kafka.processing import GroupProcessing, LiveProcessing, Processing
from services.kit.kafka.producer import EventProducer
from services.kit.kafka.reading import TotalConsumer
from services.kit.kafka.record import RawHeaders
from services.kit.kafka.subscription import OnReconnect, Subscription
from services.kit.mongo.outbox import EventTooLargeError
from services.kit.mongo.relay import PublishFailedError
from services.kit.settings import ServiceSettings

__all__ = ["EventBroker", "EventHandlers", "PublishFailedError"]

log = structlog.get_logger(__name__)

STOP_WITHIN = 20.0
DRAIN_WITHIN = 6.0
FLUSH_WITHIN = 2.0
JOIN_FIRST = 0.1
JOIN_CAP = 2.0
PROBE_EVERY = 2.0
PROBE_SOON = 0.25
TOPICS_EVERY = 10.0
MISSES_UNTIL_DOWN = 2


class EventBroker:
    """Subscriptions and one producer. Starts while Kafka is down and recovers by itself.

    `service` is the name in `schemas.topics`; what it consumes and produces there must exist for it to be ready. `macs`
    are needed by who emits or reads events of an authenticated topic.
    """

    def __init__(self, settings: ServiceSettings, service: str, clock: Clock, macs: EventMac | None = None) -> None:
        self._macs = macs
        self._prefix = settings.topic_prefix
        self._clock = clock
        self._service = service
        self._producer = EventProducer(client_options(settings, f"security-info-{service}"))
        self._topics = {full_name(self._prefix, topic): topic for topic in TOPICS}
        self._broker = _faststream(settings, service)
        self._subscriptions: list[Subscription] = []
        self._starters: list[asyncio.Task[None]] = []
        self._monitor: asyncio.Task[None] | None = None
        self._present: Mapping[str, int] | None = None
        self._not_shown: frozenset[str] = frozenset()
        self._looked = asyncio.Event()
        self._topics_at = 0.0
        self._partitions = {name: topic.partitions for name, topic in self._topics.items()}
        self._required = {
            name for name, topic in self._topics.items() if service in topic.producers or topic is DEAD_LETTERS
        }

    def subscribe(
        self,
        topics: Sequence[Topic],
        handlers: EventHandlers,
        *,
        group: str | None,
        on_reconnect: OnReconnect | None = None,
        awaited: Awaited | None = None,
        at_once: int = MOST_AT_ONCE,
    ) -> None:
        """Give the records of `topics` to `handlers`; call it before `start`.

        With a `group`, each record is handled by one member at least once, in order within its key; without one, each
        replica gets what comes from now on, of that only what is `awaited`, nothing is committed, failures are dropped,
        and `on_reconnect` is awaited after Kafka was away, when events may have been missed. `at_once` keys are served
        at the same time.
        """
        self._topics |= {full_name(self._prefix, topic): topic for topic in topics}
        names = [full_name(self._prefix, topic) for topic in topics]
        self._required |= set(names)
        processing = self._processing(handlers, group, awaited)
        self._subscriptions.append(
            Subscription(
                self._broker,
                names,
                processing,
                group=group,
                on_reconnect=on_reconnect,
                at_once=at_once,
            )
        )

    async def start(self) -> None:
        """Begin to connect; returns at once, whether Kafka is there or not."""
        self._producer.start()
        await self._broker.connect()
        _build(self._broker, TotalConsumer)
        self._monitor = asyncio.create_task(self._watch())
        self._starters = [asyncio.create_task(self._join(subscription)) for subscription in self._subscriptions]

    async def stop_consuming(self) -> None:
        """Finish what runs, commit, leave the groups; publishing still works. Stop the relay after this."""
        for task in self._starters:
            task.cancel()
        await asyncio.gather(*self._starters, return_exceptions=True)
        self._starters = []
        started = [subscription for subscription in self._subscriptions if subscription.started]
        await asyncio.gather(*(subscription.stop(DRAIN_WITHIN) for subscription in started))

    async def stop(self) -> None:
        """Stop consuming, send what is buffered, close all connections; takes 20 s at most."""
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await self.stop_consuming()
                if self._monitor is not None:
                    self._monitor.cancel()
                    await asyncio.gather(self._monitor, return_exceptions=True)
                await self._producer.stop(FLUSH_WITHIN)
                await self._broker.stop()
        except TimeoutError:
            log.warning("Kafka was left before all was finished; it will be delivered again")

    async def ready(self) -> bool:
        """Whether Kafka answers, all topics that this service needs exist, and its consumers have joined."""
        return (
            self._present is not None
            and self._required <= self._present.keys()
            and all(subscription.started for subscription in self._subscriptions)
        )

    def alive(self) -> bool:
        """Whether consuming can go on; if not, only a restart of the process helps.

        While Kafka or a dependency is away it can.
        """
        tasks = [*self._starters, *([self._monitor] if self._monitor else [])]
        broken = any(task.done() and not task.cancelled() and task.exception() is not None for task in tasks)
        return not broken and not any(subscription.stuck for subscription in self._subscriptions)

    async def publish(self, topic: Topic, envelope: Envelope) -> None:
        """Publish an event, with the trace context that it was stored with; for the relay alone.

        Raises:
            PublishFailedError: not all in-sync replicas had it within 5 s. It may still arrive.
            EventTooLargeError: Kafka will never take it.
        """
        began = monotonic()
        try:
            await self._producer.send(
                full_name(self._prefix, topic),
                key=envelope.key,
                value=(body := envelope.body),
                headers=self._headers(topic, envelope.headers, body),
            )
        except (PublishFailedError, EventTooLargeError):
            metrics.PUBLISH_FAILURES.labels(topic.name).inc()
            raise
        metrics.PUBLISH_SECONDS.labels(topic.name).observe(monotonic() - began)

    def _headers(self, topic: Topic, headers: Headers, body: bytes) -> RawHeaders:
        if topic.authenticated_by is None:
            return tuple(headers)
        if self._macs is None:
            raise ValueError(f"{self._service} has no key to emit on {topic.name}")
        return (*headers, (MAC, self._macs.make(topic, topic.authenticated_by, headers, body)))

    def _processing(self, handlers: EventHandlers, group: str | None, awaited: Awaited | None) -> Processing:
        if group is None:
            return LiveProcessing(handlers, self._topics, self._macs, awaited)
        letters = DeadLetters(self._producer, self._topics, prefix=self._prefix, service=self._service)
        return GroupProcessing(handlers, self._topics, self._macs, letters)

    async def _join(self, subscription: Subscription) -> None:
        """Start a subscription once its topics exist; asking for absent ones could create them wrongly."""
        async for attempt in stamina.retry_context(
            on=(KafkaError, OSError, TimeoutError),
            attempts=None,
            timeout=None,
            wait_initial=JOIN_FIRST,
            wait_max=JOIN_CAP,
            wait_jitter=JOIN_FIRST,
        ):
            with attempt:
                await self._all_exist(subscription.topics)
                await subscription.start()

    async def _all_exist(self, topics: Sequence[str]) -> None:
        while self._present is None or not set(topics) <= self._present.keys():
            self._looked.clear()
            await self._looked.wait()

    def _compare_partitions(self, present: Mapping[str, int]) -> None:
        """Tell once of a number of partitions that is not the table's, and of each that changes under way."""
        for name, count in present.items():
            known = self._partitions.setdefault(name, count)
            if count not in {0, known}:
                self._partitions[name] = count
                log.warning(
                    "a topic has another number of partitions than expected; events of a key may overtake one another",
                    topic=name,
                    partitions=count,
                    expected=known,
                )

    def _tell_what_is_not_shown(self, present: Mapping[str, int]) -> None:
        """Tell once of topics that this service needs, and that are absent or that its account may not even see."""
        was, self._not_shown = self._not_shown, frozenset(self._required - present.keys())
        if self._not_shown - was:
            log.error(
                "Kafka does not show topics that this service needs",
                topics=sorted(self._not_shown),
                remedy="security-info topics ensure makes them; security-info topics grant lets the account use them",
            )

    async def _look_for_topics(self) -> None:
        """See that Kafka answers; once all is well, what there is only now and then, for that is long to read."""
        if self._present is not None and self._topics_at > monotonic() and await self.ready():
            await self._producer.present(frozenset())
            return
        self._present = await self._producer.present(self._required)
        self._topics_at = monotonic() + TOPICS_EVERY
        self._looked.set()
        self._compare_partitions(self._present)
        self._tell_what_is_not_shown(self._present)

    async def _watch(self) -> None:
        """Know whether Kafka answers, replace a producer that may have noticed nothing, tell live listeners."""
        misses, was_up = 0, False
        while True:
            try:
                await self._look_for_topics()
            except PublishFailedError:
                misses += 1
            else:
                if misses >= MISSES_UNTIL_DOWN and was_up:
                    log.info("Kafka is back")
                    await asyncio.gather(*(subscription.reconnected() for subscription in self._subscriptions))
                misses, was_up = 0, True
            if misses == MISSES_UNTIL_DOWN:
                self._present = None
                self._producer.renew()
                log.warning("Kafka does not answer")
            for subscription in self._subscriptions:
                subscription.look()
            metrics.CONNECTED.set(0 if self._present is None else 1)
            await asyncio.sleep(PROBE_EVERY if misses == 0 and await self.ready() else PROBE_SOON)


def _faststream(settings: ServiceSettings, service: str) -> KafkaBroker:
    """FastStream as we need it: it creates no topics, and acknowledges nothing by itself."""
    quiet = logging.getLogger("faststream.security_info")
    quiet.setLevel(logging.ERROR)
    return KafkaBroker(
        servers(settings),
        client_id=f"security-info-{service}",
        consumer_only=True,
        allow_auto_create_topics=False,
        retry_backoff_ms=RETRY_BACKOFF_MS,
        ack_policy=AckPolicy.MANUAL,
        graceful_timeout=DRAIN_WITHIN,
        security=security(settings),
        logger=quiet,
        apply_types=False,
    )


def _build(broker: KafkaBroker, consumer: Callable[..., AIOKafkaConsumer]) -> None:
    """Let FastStream make its consumers so; it has no setting for it."""
    config = broker.config.broker_config
    if not isinstance(config.builder, partial):
        raise TypeError("FastStream makes consumers in another way than this version of it did")
    config.builder = partial(consumer, **config.builder.keywords)
