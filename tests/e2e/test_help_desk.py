"""An agent of the help desk lets somebody back in whose phone is gone, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person, fresh
from tests.support.people.journey import (
    OPERATIONS,
    World,
    at_operations,
    browser_page,
    phone_beside,
    sign_in,
    to_second_step,
    walk,
)
from tests.support.people.methods import arrived, following, set_up_app
from tests.support.people.operator import events_of
from tests.support.servers.turns import alone_with

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def dana(stack: LocalStack) -> Iterator[Person]:
    """A fresh agent of the help desk: the app is required."""
    yield from fresh("dana", stack)


def at_the_desk(page: Page, phone: Page) -> None:
    """From the landing page, behind the proof where one is asked for."""
    page.get_by_role("link", name="Help desk").click()
    at_operations(page, phone)
    page.get_by_role("link", name="Help desk").click()


def test_an_agent_lets_somebody_back_in(stack: LocalStack, world: World, dana: Person, person: Person) -> None:
    with alone_with(OPERATIONS), browser_page() as page, phone_beside(page) as phone, phone_beside(page) as theirs:
        walk(theirs, world, person.name, person.number)
        sign_in(page, world, dana.name)
        following(page)
        set_up_app(page, phone)
        following(page)
        page.get_by_role("button", name="Done").click()
        at_the_desk(page, phone)

        page.get_by_label("User name or user id").fill("sam")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nobody here is known by that.")).to_be_visible()
        page.get_by_label("User name or user id").fill(person.name)
        page.keyboard.press("Enter")
        expect(page.get_by_text("To set up or change a method; answered")).to_be_visible()
        expect(page.get_by_text(person.number)).to_have_count(0)

        page.get_by_role("link", name="Suspend Phone").click()
        page.get_by_label("Lost or broken device").check()
        page.get_by_role("button", name="Suspend").click()
        expect(page.get_by_text("Phone is suspended, and")).to_be_visible()
        page.get_by_role("link", name="Give a Temporary Access Pass").click()
        page.get_by_label("Lost or broken device").check()
        page.get_by_label("Ticket (optional)").fill("INC-4711")
        page.get_by_role("button", name="Give the pass").click()
        expect(page.get_by_role("heading", name="Temporary Access Pass")).to_be_visible()
        given = page.locator(".digits.secret").inner_text().replace(" ", "").replace("\n", "")
        page.get_by_role("link", name="Back", exact=True).click()
        expect(page.get_by_text("The help desk gave a Temporary Access Pass.")).to_be_visible()
        expect(page.get_by_text(f"By {dana.user}, lost or broken device, INC-4711")).to_be_visible()

        with phone_beside(page) as again:
            to_second_step(again, world, person.name)
            again.get_by_label("Temporary Access Pass").fill(given)
            again.get_by_role("button", name="Next").click()
            expect(again.get_by_role("heading", name="More information required")).to_be_visible()
        page.goto(f"{world.public}/operations")
        page.get_by_role("button", name="Back to Northbridge").click()
        page.wait_for_url(f"{world.northbridge}/**")
        acts = [event for event in events_of(stack, person.user) if event["type"] == "HelpDeskActed"]
        assert len(acts) == 2
        told = arrived(world, person.name, "Temporary Access Pass", within=60)
        assert "This wasn't me" in told["text"]
