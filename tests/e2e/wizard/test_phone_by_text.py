"""A person registers a phone by text message: browser, three services, real broker, real database."""

import time
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
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
from tests.support.people.operator import events_of

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
        expect(page.get_by_text(person.number[-4:]).first).to_be_visible()
        enter_code(page, code_from_text(world, person.number))
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
