"""The app in a browser: how a person finds things there, and what must hold of every view."""

from base64 import b32encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.web.authenticator import DeviceApi, request_in
from tests.support.web.browser import FITS, FLAGS, findings, headless

WIDTH = 380
APP = "/authenticator"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, input")]
    .filter((element) => element.offsetParent && element.offsetHeight < 44)
    .map((element) => element.outerHTML)"""


@asynccontextmanager
async def chromium_with(*flags: str, program: str = "") -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program or headless(), args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()


async def heading(page: Page, name: str) -> None:
    await expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


async def add_by_link(page: Page, api: DeviceApi) -> None:
    await page.goto(api.link)
    await heading(page, "Add this account?")
    await page.get_by_role("button", name="Add account", exact=True).click()
    await heading(page, "Account added")
    await expect(page.get_by_role("main").get_by_text("alex@northbridge.example")).to_be_visible()


async def add_account(page: Page, api: DeviceApi) -> None:
    await add_by_link(page, api)
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("alex@northbridge.example")).to_be_visible()


async def asked(page: Page, api: DeviceApi, seconds: float = 60) -> None:
    """A connected app with a request in front."""
    await add_by_link(page, api)
    api.requests = [request_in(seconds)]
    await heading(page, "Approve sign-in?")


async def to_ways(page: Page) -> None:
    """By the menu, as the instructions say."""
    await page.get_by_role("button", name="Customize and control").click()
    await page.get_by_role("menuitem", name="Add account").click()
    await page.get_by_role("button", name="Work or school account").click()


TWICE = f"""() => {{ document.documentElement.style.setProperty("font-size", "200%"); return ({FITS})() }}"""
ONCE = "() => document.documentElement.style.removeProperty('font-size')"


async def looks_right(page: Page, name: str) -> None:
    """Accessible, and fitting, in both schemes and with text at twice its size. All rules are asked once, of the larger
    text; the scheme changes colours alone, and smaller text needs more contrast. axe is loaded once a document."""
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    assert await findings(page, "color-contrast") == [], name
    assert await page.evaluate(SMALL_TARGETS) == [], name
    await page.set_viewport_size({"width": 360, "height": 700})
    assert await page.evaluate(FITS), name
    assert await page.evaluate(TWICE), name
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert await findings(page) == [], name
    await page.evaluate(ONCE)
    await page.set_viewport_size({"width": WIDTH, "height": 760})


def base32(secret: bytes) -> str:
    """As pyotp takes a secret."""
    return b32encode(secret).decode()
