"""Messages are counted before they are asked for: attacks on a number, a person and an organisation's bill."""

from datetime import timedelta

import pytest

from schemas.base import Purpose
from services.enrollment.challenges.domain.challenge import PhoneDelivery
from services.enrollment.challenges.handlers.platform import send_again
from services.enrollment.methods.email.handlers import request_email
from services.enrollment.methods.phone.handlers import TypedPhone, a_phone, reach_otherwise, request_phone
from services.enrollment.registrations.handlers import register
from services.kit.config.messages import Budget, MessageBudgets
from services.kit.errors import ResendTooSoonError, SendLimitReachedError
from services.kit.ids import new_id
from tests.support.builders.challenges import NUMBER
from tests.support.clock import NOON
from tests.support.in_memory.counting import MessageCountsBehaviour, Organisation
from tests.support.in_memory.memory import MemoryDatabase

DAY = timedelta(days=1)
FEW = Budget(messages="6/hour", registration=2, password_reset=2)
ANYBODY: tuple[Purpose, ...] = ("registration", "passwordReset")


class TestMessageCounts(MessageCountsBehaviour):
    """In memory."""


async def typed(northbridge: Organisation, user: str, number: str = "07700 900142", **fields: str) -> None:
    """A number typed into one's own wizard, from an address."""
    extension, address = fields.pop("extension", ""), fields.pop("address", None)
    principal = await northbridge.in_wizard(user, address=address, **fields)
    phone = TypedPhone("GB", number, "office", "voice", extension) if extension else TypedPhone("GB", number)
    await request_phone(principal, phone, user, northbridge.deps)


async def test_ten_resets_and_ten_strangers_leave_the_owner_the_code_to_sign_in(northbridge: Organisation) -> None:
    northbridge.limit(number=MessageBudgets().number)
    owner = await northbridge.person("owner")
    resets = [await northbridge.asks(owner, "passwordReset") for _ in range(10)]
    for stranger in range(10):
        try:
            await typed(northbridge, f"stranger-{stranger}")
        except SendLimitReachedError:
            resets.append(1)
    assert resets == [0] * 10 + [1] * 10
    assert [await northbridge.asks(owner) for _ in range(11)] == [0] * 10 + [12 * 3600]


async def test_neither_an_extension_nor_how_it_is_written_makes_it_another_number(northbridge: Organisation) -> None:
    northbridge.limit(number=FEW)
    await typed(northbridge, "one", "07700 900142")
    await typed(northbridge, "two", "+44 (0)7700-900142")
    for user, extension in (("three", ""), ("four", "12"), ("five", "13")):
        with pytest.raises(SendLimitReachedError):
            await typed(northbridge, user, extension=extension)


async def test_a_text_a_call_and_whatsapp_are_messages_to_one_number(northbridge: Organisation) -> None:
    northbridge.limit(number=FEW)
    ways: list[PhoneDelivery] = ["whatsapp", "sms", "whatsapp", "voice"]
    sent = list[bool]()
    for number, way in enumerate(ways):
        principal = await northbridge.in_wizard(f"user-{number}", session=new_id())
        phone = TypedPhone("GB", "07700 900142", delivery=way)
        try:
            await request_phone(principal, phone, "form", northbridge.deps)
        except SendLimitReachedError:
            sent.append(False)
        else:
            sent.append(True)
    assert sent == [True, True, False, False]


async def test_a_new_session_begins_no_new_count(northbridge: Organisation) -> None:
    northbridge.limit(user=FEW)
    for number in ("07700 900101", "07700 900102"):
        await typed(northbridge, "sam", number, session=new_id())
    with pytest.raises(SendLimitReachedError) as refused:
        await typed(northbridge, "sam", "07700 900103", session=new_id())
    assert refused.value.headers == {"Retry-After": "3600"}
    northbridge.clock.advance(timedelta(hours=1))
    await typed(northbridge, "sam", "07700 900103", session=new_id())


async def test_one_network_gets_so_many_whoever_asks_and_another_is_not_held_up(northbridge: Organisation) -> None:
    northbridge.limit(network=FEW)
    for number in range(2):
        await typed(northbridge, f"bot-{number}", f"07700 90010{number}", address=f"192.0.2.{number}")
    with pytest.raises(SendLimitReachedError):
        await typed(northbridge, "bot-3", "07700 900103", address="192.0.2.200")
    await typed(northbridge, "sam", "07700 900104", address="198.51.100.1")


async def test_the_address_that_a_platform_names_is_counted(northbridge: Organisation) -> None:
    northbridge.limit(network=FEW)
    users = [await northbridge.person(f"user-{number}", f"+44770090010{number}") for number in range(3)]
    waits = [await northbridge.asks(user, "passwordReset", address="2001:db8:1:2::3") for user in users]
    assert waits == [0, 0, 3600]


async def test_a_country_gets_so_many_and_the_rest_of_the_world_goes_on(northbridge: Organisation) -> None:
    northbridge.limit(country=FEW)
    for number in range(2):
        await typed(northbridge, f"bot-{number}", f"07700 90010{number}")
    with pytest.raises(SendLimitReachedError):
        await typed(northbridge, "bot-3", "07400 123456")
    dutch = await northbridge.in_wizard("dutch")
    await request_phone(dutch, TypedPhone("NL", "06 12345678"), "form", northbridge.deps)


async def test_an_organisation_pays_for_so_many_and_people_still_sign_in(northbridge: Organisation) -> None:
    northbridge.limit(tenant=FEW)
    users = [await northbridge.person(f"user-{number}", f"+44770090010{number}") for number in range(7)]
    assert [await northbridge.asks(user, "passwordReset") for user in users[:3]] == [0, 0, 3600]
    for number in range(2):
        plan = a_phone(TypedPhone("GB", f"07700 90020{number}"))
        await register(plan, "northbridge", f"new-{number}", northbridge.deps)
    with pytest.raises(SendLimitReachedError):
        await register(a_phone(TypedPhone("GB", "07700 900203")), "northbridge", "new-3", northbridge.deps)
    assert [await northbridge.asks(user) for user in users] == [0] * 6 + [3600]


async def test_whoever_is_refused_has_no_account_and_no_registration(northbridge: Organisation) -> None:
    northbridge.limit(number=Budget(messages="3/day", registration=1, password_reset=1))
    await typed(northbridge, "one")
    with pytest.raises(SendLimitReachedError):
        await register(a_phone(TypedPhone("GB", "07700 900142")), "northbridge", "new", northbridge.deps)
    assert await northbridge.store.accounts.get("northbridge/new") is None
    assert await northbridge.store.registrations.find({}) == []


async def test_whoever_is_refused_stays_where_they_are_and_what_waits_goes_on(northbridge: Organisation) -> None:
    northbridge.limit(user=FEW)
    principal = await northbridge.in_wizard("sam")
    first = await request_phone(principal, TypedPhone("GB", "07700 900101"), "f", northbridge.deps)
    called = await reach_otherwise(first, "voice", northbridge.deps)
    with pytest.raises(SendLimitReachedError):
        await request_phone(called, TypedPhone("GB", "07700 900103"), "f", northbridge.deps)
    account = await northbridge.store.accounts.get(called.account_id)
    assert account
    session = account.state.session(called.session.id)
    assert session
    assert (session.requested, session.step) == (called.session.requested, "phone.call")
    pending = await northbridge.store.challenges.pending("northbridge", "sam")
    assert [stored.id for stored in pending] == [session.requested and session.requested.id]


async def test_a_message_that_is_sent_again_counts_once_more(northbridge: Organisation) -> None:
    northbridge.limit(number=Budget(messages="4/day", registration=1, password_reset=2))
    opened = (await northbridge.ask(await northbridge.person("sam"), "passwordReset")).verification.current
    with pytest.raises(ResendTooSoonError):
        await send_again(opened, None, northbridge.deps)
    northbridge.clock.advance(timedelta(seconds=31))
    await send_again(opened, None, northbridge.deps)
    northbridge.clock.advance(timedelta(seconds=61))
    stored = await northbridge.store.challenges.get(opened.id)
    assert stored
    with pytest.raises(SendLimitReachedError) as refused:
        await send_again(stored.state, None, northbridge.deps)
    assert refused.value.headers["Retry-After"] == str(12 * 3600 - 92)
    assert await northbridge.asks("sam") == 0


async def test_one_press_that_comes_twice_counts_once(northbridge: Organisation) -> None:
    northbridge.limit(user=FEW)
    principal = await northbridge.in_wizard("sam")
    for _ in range(5):
        await request_phone(principal, TypedPhone("GB", "07700 900101"), "one form", northbridge.deps)
    moved = await request_phone(principal, TypedPhone("GB", "07700 900102"), "another", northbridge.deps)
    with pytest.raises(SendLimitReachedError):
        await request_phone(moved, TypedPhone("GB", "07700 900103"), "a third", northbridge.deps)


async def test_mails_are_counted_by_their_address(northbridge: Organisation) -> None:
    northbridge.limit(number=FEW)
    for user in ("one", "two"):
        principal = await northbridge.in_wizard(user, step="email")
        await request_email(principal, "Sam@Northbridge.example", user, northbridge.deps)
    principal = await northbridge.in_wizard("three", step="email")
    with pytest.raises(SendLimitReachedError):
        await request_email(principal, "sam@northbridge.example", "3", northbridge.deps)


async def test_the_database_knows_neither_numbers_nor_people_nor_addresses(
    northbridge: Organisation, database: MemoryDatabase
) -> None:
    await typed(northbridge, "sam", address="192.0.2.7")
    found = [str(document) async for document in database.collection("message_counts").find({})]
    assert len(found) == 5
    assert not any(word in text for text in found for word in ("7700900142", "sam", "192.0.2", "GB"))


async def test_counts_last_no_longer_than_their_window(northbridge: Organisation) -> None:
    northbridge.limit(number=FEW.model_copy(update={"messages": "6/day"}))
    user = await northbridge.person("sam", NUMBER)
    assert [await northbridge.asks(user, "passwordReset") for _ in range(3)] == [0, 0, 12 * 3600]
    northbridge.clock.advance(NOON.replace(hour=0) + DAY - NOON)
    assert await northbridge.asks(user, "passwordReset") == 0
