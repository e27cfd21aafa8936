"""Somebody who waits for a message, and what is heard of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from schemas.base import Channel, Event
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, DeliveryFailureReason, SendRefused
from services.enrollment.challenges.domain.challenge import Challenge
from tests.support.builders.challenges import enveloped
from tests.support.in_memory.people import World
from tests.support.people.numbers import fresh_number
from tests.support.waiting import until
from tests.support.web.walking import Walker

SETUP = "/security-info/setup"
OPEN = " open>"


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

    async def failed(self, reason: DeliveryFailureReason, *, permanent: bool, channel: Channel = "sms") -> None:
        await self.hears_of_it(DeliveryFailed, channel, reason=reason, permanent=permanent, failed_at=self.now)

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
        return await self.walker.open(self.at)

    @property
    def helps(self) -> bool:
        """Whether "Didn't get it?" is open."""
        _, _, after = self.walker.html.partition("data-missing ")
        return after.partition("\n")[0].endswith(OPEN)


async def with_number(world: World, *, group: str = "everyone", delivery: str = "sms", number: str = "") -> Waiting:
    """Who chooses what to set up: a phone, and types its number."""
    walker = await world.signed_in(await world.person(), group=group, amr=["pwd"])
    await walker.press("Next")
    if group == "everyone":
        await walker.follow("I want to set up a different method")
        await walker.press("Next", method="phone")
    number = number or fresh_number()
    await walker.press("Next", region="GB", number=number, delivery=delivery)
    return Waiting(world, walker, number)
