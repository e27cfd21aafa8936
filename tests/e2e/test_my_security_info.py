""" "My security info": what a person does with the methods on file, and what they are told of it."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.api import Platform
from tests.support.people.journey import World, browser_page, code_from_text, enter_code, phone_beside, sign_in
from tests.support.people.methods import (
    answer_questions,
    approve_next,
    arrived,
    at_security_info,
    begin,
    following,
    leave,
    manage,
    pick,
    set_up_app,
    set_up_phone,
    to_security_info,
    virtual_authenticator,
)
from tests.support.services.records import require_equal_records
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(180)

CODE = re.compile(r"\b(\d{6})\b")
LINK = re.compile(r"http://localhost:\d+/security-info/not-me\?token=[A-Za-z0-9_-]{22,}")


def with_passkey(page: Page, world: World, person: Person) -> None:
    """A person who has a passkey and nothing else, at the platform."""
    begin(page, world, person.name, "Passkey")
    page.get_by_role("button", name="Create a passkey").click()
    expect(page.get_by_role("heading", name="Passkey created")).to_be_visible()
    leave(page, world)


def enter(page: Page, world: World) -> None:
    """Into "My security info", by the passkey."""
    to_security_info(page, world)
    following(page)
    page.get_by_role("button", name="Use a passkey").click()
    at_security_info(page)


def add(page: Page, label: str) -> None:
    """From the list to the first page of a new method."""
    page.get_by_role("link", name="Add sign-in method").click()
    pick(page, label)
    following(page)


def done(page: Page) -> None:
    """From "verified" back to the list."""
    page.get_by_role("button", name="Done").click()
    at_security_info(page)


def test_a_person_adds_changes_renames_and_deletes(world: World, kim: Person) -> None:
    other, given_up = (kim.number[:-3] + f"{(int(kim.number[-3:]) + more) % 1000:03d}" for more in (1, 2))
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        enter(page, world)
        add(page, "Phone")
        set_up_phone(page, world, kim.number)
        done(page)
        expect(page.get_by_text(f"+44 •••• ••{kim.number[-4:]}").first).to_be_visible()

        manage(page, "Phone", "Rename")
        page.get_by_label("Name").fill("Kim's mobile")
        page.get_by_role("button", name="Save").click()
        at_security_info(page)
        expect(page.get_by_text("Kim's mobile has its new name.")).to_be_visible()
        expect(page.get_by_role("listitem").filter(has_text="Passkey").filter(has_text="Default")).to_be_visible()
        manage(page, "Kim's mobile", "Set as default")
        expect(page.get_by_text("Kim's mobile is your default method now.")).to_be_visible()

        manage(page, "Kim's mobile", "Change")
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
        page.get_by_label("Phone number").fill(given_up)
        following(page)
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        page.get_by_role("link", name="Back to my security info").click()
        expect(page.get_by_text(f"+44 •••• ••{kim.number[-4:]}").first).to_be_visible()
        manage(page, "Kim's mobile", "Change")
        page.get_by_label("Phone number").fill(other)
        following(page)
        enter_code(page, code_from_text(world, other))
        expect(page.get_by_text("Your new number is saved")).to_be_visible()
        done(page)
        expect(page.get_by_text(f"+44 •••• ••{other[-4:]}").first).to_be_visible()

        manage(page, "Kim's mobile", "Delete")
        expect(page.get_by_text("Your organisation requires this method")).to_be_visible()
        page.get_by_role("link", name="Keep it").click()
        add(page, "Security questions")
        answer_questions(page)
        done(page)
        manage(page, "Kim's mobile", "Delete")
        expect(page.get_by_text("You can still use")).to_be_visible()
        page.get_by_role("button", name="Delete").click()
        at_security_info(page)
        expect(
            page.get_by_text(re.compile(r"was deleted\. You can restore it until .*Passkey is your def"))
        ).to_be_visible()
        page.get_by_role("link", name="Your recent activity").click()
        for text in ("You opened My security info", "You renamed Phone", "You changed Phone", "You deleted Phone"):
            expect(page.get_by_text(text).first).to_be_visible()
        page.get_by_role("link", name="Back", exact=True).click()
        page.get_by_role("button", name="Back to Northbridge").click()
        page.wait_for_url(f"{world.northbridge}/**")


def test_a_deleted_method_comes_back_unless_it_was_lost(world: World, kim: Person) -> None:
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        enter(page, world)
        add(page, "Security questions")
        answer_questions(page)
        done(page)
        add(page, "Phone")
        set_up_phone(page, world, kim.number)
        done(page)
        manage(page, "Phone", "Delete")
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Restore").click()
        at_security_info(page)
        expect(page.get_by_role("list", name="Your methods")).to_contain_text("Phone")
        manage(page, "Phone", "Delete")
        page.get_by_label("It was lost or stolen").check()
        page.get_by_role("button", name="Delete").click()
        at_security_info(page)
        expect(page.get_by_role("button", name="Restore")).to_have_count(0)


def test_i_have_a_new_phone(world: World, kim: Person) -> None:
    with browser_page() as page, phone_beside(page) as old, phone_beside(page) as new:
        sign_in(page, world, kim.name)
        following(page)
        set_up_app(page, old)
        leave(page, world)
        to_security_info(page, world)
        approve_next(page, old)
        expect(page.get_by_text("Approved. Select Next.").first).to_be_visible()
        following(page)
        at_security_info(page)
        page.get_by_role("link", name="I have a new phone").click()
        following(page)
        set_up_app(page, new)
        following(page)
        at_security_info(page)
        apps = page.get_by_role("list", name="Your methods").get_by_role("listitem").filter(has_text="Authenticator")
        expect(apps).to_have_count(1)


def test_this_was_not_me(world: World, kim: Person) -> None:
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        enter(page, world)
        add(page, "Phone")
        set_up_phone(page, world, kim.number)
        mail = arrived(world, kim.name, "Method: phone")
        found = LINK.search(mail["text"])
        assert found
        with httpx.Client() as scanner:
            assert scanner.get(found[0]).status_code == 200
        done(page)
        other = page.context.new_page()
        other.goto(found[0])
        other.get_by_role("button", name="This wasn't me").click()
        expect(other.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
        other.goto(found[0])
        expect(other.get_by_role("heading", name="This link can't be used any more")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
        enter(page, world)
        expect(page.get_by_role("listitem").filter(has_text="Phone").filter(has_text="Suspended")).to_be_visible()


def test_two_tabs_and_a_double_click_register_one_method(world: World, kim: Person) -> None:
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        enter(page, world)
        add(page, "Phone")
        page.get_by_label("Phone number").fill(kim.number)
        tab = page.context.new_page()
        tab.goto(page.url)
        tab.get_by_label("Phone number").fill(kim.number)
        page.get_by_role("button", name="Next").dblclick()
        tab.get_by_role("button", name="Next").click()
        code = code_from_text(world, kim.number)
        enter_code(page, code)
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
        tab.reload()
        expect(tab.get_by_role("heading", name="Phone verified")).to_be_visible()
        done(page)
        phones = page.get_by_role("list", name="Your methods").get_by_role("listitem").filter(has_text="Phone")
        expect(phones).to_have_count(1)


def test_the_same_number_is_not_taken_twice_and_a_limit_is_said_in_words(world: World, kim: Person) -> None:
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        enter(page, world)
        add(page, "Phone")
        set_up_phone(page, world, kim.number)
        done(page)
        add(page, "Office phone")
        page.get_by_label("Phone number").fill(kim.number)
        following(page)
        expect(page.get_by_text("registered already")).to_be_visible()
        page.get_by_role("link", name="Back", exact=True).click()
        page.get_by_role("link", name="Add sign-in method").click()
        expect(page.get_by_label("Phone", exact=True)).to_have_count(0)
        expect(page.get_by_label("Alternative phone", exact=True)).to_be_visible()


def test_a_changed_address_is_told_at_the_old_and_at_the_new_one(world: World, kim: Person) -> None:
    old, new = f"{kim.user}@old.example", f"{kim.user}@new.example"
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        arrived(world, kim.name, "Method: passkey")
        enter(page, world)
        add(page, "Email")
        give_address(page, world, old)
        expect(page.get_by_role("heading", name="Email verified")).to_be_visible()
        done(page)
        manage(page, "Email", "Change")
        give_address(page, world, new)
        expect(page.get_by_text("Your new address is saved")).to_be_visible()
        for address in (old, new, kim.name):
            assert "was changed" in arrived(world, address, "was changed")["text"]


def give_address(page: Page, world: World, address: str) -> None:
    """From "Email" to the verified address."""
    page.get_by_label("Email address").fill(address)
    following(page)
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    enter_code(page, CODE.findall(arrived(world, address, "code")["text"])[0])


def test_a_password_alone_takes_no_method_away(world: World, kim: Person) -> None:
    """Whoever reports a request on the page has shown no more than the password: the method goes on counting."""
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        to_security_info(page, world)
        following(page)
        expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
        report: dict[str, str | float | bool] = {"step": "prove", "action": "report"}
        for name in ("session", "csrf", "challenge"):
            report[name] = page.locator(f"form input[name={name}]").first.input_value()
        assert page.request.post(f"{world.public}/security-info/setup", form=report).ok
        enter(page, world)


def test_a_session_from_before_the_first_method_must_prove_it(world: World, kim: Person) -> None:
    """An open set-up page is no way around the proof of what was registered meanwhile."""
    with browser_page() as page, virtual_authenticator(page), phone_beside(page) as early:
        begin(early, world, kim.name, "Phone")
        with_passkey(page, world, kim)
        early.get_by_label("Phone number").fill(kim.number)
        following(early)
        expect(early.get_by_role("heading", name="Verify it's you")).to_be_visible()


def test_a_browser_is_told_what_was_changed_elsewhere(stack: LocalStack) -> None:
    platform = Platform(stack)
    person, number = platform.person("everyone"), platform.number()
    begun = person.register("phone", phoneNumber=number, phoneType="mobile", delivery="sms")
    person.prove(begun["challenge"], code=person.texted(number))

    def enter_again(page: Page) -> None:
        page.goto(person.sign_in("everyone", intent="manage", amr=["mfa"])["url"])
        at_security_info(page)

    def news(page: Page) -> str:
        """What is noted a moment later is there on the next look, and what was news stays it for the session."""
        page.reload()
        return " ".join(page.get_by_role("region", name="What changed").all_inner_texts())

    def is_news(page: Page, what: str) -> None:
        awaited(lambda: what in news(page) or None, f"{what}: no news")

    with browser_page() as page, browser_page() as elsewhere:
        for one in (page, elsewhere):
            enter_again(one)
            is_news(one, "Phone was added on")
        assert "default" not in news(page)

        enter_again(page)
        is_news(page, "browser that was new to us")
        assert "Phone was added on" not in news(page)
        page.get_by_role("link", name="Your recent activity").click()
        expect(page.get_by_text("Your account was used in a browser that was new to us.")).to_be_visible()
        enter_again(page)
        assert news(page) == ""
        page.get_by_role("button", name="End what is open elsewhere").click()
        expect(page.get_by_role("heading", name="Open elsewhere")).to_have_count(0)
        at_security_info(page)
        elsewhere.reload()
        expect(elsewhere.get_by_role("heading", name="Your methods")).to_have_count(0)
    require_equal_records(stack, person.id)
