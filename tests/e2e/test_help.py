"""Help from where somebody is stuck, and back to where they were."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Person
from tests.support.people.journey import World, browser_page, sign_in, to_qr_code

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
        expect(page.get_by_role("heading", name="Scan the QR code")).to_be_visible()
        assert page.locator("img.qr").get_attribute("src") == picture


def test_help_outlives_the_session_and_leads_back_to_the_application(world: World, person: Person) -> None:
    with browser_page(scripts=False) as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Cancel and return").click()
        page.goto(f"{world.public}/help/sign-in")
        expect(page.get_by_text("Northbridge")).to_be_visible()
        expect(page.get_by_text(person.name)).to_have_count(0)
        page.get_by_role("link", name="Back to the application").click()
        expect(page).to_have_url(re.compile(re.escape(world.northbridge)))


def test_somebody_without_a_session_finds_help_and_an_ended_session_leads_to_it(world: World) -> None:
    ended = httpx.get(f"{world.public}/security-info/start", params={"ticket": "x" * 32})
    assert ended.status_code == 410
    assert 'href="/help/sign-in"' in ended.text
    assert httpx.get(f"{world.public}/help/sign-in").status_code == 200
    assert httpx.get(f"{world.public}/help/").status_code in {200, 307}
    missing = httpx.get(f"{world.public}/help/nothing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
