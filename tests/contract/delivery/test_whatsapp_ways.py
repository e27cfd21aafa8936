"""WhatsApp is wherever a text or a call is: where somebody carries it, and for a mobile phone."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.enrollment.methods.phone.handlers import phone_ways
from tests.attack.scene import with_phone, with_software
from tests.support.in_memory.people import World, address_of
from tests.support.people.numbers import fresh_number
from tests.support.people.waiting import Waiting, with_number
from tests.support.services.whatsapp import WhatsAppGateway
from tests.support.web.walking import Walker

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]

IT = "Send it by WhatsApp instead"
A_CODE = "Send me a code by WhatsApp instead"
CHOICE = "Send me a code by WhatsApp"
CHOSEN = re.compile(r'value="(\w+)"[^>]* checked')
REGISTRATIONS = "registrations"


@pytest.fixture
def carried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody carries WhatsApp."""
    account = WhatsAppGateway(port=1).account()
    monkeypatch.setitem(vars(world.lab.components.deps.config.providers), "whatsapp", (account,))


async def sent_to_verify(world: World, user: str, purpose: str) -> Walker:
    """A browser on our page, sent by the platform to prove the phone."""
    phone = await world.id_of(user, "phone")
    asked = {"purpose": purpose, "methodId": phone, "returnUrl": f"{world.target.returns['northbridge']}return"}
    challenge = await world.target.done("POST", f"/v1.0/users/{user}/challenges", asked)
    return await world.walker().open(challenge["url"])


async def registering(world: World, user: str, **fields: object) -> tuple[int, dict[str, Any]]:
    body = {"type": "phone", "phoneNumber": fresh_number(), "phoneType": "mobile", "delivery": "whatsapp", **fields}
    answer = await world.target.call("POST", address_of(user, REGISTRATIONS), body, token=world.target.token())
    return answer.status_code, answer.json()


@pytest.mark.usefixtures("carried")
async def test_a_call_and_whatsapp_from_the_same_page(world: World) -> None:
    waiting = await with_number(world)
    assert waiting.walker.has_button("Call me instead")
    assert waiting.walker.has_button(IT)
    await waiting.later(11)
    await waiting.walker.press("Call me instead")
    assert "Answer the call" in waiting.walker.page.text
    assert "have a code texted to you instead, have a code sent by WhatsApp instead" in waiting.walker.page.text
    await waiting.later(11)
    await waiting.walker.press(A_CODE)
    challenge = await waiting.challenge()
    assert (challenge.channel, challenge.terms.kind) == ("whatsapp", "code")
    assert "Enter the code" in waiting.walker.page.text
    assert "Is WhatsApp set up with this number?" in waiting.walker.page.text
    assert not waiting.walker.has_button(IT)
    assert waiting.walker.has_button("Call me instead")
    await waiting.sent("whatsapp")
    await waiting.later(11)
    await waiting.walker.press("Text me a code instead")
    assert (await waiting.challenge()).channel == "sms"
    assert waiting.walker.has_button(IT)


@pytest.mark.usefixtures("carried")
async def test_a_call_that_reached_nobody_offers_it_too(world: World) -> None:
    waiting = await with_number(world, delivery="voice")
    await waiting.failed("notDelivered", permanent=False, channel="voice")
    assert "The call didn't reach you" in waiting.walker.page.text
    await waiting.walker.press(A_CODE)
    assert (await waiting.challenge()).channel == "whatsapp"


async def test_where_nobody_carries_it_nothing_is_to_be_seen_of_it(world: World) -> None:
    """On the page of the number, of the code and of the call; and who asks for it all the same gets a text."""
    waiting = await with_number(world, delivery="whatsapp")
    assert (await waiting.challenge()).channel == "sms"
    assert "WhatsApp" not in waiting.walker.html
    await waiting.later(11)
    await waiting.walker.press("Call me instead")
    assert "WhatsApp" not in waiting.walker.html
    await waiting.walker.follow("Back")
    assert "WhatsApp" not in waiting.walker.html
    assert "with a code by text message or a call." in waiting.walker.page.text


@pytest.mark.usefixtures("carried")
async def test_the_number_says_how_it_is_reached_and_back_again(world: World) -> None:
    waiting = await with_number(world, delivery="whatsapp")
    challenge = await waiting.challenge()
    assert (challenge.channel, challenge.registration and challenge.registration.delivery) == ("whatsapp", "whatsapp")
    await waiting.walker.follow("Back")
    assert CHOICE in waiting.walker.page.text
    assert "a code by text message or WhatsApp, or with a call." in waiting.walker.page.text
    assert CHOSEN.findall(waiting.walker.html) == ["whatsapp"]


@pytest.mark.usefixtures("carried")
async def test_a_landline_is_called_and_nothing_else(world: World) -> None:
    waiting = await with_number(world, delivery="voice", number="020 7946 0000")
    assert "Answer the call" in waiting.walker.page.text
    assert not waiting.walker.has_button("Text me a code instead")
    assert not waiting.walker.has_button(A_CODE)
    await waiting.walker.follow("Back")
    await waiting.walker.press("Next", region="GB", number="020 7946 0000", delivery="whatsapp")
    assert "We can't use this kind of number." in waiting.walker.field("number")


@pytest.mark.usefixtures("carried")
async def test_a_phone_that_was_added_by_whatsapp_is_asked_by_it_and_can_be_called(world: World) -> None:
    """From "My security info" to a verification for a platform."""
    user, number = await world.person(), fresh_number()
    await with_software(world.target, user)
    walker = await world.signed_in(user, intent="manage")
    await walker.follow("Add sign-in method")
    await walker.press("Next", method="phone.mobile")
    await walker.press("Next", region="GB", number=number, delivery="whatsapp")
    await walker.press("Next", code=await world.target.texted(number))
    assert "Phone verified" in walker.page.text
    world.lab.clock.advance(timedelta(seconds=11))
    proving = Waiting(world, await sent_to_verify(world, user, "signIn"), number, at="/verify")
    assert (await proving.challenge()).channel == "whatsapp"
    assert "by WhatsApp." in proving.walker.page.text
    await proving.later(11)
    await proving.walker.press("Call me instead")
    assert (await proving.challenge()).channel == "voice"
    await proving.walker.press("Use a different method")
    assert f"Get a code by WhatsApp at +44 •••• ••{number[-4:]}." in proving.walker.page.text


@pytest.mark.usefixtures("carried")
@pytest.mark.parametrize("purpose", ["signIn", "passwordReset"])
async def test_a_platform_s_verification_goes_by_whatsapp_where_a_person_wants_it(world: World, purpose: str) -> None:
    user = await world.person()
    number = await with_phone(world.target, user)
    if purpose == "passwordReset":
        await with_software(world.target, user)
    proving = Waiting(world, await sent_to_verify(world, user, purpose), number, at="/verify")
    platforms = (await proving.challenge()).id
    for way in ("have us call you instead", "have a code sent by WhatsApp instead"):
        assert way in proving.walker.page.text
    await proving.later(11)
    await proving.walker.press("Call me instead")
    assert "Answer the call" in proving.walker.page.text
    await proving.later(11)
    await proving.walker.press(A_CODE)
    asked = await proving.challenge()
    assert (asked.channel, asked.stands_for, asked.purpose) == ("whatsapp", platforms, purpose)
    await proving.walker.press("Next", code=await world.target.texted(number))
    seen = await world.target.done("GET", f"/v1.0/challenges/{platforms}")
    assert seen["status"] == ("verified" if purpose == "signIn" else "pending")


async def test_at_sign_in_a_text_that_does_not_come_can_be_a_call_and_the_other_way_round(world: World) -> None:
    user = await world.person()
    number = await with_phone(world.target, user)
    proving = Waiting(world, await sent_to_verify(world, user, "signIn"), number, at="/verify")
    assert not proving.walker.has_button(IT)
    first = await proving.challenge()
    await proving.later(11)
    await proving.walker.press("Call me instead")
    called = await proving.challenge()
    assert (called.channel, called.id != first.id) == ("voice", True)
    await proving.walker.press("Text me a code instead")
    await proving.walker.open("/verify")
    assert (await proving.challenge()).channel == "sms"


async def test_a_platform_registers_a_phone_by_whatsapp_only_where_somebody_carries_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await world.person()
    status, problem = await registering(world, user)
    assert (status, problem["code"]) == (403, "methodNotAllowedByPolicy")
    assert problem["detail"] == "Nobody carries WhatsApp messages here; choose a text or a call."
    account = WhatsAppGateway(port=1).account()
    monkeypatch.setitem(vars(world.lab.components.deps.config.providers), "whatsapp", (account,))
    assert (await registering(world, user, phoneType="office"))[0] == 403
    status, begun = await registering(world, user)
    assert status == 201
    stored = await world.lab.components.deps.challenges.get(begun["challenge"]["id"])
    assert stored is not None
    assert stored.state.channel == "whatsapp"


async def test_a_platform_sends_a_code_again_by_whatsapp_only_where_somebody_carries_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await world.person()
    await with_phone(world.target, user)
    body = {"purpose": "signIn", "methodId": await world.id_of(user, "phone")}
    challenge = await world.target.done("POST", f"/v1.0/users/{user}/challenges", body)
    address, again = f"/v1.0/challenges/{challenge['id']}/resend", {"delivery": "whatsapp"}
    waiting = Waiting(world, world.walker(), "")
    await waiting.later(31)
    refused = await world.target.call("POST", address, again, token=world.target.token())
    assert (refused.status_code, refused.json()["detail"]) == (403, "Nobody carries WhatsApp messages here.")
    account = WhatsAppGateway(port=1).account()
    monkeypatch.setitem(vars(world.lab.components.deps.config.providers), "whatsapp", (account,))
    await world.target.done("POST", address, again)
    stored = await world.lab.components.deps.challenges.get(challenge["id"])
    assert stored is not None
    assert (stored.state.channel, stored.state.channels) == ("whatsapp", ("sms", "whatsapp"))


@pytest.mark.usefixtures("carried")
async def test_an_office_phone_has_no_whatsapp(world: World) -> None:
    deps = world.lab.components.deps
    assert phone_ways("office", deps) == ("voice",)
    assert phone_ways("mobile", deps) == ("sms", "voice", "whatsapp")
