"""A person puts off what is missing, as far as policy allows."""

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


def test_a_person_puts_it_off(stack: LocalStack, world: World, kim: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, kim.name)
        skip(page, 3)
        sign_in(page, world, kim.name)
        expect(page.get_by_role("button", name="Skip for now (2 of 3 left")).to_be_visible()
    told = [envelope.event for envelope in lifecycle_of(stack, kim.user)]
    assert [event.skips_left for event in told if isinstance(event, EnrollmentSkipped)] == [2]
