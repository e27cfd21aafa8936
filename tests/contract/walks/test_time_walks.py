"""What a person sees when time has passed: everybody's clock here is moved, but for the handset's."""

from datetime import datetime, timedelta

import pytest

from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import (
    OPEN_HERE,
    SETUP,
    TWO_STEPS,
    arrived,
    asked,
    number_on,
    to_code,
    to_qr_code,
    world_of,
)
from tests.support.people.api import QUESTIONS, Platform, Somebody, done, refused
from tests.support.people.device import TestDevice
from tests.support.people.journey import texts
from tests.support.people.numbers import fresh_number
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(120)

SIX_MINUTES = timedelta(minutes=6)
"""More than a code, a request or a ticket lives, and less than a session does."""
HALF_A_YEAR = timedelta(days=180, minutes=1)


@pytest.fixture(autouse=True)
def in_step(product: Product, platform: Platform) -> None:
    """The platform's clock is the product's when a test begins."""
    platform.offset = product.ahead


def passes(product: Product, platform: Platform, by: timedelta) -> None:
    """For the product and for the platform."""
    product.advance(by)
    platform.offset = product.ahead


def test_a_code_typed_after_its_end_is_refused_in_words(product: Product, platform: Platform, sam: Somebody) -> None:
    number = fresh_number()
    visitor = to_code(arrived(product, sam, "frontline"), number)
    code = sam.texted(number)
    passes(product, platform, SIX_MINUTES)
    assert "That code has expired. We can send you a new one." in visitor.press("Next", code=code).text


def test_an_expired_code_is_explained_and_a_new_one_can_be_had(
    product: Product, platform: Platform, sam: Somebody
) -> None:
    number = fresh_number()
    visitor = to_code(arrived(product, sam, "frontline"), number)
    first = sam.texted(number)
    passes(product, platform, SIX_MINUTES)
    assert 'name="code"' not in visitor.open(SETUP).html
    assert 'name="code"' in visitor.press("Send a new code").html
    awaited(lambda: sam.texted(number) != first, "no new code")
    assert "Phone verified" in visitor.press("Next", code=sam.texted(number)).headings


def test_a_session_that_ended_says_so_and_leads_back(product: Product, platform: Platform, sam: Somebody) -> None:
    visitor = arrived(product, sam, "frontline")
    passes(product, platform, timedelta(minutes=16))
    assert "Your session has ended" in visitor.open(SETUP).headings
    assert "Sign in again; what you set up is kept." in visitor.text
    visitor.follow("Back to the application")
    assert visitor.address.startswith(product.url("northbridge"))


def test_a_ticket_that_is_too_old_says_so(product: Product, platform: Platform) -> None:
    url = done(platform.interrupt(), 200)["url"]
    passes(product, platform, SIX_MINUTES)
    visitor = product.visitor().open(url)
    assert (visitor.walker.status, "This link can't be used any more" in visitor.text) == (410, True)


def test_resend_repeats_the_same_code_once_the_wait_is_over(
    product: Product, platform: Platform, sam: Somebody
) -> None:
    number, world = fresh_number(), world_of(product)
    visitor = to_code(arrived(product, sam, "frontline"), number)
    code = sam.texted(number)
    visitor.press("Resend")
    assert "You can ask for another message in" in visitor.text
    passes(product, platform, timedelta(seconds=40))
    visitor.press("Resend")
    assert "Enter the code" in visitor.headings
    awaited(lambda: len(texts(world, number)) == 2, "no second text")
    (body,) = {message["body"] for message in texts(world, number)}
    assert body.endswith(f"#{code}")


def test_an_answer_after_the_end_of_a_request_is_refused_and_the_page_says_so(
    product: Product, platform: Platform, alex: Somebody
) -> None:
    visitor, device = asked(product, alex)
    request, number = device.next_request(), number_on(visitor)
    passes(product, platform, SIX_MINUTES)
    late = device.later(SIX_MINUTES, at=device.origin)
    assert refused(late.answer(request, "approve", number)) == (409, "challengeEnded")
    assert "No answer" in visitor.open(SETUP).text
    assert visitor.has_button("Try again")


def test_an_expired_qr_code_is_replaced_on_purpose_and_not_by_a_refresh(
    product: Product, platform: Platform, alex: Somebody
) -> None:
    visitor = to_qr_code(product, alex)
    link = visitor.links[OPEN_HERE]
    passes(product, platform, timedelta(minutes=11))
    for _ in range(2):
        assert "This QR code has expired" in visitor.open(SETUP).text
    late = TestDevice(product.url("enrollment"), clock_off=product.ahead)
    assert refused(late.activate_by_link(link)) == (410, "activationExpired")
    visitor.press("New QR code")
    assert "Waiting for your app" in visitor.text
    assert visitor.links[OPEN_HERE] != link


def test_a_pass_that_is_out_of_its_time_is_refused(product: Product, platform: Platform, kim: Somebody) -> None:
    made = done(kim.call("POST", "temporaryAccessPassMethods", {"lifetimeInMinutes": 10}), 201)
    passes(product, platform, timedelta(minutes=11))
    assert refused(kim.ask(methodId=made["id"])) == (422, "codeExpired")
    (listed,) = done(kim.call("GET", "temporaryAccessPassMethods"), 200)["value"]
    assert not listed["isUsable"]


def test_after_half_a_year_one_click_says_that_all_is_still_right(
    product: Product, platform: Platform, kim: Somebody
) -> None:
    answers = [{"questionId": question, "answer": question} for question in QUESTIONS]
    kim.register("securityQuestions", answers=answers)
    kim.register("recoveryCodes")
    assert kim.sign_in("everyone")["decision"] == "none"
    passes(product, platform, HALF_A_YEAR)

    def reconfirmed(**fields: object) -> tuple[str, Visitor]:
        begun = kim.sign_in("everyone", **fields)
        assert begun["decision"] == "reconfirm"
        return begun["id"], product.visitor().open(begun["url"])

    _, visitor = reconfirmed()
    assert "Are these still right?" in visitor.headings
    assert visitor.html.count('class="line"') == 2
    assert "Verify it's you" in visitor.press("Change something").headings
    asked_for, visitor = reconfirmed(amr=list(TWO_STEPS))
    assert "My security info" in visitor.press("Change something").headings
    visitor.press("Back to “Are these still right?”").press("Looks good")
    assert visitor.address.startswith(product.url("northbridge"))
    outcome = done(platform.call("GET", f"/v1.0/interrupts/{asked_for}"), 200)
    assert (outcome["status"], outcome["methods"]) == ("completed", ["securityQuestions", "recoveryCodes"])
    assert kim.sign_in("everyone")["decision"] == "none"
    assert datetime.fromisoformat(kim.methods()[0]["createdDateTime"]) < platform.now() - timedelta(days=180)
