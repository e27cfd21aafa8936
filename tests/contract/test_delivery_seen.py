"""What a person sees of a message on its way, in each state, without a script: and that there is always a way on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from schemas.base import Channel, Event
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, DeliveryFailureReason, SendRefused
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.phone.handlers import phone_ways
from tests.support.builders.challenges import enveloped
from tests.support.in_memory.people import World, with_three
from tests.support.people.numbers import fresh_number
from tests.support.services.whatsapp import WhatsAppGateway
from tests.support.waiting import until
from tests.support.web.walking import Walker

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]

SETUP = "/security-info/setup"
OPEN = " open>"
BY_WHATSAPP = "Send it by WhatsApp instead"
WAYS = "You can send it again, have us call you instead, use a different number or set up a different method."


class Waiting:
    """Somebody who gave a number, and what the notifier says of their message."""

    def __init__(self, world: World, walker: Walker, number: str, *, at: str = SETUP) -> None:
        self.world, self.walker, self.number, self.at = world, walker, number, at

    @property
    def now(self) -> datetime:
        return self.world.lab.clock.now()

    async def challenge(self) -> Challenge:
        asked = {value for form in self.walker.page.forms for name, value in form.fields if name == "challenge"}
        stored = await self.world.lab.components.deps.challenges.get(asked.pop())
        assert stored is not None
        return stored.state

    async def hears(self, event: Event) -> None:
        """The notifier's word arrives, and the page is shown again."""
        challenge = await self.challenge()
        before = challenge.delivery
        envelope = enveloped(event, challenge.id, user=challenge.user, at=self.now)
        self.world.lab.log.put("deliveries", envelope)

        async def is_noted() -> bool:
            return (await self.challenge()).delivery != before

        await until(is_noted)
        await self.walker.open(self.at)

    async def hears_of_it(self, event: Callable[..., Event], channel: Channel = "sms", **said: object) -> None:
        """Of the message that is under way."""
        challenge = await self.challenge()
        about = {"challenge_id": challenge.id, "delivery_id": f"{challenge.id}.1", "send": challenge.sends}
        await self.hears(event(**about, channel=channel, provider="twilio-a", **said))

    async def sent(self, channel: Channel = "sms") -> None:
        await self.hears_of_it(CodeSent, channel, country="GB", sent_at=self.now)

    async def arrived(self) -> None:
        await self.hears_of_it(DeliveryConfirmed, delivered_at=self.now)

    async def failed(self, reason: DeliveryFailureReason, *, permanent: bool) -> None:
        await self.hears_of_it(DeliveryFailed, reason=reason, permanent=permanent, failed_at=self.now)

    async def refused(self, signal: str) -> None:
        challenge = await self.challenge()
        event = SendRefused(
            challenge_id=challenge.id,
            delivery_id=f"{challenge.id}.1",
            send=challenge.sends,
            channel="sms",
            reason="phoneNumberNotAllowed",
            mode="deny",
            signals=(signal,),
            refused_at=self.now,
        )
        await self.hears(event)

    async def later(self, seconds: int) -> Walker:
        self.world.lab.clock.advance(timedelta(seconds=seconds))
        return await self.walker.open(SETUP)

    @property
    def helps(self) -> bool:
        """Whether "Didn't get it?" is open."""
        _, _, after = self.walker.html.partition("data-missing ")
        return after.partition("\n")[0].endswith(OPEN)


async def with_number(world: World, *, group: str = "everyone", delivery: str = "sms") -> Waiting:
    """Who chooses what to set up: a phone, and types its number."""
    walker = await world.signed_in(await world.person(), group=group, amr=["pwd"])
    await walker.press("Next")
    if group == "everyone":
        await walker.follow("I want to set up a different method")
        await walker.press("Next", method="phone")
    number = fresh_number()
    await walker.press("Next", region="GB", number=number, delivery=delivery)
    return Waiting(world, walker, number)


async def test_a_message_that_waits_says_so_and_after_the_patience_what_else_there_is(world: World) -> None:
    """Nothing is heard of it at all, as where every provider is down."""
    waiting = await with_number(world)
    assert "We are sending a 6-digit code" in waiting.walker.page.text
    assert not waiting.helps
    await waiting.later(10)
    assert "your message hasn't gone out yet" in waiting.walker.page.text
    assert not waiting.helps
    await waiting.later(36)
    assert waiting.helps
    assert WAYS in waiting.walker.page.text
    assert "in the United Kingdom. Is that right?" in waiting.walker.page.text
    await waiting.walker.follow("I want to set up a different method")
    assert "Choose a method" in waiting.walker.page.text


async def test_another_message_to_the_number_is_why_it_waits(world: World) -> None:
    waiting = await with_number(world)
    again = await world.signed_in(await world.person(), group="frontline", amr=["pwd"])
    await again.press("Next")
    await again.press("Next", region="GB", number=waiting.number)
    assert "got a message a moment ago. Yours goes out in a few seconds." in again.page.text


async def test_a_message_without_a_receipt_is_not_known_and_helps_by_itself(world: World) -> None:
    waiting = await with_number(world)
    await waiting.sent()
    assert "We sent a 6-digit code" in waiting.walker.page.text
    assert not waiting.helps
    await waiting.later(21)
    assert "haven't heard that it arrived" in waiting.walker.page.text
    assert waiting.helps
    assert "airplane mode" in waiting.walker.page.text
    await waiting.later(10)
    await waiting.walker.press("Resend")
    assert not waiting.helps


async def test_what_arrived_needs_no_help(world: World) -> None:
    waiting = await with_number(world)
    await waiting.sent()
    await waiting.arrived()
    await waiting.later(60)
    assert "arrived at" in waiting.walker.page.text
    assert not waiting.helps


@pytest.mark.parametrize(
    ("reason", "permanent", "says"),
    [
        ("destinationRejected", True, "Check the number, or use a different one."),
        ("providerUnavailable", False, "the fault is ours"),
    ],
)
async def test_what_failed_says_why_and_helps_at_once(
    world: World, reason: DeliveryFailureReason, permanent: bool, says: str
) -> None:
    waiting = await with_number(world)
    await waiting.failed(reason, permanent=permanent)
    assert says in waiting.walker.page.text
    assert waiting.helps
    assert WAYS in waiting.walker.page.text


async def test_a_sim_card_that_was_changed_is_said_with_the_other_ways_to_prove_it(world: World) -> None:
    user, _ = await with_three(world)
    walker = await world.signed_in(user, intent="manage", amr=["pwd"])
    await walker.press("Next", method=await world.id_of(user, "phone"))
    proving = Waiting(world, walker, "", at=walker.address)
    await proving.refused("simChanged")
    for _ in range(2):
        assert "was changed recently: no code goes there." in walker.page.text
        assert "Use a different method, or ask the help desk." in walker.page.text
        assert proving.helps
        await walker.open(walker.address)
    assert (await proving.challenge()).delivery.detail == "phoneNumberNotAllowed"
    await walker.press("Use a different method")
    assert "Verify it's you" in walker.page.text


async def test_a_call_instead_goes_out_and_helps_after_its_own_patience(world: World) -> None:
    waiting = await with_number(world)
    await waiting.later(46)
    await waiting.walker.press("Call me instead")
    assert "Answer the call" in waiting.walker.page.text
    await waiting.later(9)
    assert not waiting.helps
    await waiting.sent("voice")
    await waiting.later(21)
    assert waiting.helps
    assert "Calls from numbers that you don't know may be silenced" in waiting.walker.page.text
    await waiting.walker.press("Text me a code instead")
    assert "Enter the code" in waiting.walker.page.text


async def test_who_may_set_up_nothing_else_still_has_ways(world: World) -> None:
    """Where policy knows the phone alone, and the organisation says how its help desk is reached."""
    waiting = await with_number(world, group="frontline")
    await waiting.later(46)
    assert waiting.helps
    assert waiting.walker.has_button("Call me instead")
    assert "More help" in waiting.walker.page.links


async def test_whatsapp_is_a_way_where_somebody_carries_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not (await with_number(world)).walker.has_button(BY_WHATSAPP)
    providers = world.lab.components.deps.config.providers
    account = WhatsAppGateway(port=1).account()
    monkeypatch.setitem(vars(providers), "whatsapp", (account,))
    waiting = await with_number(world)
    assert "have a code sent by WhatsApp instead" in waiting.walker.page.text
    await waiting.later(11)
    await waiting.walker.press(BY_WHATSAPP)
    challenge = await waiting.challenge()
    assert (challenge.channel, challenge.registration and challenge.registration.delivery) == ("whatsapp", "whatsapp")
    assert "by WhatsApp." in waiting.walker.page.text
    assert "Is WhatsApp set up with this number?" in waiting.walker.page.text
    assert not waiting.walker.has_button(BY_WHATSAPP)
    assert waiting.walker.has_button("Call me instead")
    await waiting.sent("whatsapp")
    await waiting.walker.press("Text me a code instead")
    assert (await waiting.challenge()).channel == "sms"
    assert waiting.walker.has_button(BY_WHATSAPP)


async def test_an_office_phone_has_no_whatsapp(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        vars(world.lab.components.deps.config.providers), "whatsapp", (WhatsAppGateway(port=1).account(),)
    )
    assert phone_ways("office", world.lab.components.deps) == ("voice",)
    assert phone_ways("mobile", world.lab.components.deps) == ("sms", "voice", "whatsapp")
