"""Two-step verification at the demo's platform: nobody who has a method gets in with a password alone."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.api import Platform, Somebody, done
from tests.support.people.app_codes import shown_code
from tests.support.people.journey import (
    World,
    approve_in_app,
    browser_page,
    code_from_text,
    enter_code,
    enter_password,
    let_rest,
    number_on,
    phone_beside,
    to_second_step,
    walk_with_app,
)
from tests.support.people.methods import ANSWERS, begin, following, leave, set_up_phone, virtual_authenticator

pytestmark = pytest.mark.timeout(180)

DIFFERENT = "Use a different method"


def named(stack: LocalStack, name: str = "kim", group: str = "everyone") -> tuple[Somebody, str]:
    """Somebody whom the product knows, and the user name at Northbridge."""
    mark = secrets.token_hex(5)
    return Platform(stack).person(group, f"{name}.{mark}"), f"{name}+{mark}@northbridge.example"


def choose(page: Page, label: str) -> None:
    """From the question for one method to another one."""
    page.get_by_role("button", name=DIFFERENT).click()
    page.get_by_label(label, exact=True).check()
    following(page)


def signed_in(page: Page, world: World, user_name: str) -> None:
    """At home, in two steps."""
    page.wait_for_url(f"{world.northbridge}/home")
    expect(page.get_by_text(f"You are signed in as {user_name}, in two steps.")).to_be_visible()


def not_signed_in(page: Page, world: World) -> None:
    """Neither home nor security info opens."""
    for path in ("home", "my-security-info"):
        page.goto(f"{world.northbridge}/{path}")
        expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def sign_out(page: Page) -> None:
    """Back to the sign-in page."""
    page.get_by_role("button", name="Sign out").click()


def test_two_methods_at_the_first_sign_in_and_an_approval_at_the_second(world: World, alex: Person) -> None:
    with browser_page() as page, phone_beside(page) as phone:
        walk_with_app(page, phone, world, alex.name, alex.number)
        expect(page.get_by_text(f"You are signed in as {alex.name}.")).to_be_visible()
        sign_out(page)
        to_second_step(page, world, alex.name)
        tab = page.context.new_page()
        not_signed_in(tab, world)
        phone.get_by_role("button", name="Show").click()
        approve_in_app(phone, number_on(page))
        signed_in(page, world, alex.name)


def test_each_method_that_a_person_has(stack: LocalStack, world: World) -> None:
    person, user_name = named(stack)
    number = person.platform.number()
    begun, device = person.with_app()
    _, secret = person.with_software()
    person.with_phone(number)
    codes = person.register("recoveryCodes")["codes"]
    ways: dict[str, Callable[[Page], None]] = {
        "Other authenticator app": lambda page: enter_code(page, shown_code(secret)),
        "Recovery codes": lambda page: typed(page, "Recovery code", codes[0]),
        "Phone": lambda page: enter_code(page, code_from_text(world, number)),
    }
    with browser_page() as page:
        let_rest(world, number)
        for label, prove in ways.items():
            to_second_step(page, world, user_name)
            choose(page, label)
            prove(page)
            signed_in(page, world, user_name)
            sign_out(page)
        to_second_step(page, world, user_name)
        page.get_by_role("button", name="Use a code from the app instead").first.click()
        enter_code(page, device.code())
        signed_in(page, world, user_name)
    assert begun["methodId"] in {one["id"] for one in person.methods() if one["isDefault"]}


def typed(page: Page, label: str, code: str) -> None:
    page.get_by_label(label).fill(code)
    following(page)


def test_a_passkey_and_what_only_recovers_an_account(stack: LocalStack, world: World, kim: Person) -> None:
    """Email and security questions are asked for only where there is nothing stronger, and are no second factor."""
    weak, weak_name = named(stack)
    weak.with_email(f"{weak.id}@elsewhere.example")
    answers = [{"questionId": question, "answer": answer} for question, answer in ANSWERS.items()]
    weak.register("securityQuestions", answers=answers)
    with browser_page() as page, virtual_authenticator(page):
        begin(page, world, kim.name, "Passkey")
        page.get_by_role("button", name="Create a passkey").click()
        expect(page.get_by_role("heading", name="Passkey created")).to_be_visible()
        leave(page, world)
        sign_out(page)
        to_second_step(page, world, kim.name)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="More information required")).to_be_visible()

        to_second_step(page, world, weak_name)
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        choose(page, "Security questions")
        expect(page.get_by_role("heading", name="Answer your questions")).to_be_visible()
        for index, question in enumerate(page.locator("input[name=question]").all()):
            page.locator(f"#answer-{index + 1}").fill(ANSWERS[question.input_value()])
        following(page)
        page.wait_for_url(f"{world.northbridge}/home")
        expect(page.get_by_text(f"You are signed in as {weak_name}.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_who_cancels_or_denies_is_not_signed_in_and_can_try_again(
    stack: LocalStack, world: World, scripts: bool
) -> None:
    person, user_name = named(stack)
    _, device = person.with_app()
    with browser_page(scripts=scripts) as page:
        to_second_step(page, world, user_name)
        page.get_by_role("button", name="Cancel and return").click()
        expect(page.get_by_role("heading", name="You cancelled the second step")).to_be_visible()
        expect(page.get_by_role("link", name="Can't sign in?")).to_be_visible()
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", name="Verify it's you", level=1)).to_be_visible()
        assert device.answer(device.next_request(), "deny").status_code == 204
        if not scripts:
            following(page)
        expect(page.get_by_text("You denied the request").first).to_be_visible()
        page.get_by_role("button", name="Cancel and return").click()
        expect(page.get_by_role("heading", name="The request was denied")).to_be_visible()
        not_signed_in(page, world)


def test_who_may_not_be_asked_now_is_not_let_in(stack: LocalStack, world: World) -> None:
    person, user_name = named(stack)
    person.with_software()
    for _ in range(2):
        challenge = person.asked("signIn")
        for wrong in range(5):
            person.answer(challenge, {"code": f"00000{wrong}"})
    with browser_page(scripts=False) as page:
        enter_password(page, world, user_name)
        expect(page.get_by_role("heading", name="We can’t ask for your second step right now")).to_be_visible()
        expect(page.get_by_text(re.compile(r"Try again in \d+ minutes|a minute"))).to_be_visible()
        page.get_by_role("link", name="Can't sign in?").click()
        page.get_by_role("link", name="Help with your sign-in methods").click()
        page.wait_for_url(f"{world.public}/help/cant-sign-in")
        not_signed_in(page, world)


def test_an_address_that_claims_a_proof_signs_nobody_in(stack: LocalStack, world: World) -> None:
    person, user_name = named(stack)
    person.with_software()
    with browser_page() as page:
        to_second_step(page, world, user_name)
        page.goto(f"{world.northbridge}/verified?state=guessed&challengeId=guessed&status=verified")
        expect(page.get_by_role("heading", name="We can’t accept this answer")).to_be_visible()
        not_signed_in(page, world)


def test_a_temporary_access_pass_is_the_way_in_of_who_has_nothing(stack: LocalStack, world: World) -> None:
    person, user_name = named(stack, "sam", "frontline")
    made = done(person.call("POST", "temporaryAccessPassMethods", {"isUsableOnce": True}), 201)
    with browser_page() as page:
        to_second_step(page, world, user_name)
        typed(page, "Temporary Access Pass", made["temporaryAccessPass"])
        expect(page.get_by_role("heading", name="More information required")).to_be_visible()
        following(page)
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
        set_up_phone(page, world, person.platform.number())
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("heading", name="Success")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        signed_in(page, world, user_name)
