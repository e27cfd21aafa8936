"""One record from its bytes to its outcome."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from schemas.envelope import Envelope, Malformed, Unknown
from schemas.topics import EVENTS, Topic
from services.kit.clock import monotonic
from services.kit.crypto.event_mac import EventMac
from services.kit.kafka import metrics
from services.kit.kafka.dead_letters import DeadLetters
from services.kit.kafka.handlers import Awaited, EventHandlers, Handler
from services.kit.kafka.lanes import AbandonedError, Pause
from services.kit.kafka.policy import Retries, is_dependency_down
from services.kit.kafka.record import Record, correlation_of, read, type_of
from services.kit.telemetry import event_context

log = structlog.get_logger(__name__)

Run = Callable[[Handler[Any], Envelope, Record, Pause], Awaitable[str]]


class Processing(ABC):
    """Reads records and gives them to handlers; `topics` maps full names to what they are.

    An event is taken from its own topic only, from a service that may emit there, and where the topic asks for it only
    with its MAC: `macs` has the keys for that.
    """

    def __init__(self, handlers: EventHandlers, topics: Mapping[str, Topic], macs: EventMac | None) -> None:
        self._handlers = handlers
        self._topics = topics
        self._macs = macs

    async def process(self, record: Record, pause: Pause) -> None:
        """Deal with a record for good.

        Raises:
            AbandonedError: it must be delivered again.
        """
        if self._is_passed_over(event_type := type_of(record)):
            metrics.CONSUMED.labels(self._name(record), event_type, "unhandled").inc()
            return
        event = read(record)
        match event:
            case Unknown():
                kind, outcome = "unknown", "unknown"
            case Malformed():
                kind, outcome = "malformed", await self.put_aside(record, "malformed", event.reason, pause)
            case Envelope() if (reason := self._refusal(record, event)) is not None:
                log.error("a record was refused", topic=record.topic, type=event.type, reason=reason)
                kind, outcome = "refused", await self.put_aside(record, "refused", reason, pause)
            case Envelope():
                kind, outcome = event.type, await self._dispatch(record, event, pause)
        metrics.CONSUMED.labels(self._name(record), kind, outcome).inc()

    def _is_passed_over(self, event_type: str) -> bool:
        """Whether it is known and of no interest here: then the rest is not even read."""
        return event_type in EVENTS and self._handlers.find(event_type) is None

    def _refusal(self, record: Record, envelope: Envelope) -> str | None:
        """Why nobody who may write this event can have written it, if so."""
        topic = self._topics[record.topic]
        if type(envelope.event) not in topic.events:
            return f"{envelope.type} does not belong on {topic.name}"
        if envelope.source not in topic.producers:
            return f"{topic.name} does not come from {envelope.source[:64]}"
        if topic.authenticated_by is None:
            return None
        if self._macs and self._macs.is_right(topic, topic.authenticated_by, record.headers, record.body):
            return None
        return "its MAC is missing or wrong"

    @abstractmethod
    async def put_aside(self, record: Record, kind: str, reason: str, pause: Pause) -> str:
        """It can never be handled. Returns the outcome."""

    @abstractmethod
    async def failed(self, record: Record, error: Exception, retries: Retries, pause: Pause) -> str | None:
        """A handler failed. Returns the outcome, or None to try again."""

    async def _dispatch(self, record: Record, envelope: Envelope, pause: Pause) -> str:
        handler = self._handlers.find(envelope.type)
        if handler is None or not self._handlers.wants(envelope):
            return "unhandled"
        began = monotonic()
        with event_context(envelope):
            try:
                return await self._try(handler, record, envelope, pause)
            finally:
                metrics.HANDLER_SECONDS.labels(envelope.type).observe(monotonic() - began)

    async def _try(self, handler: Handler[Any], record: Record, envelope: Envelope, pause: Pause) -> str:
        retries = Retries()
        while True:
            try:
                await handler(envelope.event, envelope)
            except AbandonedError:
                raise
            except Exception as error:  # noqa: BLE001 # ends in a retry or in a dead letter, never in silence
                if (outcome := await self.failed(record, error, retries, pause)) is not None:
                    return outcome
            else:
                return "handled"

    def _name(self, record: Record) -> str:
        topic = self._topics.get(record.topic)
        return topic.name if topic else record.topic


class GroupProcessing(Processing):
    """For a group: nothing is lost. Waits for dependencies, and puts aside what nobody can handle."""

    def __init__(
        self, handlers: EventHandlers, topics: Mapping[str, Topic], macs: EventMac | None, dead_letters: DeadLetters
    ) -> None:
        super().__init__(handlers, topics, macs)
        self._dead_letters = dead_letters

    async def put_aside(self, record: Record, kind: str, reason: str, pause: Pause) -> str:
        await self._dead_letters.put(record, f"{kind}: {reason}", kind, pause)
        return "dead"

    async def failed(self, record: Record, error: Exception, retries: Retries, pause: Pause) -> str | None:
        seconds = retries.wait_after(error)
        down = is_dependency_down(error)
        name = type(error).__name__
        if seconds is None:
            log.exception("a handler failed for the last time", exc_info=error)
            await self._dead_letters.put(record, f"handler failed: {name}", "handler", pause)
            return "dead"
        log.warning("a handler will be tried again", error=name, dependency=down, after_seconds=seconds)
        metrics.HANDLER_RETRIES.labels(self._name(record), "dependency" if down else "record").inc()
        await pause(seconds)
        return None


class LiveProcessing(Processing):
    """Without a group: news for who happens to listen. What fails is dropped; the group deals with it properly.

    What nobody has `awaited` is not even read: every replica gets all that every other one waits for.
    """

    def __init__(
        self,
        handlers: EventHandlers,
        topics: Mapping[str, Topic],
        macs: EventMac | None,
        awaited: Awaited | None = None,
    ) -> None:
        super().__init__(handlers, topics, macs)
        self._awaited = awaited

    async def process(self, record: Record, pause: Pause) -> None:
        if self._awaited and not self._awaited(correlation_of(record)):
            metrics.CONSUMED.labels(self._name(record), "unread", "skipped").inc()
            return
        await super().process(record, pause)

    async def put_aside(self, record: Record, kind: str, reason: str, pause: Pause) -> str:  # noqa: ARG002 # same shape
        return "dropped"

    async def failed(self, record: Record, error: Exception, retries: Retries, pause: Pause) -> str | None:  # noqa: ARG002
        log.warning("a live event was dropped", error=type(error).__name__, dependency=is_dependency_down(error))
        return "dropped"
