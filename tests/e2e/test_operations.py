"""An administrator sees how people get through the wizard; nobody else does, and nobody with a password alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person, fresh
from tests.support.people.journey import OPERATIONS, World, at_operations, browser_page, phone_beside, sign_in, walk
from tests.support.people.methods import following, set_up_app
from tests.support.servers.turns import alone_with
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(240)

WIZARD = "/operations/reports?days=7&decision=register"
COUNTED = re.compile(r"\b(\d+) \(\d+%\)")


@pytest.fixture
def admin(stack: LocalStack) -> Iterator[Person]:
    """A fresh administrator: the app is required."""
    yield from fresh("admin", stack)


def reached(page: Page, world: World, step: str) -> int:
    """How many reached a step of the wizard, as the report says."""
    page.goto(f"{world.public}{WIZARD}")
    expect(page.get_by_role("heading", name="Reports", level=1)).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=step, exact=True))
    found = COUNTED.search(row.inner_text()) if row.count() else None
    return int(found.group(1)) if found else 0


def test_an_administrator_sees_a_walk_appear_step_by_step(world: World, admin: Person, person: Person) -> None:
    with alone_with(OPERATIONS), browser_page() as page, phone_beside(page) as phone:
        sign_in(page, world, admin.name)
        following(page)
        set_up_app(page, phone)
        following(page)
        page.get_by_role("button", name="Done").click()
        page.get_by_role("link", name="Operations").click()
        at_operations(page, phone)
        expect(page.get_by_text(f"You are signed in as {admin.name}, an administrator of Northbridge.")).to_be_visible()
        page.get_by_role("link", name="Reports").click()
        before = reached(page, world, "Phone verified")

        with phone_beside(page) as other:
            walk(other, world, person.name, person.number)
        awaited(lambda: reached(page, world, "Phone verified") > before or None, "the walk is not in the report", 30)
        expect(page.get_by_role("row", name="Scan the QR code").first).to_be_visible()
        expect(page.get_by_text("Complete: all that policy requires")).to_be_visible()
        page.get_by_label("Who").select_option("Operations")
        page.get_by_role("button", name="Show").click()
        expect(page).to_have_url(f"{world.public}/operations/reports?days=7&decision=administer")
        expect(page.get_by_text("1 under way")).to_be_visible()

        page.goto(f"{world.public}/security-info/add")
        expect(page.get_by_role("heading", name="Operations", level=1)).to_be_visible()
        page.get_by_role("link", name="Not you?").click()
        expect(page.get_by_role("heading", name="Leave Operations?")).to_be_visible()
        page.get_by_role("link", name="Stay in Operations").click()
        page.get_by_role("button", name="Back to Northbridge").click()
        page.wait_for_url(f"{world.northbridge}/**")
