"""Verification on our page: a platform sends a person there, and reads what came of it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.support.people.api import Platform, Somebody, done
from tests.support.people.app_codes import shown_code
from tests.support.people.journey import browser_page, enter_code, number_on

pytestmark = pytest.mark.timeout(180)

VERIFY = "Verify it's you"


@pytest.fixture
def platform(stack: LocalStack) -> Platform:
    return Platform(stack)


@pytest.fixture
def person(platform: Platform) -> Somebody:
    """Somebody with nothing on file."""
    return platform.person()


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as opened:
        yield opened


def return_url(platform: Platform) -> str:
    return f"{platform.stack.url('northbridge')}/return?case=7"


def sent_there(page: Page, person: Somebody, purpose: str = "signIn", **fields: object) -> str:
    """The person's browser on our page; the id that the platform knows."""
    challenge = person.asked(purpose, returnUrl=return_url(person.platform), **fields)
    page.goto(challenge["url"])
    expect(page.get_by_role("heading", name=VERIFY, level=1)).to_be_visible()
    return str(challenge["id"])


def came_back(page: Page, platform: Platform) -> dict[str, list[str]]:
    """The query with which the browser came back to the platform."""
    page.wait_for_url(re.compile(re.escape(platform.stack.url("northbridge"))))
    return parse_qs(urlsplit(page.url).query)


def read(platform: Platform, challenge_id: str) -> dict[str, Any]:
    return done(platform.call("GET", f"/v1.0/challenges/{challenge_id}"), 200)


def test_a_person_types_a_code_and_comes_back(platform: Platform, person: Somebody) -> None:
    _, secret = person.with_software()
    with browser_page() as page:
        identifier = sent_there(page, person)
        expect(page.get_by_text(f"{person.id}@northbridge.example")).to_be_visible()
        expect(page.get_by_role("link", name="Can't sign in?")).to_be_visible()
        enter_code(page, "000000")
        expect(page.get_by_text("4 tries left").first).to_be_visible()
        enter_code(page, shown_code(secret))
        assert came_back(page, platform) == {"case": ["7"], "challengeId": [identifier], "status": ["verified"]}
    seen = read(platform, identifier)
    assert (seen["id"], seen["status"], "proof" in seen) == (identifier, "verified", True)


def test_an_approval_leads_back_by_itself(platform: Platform, person: Somebody, page: Page) -> None:
    _, device = person.with_app()
    identifier = sent_there(page, person, context={"appName": "Payroll", "ipAddress": "203.0.113.7"})
    request = device.next_request()
    assert (request["appName"], request["ipAddress"]) == ("Payroll", "203.0.113.7")
    assert device.answer(request, "approve", number_on(page)).status_code == 204
    assert came_back(page, platform)["status"] == ["verified"]
    assert read(platform, identifier)["status"] == "verified"
