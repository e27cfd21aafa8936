"""What a real broker shows when records are bad, handlers fail, or Kafka is away."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest

from schemas.enrollment import EnrollmentStepReached, MethodRequested
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE, REQUESTS, Topic
from services.kit.clock import monotonic
from services.kit.kafka.broker import EventBroker, EventHandlers, PublishFailedError
from services.kit.kafka.dead_letters import (
    DeadLetter,
    DeadLetterError,
    list_dead_letters,
    replay_dead_letter,
    show_dead_letter,
)
from services.kit.kafka.policy import DependencyDownError
from services.kit.settings import ServiceSettings
from tests.support.events import step
from tests.support.kafka import LocalKafka, event_broker, running, with_topics, write_raw
from tests.support.waiting import until

T = TypeVar("T")


@dataclass
class Flaky:
    """Notes what it handles; fails for user `bad` as often as it is told to."""

    fails: int = 0
    error: Callable[[], Exception] = lambda: ValueError("no")
    tries: int = 0

    def __post_init__(self) -> None:
        self.users: list[str | None] = []
        self.ids: list[str] = []
        self.handlers = EventHandlers()
        self.handlers.on(EnrollmentStepReached)(self._handle)

    async def _handle(self, _: EnrollmentStepReached, envelope: Envelope) -> None:
        if envelope.subject == "bad":
            self.tries += 1
            if self.tries <= self.fails:
                raise self.error()
        self.users.append(envelope.subject)
        self.ids.append(envelope.id)


def consumer(settings: ServiceSettings, flaky: Flaky, topics: tuple[Topic, ...] = (LIFECYCLE,)) -> EventBroker:
    broker = event_broker(settings)
    broker.subscribe(topics, flaky.handlers, group="g")
    return broker


async def letters(settings: ServiceSettings) -> list[DeadLetter]:
    return [letter async for letter in list_dead_letters(settings)]


def headers_of(event: Envelope, **changed: bytes | None) -> list[tuple[str, bytes | None]]:
    known: dict[str, bytes | None] = {**dict(event.headers), **changed}
    return list(known.items())


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


async def test_a_dependency_that_is_down_is_waited_for(settings: ServiceSettings) -> None:
    flaky = Flaky(fails=7, error=DependencyDownError)
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


async def test_a_dead_letter_can_be_replayed_again_and_again(settings: ServiceSettings) -> None:
    flaky = Flaky(fails=5)
    event = step("bad", 1)
    async with running(consumer(settings, flaky)) as broker:
        await broker.publish(LIFECYCLE, event)
        await until_letters(settings, 1)
        (letter,) = await letters(settings)
        assert await show_dead_letter(settings, letter.id) == letter
        await replay_dead_letter(settings, letter.id)
        await replay_dead_letter(settings, letter.id)
        await until(lambda: flaky.ids == [event.id, event.id])


async def test_sealed_values_are_not_copied_to_dead_letters_but_can_be_replayed(settings: ServiceSettings) -> None:
    handled: list[str] = []
    handlers = EventHandlers()

    @handlers.on(MethodRequested)
    async def never(_: MethodRequested, envelope: Envelope) -> None:
        handled.append(envelope.id)

    broker = event_broker(settings)
    broker.subscribe([REQUESTS["sms"]], handlers, group="g")
    async with running(broker):
        event = Envelope(**{**GOOD.__dict__, "type": "MethodRequested"})
        await write_raw(settings, REQUESTS["sms"], b'{"sealed": "k1.AAAA"', headers_of(event), key=event.key)
        await until_letters(settings, 1)
        (letter,) = await letters(settings)
        assert (letter.record.body, letter.has_body) == (None, False)
        await replay_dead_letter(settings, letter.id)
        await until_letters(settings, 2)


async def test_a_dead_letter_that_does_not_exist_is_said_so(settings: ServiceSettings) -> None:
    for wrong in ("0-99", "x", "7-0"):
        with pytest.raises(DeadLetterError):
            await show_dead_letter(settings, wrong)


async def test_unknown_and_unhandled_types_are_skipped(settings: ServiceSettings) -> None:
    flaky = Flaky()
    async with running(consumer(settings, flaky)) as broker:
        await write_raw(settings, LIFECYCLE, b"{}", headers_of(GOOD, ce_type=b"FromTheFuture"), key=GOOD.key)
        await broker.publish(LIFECYCLE, step("bad", 2))
        await until(lambda: flaky.users == ["bad"])
    assert await letters(settings) == []


async def test_kafka_away_and_back(own_kafka: LocalKafka) -> None:
    settings = await with_topics(own_kafka.url)
    flaky, live, reconnects = Flaky(), Flaky(), []

    async def reconnected() -> None:
        reconnects.append(monotonic())

    broker = consumer(settings, flaky)
    broker.subscribe([LIFECYCLE], live.handlers, group=None, on_reconnect=reconnected)
    async with running(broker):
        await broker.publish(LIFECYCLE, step("before", 1))
        await until(lambda: flaky.users and live.users)
        await asyncio.to_thread(own_kafka.stop)
        try:
            for _ in range(2):
                began = monotonic()
                with pytest.raises(PublishFailedError):
                    await broker.publish(LIFECYCLE, step("during", 1))
                assert monotonic() - began < 6
            await until(lambda: not_ready(broker))
            assert broker.alive()
        finally:
            await asyncio.to_thread(own_kafka.start)
        back = monotonic()
        await until(lambda: published(broker, step("after", 1)))
        assert monotonic() - back < 10
        await until(lambda: "after" in flaky.users and "after" in live.users)
        await until(broker.ready)
        assert len(reconnects) == 1


async def test_a_service_starts_while_kafka_is_down(own_kafka: LocalKafka) -> None:
    settings = await with_topics(own_kafka.url)
    flaky = Flaky()
    await asyncio.to_thread(own_kafka.stop)
    try:
        began = monotonic()
        broker = consumer(settings, flaky)
        await broker.start()
        assert monotonic() - began < 1
        assert not await broker.ready()
    finally:
        await asyncio.to_thread(own_kafka.start)
    await until(broker.ready)
    await broker.publish(LIFECYCLE, step("sam", 1))
    await until(lambda: flaky.users == ["sam"])
    await broker.stop()


async def test_stopping_while_kafka_is_down_keeps_its_deadline(own_kafka: LocalKafka) -> None:
    settings = await with_topics(own_kafka.url)
    broker = consumer(settings, Flaky())
    await broker.start()
    await until(broker.ready)
    await asyncio.to_thread(own_kafka.stop)
    try:
        began = monotonic()
        await broker.stop()
        assert monotonic() - began < 21
    finally:
        await asyncio.to_thread(own_kafka.start)


async def published(broker: EventBroker, event: Envelope) -> bool:
    try:
        await broker.publish(LIFECYCLE, event)
    except PublishFailedError:
        return False
    return True


async def not_ready(broker: EventBroker) -> bool:
    return not await broker.ready()


async def until_letters(settings: ServiceSettings, count: int) -> None:
    async def enough() -> bool:
        return len(await letters(settings)) == count

    await until(enough)
