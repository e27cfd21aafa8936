"""What a person sees of a message on its way, in each state, without a script: and that there is always a way on."""

import pytest

from schemas.notification import DeliveryFailureReason
from tests.support.in_memory.people import World, with_three
from tests.support.people.waiting import Waiting, with_number
from tests.support.web.walking import Walker

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]

WAYS = "You can send it again, have us call you instead, use a different number or set up a different method."


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


async def proving_by_phone(world: World) -> tuple[Walker, Waiting]:
    """Somebody who is to prove a phone on file before they may change anything."""
    user, _ = await with_three(world)
    walker = await world.signed_in(user, intent="manage", amr=["pwd"])
    await walker.press("Next", method=await world.id_of(user, "phone"))
    assert walker.has_button("Call me instead")
    return walker, Waiting(world, walker, "", at=walker.address)


async def test_a_sim_card_that_was_changed_is_said_with_the_other_ways_to_prove_it(world: World) -> None:
    walker, proving = await proving_by_phone(world)
    await proving.refused("simChanged")
    for _ in range(2):
        assert not walker.has_button("Call me instead")
        assert "was changed recently: no code goes there." in walker.page.text
        assert "Use a different method, or ask the help desk." in walker.page.text
        assert proving.helps
        await walker.open(walker.address)
    assert (await proving.challenge()).delivery.detail == "phoneNumberNotAllowed"
    await walker.press("Use a different method")
    assert "Verify it's you" in walker.page.text


async def test_a_sim_card_that_nobody_vouches_for_speaks_against_a_call_too(world: World) -> None:
    """Where the organisation wants it so; it may be asked about once more."""
    walker, proving = await proving_by_phone(world)
    await proving.refused("simUnchecked")
    assert not walker.has_button("Call me instead")
    assert walker.has_button("Use a different method")


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
