"""Delivery on a real broker: at least once, in order within a key, parallel across keys, also through rebalances."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import defaultdict

import pytest

from schemas.enrollment import EnrollmentStepReached
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE
from services.kit.kafka.asking.questions import QUESTIONS
from services.kit.kafka.broker import EventBroker, EventHandlers
from services.kit.kafka.headway import Headway
from services.kit.kafka.lanes import MOST_AHEAD
from services.kit.settings import ServiceSettings
from tests.support.builders.events import step
from tests.support.servers.kafka import event_broker, running
from tests.support.servers.raw_batches import ZSTD, raw, write_batch
from tests.support.waiting import until


class Seen:
    """Handlers that note the order of what they get."""

    def __init__(self, pause: float = 0) -> None:
        self.by_user: dict[str, list[int]] = defaultdict(list)
        self.ids: list[str] = []
        self.traces: list[str | None] = []
        self.now, self.most = 0, 0
        self.handlers = EventHandlers()
        self._pause = pause
        self.handlers.on(EnrollmentStepReached)(self._note)

    async def _note(self, _: EnrollmentStepReached, envelope: Envelope) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self._pause)
        self.now -= 1
        self.by_user[envelope.subject or ""].append(envelope.sequence or 0)
        self.ids.append(envelope.id)
        self.traces.append(envelope.traceparent)


def member(settings: ServiceSettings, seen: Seen, group: str | None = "g") -> EventBroker:
    broker = event_broker(settings)
    broker.subscribe([LIFECYCLE], seen.handlers, group=group)
    return broker


async def publish(broker: EventBroker, users: int, each: int) -> list[Envelope]:
    events = [step(f"user-{user}", number) for number in range(1, each + 1) for user in range(users)]
    for number in range(each):
        await asyncio.gather(
            *(broker.publish(LIFECYCLE, event) for event in events[number * users : (number + 1) * users])
        )
    return events


async def publish_until(enough: asyncio.Event, broker: EventBroker, users: int) -> list[Envelope]:
    events: list[Envelope] = []
    while not enough.is_set():
        number = len(events) // users + 1
        events += (batch := [step(f"user-{user}", number) for user in range(users)])
        await asyncio.gather(*(broker.publish(LIFECYCLE, event) for event in batch))
        await asyncio.sleep(0.03)  # more than two members handle meanwhile
    return events


async def test_events_arrive_in_order_within_a_key_and_in_parallel_across_keys(settings: ServiceSettings) -> None:
    seen = Seen(pause=0.01)
    async with running(member(settings, seen)) as broker:
        await publish(broker, users=30, each=10)
        await until(lambda: len(seen.ids) == 300)
    assert all(numbers == list(range(1, 11)) for numbers in seen.by_user.values())
    assert seen.most > 10


async def test_a_restart_goes_on_where_the_last_one_stopped(settings: ServiceSettings) -> None:
    first, second = Seen(), Seen()
    async with running(member(settings, first)) as broker:
        await publish(broker, users=20, each=5)
        await until(lambda: len(first.ids) == 100)
    async with running(member(settings, second)) as broker:
        await broker.publish(LIFECYCLE, step("after", 1))
        await until(lambda: "after" in second.by_user)
    assert list(second.by_user) == ["after"]


async def test_the_stored_trace_context_arrives_as_it_was(settings: ServiceSettings) -> None:
    seen = Seen()
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with running(member(settings, seen)) as broker:
        await broker.publish(LIFECYCLE, step("sam", 1, traceparent=trace))
        await until(lambda: seen.ids)
    assert seen.traces == [trace]


async def test_a_crash_before_the_commit_delivers_again(settings: ServiceSettings) -> None:
    seen = Seen()
    async with running(event_broker(settings)) as publisher:
        await publisher.publish(LIFECYCLE, step("stall", 1))
        arguments = ("-m", "tests.support.servers.kafka_member", settings.kafka_url, settings.topic_prefix)
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE)
        assert process.stdout is not None
        async with asyncio.timeout(30):
            while await process.stdout.readline() != b"stall 1\n":
                assert process.returncode is None
        process.kill()
        await process.wait()
        async with running(member(settings, seen, group="crash")):
            await until(lambda: seen.by_user.get("stall") == [1], within=40)


async def test_two_members_lose_nothing_when_one_comes_and_one_goes(settings: ServiceSettings) -> None:
    first, second = Seen(pause=0.005), Seen(pause=0.005)
    one, two = member(settings, first), member(settings, second)
    async with running(event_broker(settings)) as publisher:
        await one.start()
        await until(one.ready)
        enough = asyncio.Event()
        publishing = asyncio.create_task(publish_until(enough, publisher, users=40))
        await until(lambda: len(first.ids) > 100)
        await two.start()
        await until(lambda: len(second.ids) > 100)
        await one.stop()
        alone = len(second.ids)
        await until(lambda: len(second.ids) > alone + 200)
        enough.set()
        events = await publishing
        await until(lambda: {event.id for event in events} <= {*first.ids, *second.ids})
        await two.stop()
    for seen in (first, second):
        assert all(_first_times(numbers) == sorted(set(numbers)) for numbers in seen.by_user.values())


async def test_without_a_group_each_replica_hears_what_comes_from_now_on(settings: ServiceSettings) -> None:
    first, second = Seen(), Seen()
    async with running(event_broker(settings)) as publisher:
        await publisher.publish(LIFECYCLE, step("before", 1))
        async with running(member(settings, first, group=None)), running(member(settings, second, group=None)):
            await publisher.publish(LIFECYCLE, step("after", 1))
            await until(lambda: first.ids and second.ids)
    assert [list(seen.by_user) for seen in (first, second)] == [["after"], ["after"]]


def _first_times(numbers: list[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


async def test_a_hot_key_does_not_hold_up_the_other_keys_of_its_partition(settings: ServiceSettings) -> None:
    order: list[tuple[str | None, int | None]] = []
    handlers, gate = EventHandlers(), asyncio.Event()

    @handlers.on(EnrollmentStepReached)
    async def handle(_: EnrollmentStepReached, envelope: Envelope) -> None:
        if envelope.subject == "hot":
            await gate.wait()
        order.append((envelope.subject, envelope.sequence))

    broker = event_broker(settings)
    broker.subscribe([LIFECYCLE], handlers, group="g")
    hot = [step("hot", number) for number in range(MOST_AHEAD * 2)]
    async with running(broker):
        await write_batch(settings, LIFECYCLE, 0, [raw(event) for event in (*hot[:900], step("cold", 1), *hot[900:])])
        await until(lambda: ("cold", 1) in order)
        await write_batch(settings, LIFECYCLE, 1, [raw(step("elsewhere", 1))])
        await until(lambda: ("elsewhere", 1) in order)
        assert ("hot", 0) not in order
        gate.set()
        await until(lambda: len(order) == len(hot) + 2)
    assert [number for user, number in order if user == "hot"] == list(range(len(hot)))


async def test_what_comes_after_a_rebalance_does_not_wait_for_a_question_of_before(settings: ServiceSettings) -> None:
    seen = Seen()
    async with running(member(settings, seen)):
        async with running(member(settings, Seen())) as leaving:
            consumer = leaving._subscriptions[0]._subscriber.consumer
            assert consumer is not None
            await until(consumer.assignment)
            place = min(consumer.assignment())
            await asyncio.sleep(0.5)  # now Kafka holds a question for the partitions of the one that stays
        await write_batch(settings, LIFECYCLE, place.partition, [raw(step("moved", 1))])
        await until(lambda: seen.by_user["moved"], within=8)


async def test_a_broker_that_says_nothing_any_more_is_asked_on_another_connection(settings: ServiceSettings) -> None:
    """Its machine is gone, or something between drops what is sent: nobody ends the connection."""
    seen = Seen()
    async with running(member(settings, seen)) as broker:
        consumer = broker._subscriptions[0]._subscriber.consumer
        assert consumer is not None
        questions = consumer._fetcher._client
        questions._within = 3.0
        await broker.publish(LIFECYCLE, step("sam", 1))
        await until(lambda: seen.by_user["sam"] == [1])
        connections = [held for (_, group), held in questions._conns.items() if group == QUESTIONS]
        for connection in connections:
            connection._writer.transport.pause_reading()
        await broker.publish(LIFECYCLE, step("sam", 2))
        await until(lambda: seen.by_user["sam"] == [1, 2], within=8)
    assert connections


async def test_a_codec_that_is_missing_is_told_by_liveness(
    settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen()
    broker = member(settings, seen)
    broker._subscriptions[0]._headway = Headway(within=1)
    await write_batch(settings, LIFECYCLE, 0, [raw(step("packed", number)) for number in range(9)], codec=ZSTD)
    monkeypatch.setattr("aiokafka.codec.cramjam", None)
    async with running(broker):
        assert broker.alive()
        await until(lambda: not broker.alive())
    assert seen.ids == []
    monkeypatch.undo()
    async with running(member(settings, seen)):
        await until(lambda: len(seen.ids) == 9)


@pytest.mark.parametrize("task", ["fetching", "coordination"])
async def test_a_task_of_the_client_that_ended_is_told_by_liveness(settings: ServiceSettings, task: str) -> None:
    async with running(member(settings, Seen())) as broker:
        consumer = broker._subscriptions[0]._subscriber.consumer
        assert consumer is not None
        await until(consumer.assignment)
        assert broker.alive()
        (consumer._coordinator._coordination_task if task == "coordination" else consumer._fetcher._fetch_task).cancel()
        await until(lambda: not broker.alive())
