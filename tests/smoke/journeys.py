"""Journeys that once ended in a dead end or in a sentence that was not true, walked as a person walks them."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.support.people.journey import (
    Seen,
    World,
    approve_in_app,
    connect_app,
    enter_code,
    link_on,
    number_on,
    phone_beside,
    to_qr_code,
)
from tests.support.people.methods import (
    add_method,
    arrived,
    back_to_list,
    begin,
    choose,
    enter_by_passkey,
    following,
    leave,
    make_passkey,
    manage,
    set_up_phone,
    virtual_authenticator,
)

SIX_DIGITS: Final = re.compile(r"\b(\d{6})\b")
Journey = Callable[[Page, World, str, str, Seen], None]
"""On that page, in that world, by a fresh person of that mark, with that number."""


def a_default_stays_and_what_was_deleted_comes_back(
    page: Page, world: World, mark: str, number: str, seen: Seen
) -> None:
    with virtual_authenticator(page):
        begin(page, world, f"kim+{mark}@northbridge.example", "Passkey")
        make_passkey(page)
        leave(page, world)
        enter_by_passkey(page, world)
        add_method(page, "Phone")
        set_up_phone(page, world, number)
        back_to_list(page)
        add_method(page, "Email")
        _verify_address(page, world, f"kim.{mark}@elsewhere.example")
        back_to_list(page)
        expect(_row(page, "Passkey").filter(has_text="Default")).to_be_visible()
        expect(_row(page, "Phone").filter(has_text="Backup")).to_be_visible()
        expect(_row(page, "Email").filter(has_text="Default")).to_have_count(0)
        seen("journey-default", page)
        manage(page, "Phone", "Delete")
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_text("You can restore it until").first).to_be_visible()
        seen("journey-deleted", page)
        page.get_by_role("button", name="Back to Northbridge").click()
        page.wait_for_url(f"{world.northbridge}/**")
        enter_by_passkey(page, world)
        page.get_by_role("button", name="Restore Phone").click()
        expect(page.get_by_text("Phone was restored. It can be used again.").first).to_be_visible()
        expect(page.get_by_role("region", name="What changed")).to_have_count(0)
        seen("journey-restored", page)


def the_newest_request_is_the_one_to_answer(page: Page, world: World, mark: str, _: str, seen: Seen) -> None:
    with phone_beside(page) as phone:
        _to_request(page, phone, world, mark)
        leave(page, world)
        _to_request(page, phone, world, mark)
        seen("journey-newest-request", page)
        approve_in_app(phone, number_on(page))
        expect(page.get_by_text("Approved. Select Next.").first).to_be_visible()
        following(page)
        expect(page.get_by_role("heading", name="Notification approved")).to_be_visible()
        seen("journey-newest-approved", page)


def a_report_is_asked_for_once_and_says_what_follows(page: Page, world: World, mark: str, _: str, seen: Seen) -> None:
    with phone_beside(page) as phone:
        _to_request(page, phone, world, mark)
        phone.get_by_role("button", name="Deny").click()
        expect(phone.get_by_role("button", name="Report now")).to_be_visible()
        seen("journey-denied-app", phone)
        expect(page.get_by_text("You denied the request").first).to_be_visible()
        page.get_by_role("button", name="Report suspicious activity").click()
        expect(page.get_by_text("Report this request?")).to_be_visible()
        seen("journey-report", page)
        page.get_by_role("button", name="Report", exact=True).click()
        expect(page.get_by_text("You reported the request").first).to_be_visible()
        expect(page.get_by_text("Northbridge was told.").first).to_be_visible()
        seen("journey-reported", page)
        page.get_by_role("button", name="Try again").click()
        phone.reload()
        _at_request(page, phone)
        phone.get_by_role("button", name="Report suspicious activity").click()
        asked = phone.get_by_role("dialog", name="Report this request?")
        expect(asked).to_contain_text("the app is not set up")
        asked.get_by_role("button", name="Report", exact=True).click()
        expect(phone.get_by_role("heading", name="Reported")).to_be_visible()
        seen("journey-reported-app", phone)
        expect(page.get_by_text("You reported the request").first).to_be_visible()


def who_comes_back_to_a_passkey_makes_one(page: Page, world: World, mark: str, _: str, seen: Seen) -> None:
    with virtual_authenticator(page):
        begin(page, world, f"kim+{mark}@northbridge.example", "Passkey")
        expect(page.get_by_role("button", name="Create a passkey")).to_be_visible()
        choose(page, "Phone")
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
        choose(page, "Passkey")
        make_passkey(page)
        seen("journey-passkey", page)


JOURNEYS: Final[Mapping[str, Journey]] = {
    "a default stays, and what was deleted comes back": a_default_stays_and_what_was_deleted_comes_back,
    "the newest request is the one to answer": the_newest_request_is_the_one_to_answer,
    "a report is asked for once, and says what follows": a_report_is_asked_for_once_and_says_what_follows,
    "who comes back to a passkey makes one": who_comes_back_to_a_passkey_makes_one,
}


def _verify_address(page: Page, world: World, address: str) -> None:
    page.get_by_label("Email address").fill(address)
    following(page)
    enter_code(page, SIX_DIGITS.findall(arrived(world, address, "code")["text"])[0])
    expect(page.get_by_role("heading", name="Email verified")).to_be_visible()


def _row(page: Page, called: str) -> Locator:
    return page.get_by_role("list", name="Your methods").get_by_role("listitem").filter(has_text=called)


def _to_request(page: Page, phone: Page, world: World, mark: str) -> None:
    """As far as "Let's try it out", with the request on the phone."""
    to_qr_code(page, world, f"alex+{mark}@northbridge.example")
    connect_app(phone, link_on(page))
    expect(page.get_by_text("Your app is connected").first).to_be_visible()
    following(page)
    _at_request(page, phone)


def _at_request(page: Page, phone: Page) -> None:
    expect(page.get_by_role("heading", name="Let's try it out")).to_be_visible()
    expect(phone.get_by_role("heading", name="Approve sign-in?")).to_be_visible()
