"""Verification on our page: a platform sends a person there, and reads what came of it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.support.people.api import Platform, Somebody, done, proof_of, refused
from tests.support.people.app_codes import shown_code
from tests.support.people.journey import browser_page, enter_code, number_on
from tests.support.people.methods import pick

pytestmark = pytest.mark.timeout(180)

VERIFY = "Verify it's you"
DIFFERENT = "Use a different method"


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


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_person_types_a_code_and_comes_back(platform: Platform, person: Somebody, scripts: bool) -> None:
    _, secret = person.with_software()
    with browser_page(scripts=scripts) as page:
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


def test_the_challenge_keeps_its_id_when_another_method_is_used(
    platform: Platform, person: Somebody, page: Page
) -> None:
    _, device = person.with_app()
    other, secret = person.with_software()
    identifier = sent_there(page, person)
    assert device.answer(device.next_request(), "deny").status_code == 204
    expect(page.get_by_text("You denied the request").first).to_be_visible()
    assert read(platform, identifier)["status"] == "denied"
    page.get_by_role("button", name=DIFFERENT).click()
    page.get_by_label("Other authenticator app", exact=True).check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Enter the code from your app")).to_be_visible()
    pending = read(platform, identifier)
    assert (pending["id"], pending["status"], pending["method"]["id"]) == (identifier, "pending", other["methodId"])
    enter_code(page, shown_code(secret))
    assert came_back(page, platform)["challengeId"] == [identifier]
    assert read(platform, identifier)["status"] == "verified"


def test_a_reset_with_two_methods_asks_for_both(platform: Platform, person: Somebody, page: Page) -> None:
    _, secret = person.with_software()
    alone = person.ask("passwordReset", returnUrl=return_url(platform))
    assert refused(alone) == (403, "methodNotAllowedByPolicy")
    codes = person.register("recoveryCodes")["codes"]
    identifier = sent_there(page, person, "passwordReset")
    enter_code(page, shown_code(secret))
    expect(page.get_by_role("heading", name="Choose a method")).to_be_visible()
    between = read(platform, identifier)
    assert (between["status"], between["proofsRequired"], "proof" in between) == ("pending", 2, False)
    expect(page.get_by_label("Other authenticator app", exact=True)).to_have_count(0)
    pick(page, "Recovery codes")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Recovery code", exact=True).fill(codes[0])
    page.get_by_role("button", name="Next").click()
    assert came_back(page, platform)["status"] == ["verified"]
    claims = proof_of(read(platform, identifier), platform)
    assert (claims["challengeId"], claims["amr"], claims["purpose"]) == (identifier, ["otp", "mfa"], "passwordReset")


def test_whoever_leaves_has_not_proven_anything(platform: Platform, person: Somebody, page: Page) -> None:
    person.with_software()
    identifier = sent_there(page, person)
    page.get_by_role("link", name="Not you?").click()
    expect(page.get_by_role("heading", name="Stop verifying?")).to_be_visible()
    page.get_by_role("button", name="Cancel and return").click()
    assert came_back(page, platform)["status"] == ["cancelled"]
    seen = read(platform, identifier)
    assert (seen["status"], "proof" in seen) == ("cancelled", False)


def test_what_the_platform_has_ended_can_be_proven_no_more(platform: Platform, person: Somebody, page: Page) -> None:
    person.with_software()
    person.with_app()
    identifier = sent_there(page, person)
    assert platform.call("POST", f"/v1.0/challenges/{identifier}/cancel").status_code == 204
    page.get_by_role("button", name=DIFFERENT).click()
    assert came_back(page, platform)["status"] == ["cancelled"]
    assert read(platform, identifier)["status"] == "cancelled"
    unopened = person.asked("signIn", returnUrl=return_url(platform))
    assert platform.call("POST", f"/v1.0/challenges/{unopened['id']}/cancel").status_code == 204
    assert httpx.get(unopened["url"], timeout=10).status_code == 410


def test_a_link_works_once_and_only_for_the_browser_that_used_it(
    platform: Platform, person: Somebody, page: Page
) -> None:
    person.with_software()
    challenge = person.asked("signIn", returnUrl=return_url(platform))
    page.goto(challenge["url"])
    page.goto(challenge["url"])
    expect(page.get_by_role("heading", name="Enter the code from your app")).to_be_visible()
    other = httpx.get(challenge["url"], timeout=10)
    assert other.status_code == 410
    assert "can&#39;t be used any more" in other.text
    assert httpx.get(f"{platform.stack.url('enrollment')}/verify", timeout=10).status_code == 410


def test_where_a_person_may_be_sent_back_to(platform: Platform, person: Somebody) -> None:
    person.with_software()
    elsewhere = person.ask("signIn", returnUrl="https://evil.example/return")
    assert refused(elsewhere) == (403, "returnUrlNotAllowed")
    assert refused(person.ask("signIn", returnUrl="no address")) == (400, "requestMalformed")
    foreign = Platform(platform.stack, tenant="southgate")
    ours = person.asked("signIn", returnUrl=return_url(platform))
    assert refused(foreign.call("GET", f"/v1.0/challenges/{ours['id']}")) == (404, "unknownChallenge")


def test_a_method_that_rests_comes_last(platform: Platform, person: Somebody) -> None:
    person.with_phone()
    registered, _ = person.with_software()
    for _ in range(2):
        challenge = person.asked("signIn", methodId=registered["methodId"])
        for wrong in range(5):
            assert person.answer(challenge, {"code": f"00000{wrong}"}).status_code == 422
    resting = person.ask("signIn", methodId=registered["methodId"])
    assert refused(resting) == (423, "methodCoolingDown")
    assert person.asked("signIn")["method"]["type"] == "phone"
