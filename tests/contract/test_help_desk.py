"""The help desk as an agent walks it, in one process: whom it finds, what it does and tells, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.enrollment import HelpDeskActed, NoticeRequested
from services.kit.ids import new_id
from tests.attack.scene import interrupted, proven, registered, with_phone, with_software
from tests.support.in_memory.people import World, address_of, with_three
from tests.support.waiting import until
from tests.support.web.walking import Walker

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]

AGENT = frozenset({"operations.people"})
ADMINISTRATOR = frozenset({"admin"})


async def at_desk(world: World, user: str = "", rights: frozenset[str] = AGENT, **fields: Any) -> Walker:
    """An agent in Operations, whose second step the platform checked."""
    agent = user or f"dana.{new_id()[-8:]}"
    asked = {"group": "helpdesk", "intent": "administer", "rights": rights} | fields
    begun = await interrupted(world.target, agent, **asked)
    return await world.walker().open(begun["url"])


async def found(world: World, named: str, **fields: Any) -> Walker:
    desk = await at_desk(world, **fields)
    await desk.open("/operations/people")
    return await desk.press("Find", person=named)


async def locked_out(world: World) -> tuple[str, str]:
    """Somebody with a phone and an app's codes; and the phone's number."""
    user = await world.person()
    number = await with_phone(world.target, user)
    await with_software(world.target, user)
    return user, number


def acts(world: World, user: str) -> list[HelpDeskActed]:
    events = [one.event for one in world.lab.log.told if one.subject == user]
    return [event for event in events if isinstance(event, HelpDeskActed)]


def notices(world: World, user: str) -> list[str]:
    events = [one.event for one in world.lab.log.told if one.subject == user]
    return [event.kind for event in events if isinstance(event, NoticeRequested)]


async def test_an_agent_finds_a_person_and_sees_what_happened(world: World) -> None:
    user, number = await locked_out(world)
    desk = await at_desk(world)
    assert "an agent of Northbridge's help desk" in desk.page.text
    assert "Reports" not in desk.page.links
    await desk.follow("Help desk")
    await desk.press("Find", person=f"{user}@northbridge.example")
    assert desk.status == 200
    assert desk.address.endswith(f"/operations/people/{user}")
    for shown in (f"Display of {user}", user, "Text message to +44", "To set up or change a method; answered", "Phone"):
        assert shown in desk.page.text
    assert "was added." in desk.page.text
    assert f"••{number[-4:]}" in desk.page.text
    assert number[3:] not in desk.html
    code = await world.target.texted(number)
    assert code not in desk.page.text


@pytest.mark.parametrize("named", ["", " ", "kim", "0142", "northbridge/kim", "{}", "%", "*", "x" * 256])
async def test_nobody_is_found_by_a_part_or_by_a_number(world: World, named: str) -> None:
    await locked_out(world)
    desk = await found(world, named)
    assert desk.status == 404
    assert "Nobody here is known by that." in desk.field("person")


async def test_a_number_on_file_finds_nobody(world: World) -> None:
    _, number = await locked_out(world)
    for named in (number, number[-4:], f"+44 •••• ••{number[-4:]}"):
        assert (await found(world, named)).status == 404


async def test_a_pass_is_shown_once_said_first_and_told(world: World) -> None:
    user, _ = await locked_out(world)
    desk = await found(world, user)
    await desk.follow("Give a Temporary Access Pass")
    assert "Whoever has the pass can sign in as" in desk.page.text
    form = desk.page
    await desk.press("Give the pass", reason="lostDevice", ticket="INC-4711")
    assert "Temporary Access Pass" in desk.page.text
    given = _pass(desk)
    assert len(given) == 12
    (event,) = acts(world, user)
    assert (event.act, event.reason, event.ticket) == ("passGiven", "lostDevice", "INC-4711")
    assert event.agent.startswith("dana.")
    order = world.told(user)
    assert order.index("HelpDeskActed") < len(order) - 1 - order[::-1].index("MethodRegistered")

    desk.page = form
    await desk.press("Give the pass", reason="lostDevice")
    assert "That form was sent before, and acted once." in desk.page.text
    assert given not in desk.html
    assert len(acts(world, user)) == 1

    person = await world.signed_in(user, intent="manage")
    await person.open("/security-info/activity")
    assert person.page.text.count("Temporary Access Pass") == 2  # the sentence, and its "This wasn't me"
    assert "Your organisation's help desk gave you a Temporary Access Pass." in person.page.text
    assert "Reason: Lost or broken device" in person.page.text
    assert "dana" not in person.page.text


async def test_the_pass_opens_the_account_and_this_was_not_me_takes_it_back(world: World) -> None:
    user, _ = await locked_out(world)
    desk = await found(world, user)
    await desk.follow("Give a Temporary Access Pass")
    await desk.press("Give the pass", reason="lockedOut")
    given = _pass(desk)
    person = await world.signed_in(user, intent="manage", amr=["pwd"])
    await person.press("Next", method=await world.id_of(user, "temporaryAccessPass"))
    await person.press("Next", code=given)
    assert "My security info" in person.page.text
    await person.open("/security-info/activity")
    await person.follow(
        next(label for label in person.page.links if "wasn't me: Your organisation's help desk" in label)
    )
    await person.press("This wasn't me")
    states = {one["type"]: one["state"] for one in await world.methods(user)}
    assert states["temporaryAccessPass"] == "suspended"


async def test_a_method_is_suspended_and_restored_each_with_a_reason(world: World) -> None:
    user, _ = await locked_out(world)
    address = f"{user}@elsewhere.example"
    asked = await registered(world.target, user, "email", emailAddress=address)
    await proven(world.target, asked["challenge"], await world.target.texted(address))
    phone = await world.id_of(user, "phone")
    desk = await found(world, user)
    await desk.open(f"/operations/people/{user}/methods/{phone}/suspend")
    await desk.press("Suspend")
    assert (desk.status, desk.field("reason")) == (422, "Choose why.")
    await desk.press("Suspend", reason="lostDevice", ticket="call me")
    assert (desk.status, desk.field("ticket")) == (422, "Letters and a number, such as INC-4711.")
    assert acts(world, user) == []
    await desk.press("Suspend", reason="lostDevice", ticket="")
    assert "Phone is suspended, and" in desk.page.text
    assert {one["id"]: one["state"] for one in await world.methods(user)}[phone] == "suspended"

    await desk.follow("Restore Phone")
    await desk.press("Restore", reason="mistake")
    assert "Phone was restored, and" in desk.page.text
    assert {one["id"]: one["state"] for one in await world.methods(user)}[phone] == "active"
    assert [event.act for event in acts(world, user)] == ["methodSuspended", "methodRestored"]
    await until(lambda: "methodRestored" in notices(world, user))
    assert "methodSuspended" in notices(world, user)
    await desk.open(f"/operations/people/{user}")
    assert "The help desk restored Phone" in desk.page.text
    assert "something was done by mistake" in desk.page.text
    assert "was brought back" not in desk.page.text


async def test_what_was_deleted_comes_back(world: World) -> None:
    user, _ = await with_three(world)
    phone = await world.id_of(user, "phone")
    await world.target.done("DELETE", address_of(user, f"methods/{phone}"))
    desk = await found(world, user)
    assert "Methods that can come back" in desk.page.text
    await desk.follow("Restore Phone")
    await desk.press("Restore", reason="mistake")
    assert "Methods that can come back" not in desk.page.text
    await desk.open(f"/operations/people/{user}/methods/{phone}/restore")
    assert (desk.status, "That can't be done with this method any more." in desk.page.text) == (404, True)


async def test_sessions_end_and_the_person_hears_of_it(world: World) -> None:
    user, _ = await locked_out(world)
    person = await world.signed_in(user, intent="manage")
    await person.open("/security-info")
    desk = await found(world, user)
    assert "One is open." in desk.page.text
    await desk.follow("End all sessions")
    await desk.press("End all sessions", reason="suspicion")
    assert "All sessions of" in desk.page.text
    assert (await person.open("/security-info")).status == 410
    await until(lambda: "sessionsEnded" in notices(world, user))
    again = await world.signed_in(user, intent="manage")
    await again.open("/security-info")
    assert "Your organisation's help desk signed you out everywhere on" in again.page.text


async def test_nobody_acts_for_themselves_or_for_a_colleague(world: World) -> None:
    user = f"dana.{new_id()[-8:]}"
    other = f"dana.{new_id()[-8:]}"
    await at_desk(world, other, group="everyone")
    await interrupted(world.target, protected := f"ada.{new_id()[-8:]}", group="administrators")
    for whom, why in ((user, "This is you."), (other, "works in Operations"), (protected, "works in Operations")):
        desk = await found(world, whom, user=user)
        assert why in desk.page.text
        assert "What you can do" not in desk.page.text
        await desk.open(f"/operations/people/{whom}/pass")
        assert (desk.status, why in desk.page.text) == (403, True)
        assert await sent(world, desk, f"/operations/people/{whom}/pass") == 403
        assert await sent(world, desk, f"/operations/people/{whom}/sessions") == 403
        assert acts(world, whom) == []


async def test_who_has_one_right_has_not_the_other(world: World) -> None:
    user, _ = await locked_out(world)
    administrator = await at_desk(world, rights=ADMINISTRATOR, group="administrators")
    for path in ("", f"/{user}", f"/{user}/pass", f"/{user}/sessions"):
        await administrator.open(f"/operations/people{path}")
        assert (administrator.status, "for others in Operations" in administrator.page.text) == (403, True)
    agent = await at_desk(world)
    assert (await agent.open("/operations/reports")).status == 403
    both = await at_desk(world, rights=AGENT | ADMINISTRATOR)
    assert {"Help desk", "Reports"} <= both.page.links.keys()


async def test_without_a_scope_for_it_nobody_comes_to_operations(world: World) -> None:
    begun = await world.target.call(
        "POST",
        "/v1.0/interrupts",
        {
            "user": {"id": "mallory", "userPrincipalName": "m@northbridge.example", "displayName": "M"},
            "returnUrl": world.target.returns["northbridge"],
            "authenticatedAt": world.lab.clock.now().isoformat(),
            "intent": "administer",
        },
        token=world.target.token(),
    )
    assert (begun.status_code, begun.json()["code"]) == (403, "scopeMissing")


async def test_a_password_alone_opens_nothing(world: World) -> None:
    desk = await at_desk(world, amr=["pwd"])
    await desk.open("/operations/people")
    assert (desk.status, "Set up a method first" in desk.page.text) == (403, True)


async def test_a_proof_grows_old_in_a_session_that_goes_on(world: World) -> None:
    """However often the agent does something meanwhile: 15 minutes, and then they prove it once more."""
    (user, _), agent = await locked_out(world), f"dana.{new_id()[-8:]}"
    await interrupted(world.target, agent, group="helpdesk")
    await with_phone(world.target, agent)
    desk = await found(world, user, user=agent)
    for _time in range(2):
        await desk.open(f"/operations/people/{user}/sessions")
        form = desk.page
        world.lab.clock.advance(timedelta(minutes=7))
        await desk.open("/operations/people")
        await desk.press("Find", person=user)
        assert desk.status == 200
    world.lab.clock.advance(timedelta(minutes=2))
    desk.page = form
    await desk.press("End all sessions", reason="suspicion")
    assert "Verify it's you" in desk.page.headings
    assert acts(world, user) == []
    await desk.open(f"/operations/people/{user}")
    assert f"Display of {user}" not in desk.page.text


async def test_somebody_of_another_organisation_is_nobody(world: World) -> None:
    user, _ = await locked_out(world)
    desk = await found(world, user, client="southgate")
    assert desk.status == 404
    for path in ("", "/pass", "/sessions"):
        await desk.open(f"/operations/people/{user}{path}")
        assert (desk.status, "Nobody here is known by that." in desk.page.text) == (404, True)
    assert await sent(world, desk, f"/operations/people/{user}/pass") == 404
    assert acts(world, user) == []


async def test_look_ups_are_counted_over_all_sessions_before_anything_is_said(world: World) -> None:
    """Whoever is there or not, found by name or by address; one's own person as often as needed."""
    user, _ = await locked_out(world)
    agent = f"dana.{new_id()[-8:]}"
    desk = await found(world, user, user=agent)
    for _time in range(5):
        assert (await desk.open(f"/operations/people/{user}")).status == 200
    most = world.lab.components.deps.limiter.looking_up.count
    for number in range(most - 1):
        if number % 40 == 0:
            desk = await at_desk(world, agent)
        assert (await desk.open(f"/operations/people/nobody.{number}")).status == 404
    other = await at_desk(world, agent)
    await other.open("/operations/people")
    assert (await other.press("Find", person=user)).status == 429
    assert (await other.open(f"/operations/people/{user}")).status == 429
    world.lab.clock.advance(timedelta(hours=1))
    assert (await found(world, user, user=agent)).status == 200


async def test_acts_are_counted_and_the_next_is_refused(world: World) -> None:
    agent, most = f"dana.{new_id()[-8:]}", world.lab.components.deps.limiter.acting.count
    user, _ = await locked_out(world)
    desk = await found(world, user, user=agent)
    for _time in range(most):
        await desk.open(f"/operations/people/{user}/sessions")
        await desk.press("End all sessions", reason="suspicion")
        assert desk.status == 200
    await desk.open(f"/operations/people/{user}/sessions")
    await desk.press("End all sessions", reason="suspicion")
    assert desk.status == 429
    assert len(acts(world, user)) == most


async def sent(world: World, desk: Walker, path: str) -> int:
    """A form that no page showed, with what its page would have filled in."""
    await desk.open("/operations/people")
    hidden = dict(desk.page.forms[0].fields)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in desk.cookies.items())}
    given = {"session": hidden["session"], "csrf": hidden["csrf"], "form": new_id(), "reason": "lockedOut"}
    return (await world.target.call("POST", path, headers=headers, data=given)).status_code


def _pass(desk: Walker) -> str:
    _, _, after = desk.html.partition('<dd class="digits secret">')
    return after.partition("</dd>")[0].replace("<span>", "").replace("</span>", "")
