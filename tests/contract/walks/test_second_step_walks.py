"""Two-step verification at the demo's platform: each way to prove oneself, and nobody in without one."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import ANSWERS, answers_on, to_code
from tests.support.people.api import Platform, Somebody, done
from tests.support.people.app_codes import shown_code
from tests.support.people.numbers import fresh_number

pytestmark = pytest.mark.timeout(120)

DIFFERENT = "Use a different method"
BETWEEN_TEXTS = timedelta(seconds=11)
"""A number gets one message in 10 seconds."""


def named(platform: Platform, name: str = "kim", group: str = "everyone") -> tuple[Somebody, str]:
    """Somebody whom the product knows, and the user name at Northbridge."""
    mark = secrets.token_hex(5)
    return platform.person(group, f"{name}.{mark}"), f"{name}+{mark}@northbridge.example"


def password_entered(product: Product, user_name: str, visitor: Visitor | None = None) -> Visitor:
    """At Northbridge: the first step of a sign-in."""
    visitor = (visitor or product.visitor()).open(product.url("northbridge"))
    return visitor.press("Sign in", userName=user_name, password="demo")


def at_second_step(product: Product, user_name: str, visitor: Visitor | None = None) -> Visitor:
    """As far as the product's question."""
    visitor = password_entered(product, user_name, visitor)
    assert "Verify it's you" in visitor.headings, visitor.text
    return visitor


def signed_in(product: Product, visitor: Visitor, user_name: str) -> None:
    """At home, in two steps."""
    assert visitor.address == f"{product.url('northbridge')}/home", visitor.text
    assert f"You are signed in as {user_name} , in two steps." in visitor.text


def not_signed_in(product: Product, visitor: Visitor) -> None:
    """Neither home nor security info opens."""
    for path in ("home", "my-security-info"):
        assert visitor.open(f"{product.url('northbridge')}/{path}").headings[0] == "Sign in"


def test_what_only_recovers_an_account_is_asked_for_where_there_is_nothing_stronger(
    product: Product, platform: Platform
) -> None:
    """Email and security questions are no second factor."""
    person, user_name = named(platform)
    person.with_email(f"{person.id}@elsewhere.example")
    answers = [{"questionId": question, "answer": answer} for question, answer in ANSWERS.items()]
    questions = person.register("securityQuestions", answers=answers)
    visitor = at_second_step(product, user_name)
    assert "Enter the code" in visitor.headings
    visitor.press(DIFFERENT).press("Next", method=questions["methodId"])
    assert "Answer your questions" in visitor.headings
    visitor.press("Next", answer=answers_on(visitor))
    assert visitor.address == f"{product.url('northbridge')}/home"
    assert f"You are signed in as {user_name} ." in visitor.text


def test_who_cancels_or_denies_is_not_signed_in_and_can_try_again(product: Product, platform: Platform) -> None:
    person, user_name = named(platform)
    _, device = person.with_app()
    visitor = at_second_step(product, user_name).press("Cancel and return")
    assert visitor.headings == ["You cancelled the second step"]
    assert "Can't sign in?" in visitor.links
    visitor.follow("Try again")
    assert "Verify it's you" in visitor.headings
    assert device.answer(device.next_request(), "deny").status_code == 204
    assert "You denied the request" in visitor.press("Next").text
    assert visitor.press("Cancel and return").headings == ["The request was denied"]
    not_signed_in(product, visitor)


def test_who_may_not_be_asked_now_is_not_let_in(product: Product, platform: Platform) -> None:
    person, user_name = named(platform)
    person.with_software()
    for _ in range(2):
        challenge = person.asked("signIn")
        for wrong in range(5):
            person.answer(challenge, {"code": f"00000{wrong}"})
    visitor = password_entered(product, user_name)
    assert visitor.headings == ["We can’t ask for your second step right now"]
    assert re.search(r"Try again in \d+ minutes|a minute", visitor.text)
    visitor.follow("Can't sign in?").follow("Help with your sign-in methods")
    assert visitor.address == f"{product.url('enrollment')}/help/cant-sign-in"
    not_signed_in(product, visitor)


def test_an_address_that_claims_a_proof_signs_nobody_in(product: Product, platform: Platform) -> None:
    person, user_name = named(platform)
    person.with_software()
    visitor = at_second_step(product, user_name)
    visitor.open(f"{product.url('northbridge')}/verified?state=guessed&challengeId=guessed&status=verified")
    assert visitor.headings == ["We can’t accept this answer"]
    not_signed_in(product, visitor)


def test_a_temporary_access_pass_is_the_way_in_of_who_has_nothing(product: Product, platform: Platform) -> None:
    person, user_name = named(platform, "sam", "frontline")
    made = done(person.call("POST", "temporaryAccessPassMethods", {"isUsableOnce": True}), 201)
    visitor = at_second_step(product, user_name).press("Next", code=made["temporaryAccessPass"])
    assert "More information required" in visitor.headings
    number = fresh_number()
    to_code(visitor, number).press("Next", code=person.texted(number))
    assert "Phone verified" in visitor.headings
    assert "Success" in visitor.press("Done").headings
    signed_in(product, visitor.press("Done"), user_name)


def test_each_method_that_a_person_has(product: Product, platform: Platform) -> None:
    """The last one here: afterwards the product's clock is ahead of those of apps."""
    person, user_name = named(platform)
    number = fresh_number()
    phone = person.with_phone(number)
    app, device = person.with_app()
    software, secret = person.with_software()
    recovery = person.register("recoveryCodes")
    ways: dict[str, Callable[[], str]] = {
        software["methodId"]: lambda: shown_code(secret),
        recovery["methodId"]: lambda: recovery["codes"][0],
        phone["methodId"]: lambda: person.texted(number),
    }
    httpx.delete(f"{product.url('handset')}/api/messages", params={"to": number}).raise_for_status()
    product.advance(BETWEEN_TEXTS)
    visitor = product.visitor()
    for method, shown in ways.items():
        at_second_step(product, user_name, visitor).press(DIFFERENT).press("Next", method=method)
        signed_in(product, visitor.press("Next", code=shown()), user_name)
        visitor.press("Sign out")
    at_second_step(product, user_name, visitor).press("Use a code from the app instead")
    signed_in(product, visitor.press("Next", code=device.code()), user_name)
    assert app["methodId"] in {one["id"] for one in person.methods() if one["isDefault"]}
