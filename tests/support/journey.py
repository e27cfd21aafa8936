"""Sam's way through the demo world, as a person walks it in a browser. Every step finds things by role and name."""

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page, expect, sync_playwright

from tests.support.browser import CHROMIUM, FLAGS

CODE = re.compile(r"#(\d{6})\s*$")
ARRIVES_WITHIN = 30.0

Seen = Callable[[str, Page], None]
"""Told of each page by its name."""


@dataclass(frozen=True)
class World:
    """Where the demo world and the product are."""

    northbridge: str
    handset: str
    public: str


@contextmanager
def browser_page(*, scripts: bool = True, width: int = 1280) -> Iterator[Page]:
    """A fresh browser with one page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        try:
            page = browser.new_context(
                java_script_enabled=scripts, viewport={"width": width, "height": 800}, locale="en-GB"
            ).new_page()
            page.set_default_timeout(30_000)
            yield page
        finally:
            browser.close()


def sign_in(page: Page, world: World, person: str) -> None:
    """At Northbridge, as far as the prompt."""
    page.goto(world.northbridge)
    page.get_by_label("User name").fill(person)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
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
    return messages


def code_from_text(world: World, number: str, within: float = ARRIVES_WITHIN) -> str:
    """The code of the newest text, once one has arrived."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        for message in texts(world, number):
            if found := CODE.search(message["body"]):
                return found.group(1)
        time.sleep(0.1)
    raise AssertionError(f"no text arrived at {number} within {within:.0f} s")


def enter_code(page: Page, code: str) -> None:
    """On the code page."""
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Next").click()


def walk(page: Page, world: World, person: str, number: str, seen: Seen = lambda *_: None) -> None:
    """The whole path: sign-in, prompt, phone, code, verified, Success, back in the application."""
    sign_in(page, world, person)
    expect(page.get_by_text(person)).to_be_visible()
    seen("1-prompt", page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Keep your account secure")).to_be_visible()
    expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
    seen("2-phone", page)
    give_number(page, number)
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    code = code_from_text(world, number)
    seen("3-code", page)
    enter_code(page, code)
    expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
    seen("4-verified", page)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Success")).to_be_visible()
    seen("5-success", page)
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(f"{world.northbridge}/**")
    expect(page.get_by_text("phone").first).to_be_visible()
    seen("6-application", page)
