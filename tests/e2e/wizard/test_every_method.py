"""Each method from its registration in the wizard to its first use, "Verify it's you" of "My security info"."""

import re

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from services.kit.crypto.codes import hotp_code
from tests.e2e.conftest import Person
from tests.support.people.api import TOKEN_SECRET, Platform
from tests.support.people.journey import (
    World,
    browser_page,
    enter_code,
    phone_beside,
    sign_in,
)
from tests.support.people.methods import (
    ANSWERS,
    answer_questions,
    approve_next,
    arrived,
    at_security_info,
    begin,
    following,
    leave,
    make_passkey,
    press,
    ringing,
    save_codes,
    set_up_app,
    set_up_phone,
    set_up_software,
    to_security_info,
    virtual_authenticator,
)

pytestmark = pytest.mark.timeout(180)

VERIFY = "Verify it's you"
CODE = re.compile(r"\b(\d{6})\b")


def counted(*counters: int) -> str:
    """What a token with a button shows."""
    return " ".join(hotp_code(TOKEN_SECRET, counter) for counter in counters)


def asked_to_verify(page: Page) -> None:
    expect(page.get_by_role("heading", name=VERIFY, level=1)).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_different_authenticator_app(world: World, kim: Person, scripts: bool) -> None:
    with browser_page(scripts=scripts) as page:
        sign_in(page, world, kim.name)
        following(page)
        page.get_by_role("link", name="I want to use a different authenticator app").click()
        app = set_up_software(page)
        expect(page.get_by_text("now your default method")).to_be_visible()
        leave(page, world)
        to_security_info(page, world)
        asked_to_verify(page)
        following(page)
        enter_code(page, app.now())
        at_security_info(page)
        expect(page.get_by_text("Other authenticator app").first).to_be_visible()


def test_security_questions(world: World, kim: Person) -> None:
    with browser_page() as page:
        begin(page, world, kim.name, "Security questions")
        page.get_by_label("Question 1").select_option("first-pet")
        page.get_by_label("Answer 1").fill("ab")
        following(page)
        expect(page).to_have_title(re.compile("^Error"))
        answer_questions(page)
        expect(page.get_by_role("heading", name="Security questions saved")).to_be_visible()
        leave(page, world)
        to_security_info(page, world)
        asked_to_verify(page)
        following(page)
        expect(page.get_by_role("heading", name="Answer your questions")).to_be_visible()
        for index in range(3):
            page.locator(f"#answer-{index + 1}").fill("wrong")
        following(page)
        expect(page.get_by_text("4 tries left")).to_be_visible()
        for index, question in enumerate(page.locator("input[name=question]").all()):
            page.locator(f"#answer-{index + 1}").fill(f" {ANSWERS[question.input_value()].upper()} ")
        following(page)
        at_security_info(page)


def test_a_passkey(world: World, kim: Person) -> None:
    with browser_page() as page, virtual_authenticator(page):
        begin(page, world, kim.name, "Passkey")
        make_passkey(page)
        leave(page, world)
        to_security_info(page, world)
        asked_to_verify(page)
        following(page)
        page.get_by_role("button", name="Use a passkey").click()
        at_security_info(page)


def test_recovery_codes(world: World, kim: Person) -> None:
    with browser_page() as page:
        begin(page, world, kim.name, "Recovery codes")
        codes = save_codes(page)
        leave(page, world)
        to_security_info(page, world)
        asked_to_verify(page)
        following(page)
        page.get_by_label("Recovery code").fill(codes[0].lower().replace("-", " "))
        following(page)
        at_security_info(page)
        expect(page.get_by_text("9 of 10 codes left")).to_be_visible()
        to_security_info(page, world)
        following(page)
        page.get_by_label("Recovery code").fill(codes[0])
        following(page)
        expect(page.get_by_text("used already")).to_be_visible()


def test_an_email_address(world: World, kim: Person) -> None:
    address = f"{kim.user}@elsewhere.example"
    with browser_page() as page:
        begin(page, world, kim.name, "Email")
        page.get_by_label("Email address").fill("no address")
        following(page)
        expect(page.get_by_text("doesn't look like an email address")).to_be_visible()
        page.get_by_label("Email address").fill(address)
        following(page)
        mail = arrived(world, address, "code")
        assert mail["html"]
        enter_code(page, CODE.findall(mail["text"])[0])
        expect(page.get_by_role("heading", name="Email verified")).to_be_visible()
        leave(page, world)
        to_security_info(page, world)
        asked_to_verify(page)


def test_a_call(world: World, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, person.name)
        following(page)
        page.get_by_label("Call me").check()
        page.get_by_label("Phone number").fill(person.number)
        following(page)
        expect(page.get_by_role("heading", name="Answer the call")).to_be_visible()
        press(world, ringing(world, person.number), "#")
        expect(page.get_by_text("Confirmed. Select Next.").first).to_be_visible(timeout=20_000)
        following(page)
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()


def test_a_phone_by_text_and_the_app_prove_each_other(world: World, kim: Person) -> None:
    with browser_page() as page, phone_beside(page) as phone:
        begin(page, world, kim.name, "Phone")
        set_up_phone(page, world, kim.number)
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("heading", name="Authenticator app")).to_be_visible()
        set_up_app(page, phone)
        following(page)
        expect(page.get_by_role("heading", name="Success")).to_be_visible()
        to_security_info(page, world)
        asked_to_verify(page)
        approve_next(page, phone)
        expect(page.get_by_text("Approved. Select Next.").first).to_be_visible()
        following(page)
        at_security_info(page)


def test_a_hardware_token_that_is_brought_back_into_step(stack: LocalStack, world: World, kim: Person) -> None:
    token = Platform(stack).hardware_token(counter=0)
    with browser_page() as page:
        begin(page, world, kim.name, "Hardware token")
        page.get_by_label("Serial number").fill("not ours")
        following(page)
        expect(page.get_by_text("Check the number on the back of the token.")).to_be_visible()
        page.get_by_label("Serial number").fill(str(token["serialNumber"]).upper())
        following(page)
        enter_code(page, counted(50))
        expect(page.get_by_text("4 tries left")).to_be_visible()
        enter_code(page, counted(50, 51))
        expect(page.get_by_role("heading", name="Hardware token verified", level=2)).to_be_visible()
        leave(page, world)
        to_security_info(page, world)
        expect(page.get_by_role("heading", name="Verify it's you", level=1)).to_be_visible()
        following(page)
        enter_code(page, counted(400, 401))
        at_security_info(page)
        expect(page.get_by_text(f"Token •••• {str(token['serialNumber'])[-4:]}")).to_be_visible()
