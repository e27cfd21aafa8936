"""Help from where somebody is stuck, and back to where they were."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Person
from tests.support.people.journey import World, browser_page, to_qr_code

pytestmark = pytest.mark.timeout(240)


def test_help_leads_back_to_the_step_that_it_was_asked_for_at(world: World, alex: Person) -> None:
    with browser_page() as page:
        to_qr_code(page, world, alex.name)
        picture = page.locator("img.qr").get_attribute("src")
        page.get_by_role("link", name="Can't scan the QR code").click()
        page.get_by_role("link", name="How to add an account by hand").click()
        expect(page.get_by_role("heading", name="Add an account by hand")).to_be_focused()
        expect(page.get_by_text(alex.name)).to_be_visible()
        expect(page.get_by_role("button", name="Cancel and return")).to_be_visible()
        page.get_by_role("link", name="Go on where you were").click()
        expect(page.get_by_role("heading", name="Scan the QR code", exact=True)).to_be_visible()
        assert page.locator("img.qr").get_attribute("src") == picture
