"""How a person sets up and proves each method in a browser. Every step finds things by role and name."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
from playwright.sync_api import Page, expect

from tests.support.people.app_codes import earlier_code
from tests.support.people.journey import (
    World,
    approve_in_app,
    code_from_text,
    connect_app,
    enter_code,
    give_number,
    link_on,
    number_on,
    sign_in,
)
from tests.support.waiting import awaited
from tests.support.web.browser import PLATFORM_AUTHENTICATOR

ANSWERS = {"first-pet": "Rex the dog", "first-car": "a red mini", "first-film": "The third man"}
GROUPED = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}")


def choose(page: Page, label: str) -> None:
    """From the step of the proposed app to another method."""
    page.get_by_role("link", name="I want to set up a different method").click()
    expect(page.get_by_role("heading", name="Choose a method")).to_be_visible()
    pick(page, label)
    following(page)


def pick(page: Page, label: str) -> None:
    """One of the methods that a page offers. A single one is shown, not chosen."""
    expect(page.locator(".method-card").filter(has_text=label).first).to_be_visible()
    if page.get_by_role("radio").count():
        page.get_by_label(label, exact=True).check()


def following(page: Page) -> None:
    """On to the next page."""
    page.get_by_role("button", name="Next").click()


def begin(page: Page, world: World, person: str, label: str) -> None:
    """Sign in, and choose a method at the first step."""
    sign_in(page, world, person)
    following(page)
    expect(page.get_by_role("heading", name="Authenticator app")).to_be_visible()
    choose(page, label)


def set_up_software(page: Page) -> pyotp.TOTP:
    """A different authenticator app; gives the app."""
    expect(page.get_by_role("heading", name="Use a different authenticator app")).to_be_visible()
    following(page)
    expect(page.get_by_role("heading", name="Scan the QR code", exact=True)).to_be_visible()
    page.get_by_text("Can't scan the QR code").click()
    secret = page.locator("[data-value]").get_attribute("data-value") or ""
    app = pyotp.TOTP(secret)
    following(page)
    expect(page.get_by_role("heading", name="Enter the code from your app")).to_be_visible()
    enter_code(page, earlier_code(app.byte_secret()))
    return app


def answer_questions(page: Page) -> None:
    """Choose three questions and answer them."""
    for number, (question, answer) in enumerate(ANSWERS.items(), 1):
        page.get_by_label(f"Question {number}").select_option(question)
        page.get_by_label(f"Answer {number}").fill(answer)
    following(page)


def save_codes(page: Page) -> list[str]:
    """Recovery codes, as they are shown once."""
    following(page)
    expect(page.get_by_role("heading", name="Save your recovery codes")).to_be_visible()
    codes = GROUPED.findall(page.get_by_role("list", name="Recovery codes").inner_text())
    shown = [one.inner_text() for one in page.locator(".codes code").all()]
    assert len(shown) == len(codes) == 10
    page.get_by_label("I have saved these codes").check()
    following(page)
    expect(page.get_by_role("heading", name="Recovery codes saved")).to_be_visible()
    return shown


def set_up_app(page: Page, phone: Page) -> None:
    """The authenticator app, from "Authenticator app" to "Notification approved"."""
    following(page)
    following(page)
    expect(page.get_by_role("heading", name="Scan the QR code", exact=True)).to_be_visible()
    connect_app(phone, link_on(page))
    expect(page.get_by_text("Your app is connected").first).to_be_visible()
    following(page)
    expect(page.get_by_role("heading", name="Let's try it out")).to_be_visible()
    approve_in_app(phone, number_on(page))
    expect(page.get_by_text("Approved. Select Next.").first).to_be_visible()
    following(page)
    expect(page.get_by_role("heading", name="Notification approved")).to_be_visible()


def set_up_phone(page: Page, world: World, number: str) -> None:
    """A mobile phone by text message."""
    give_number(page, number)
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    enter_code(page, code_from_text(world, number))
    expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()


@contextmanager
def virtual_authenticator(page: Page) -> Iterator[None]:
    """A platform authenticator of this browser page, by the DevTools protocol."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM_AUTHENTICATOR})
    yield


def to_security_info(page: Page, world: World) -> None:
    """From the platform to "My security info", or to the proof before it."""
    page.goto(f"{world.northbridge}/my-security-info")


def at_security_info(page: Page) -> None:
    """The list is there."""
    expect(page.get_by_role("heading", name="My security info", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Your recent activity")).to_be_visible()


def make_passkey(page: Page) -> None:
    """On the page that asks for one; needs a `virtual_authenticator`."""
    page.get_by_role("button", name="Create a passkey").click()
    expect(page.get_by_role("heading", name="Passkey created")).to_be_visible()


def enter_by_passkey(page: Page, world: World) -> None:
    """From the platform into "My security info"."""
    to_security_info(page, world)
    following(page)
    page.get_by_role("button", name="Use a passkey").click()
    at_security_info(page)


def add_method(page: Page, label: str) -> None:
    """From the list to the first page of a new method."""
    page.get_by_role("link", name="Add sign-in method").click()
    pick(page, label)
    following(page)


def back_to_list(page: Page) -> None:
    """From the page that says that a method is set up."""
    page.get_by_role("button", name="Done").click()
    at_security_info(page)


def leave(page: Page, world: World) -> None:
    """Out of the wizard, with what is set up kept."""
    page.get_by_role("button", name="Cancel and return").click()
    page.wait_for_url(f"{world.northbridge}/**")


def manage(page: Page, called: str, what: str) -> None:
    """Open the menu of a method and choose from it."""
    row = page.get_by_role("list", name="Your methods").get_by_role("listitem").filter(has_text=called).first
    row.get_by_text("Manage").click()
    row.get_by_text(what, exact=True).click()


def mails(world: World, address: str) -> list[dict[str, str]]:
    """Mail at the inbox, newest first."""
    return _json(f"{world.handset}/api/mail?{urllib.parse.urlencode({'to': address})}")


def calls(world: World, number: str) -> list[dict[str, str]]:
    """Calls at the handset, newest first."""
    return _json(f"{world.handset}/api/calls?{urllib.parse.urlencode({'to': number})}")


def press(world: World, call: str, digits: str) -> None:
    """Press keys during a call."""
    body = json.dumps({"digits": digits}).encode()
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{world.handset}/api/calls/{call}/press", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - loopback
        pass


def approve_next(page: Page, phone: Page) -> None:
    """Approve a request that comes while the app still shows what became of the one before."""
    phone.get_by_role("button", name="Show").click()
    approve_in_app(phone, number_on(page))


def arrived(world: World, address: str, containing: str, within: float = 30.0) -> dict[str, str]:
    """The newest mail with these words, once it has arrived."""

    def newest() -> dict[str, str] | None:
        return next((one for one in mails(world, address) if containing in one["text"]), None)

    return awaited(newest, f"no mail with {containing!r} arrived", within)


def ringing(world: World, number: str, within: float = 30.0) -> str:
    """The id of the newest call to a number, once there is one."""
    return awaited(lambda: calls(world, number), f"nobody called {number}", within)[0]["id"]


def _json(address: str) -> list[dict[str, str]]:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - loopback
        found: list[dict[str, str]] = json.load(answer)
    return found
