"""A person puts off what is missing, as far as policy allows; and is asked after a while whether all is still right."""

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from schemas.enrollment import EnrollmentSkipped
from tests.e2e.conftest import Person
from tests.support.people.journey import World, browser_page, sign_in
from tests.support.services.records import lifecycle_of

pytestmark = pytest.mark.timeout(180)


def skip(page: Page, left: int) -> None:
    """At the prompt: put it off, and read so at Northbridge, which checks the result and asks for the outcome."""
    page.get_by_role("button", name=f"Skip for now ({left} of 3 left, required on ").click()
    expect(page.get_by_role("heading", name="You skipped the set-up for now")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()


def test_three_skips_and_then_there_is_no_way_around(stack: LocalStack, world: World, kim: Person) -> None:
    with browser_page() as page:
        for left in (3, 2, 1):
            sign_in(page, world, kim.name)
            skip(page, left)
        sign_in(page, world, kim.name)
        expect(page.get_by_text("You can't put this off any more.")).to_be_visible()
        expect(page.get_by_role("button", name="Skip for now")).to_have_count(0)
    told = [envelope.event for envelope in lifecycle_of(stack, kim.user)]
    assert [event.skips_left for event in told if isinstance(event, EnrollmentSkipped)] == [2, 1, 0]


def test_a_closed_browser_counts_as_a_skip(world: World, kim: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, kim.name)
    with browser_page(scripts=False) as page:
        sign_in(page, world, kim.name)
        skip(page, 2)
