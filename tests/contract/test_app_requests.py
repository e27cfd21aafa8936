"""Requests of an app, on the page and on the device: replaced, cancelled, denied and reported."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.attack.scene import (
    App,
    answered,
    connected,
    interrupted,
    requests_of,
    with_app,
    with_software,
)
from tests.support.in_memory.people import World
from tests.support.waiting import until
from tests.support.web.walking import Walker

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]


async def at_the_number(world: World, user: str, browser: Walker | None = None) -> tuple[Walker, App]:
    """From sign-in to "Let's try it out", with an app that was connected just now."""
    walker = await world.signed_in(user, browser=browser, amr=["pwd"])
    for _ in range(3):
        await walker.press("Next")
    app = await connected(world.target, walker.page.links["Open the authenticator on this device"])
    await walker.press("Next")
    return walker, replace(app, request=(await requests_of(world.target, app)).json()[0])


async def test_a_new_request_ends_that_of_a_page_that_was_left(world: World) -> None:
    """One phone that was connected twice shows one request, whose number is on the page."""
    user = await world.person()
    left, earlier = await at_the_number(world, user)
    _, app = await at_the_number(world, user, browser=left)
    assert (await requests_of(world.target, earlier)).json() == []
    assert len((await requests_of(world.target, app)).json()) == 1


async def test_whoever_else_has_the_password_ends_no_request_of_the_person(world: World) -> None:
    """Connected in another browser, and asking again and again."""
    user = await world.person()
    persons, app = await at_the_number(world, user)
    others, theirs = await at_the_number(world, user)
    for _ in range(3):
        world.lab.clock.advance(timedelta(seconds=20))
        await others.press("Send again")
    assert len((await requests_of(world.target, theirs)).json()) == 1
    assert len((await requests_of(world.target, app)).json()) == 1
    assert (await answered(world.target, app, "approve", await world.number_of(app))).status_code == 204
    await until(lambda: "MethodRegistered" in world.told(user))
    await persons.open("/security-info/setup")
    assert "A newer request took its place" not in persons.page.text


async def test_a_request_whose_method_went_was_cancelled_and_not_replaced(world: World) -> None:
    user = await world.person()
    await with_software(world.target, user)
    app = await with_app(world.target, user)
    await answered(world.target, app, "approve", number=await world.number_of(app))
    await interrupted(world.target, user, group="frontline")
    method = await world.id_of(user, "authenticatorApp")
    fields = {"purpose": "stepUp", "methodId": method, "returnUrl": world.target.returns["northbridge"]}
    asked = await world.target.done("POST", f"/v1.0/users/{user}/challenges", fields)
    walker = await world.walker().open(asked["url"])
    assert "Approve the request" in walker.page.text
    await world.target.done("DELETE", f"/v1.0/users/{user}/authentication/methods/{method}")
    await walker.open("/verify")
    assert "A newer request took its place" not in walker.page.text


async def test_a_report_on_the_page_is_asked_for_once_and_said(world: World) -> None:
    user = await world.person()
    walker, app = await at_the_number(world, user)
    await answered(world.target, app, "deny")
    await walker.open("/security-info/setup")
    assert "You denied the request" in walker.page.text
    await walker.press("Report suspicious activity")
    assert "Report this request?" in walker.page.text
    await walker.press("Report")
    assert "You reported the request Northbridge was told." in walker.page.text
    assert not walker.has_button("Report suspicious activity")
    assert (await answered(world.target, app, "report")).status_code == 204
    assert world.told(user).count("SuspiciousActivityReported") == 1
    world.lab.clock.advance(timedelta(minutes=6))
    assert (await answered(world.target, app, "report")).status_code == 409


async def test_who_denied_a_request_can_still_report_it_on_the_device(world: World) -> None:
    """Who holds the device takes the method away, once, and learns how it comes back."""
    user = await world.person()
    await with_software(world.target, user)
    app = await with_app(world.target, user)
    await answered(world.target, app, "approve", number=await world.number_of(app))
    walker = await world.signed_in(user, intent="manage", amr=["pwd"])
    app = replace(app, request=(await requests_of(world.target, app)).json()[0])
    assert (await answered(world.target, app, "deny")).status_code == 204
    assert (await answered(world.target, app, "report")).status_code == 204
    await walker.open("/security-info")
    assert "You reported the request Northbridge was told" in walker.page.text
    assert "can't be used until you restore it" in walker.page.text
    assert world.told(user).count("SuspiciousActivityReported") == 1
    assert {method["type"]: method["state"] for method in await world.methods(user)} == {
        "softwareOath": "active",
        "authenticatorApp": "suspended",
    }
