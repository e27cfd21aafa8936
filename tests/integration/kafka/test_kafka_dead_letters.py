"""Dead letters on a real broker: whatever the record, it is put aside once, and replayed from its origin alone."""

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from schemas.enrollment import MethodRequested
from schemas.envelope import Envelope
from schemas.topics import DEAD_LETTERS, LIFECYCLE, REQUESTS, full_name
from services.kit.kafka.broker import EventHandlers
from services.kit.kafka.dead_letters import letters_for
from services.kit.kafka.record import RawHeaders, Record
from services.kit.kafka.replay import DeadLetterError, replay_dead_letter, show_dead_letter
from services.kit.kafka.tail import tail
from services.kit.settings import ServiceSettings
from tests.support.builders.events import step
from tests.support.in_memory.consuming import Flaky, consumer, headers_of, letters, until_letters
from tests.support.servers.kafka import event_broker, running, write_raw
from tests.support.servers.raw_batches import STAND_IN, raw, write_batch, write_unreadable
from tests.support.waiting import until

GOOD = step("bad", 1)


@pytest.mark.parametrize("body", [None, b""], ids=["null", "empty"])
async def test_a_poisoned_record_without_key_and_body_is_put_aside_and_replayed(
    settings: ServiceSettings, body: bytes | None
) -> None:
    flaky = Flaky()
    async with running(consumer(settings, flaky)) as broker:
        await write_batch(settings, LIFECYCLE, 0, [(None, body, [])])
        await until_letters(settings, 1)
        (letter,) = await letters(settings)
        await replay_dead_letter(settings, letter.id)
        await until_letters(settings, 2)
        await broker.publish(LIFECYCLE, step("sam", 1))
        await until(lambda: flaky.users == ["sam"])
        assert broker.alive()


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


async def test_a_record_too_large_for_a_letter_is_put_aside_by_its_origin_and_replayed(
    settings: ServiceSettings,
) -> None:
    flaky = Flaky()
    huge = [("x", b"h" * 800_000), ("ce_id", b"i" * 200_000)]
    async with running(consumer(settings, flaky)) as broker:
        partition, offset = await write_raw(settings, LIFECYCLE, b"b", [*huge], key=b"k" * 48_450)
        await until_letters(settings, 1)
        (letter,) = await letters(settings)
        assert (letter.origin_partition, letter.origin_offset) == (partition, offset)
        assert letter.is_cut
        await broker.publish(LIFECYCLE, step("sam", 1))
        await until(lambda: flaky.users == ["sam"])
        await replay_dead_letter(settings, letter.id)
        await until_letters(settings, 2)


async def test_a_batch_that_cannot_be_unpacked_is_put_aside_from_where_it_breaks(settings: ServiceSettings) -> None:
    flaky = Flaky()
    async with running(consumer(settings, flaky)) as broker:
        events = [step("sam", number) for number in range(5)]
        records = [raw(event) for event in events]
        records[2][2].append((STAND_IN, b""))
        await write_unreadable(settings, LIFECYCLE, 0, records)
        await write_batch(settings, LIFECYCLE, 0, [raw(step("after", 1))])
        await until(lambda: flaky.users == ["sam", "sam", "after"])
        await until_letters(settings, 3)
        assert broker.alive()
    aside = await letters(settings)
    assert [letter.origin_offset for letter in aside] == [2, 3, 4]
    assert {letter.reason for letter in aside} == {"malformed: cannot be unpacked: UnicodeDecodeError"}
    with pytest.raises(DeadLetterError, match="cannot be unpacked"):
        await replay_dead_letter(settings, aside[0].id)
    shown = [event.subject async for _, event in tail(settings, [LIFECYCLE], from_beginning=True, follow=False)]
    assert shown == ["sam", "sam", "after"]


async def test_what_a_forged_letter_carries_is_never_published(settings: ServiceSettings) -> None:
    flaky, event, forged = Flaky(), step("sam", 1), step("mallory", 1)
    async with running(consumer(settings, flaky)) as broker:
        partition, offset = await write_raw(settings, LIFECYCLE, event.body, headers_of(event), key=event.key)
        await until(lambda: flaky.users == ["sam"])
        for envelope, headers in ((forged, tuple(forged.headers)), (forged, ()), (event, tuple(event.headers))):
            await write_letter(settings, envelope, headers, LIFECYCLE.name, partition, offset)
        for letter_id in ("0-0", "0-1"):
            with pytest.raises(DeadLetterError, match="another record"):
                await replay_dead_letter(settings, letter_id)
        await replay_dead_letter(settings, "0-2")
        await until(lambda: flaky.ids == [event.id, event.id])
        await broker.publish(LIFECYCLE, step("mallory", 2))
        await until(lambda: "mallory" in flaky.users)
    assert flaky.ids[:2] == [event.id, event.id]
    assert forged.id not in flaky.ids


async def test_a_forged_letter_that_says_it_was_cut_leads_to_its_origin_alone(settings: ServiceSettings) -> None:
    flaky, event, forged = Flaky(), step("sam", 1), step("mallory", 1)
    async with running(consumer(settings, flaky)) as broker:
        partition, offset = await write_raw(settings, LIFECYCLE, event.body, headers_of(event), key=event.key)
        await until(lambda: flaky.users == ["sam"])
        told = Record(f"{settings.topic_prefix}.{LIFECYCLE.name}", partition, offset, None, (), None)
        cut = letters_for(told, "forged", "enrollment", keeps_body=False)[-1]
        await write_raw(settings, DEAD_LETTERS, forged.body, [*cut.headers], key=forged.key)
        await replay_dead_letter(settings, "0-0")
        await broker.publish(LIFECYCLE, step("mallory", 2))
        await until(lambda: "mallory" in flaky.users)
    assert flaky.ids[:2] == [event.id, event.id]
    assert forged.id not in flaky.ids


async def test_a_letter_about_a_letter_or_a_foreign_topic_is_not_replayed(settings: ServiceSettings) -> None:
    for name in (DEAD_LETTERS.name, "elsewhere"):
        await write_letter(settings, GOOD, (), name, 0, 0)
    for letter_id in ("0-0", "0-1"):
        with pytest.raises(DeadLetterError, match="no topic of our events"):
            await replay_dead_letter(settings, letter_id)


async def test_a_letter_whose_origin_is_not_kept_any_more_is_not_replayed(settings: ServiceSettings) -> None:
    place = TopicPartition(full_name(settings.topic_prefix, LIFECYCLE), 0)
    await write_batch(settings, LIFECYCLE, 0, [(GOOD.key, b"{", headers_of(GOOD))])
    async with running(consumer(settings, Flaky())):
        await until_letters(settings, 1)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_url)
    await admin.start()
    await admin.delete_records({place: RecordsToDelete(before_offset=1)})
    await admin.close()
    with pytest.raises(DeadLetterError, match="not kept any more"):
        await replay_dead_letter(settings, "0-0")


async def write_letter(
    settings: ServiceSettings, carried: Envelope, headers: RawHeaders, topic: str, partition: int, offset: int
) -> None:
    """A dead letter that somebody made up."""
    told = Record(f"{settings.topic_prefix}.{topic}", partition, offset, carried.key, headers, carried.body)
    letter = letters_for(told, "forged", "enrollment", keeps_body=True)[0]
    await write_raw(settings, DEAD_LETTERS, letter.body, [*letter.headers], key=letter.key)
