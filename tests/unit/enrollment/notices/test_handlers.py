"""Who is told of a change and how, and until when that is of any use."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from schemas.base import Event
from schemas.enrollment import (
    NO_NAME,
    Destination,
    MethodRegistered,
    MethodRemoved,
    NoticeRequested,
    UnusualActivityNoticed,
)
from schemas.verification import DeviceKey
from services.enrollment.accounts.domain.account import KEEP_FORMER, Account, Former, Method
from services.enrollment.accounts.store import Accounts
from services.enrollment.devices.domain import Device
from services.enrollment.devices.store import Devices
from services.enrollment.notices.handlers import notices_of_device, notify_change, repudiate_by_device
from services.enrollment.notices.store import Notices
from services.enrollment.policies.domain.requirements import TERMS, ProfileName, Terms
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.errors import NoticeExpiredError
from tests.support.builders.challenges import enveloped
from tests.support.builders.keys import keyring
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import Outbox, sam_at
from tests.unit.enrollment.builders import method

ADDRESS = "sam@home.example"


@dataclass
class Changes:
    """What telling of a change needs, and no more."""

    accounts: Accounts
    devices: Devices
    notices: Notices
    clock: FixedClock
    sealer: Sealer
    public_origin: str = "https://id.example"
    profile: ProfileName = "entra"

    def terms(self, _: Account, /) -> Terms:
        return TERMS[self.profile]


@pytest.fixture
async def changes(box: Outbox) -> Changes:
    """Sam has registered a phone, and the platform named an address."""
    sealer = Sealer(keyring("enrollment"))
    account = sam_at("phone", method("phone")).account
    sealed = sealer.seal("destination", ADDRESS.encode(), Binding(account.tenant, account.user))
    named = account.profile.model_copy(update={"emails": (Destination(sealed=sealed, masked="s•••@home.example"),)})
    await box.put(account=account.model_copy(update={"profile": named}))
    return Changes(box.store.accounts, box.store.devices, box.store.notices, FixedClock(), sealer)


async def registered(changes: Changes, *, age: timedelta) -> None:
    """The event of the registration, read so long after it happened."""
    event = MethodRegistered(
        method_id="phone", method_type="phone", display_name=NO_NAME, is_default=True, registered_at=NOON
    )
    changes.clock.advance(age)
    await notify_change(event, enveloped(event, "session-1", user="sam", at=NOON), changes)


@pytest.mark.parametrize("age", [timedelta(), timedelta(hours=30), timedelta(days=7) - timedelta(seconds=1)])
async def test_a_change_is_told_also_after_an_outage(changes: Changes, box: Outbox, age: timedelta) -> None:
    await registered(changes, age=age)
    (told,) = await box.published(NoticeRequested)
    assert told.not_after == min(NOON + age + timedelta(hours=12), NOON + timedelta(days=7))


async def test_a_change_that_is_read_again_from_the_beginning_is_not_told_again(changes: Changes, box: Outbox) -> None:
    await registered(changes, age=timedelta(days=7))
    assert await box.published(NoticeRequested) == []


NUMBER, OTHER = "+447700900142", "+447700900177"
SEALER = Sealer(keyring("enrollment"))


def at(name: str, address: str, **fields: object) -> Method:
    """A phone or an address on file, sealed as it is stored."""
    kind = "email" if "@" in address else "phone"
    sealed = SEALER.seal("destination", address.encode(), Binding("northbridge", "sam", name))
    phone_type = None if kind == "email" else "mobile"
    return method(kind, name, destination=sealed, display_name="••", **{"phone_type": phone_type, **fields})  # type: ignore[arg-type]


def an_app(name: str = "app") -> Method:
    return method("authenticatorApp", name, device_id=f"device-{name}")


def device(name: str = "app", *, subscription: str | None = None) -> Device:
    binding = Binding("northbridge", "sam", name)
    return Device(
        id=f"device-{name}",
        tenant="northbridge",
        user="sam",
        method_id=name,
        name="Sam's phone",
        key=DeviceKey(x="x" * 43, y="y" * 43),
        subscription=SEALER.seal("destination", subscription.encode(), binding) if subscription else None,
        created_at=NOON,
    )


async def told(
    box: Outbox,
    event: Event,
    *methods: Method,
    devices: tuple[Device, ...] = (),
    profile: ProfileName = "entra",
    **fields: object,
) -> Changes:
    """Tell of what happened to Sam, for whom the platform named no address."""
    account: Account = sam_at("phone", *methods).account.model_copy(update=fields)
    await box.put(account=account)
    for one in devices:
        await box.store.devices.insert(one.id, one)
    deps = Changes(box.store.accounts, box.store.devices, box.store.notices, FixedClock(), SEALER, profile=profile)
    await notify_change(event, enveloped(event, "session-1", user="sam", at=NOON), deps)
    return deps


def opened(notice: NoticeRequested) -> tuple[str, str]:
    binding = Binding("northbridge", "sam", notice.notice_id)
    return notice.channel, SEALER.open("destination", notice.destination.sealed, binding).decode()


def addition(of: Method) -> MethodRegistered:
    return MethodRegistered(
        method_id=of.id, method_type=of.type, display_name=NO_NAME, is_default=False, registered_at=NOON
    )


async def sent(box: Outbox) -> set[tuple[str, str]]:
    return {opened(notice) for notice in await box.published(NoticeRequested)}


async def test_without_an_address_a_change_is_told_by_a_text(box: Outbox) -> None:
    await told(box, addition(an_app()), at("phone", NUMBER), an_app(), devices=(device(),))
    assert await sent(box) == {("sms", NUMBER)}


async def test_an_address_on_file_is_enough(box: Outbox) -> None:
    await told(box, addition(an_app()), at("phone", NUMBER), at("mail", ADDRESS), an_app())
    assert await sent(box) == {("email", ADDRESS)}


async def test_an_address_that_the_change_brought_silences_nothing(box: Outbox) -> None:
    brought = at("mail", ADDRESS)
    await told(box, addition(brought), at("phone", NUMBER), brought)
    assert await sent(box) == {("email", ADDRESS), ("sms", NUMBER)}


async def test_no_text_goes_to_the_number_that_the_change_brought(box: Outbox) -> None:
    brought = at("phone", NUMBER)
    await told(box, addition(brought), brought, an_app(), devices=(device(subscription="push"),))
    assert await sent(box) == {("push", "push")}


async def test_no_text_goes_to_a_phone_that_takes_calls_alone(box: Outbox) -> None:
    await told(box, addition(an_app()), at("office", NUMBER, phone_type="office"), an_app())
    assert await sent(box) == set()


async def test_a_number_that_was_deleted_is_told_of_it(box: Outbox) -> None:
    gone = Former(method=at("phone", NUMBER), reason="person", until=NOON + KEEP_FORMER)
    event = MethodRemoved(method_id="phone", method_type="phone", reason="person", removed_at=NOON)
    await told(box, event, at("other", OTHER), former=(gone,))
    assert await sent(box) == {("sms", NUMBER), ("sms", OTHER)}


async def test_the_link_of_a_text_is_short(box: Outbox) -> None:
    await told(box, addition(an_app()), at("phone", NUMBER), an_app())
    (notice,) = await box.published(NoticeRequested)
    binding = Binding("northbridge", "sam", notice.notice_id, "link")
    link = SEALER.open("destination", notice.link or "", binding).decode()
    token = link.removeprefix("https://id.example/security-info/not-me?token=")
    assert len(token) == 22


async def test_an_app_shows_what_changed_and_can_say_that_it_was_somebody_else(box: Outbox) -> None:
    key = method("passkey")
    deps = await told(box, addition(key), an_app(), key, devices=(device(),))
    (notice,) = await notices_of_device(device(), deps)
    assert (notice.kind, notice.method_id) == ("methodRegistered", "passkey")
    assert await box.published(NoticeRequested) == []

    with pytest.raises(NoticeExpiredError):
        await repudiate_by_device(notice.id, device("foreign"), deps)
    await repudiate_by_device(notice.id, device(), deps)

    account = await box.store.accounts.get("northbridge/sam")
    assert account is not None
    assert [one.state for one in account.state.methods] == ["active", "suspended"]
    with pytest.raises(NoticeExpiredError):
        await repudiate_by_device(notice.id, device(), deps)


async def test_an_app_is_not_told_that_it_was_added_itself(box: Outbox) -> None:
    deps = await told(box, addition(an_app("new")), an_app(), an_app("new"), devices=(device(), device("new")))
    assert [len(await notices_of_device(device(name), deps)) for name in ("app", "new")] == [1, 0]


@pytest.mark.parametrize(("profile", "expected"), [("entra", set()), ("asvs-l2", {("sms", NUMBER)})])
async def test_what_is_unusual_is_told_where_policy_asks(
    box: Outbox, profile: ProfileName, expected: set[tuple[str, str]]
) -> None:
    event = UnusualActivityNoticed(kind="newBrowser", session_id="s1", noticed_at=NOON)
    await told(box, event, at("phone", NUMBER), profile=profile)
    assert await sent(box) == expected
    assert [notice.link for notice in await box.published(NoticeRequested)] == [None] * len(expected)


async def test_what_a_later_version_finds_unusual_is_let_pass(box: Outbox) -> None:
    event = UnusualActivityNoticed(kind="impossiblePace", noticed_at=NOON)
    await told(box, event, at("phone", NUMBER), profile="asvs-l2")
    assert await sent(box) == set()
