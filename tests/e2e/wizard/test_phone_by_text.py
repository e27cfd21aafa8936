"""A person registers a phone by text message: browser, three services, real broker, real database."""

import re
import time
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.api import Platform, done, refused
from tests.support.people.journey import (
    World,
    browser_page,
    code_from_text,
    enter_code,
    give_number,
    sign_in,
    texts,
    walk,
)
from tests.support.people.operator import events_of, interrupt
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(240)

LIFECYCLE = [
    "EnrollmentStarted",
    "EnrollmentStepReached",
    "EnrollmentStepReached",
    "EnrollmentStepReached",
    "MethodRegistered",
    "DefaultMethodChanged",
    "EnrollmentStepReached",
    "EnrollmentStepReached",
    "EnrollmentCompleted",
]
OTHERS = {"MethodRequested", "NoticeRequested", "CodeSent", "DeliveryConfirmed", "CodeSubmitted", "MethodVerified"}


def other_code(code: str, by: int = 1) -> str:
    """A code that is not `code`."""
    return f"{(int(code) + by) % 1_000_000:06d}"


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_person_registers_phone_by_text_message(stack: LocalStack, world: World, person: Person, scripts: bool) -> None:
    with browser_page(scripts=scripts) as page:
        walk(page, world, person.name, person.number)
    assert len(texts(world, person.number)) == 1
    assert texts(world, person.number)[0]["body"].splitlines()[-1].startswith("@localhost #")

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        events = events_of(stack, person.user)
        types = {str(event["type"]) for event in events}
        if types >= OTHERS and "EnrollmentCompleted" in types:
            break
    lifecycle = [event for event in events if event.get("sequence") is not None]
    lifecycle.sort(key=lambda event: int(str(event["sequence"])))
    assert [event["type"] for event in lifecycle] == LIFECYCLE
    assert {str(event["type"]) for event in events} - set(LIFECYCLE) == OTHERS


def test_strangers_who_type_a_number_do_not_take_its_owner_the_code_to_sign_in(
    stack: LocalStack, world: World, person: Person
) -> None:
    platform = Platform(stack)
    owner = platform.person("frontline")
    phone = owner.with_phone(person.number)
    typed = {"type": "phone", "phoneNumber": person.number}
    answers = [platform.person("frontline").call("POST", "registrations", typed) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [201] * 9 + [429]
    assert refused(answers[-1]) == (429, "sendLimitReached")
    assert 0 < int(answers[-1].headers["Retry-After"]) == answers[-1].json()["retryAfter"] <= 24 * 3600
    with browser_page() as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, person.number)
        expect(page.get_by_text("We can't send another message now. Try again in")).to_be_visible()
    challenge = owner.asked("signIn", methodId=phone["methodId"])

    def delivered() -> bool:
        read = done(platform.call("GET", f"/v1.0/challenges/{challenge['id']}"), 200)
        return bool(read["delivery"]["state"] == "delivered")

    awaited(delivered, "the owner got no code")


def test_wrong_code_leaves_four_tries_and_the_right_one_still_counts(world: World, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, person.number)
        code = code_from_text(world, person.number)
        enter_code(page, other_code(code))
        expect(page.get_by_text("4 tries left")).to_be_visible()
        expect(page).to_have_title(re.compile("^Error"))
        enter_code(page, code)
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()


def test_five_wrong_codes_end_the_challenge_and_the_right_one_comes_too_late(world: World, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, person.number)
        code = code_from_text(world, person.number)
        for number in range(1, 6):
            enter_code(page, other_code(code, number))
            expect(page).to_have_title(re.compile("^Error"))
            if number < 5:
                left = 5 - number
                expect(page.get_by_text(f"{left} {'try' if left == 1 else 'tries'} left")).to_be_visible()
        expect(page.get_by_text("Too many wrong codes")).to_be_visible()
        expect(page.get_by_label("Code", exact=True)).not_to_be_visible()


NOT_OF_THIS_COUNTRY = "That doesn't look like a phone number in the United Kingdom"
UNUSABLE = (
    ("12345", "GB", NOT_OF_THIS_COUNTRY),
    ("+33 6 12 34 56 78", "GB", "Is this a number in France?"),
    ("+1 900 555 0123", "US", "We can't use this kind of number"),
    ("7" * 200, "GB", NOT_OF_THIS_COUNTRY),
)


def test_a_number_that_cannot_be_used_is_explained_beside_the_field(world: World, person: Person) -> None:
    with browser_page(scripts=False) as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        for number, country, text in UNUSABLE:
            page.get_by_label("Phone number").evaluate("field => field.removeAttribute('maxlength')")
            give_number(page, number, country)
            expect(page.get_by_text(text)).to_be_visible()
            expect(page.get_by_label("Phone number")).to_have_value(number)


def test_refresh_back_and_a_second_tab_lose_nothing_and_skip_nothing(world: World, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        page.reload()
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
        give_number(page, person.number)
        code = code_from_text(world, person.number)
        page.reload()
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        page.get_by_role("link", name="Back").click()
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        second = page.context.new_page()
        second.goto(f"{world.public}/security-info/setup")
        enter_code(second, code)
        expect(second.get_by_role("heading", name="Phone verified")).to_be_visible()
        page.evaluate("setTimeout(() => location.reload(), 0)")  # the page may be on its way by itself
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
    assert len(texts(world, person.number)) == 1, "the same number while its code lives is texted once"


def press(page: Page, role: Literal["button", "link"], name: str) -> None:
    """Reach a control by Tab alone and press Enter."""
    control = page.get_by_role(role, name=name, exact=True)
    expect(control).to_be_visible()
    for _ in range(30):
        if control.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


def test_the_whole_wizard_works_by_keyboard_alone(world: World, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, person.name)
        press(page, "button", "Next")
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.type("United K")
        page.keyboard.press("Tab")
        page.keyboard.type(person.number)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Enter the code")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.type(code_from_text(world, person.number))
        page.keyboard.press("Enter")
        press(page, "button", "Done")
        expect(page.get_by_role("heading", name="Success")).to_be_visible()
        press(page, "button", "Done")
        page.wait_for_url(f"{world.northbridge}/**")


def test_cancel_and_return_leads_back_to_the_platform(world: World, person: Person) -> None:
    with browser_page(scripts=False) as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Cancel and return").click()
        page.wait_for_url(f"{world.northbridge}/**")


def test_who_is_complete_is_not_stopped_however_often_they_sign_in(
    stack: LocalStack, world: World, person: Person
) -> None:
    with browser_page(scripts=False) as page:
        walk(page, world, person.name, person.number)
    user = {"id": person.user, "userPrincipalName": person.name, "displayName": "Sam", "groups": ["frontline"]}
    answers = [interrupt(stack, world, {"user": user}) for _ in range(3)]
    assert [(one.status_code, one.json().get("decision"), one.json().get("url")) for one in answers] == [
        (200, "none", None)
    ] * 3


def test_what_was_set_up_before_leaving_is_told_to_the_platform(
    stack: LocalStack, world: World, person: Person
) -> None:
    with browser_page(scripts=False) as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, person.number)
        enter_code(page, code_from_text(world, person.number))
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
        page.get_by_role("button", name="Cancel and return").click()
        page.wait_for_url(f"{world.northbridge}/**")
        expect(page.get_by_text("phone").first).to_be_visible()


def test_back_in_the_browser_loses_nothing_and_a_corrected_number_gets_the_text(world: World, person: Person) -> None:
    wrong = f"{person.number[:-3]}{(int(person.number[-3:]) + 1) % 1000:03d}"
    with browser_page() as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, wrong)
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        page.get_by_role("link", name="Use a different number").click()
        give_number(page, person.number)
        expect(page.get_by_text(person.number[-4:])).to_be_visible()
        enter_code(page, code_from_text(world, person.number))
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
