"""Verification on our page: another method, a second one, leaving, and links that are used or over."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.one_process.product import Product, Visitor
from tests.support.people.api import Platform, Somebody, done, proof_of, refused
from tests.support.people.app_codes import shown_code

pytestmark = pytest.mark.timeout(120)

DIFFERENT = "Use a different method"


def return_url(platform: Platform) -> str:
    return f"{platform.stack.url('northbridge')}/return?case=7"


def sent_there(product: Product, person: Somebody, purpose: str = "signIn") -> tuple[Visitor, str]:
    """The person's browser on our page, and the id that the platform knows."""
    challenge = person.asked(purpose, returnUrl=return_url(person.platform))
    visitor = product.visitor().open(challenge["url"])
    assert "Verify it's you" in visitor.headings
    return visitor, str(challenge["id"])


def came_back(visitor: Visitor, platform: Platform) -> dict[str, list[str]]:
    """The query with which the browser came back to the platform."""
    assert visitor.address.startswith(platform.stack.url("northbridge")), visitor.text
    return parse_qs(urlsplit(visitor.address).query)


def read(platform: Platform, challenge_id: str) -> dict[str, Any]:
    return done(platform.call("GET", f"/v1.0/challenges/{challenge_id}"), 200)


def test_a_person_types_a_code_and_comes_back(product: Product, platform: Platform, kim: Somebody) -> None:
    _, secret = kim.with_software()
    visitor, identifier = sent_there(product, kim)
    assert kim.id in visitor.text
    assert "Can't sign in?" in visitor.links
    assert "4 tries left" in visitor.press("Next", code="000000").text
    visitor.press("Next", code=shown_code(secret))
    assert came_back(visitor, platform) == {"case": ["7"], "challengeId": [identifier], "status": ["verified"]}
    seen = read(platform, identifier)
    assert (seen["id"], seen["status"], "proof" in seen) == (identifier, "verified", True)


def test_the_challenge_keeps_its_id_when_another_method_is_used(
    product: Product, platform: Platform, kim: Somebody
) -> None:
    _, device = kim.with_app()
    other, secret = kim.with_software()
    visitor, identifier = sent_there(product, kim)
    assert device.answer(device.next_request(), "deny").status_code == 204
    visitor.shows("You denied the request")
    assert read(platform, identifier)["status"] == "denied"
    visitor.press(DIFFERENT).press("Next", method=other["methodId"])
    assert "Enter the code from your app" in visitor.headings
    pending = read(platform, identifier)
    assert (pending["id"], pending["status"], pending["method"]["id"]) == (identifier, "pending", other["methodId"])
    visitor.press("Next", code=shown_code(secret))
    assert came_back(visitor, platform)["challengeId"] == [identifier]
    assert read(platform, identifier)["status"] == "verified"


def test_a_reset_with_two_methods_asks_for_both(product: Product, platform: Platform, kim: Somebody) -> None:
    software, secret = kim.with_software()
    alone = kim.ask("passwordReset", returnUrl=return_url(platform))
    assert refused(alone) == (403, "methodNotAllowedByPolicy")
    registered = kim.register("recoveryCodes")
    visitor, identifier = sent_there(product, kim, "passwordReset")
    visitor.press("Next", code=shown_code(secret))
    assert "Choose a method" in visitor.headings
    between = read(platform, identifier)
    assert (between["status"], between["proofsRequired"], "proof" in between) == ("pending", 2, False)
    assert software["methodId"] not in visitor.html
    visitor.press("Next", method=registered["methodId"]).press("Next", code=registered["codes"][0])
    assert came_back(visitor, platform)["status"] == ["verified"]
    claims = proof_of(read(platform, identifier), platform)
    assert (claims["challengeId"], claims["amr"], claims["purpose"]) == (identifier, ["otp", "mfa"], "passwordReset")


def test_whoever_leaves_has_not_proven_anything(product: Product, platform: Platform, kim: Somebody) -> None:
    kim.with_software()
    visitor, identifier = sent_there(product, kim)
    visitor.follow("Not you?")
    assert "Stop verifying?" in visitor.headings
    visitor.press("Cancel and return")
    assert came_back(visitor, platform)["status"] == ["cancelled"]
    seen = read(platform, identifier)
    assert (seen["status"], "proof" in seen) == ("cancelled", False)


def test_what_the_platform_has_ended_can_be_proven_no_more(product: Product, platform: Platform, kim: Somebody) -> None:
    kim.with_software()
    kim.with_app()
    visitor, identifier = sent_there(product, kim)
    assert platform.call("POST", f"/v1.0/challenges/{identifier}/cancel").status_code == 204
    visitor.press(DIFFERENT)
    assert came_back(visitor, platform)["status"] == ["cancelled"]
    assert read(platform, identifier)["status"] == "cancelled"
    unopened = kim.asked("signIn", returnUrl=return_url(platform))
    assert platform.call("POST", f"/v1.0/challenges/{unopened['id']}/cancel").status_code == 204
    assert httpx.get(unopened["url"], timeout=10).status_code == 410


def test_a_link_works_once_and_only_for_the_browser_that_used_it(product: Product, kim: Somebody) -> None:
    kim.with_software()
    challenge = kim.asked("signIn", returnUrl=return_url(kim.platform))
    visitor = product.visitor().open(challenge["url"]).open(challenge["url"])
    assert "Enter the code from your app" in visitor.headings
    other = httpx.get(challenge["url"], timeout=10)
    assert other.status_code == 410
    assert "can&#39;t be used any more" in other.text
    assert httpx.get(f"{product.url('enrollment')}/verify", timeout=10).status_code == 410


def test_where_a_person_may_be_sent_back_to(product: Product, platform: Platform, kim: Somebody) -> None:
    kim.with_software()
    elsewhere = kim.ask("signIn", returnUrl="https://evil.example/return")
    assert refused(elsewhere) == (403, "returnUrlNotAllowed")
    assert refused(kim.ask("signIn", returnUrl="no address")) == (400, "requestMalformed")
    foreign = Platform(product, tenant="southgate")
    ours = kim.asked("signIn", returnUrl=return_url(platform))
    assert refused(foreign.call("GET", f"/v1.0/challenges/{ours['id']}")) == (404, "unknownChallenge")


def test_a_method_that_rests_comes_last(kim: Somebody) -> None:
    kim.with_phone()
    registered, _ = kim.with_software()
    for _ in range(2):
        challenge = kim.asked("signIn", methodId=registered["methodId"])
        for wrong in range(5):
            assert kim.answer(challenge, {"code": f"00000{wrong}"}).status_code == 422
    resting = kim.ask("signIn", methodId=registered["methodId"])
    assert refused(resting) == (423, "methodCoolingDown")
    assert kim.asked("signIn")["method"]["type"] == "phone"
