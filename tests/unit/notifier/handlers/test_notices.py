"""How many notices go to one number or address: those that anybody can cause keep none from being told that counts."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from schemas.base import Channel
from schemas.enrollment import Destination, NoticeKind, NoticeRequested
from services.kit.config.messages import MessageBudgets
from services.kit.crypto.sealing import Binding, Sealer
from services.notifier.channels import CHANNELS
from services.notifier.domain.delivery import Status
from services.notifier.handlers.requests import accept_notice
from services.notifier.line import Line
from tests.support.builders.challenges import NUMBER, TENANT, USER, enveloped, terms
from tests.support.builders.keys import keyring
from tests.unit.notifier.handlers.test_delivering import World

MOST = MessageBudgets().number.count
TO: dict[Channel, str] = {"sms": NUMBER, "email": "sam@northbridge.example"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.relay.stop()


async def told(world: World, channel: Channel, kind: NoticeKind, place: str) -> Status:
    """What became of a notice, a minute after the one before."""
    world.clock.advance(timedelta(minutes=1))
    world.line, now, notice_id = Line(CHANNELS[channel](), (world.provider,)), world.clock.now(), f"notice-{place}"
    binding = Binding(TENANT, USER, notice_id)
    event = NoticeRequested(
        notice_id=notice_id,
        kind=kind,
        channel=channel,
        method_type="phone",
        display_name="",
        destination=Destination(
            sealed=Sealer(keyring("enrollment")).seal("destination", TO[channel].encode(), binding), masked="••42"
        ),
        happened_at=now,
        not_after=now + timedelta(hours=12),
        requested_at=now,
    )
    await accept_notice(event, enveloped(event, notice_id), store=world.store, clock=world.clock, provider="a")
    return (await world.attempt(of=terms(notice_id))).status


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_what_is_unusual_is_told_ten_times_a_day_and_keeps_no_change_from_being_told(
    world: World, channel: Channel
) -> None:
    """Whoever has the password opens one session after the other, and then takes the account over."""
    flood = [await told(world, channel, "newBrowser", f"{number}") for number in range(MOST + 2)]
    assert flood == ["sent"] * MOST + ["refused"] * 2
    assert await told(world, channel, "methodRegistered", "change") == "sent"


async def test_a_change_is_told_by_mail_however_often_there_is_one(world: World) -> None:
    changes = [await told(world, "email", "methodChanged", f"{number}") for number in range(MOST + 2)]
    assert changes == ["sent"] * (MOST + 2)
