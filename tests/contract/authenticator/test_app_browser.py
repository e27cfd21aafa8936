"""What the app has of the browser: a camera, notifications, a clock, a network that comes and goes, a keyboard."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
import segno
from playwright.async_api import BrowserContext, CDPSession, Page, expect

from services.enrollment.authenticator.pages import shell
from tests.support.web.app import (
    APP,
    add_account,
    asked,
    base32,
    chromium_with,
    heading,
    to_ways,
)
from tests.support.web.authenticator import NUMBER, SECRET, DeviceApi
from tests.support.web.browser import CHROMIUM

pytestmark = pytest.mark.asyncio(loop_scope="session")


def camera_film(text: str, path: Path) -> Path:
    """A film of one picture of a QR code, as Chromium's fake camera plays it (YUV4MPEG2)."""
    width, height, scale = 640, 480, 5
    matrix = [bytearray(row) for row in segno.make(text, error="m").matrix]
    left, top = (width - len(matrix) * scale) // 2, (height - len(matrix) * scale) // 2
    grey = bytearray(b"\xeb" * (width * height))
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                for line in range(scale):
                    start = (top + y * scale + line) * width + left + x * scale
                    grey[start : start + scale] = b"\x10" * scale
    frame = b"FRAME\n" + bytes(grey) + b"\x80" * (width * height // 2)
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n".encode() + frame * 4)
    return path


async def test_without_network_nothing_is_lost(page: Page, context: BrowserContext, api: DeviceApi) -> None:
    await asked(page, api)
    await context.set_offline(True)
    await page.get_by_label("Number").fill(NUMBER)
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("alert").get_by_text("Your answer wasn't sent")).to_be_visible()
    await context.set_offline(False)
    await page.get_by_role("button", name="Approve").click()
    await heading(page, "Approved")


@pytest.mark.parametrize("seconds", [-90, 90, 7200])
async def test_a_wrong_clock_is_corrected_once(page: Page, api: DeviceApi, seconds: int) -> None:
    api.off = timedelta(seconds=seconds)
    await add_account(page, api)
    assert api.refused == ["clockSkew"]
    shown = (await page.locator("[data-code]").inner_text()).replace(" ", "")
    now = datetime.now(UTC) + api.off
    assert shown in [pyotp.TOTP(base32(SECRET)).at(now, counter_offset=step) for step in (-1, 0, 1)]


async def test_the_menu_works_by_keyboard(page: Page, api: DeviceApi) -> None:
    await page.goto(f"{api.origin}{APP}")
    button = page.get_by_role("button", name="Customize and control")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Add account")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Accounts")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await expect(button).to_have_attribute("aria-expanded", "false")


async def test_a_qr_code_is_read_by_the_camera(api: DeviceApi, tmp_path: Path) -> None:
    if not shell().has_reader:
        pytest.skip("the reader of QR codes is not installed: make install")
    film = camera_film(api.link, tmp_path / "code.y4m")
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    async with chromium_with(*flags) as browser:
        context = await browser.new_context(permissions=["camera"], service_workers="block")
        page = await context.new_page()
        await page.goto(f"{api.origin}{APP}")
        await to_ways(page)
        await page.get_by_role("button", name="Scan a QR code").click()
        await expect(page.get_by_role("heading", name="Add this account?")).to_be_visible(timeout=20_000)
        await page.get_by_role("button", name="Add account", exact=True).click()
        await heading(page, "Account added")
    assert api.activation


async def test_without_a_reader_the_app_says_so(page: Page, api: DeviceApi) -> None:
    await page.goto(f"{api.origin}{APP}#add")
    await page.evaluate("() => { document.body.dataset.reader = 'no'; delete self.BarcodeDetector }")
    await page.get_by_role("button", name="Work or school account").click()
    await page.get_by_role("button", name="Scan a QR code").click()
    await expect(page.get_by_role("status").filter(has_text="This browser can't read QR codes")).to_be_visible()
    await page.get_by_role("button", name="Enter code manually").click()
    await heading(page, "Enter code manually")


async def test_a_push_message_shows_a_notification_and_the_app_works_offline(api: DeviceApi) -> None:
    # The headless shell shows no notifications.
    async with chromium_with(program=CHROMIUM) as browser:
        context = await browser.new_context(permissions=["notifications"])
        page = await context.new_page()
        tools = await context.new_cdp_session(page)
        registered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        tools.on("ServiceWorker.workerRegistrationUpdated", lambda news: note_registration(news, registered))
        await tools.send("ServiceWorker.enable")
        await page.goto(f"{api.origin}{APP}")
        await page.evaluate(ACTIVATED)
        message = {"origin": api.origin, "registrationId": await registered}
        await deliver(tools, page, message | {"data": "{}"}, "Approve sign-in?")
        await deliver(tools, page, message | {"data": '{"noticeId": "n-1"}'}, "Your security info changed")
        await context.set_offline(True)
        await page.reload()
        await heading(page, "No accounts yet")


ACTIVATED = """async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== "activated")
        await new Promise((resolve) => active.addEventListener("statechange", resolve, { once: true })) }"""
NOTIFIED = """async (wanted) => {
    const registration = await navigator.serviceWorker.ready;
    for (let tries = 0; tries < 100; tries += 1) {
        const shown = await registration.getNotifications();
        if (shown.some(({ title }) => title === wanted)) return true;
        await new Promise((resolve) => setTimeout(resolve, 50)) }
    return false }"""


async def deliver(tools: CDPSession, page: Page, message: dict[str, str], shown: str) -> None:
    """A push message reaches the worker, and its notification is shown.

    The browser's own tools lose a message now and then, while a worker starts or stops; a push service sends anew, too.
    """
    for _ in range(6):
        await tools.send("ServiceWorker.deliverPushMessage", message)
        if await page.evaluate(NOTIFIED, shown):
            return
    pytest.fail(f"no notification {shown!r} was shown for {message}")


def note_registration(news: dict[str, list[dict[str, str]]], registered: asyncio.Future[str]) -> None:
    """The id of the first registration that the browser tells of."""
    for one in news["registrations"]:
        if not registered.done():
            registered.set_result(one["registrationId"])
