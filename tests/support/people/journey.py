"""Sam's way through the demo world, as a person walks it in a browser. Every step finds things by role and name."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.support.people.numbers import since_given
from tests.support.waiting import awaited
from tests.support.web.shared_browser import SHARED

CODE = re.compile(r"#(\d{6})\s*$")
OPERATIONS = "operations"
"""Whoever counts sessions of Operations, or begins one elsewhere, has them alone, and leaves."""
ARRIVES_WITHIN = 30.0
BETWEEN_TEXTS = timedelta(seconds=11)
"""A number gets one message in 10 seconds."""

Seen = Callable[[str, Page], None]
"""Told of each page by its name."""


@dataclass(frozen=True)
class World:
    """Where the demo world and the product are."""

    northbridge: str
    handset: str
    public: str


@contextmanager
def browser_page(*, scripts: bool = True, width: int = 1280, locale: str = "en-GB") -> Iterator[Page]:
    """One page, in a context that knows nothing of any other, of somebody who reads that language. What was opened
    beside it ends with it."""
    browser = SHARED.get()
    before = set(browser.contexts)
    try:
        page = browser.new_context(
            java_script_enabled=scripts, viewport={"width": width, "height": 800}, locale=locale
        ).new_page()
        page.set_default_timeout(30_000)
        yield page
    finally:
        for context in set(browser.contexts) - before:
            context.close()


@contextmanager
def phone_beside(page: Page, *, width: int = 380, locale: str = "en-GB") -> Iterator[Page]:
    """A second device in the same browser program: nothing is shared with the first."""
    browser = page.context.browser
    assert browser
    context = browser.new_context(viewport={"width": width, "height": 760}, locale=locale)
    phone = context.new_page()
    phone.set_default_timeout(30_000)
    yield phone
    context.close()


def enter_password(page: Page, world: World, person: str, password: str = "demo") -> None:
    """At Northbridge: the first step of a sign-in."""
    page.goto(world.northbridge)
    page.get_by_label("User name").fill(person)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def to_second_step(page: Page, world: World, person: str, password: str = "demo") -> None:
    """At Northbridge, of somebody who has a method: as far as the product's question for it."""
    enter_password(page, world, person, password)
    expect(page.get_by_role("heading", name="Verify it's you", level=1)).to_be_visible(timeout=30_000)


def sign_in(page: Page, world: World, person: str) -> None:
    """At Northbridge, of somebody who has nothing yet: as far as the prompt."""
    enter_password(page, world, person)
    expect(page.get_by_role("heading", name="More information required")).to_be_visible(timeout=30_000)


def give_number(page: Page, number: str, country: str = "GB") -> None:
    """From the prompt or the phone page to the code page."""
    page.get_by_label("Country or region").select_option(country)
    page.get_by_label("Phone number").fill(number)
    page.get_by_role("button", name="Next").click()


def texts(world: World, number: str) -> list[dict[str, str]]:
    """Messages at the handset, newest first."""
    query = urllib.parse.urlencode({"to": number})
    with urllib.request.urlopen(f"{world.handset}/api/messages?{query}", timeout=10) as answer:  # noqa: S310 - loopback
        messages: list[dict[str, str]] = json.load(answer)
    return since_given(number, messages)


def code_from_text(world: World, number: str, within: float = ARRIVES_WITHIN) -> str:
    """The code of the newest text, once one has arrived."""

    def newest() -> str | None:
        return next((found.group(1) for one in texts(world, number) if (found := CODE.search(one["body"]))), None)

    return awaited(newest, f"no text arrived at {number}", within)


def let_rest(world: World, number: str) -> None:
    """Until the next text may go to a number, and with nothing at it that could be taken for that."""

    def has_rested() -> bool:
        sent = [datetime.fromisoformat(one["at"]) for one in texts(world, number)]
        return not sent or datetime.now(UTC) - max(sent) > BETWEEN_TEXTS

    awaited(has_rested, f"{number} has no rest")
    query = urllib.parse.urlencode({"to": number})
    request = urllib.request.Request(f"{world.handset}/api/messages?{query}", method="DELETE")  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - loopback
        pass


def enter_code(page: Page, code: str) -> None:
    """On the code page."""
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Next").click()


def connect_app(phone: Page, link: str) -> None:
    """On the phone: open what the QR code says, and add the account."""
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Add this account?")).to_be_visible()
    phone.get_by_role("button", name="Add account", exact=True).click()


def approve_in_app(phone: Page, number: str) -> None:
    """On the phone: answer the request with the number that the computer shows."""
    expect(phone.get_by_role("heading", name="Approve sign-in?")).to_be_visible()
    phone.get_by_label("Number").fill(number)
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_role("heading", name="Approved")).to_be_visible()


def link_on(page: Page) -> str:
    """What the QR code on the page says."""
    link = page.get_by_role("button", name="Open the authenticator on this device").get_attribute("href")
    assert link
    return link


def number_on(page: Page) -> str:
    """The number that "Let's try it out" shows."""
    return page.locator("strong", has_text=re.compile(r"^\d{2,3}$")).first.inner_text().strip()


def to_qr_code(page: Page, world: World, person: str, seen: Seen = lambda *_: None) -> None:
    """From sign-in to "Scan the QR code"."""
    sign_in(page, world, person)
    seen("1-prompt", page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Authenticator app")).to_be_visible()
    expect(page.get_by_role("link", name="Download now")).to_be_visible()
    seen("2-download", page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Set up your account")).to_be_visible()
    seen("3-set-up", page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Scan the QR code", exact=True)).to_be_visible()


def walk_with_app(
    page: Page,
    phone: Page,
    world: World,
    person: str,
    number: str,
    *,
    seen: Seen = lambda *_: None,
    read: Callable[[Page], str] = link_on,
) -> None:
    """The seed's whole path on a computer and a phone: the app, then the phone by text, Success, back.

    `read` finds out what the QR code says.
    """
    to_qr_code(page, world, person, seen)
    seen("4-scan", page)
    connect_app(phone, read(page))
    expect(page.get_by_text("Your app is connected").first).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Let's try it out")).to_be_visible()
    expect(phone.get_by_role("heading", name="Approve sign-in?")).to_be_visible()
    seen("5-try", page)
    seen("5-try-app", phone)
    approve_in_app(phone, number_on(page))
    expect(page.get_by_text("Approved. Select Next.").first).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Notification approved")).to_be_visible()
    expect(page.get_by_text("now your default method")).to_be_visible()
    seen("6-approved", page)
    page.get_by_role("button", name="Next").click()
    by_text(page, world, number, "registered as a backup method", seen)
    expect(page.get_by_text("Authenticator app", exact=True)).to_be_visible()
    back_to_application(page, world, seen)


def walk(page: Page, world: World, person: str, number: str, seen: Seen = lambda *_: None) -> None:
    """The whole path: sign-in, prompt, phone, code, verified, Success, back in the application."""
    sign_in(page, world, person)
    expect(page.get_by_text(person)).to_be_visible()
    seen("1-prompt", page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Keep your account secure")).to_be_visible()
    by_text(page, world, number, "now your default method", seen)
    back_to_application(page, world, seen)


def by_text(page: Page, world: World, number: str, use: str, seen: Seen = lambda *_: None) -> None:
    """From "Phone" to Success, by a code in a text message. `use` is what the method is then for."""
    expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
    seen("7-phone", page)
    give_number(page, number)
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    code = code_from_text(world, number)
    seen("8-code", page)
    enter_code(page, code)
    expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
    expect(page.get_by_text(use)).to_be_visible()
    seen("9-verified", page)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Success")).to_be_visible()
    seen("10-success", page)


def back_to_application(page: Page, world: World, seen: Seen = lambda *_: None) -> None:
    """Done: back at the platform, with the result that it checked."""
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(f"{world.northbridge}/**")
    expect(page.get_by_text("phone").first).to_be_visible()
    seen("11-application", page)


def at_operations(page: Page, phone: Page) -> None:
    """Behind the proof, where there is one: the platform may have asked for a second step itself."""
    operations = page.get_by_role("heading", name="Operations", level=1)
    expect(operations.or_(page.get_by_role("heading", name="Verify it's you"))).to_be_visible()
    if not operations.is_visible():
        phone.reload()
        approve_in_app(phone, number_on(page))
        page.get_by_role("button", name="Next").click()
    expect(operations).to_be_visible()
