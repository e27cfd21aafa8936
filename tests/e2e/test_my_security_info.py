""" "My security info": what a person does with the methods on file."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person
from tests.support.people.journey import World, browser_page, code_from_text, enter_code
from tests.support.people.methods import (
    add_method,
    answer_questions,
    at_security_info,
    back_to_list,
    begin,
    enter_by_passkey,
    following,
    leave,
    make_passkey,
    manage,
    set_up_phone,
    virtual_authenticator,
)

pytestmark = pytest.mark.timeout(180)


def with_passkey(page: Page, world: World, person: Person) -> None:
    """A person who has a passkey and nothing else, at the platform."""
    begin(page, world, person.name, "Passkey")
    make_passkey(page)
    leave(page, world)


def test_a_person_adds_changes_renames_and_deletes(world: World, kim: Person) -> None:
    other, given_up = (kim.number[:-3] + f"{(int(kim.number[-3:]) + more) % 1000:03d}" for more in (1, 2))
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        enter_by_passkey(page, world)
        add_method(page, "Phone")
        set_up_phone(page, world, kim.number)
        back_to_list(page)
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
        back_to_list(page)
        expect(page.get_by_text(f"+44 •••• ••{other[-4:]}").first).to_be_visible()

        manage(page, "Kim's mobile", "Delete")
        expect(page.get_by_text("Your organisation requires this method")).to_be_visible()
        page.get_by_role("link", name="Keep it").click()
        add_method(page, "Security questions")
        answer_questions(page)
        back_to_list(page)
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


def test_two_tabs_and_a_double_click_register_one_method(world: World, kim: Person) -> None:
    with browser_page() as page, virtual_authenticator(page):
        with_passkey(page, world, kim)
        enter_by_passkey(page, world)
        add_method(page, "Phone")
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
        back_to_list(page)
        phones = page.get_by_role("list", name="Your methods").get_by_role("listitem").filter(has_text="Phone")
        expect(phones).to_have_count(1)
