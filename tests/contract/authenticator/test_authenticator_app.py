"""The authenticator app in Chromium: what it keeps, what it signs, what it says."""

import asyncio
import re
from base64 import b32encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
import segno
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from services.enrollment.authenticator.pages import shell
from tests.support.web.authenticator import CODE, NUMBER, SECRET, DeviceApi, request_in, running
from tests.support.web.browser import CHROMIUM, FLAGS, Scheme, headless

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDTH = 380
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
APP = "/authenticator"
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, input")]
    .filter((element) => element.offsetParent && element.offsetHeight < 44)
    .map((element) => element.outerHTML)"""
KEPT = """async () => {
    const opened = await new Promise((resolve) => { const request = indexedDB.open("authenticator");
        request.onsuccess = () => resolve(request.result) });
    const [account] = await new Promise((resolve) => { const request = opened.transaction("accounts")
        .objectStore("accounts").getAll(); request.onsuccess = () => resolve(request.result) });
    const refusal = await crypto.subtle.exportKey("pkcs8", account.key.privateKey).catch((error) => error.name);
    return [account.key.privateKey.extractable, account.codeKey.extractable, refusal] }"""
TOTP_AT = """async ([script, secret, time]) => {
    const { codeAt } = await import(script);
    const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret),
        { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
    return codeAt(key, time) }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium_with() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def api() -> AsyncIterator[DeviceApi]:
    async with running() as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": WIDTH, "height": 760}, service_workers="block")
    context.set_default_timeout(10_000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    yield page
    assert errors == []


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


async def findings(page: Page) -> str:
    results = await Axe().run(page, options={"resultTypes": ["violations"]})
    return results.generate_report() if results.violations_count else ""


async def looks_right(page: Page, name: str) -> None:
    """Accessible, and fitting, in both schemes and with text at twice its size."""
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await findings(page) == "", name
    assert await page.evaluate(SMALL_TARGETS) == [], name
    await page.set_viewport_size({"width": 360, "height": 700})
    assert await page.evaluate(FITS), name
    await page.evaluate("() => document.documentElement.style.setProperty('font-size', '200%')")
    assert await page.evaluate(FITS), name
    await page.evaluate("() => document.documentElement.style.removeProperty('font-size')")
    await page.set_viewport_size({"width": WIDTH, "height": 760})


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


async def test_an_account_is_added_by_link_after_one_confirmation(page: Page, api: DeviceApi) -> None:
    await page.goto(api.link)
    await heading(page, "Add this account?")
    assert api.activation is None
    assert page.url == f"{api.origin}{APP}"  # neither code nor secret stay in the history
    await page.get_by_role("button", name="Add account", exact=True).click()
    await heading(page, "Account added")
    assert api.activation
    assert api.activation.secret
    assert api.activation.secret.get_secret_value() == SECRET
    assert api.activation.device_name.startswith("Chrome")
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("heading", name="Northbridge")).to_be_visible()
    await expect(page.get_by_text("alex@northbridge.example")).to_be_visible()


async def test_an_account_is_added_by_typed_code(page: Page, api: DeviceApi) -> None:
    await page.goto(f"{api.origin}{APP}")
    await heading(page, "No accounts yet")
    await to_ways(page)
    await page.get_by_role("button", name="Enter code manually").click()
    await page.get_by_label("Code", exact=True).fill("123 456 789")
    await page.get_by_label("URL", exact=True).fill(api.typed_url)
    await page.get_by_role("button", name="Add", exact=True).click()
    await heading(page, "Account added")
    assert api.activation
    assert api.activation.secret is None
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("No one-time codes here")).to_be_visible()


@pytest.mark.parametrize(
    ("code", "url", "label", "said"),
    [
        ("1234", "{url}", "Code", "The code has 9 digits"),
        ("123456780", "{url}", "Code", "This code isn't right"),
        (CODE, "", "URL", "Enter the URL"),
        (CODE, "https://elsewhere.example/device/v1/a/7K3MPQ2X", "URL", "This app works with localhost"),
        (CODE, "{origin}/somewhere", "URL", "ends with /device/v1/a/"),
    ],
)
async def test_what_cannot_be_used_is_said_beside_its_field(
    page: Page, api: DeviceApi, code: str, url: str, label: str, said: str
) -> None:
    await page.goto(f"{api.origin}{APP}#enter")
    await page.get_by_label("Code", exact=True).fill(code)
    await page.get_by_label("URL", exact=True).fill(url.format(url=api.typed_url, origin=api.origin))
    await page.get_by_role("button", name="Add", exact=True).click()
    field = page.get_by_label(label, exact=True)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(re.compile(re.escape(said)))
    await expect(page).to_have_title(re.compile("^Error: "))
    assert api.activation is None


async def test_an_old_code_is_said_in_words(page: Page, api: DeviceApi) -> None:
    api.says = "activationExpired"
    await page.goto(api.link)
    await page.get_by_role("button", name="Add account", exact=True).click()
    await expect(page.get_by_role("alert").get_by_text("can't be used any more")).to_be_visible()
    await expect(page.get_by_role("button", name="Add account", exact=True)).to_be_enabled()


async def test_a_link_of_another_service_is_refused(page: Page, api: DeviceApi) -> None:
    await page.goto(api.link.replace("http%3A%2F%2Flocalhost", "https%3A%2F%2Felsewhere.example"))
    await heading(page, "This link can't be used")
    assert api.activation is None


async def test_no_key_can_be_taken_out(page: Page, api: DeviceApi) -> None:
    await add_account(page, api)
    assert await page.evaluate(KEPT) == [False, False, "InvalidAccessError"]


async def test_an_account_survives_a_reload_and_shows_its_code(page: Page, api: DeviceApi) -> None:
    await add_account(page, api)
    await page.reload()
    await expect(page.get_by_text("alex@northbridge.example")).to_be_visible()
    shown = (await page.locator("[data-code]").inner_text()).replace(" ", "")
    now = datetime.now(UTC)
    nearby = [pyotp.TOTP(base32(SECRET)).at(now, counter_offset=step) for step in (-1, 0, 1)]
    assert shown in nearby


@pytest.mark.parametrize(
    ("time", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
async def test_codes_are_those_of_rfc_6238(page: Page, api: DeviceApi, time: int, code: str) -> None:
    """Appendix B, the last six of its eight digits."""
    await page.goto(f"{api.origin}{APP}")
    assert await page.evaluate(TOTP_AT, [shell().url("totp.js"), SECRET.decode(), time]) == code


async def test_a_request_is_approved_with_its_number(page: Page, api: DeviceApi) -> None:
    await asked(page, api)
    for fact in ("alex@northbridge.example", "Northbridge", "Not known"):
        await expect(page.get_by_role("definition").filter(has_text=fact).first).to_be_visible()
    await page.get_by_label("Number").fill(NUMBER)
    await page.get_by_role("button", name="Approve").click()
    await heading(page, "Approved")
    (answer,) = api.answers
    assert answer.decision == "approve"
    assert answer.number
    assert answer.number.get_secret_value() == NUMBER
    assert answer.exp - answer.iat == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("button", "decision", "outcome"),
    [("Deny", "deny", "Denied"), ("Report suspicious activity", "report", "Reported")],
)
async def test_a_request_is_refused_without_a_number(
    page: Page, api: DeviceApi, button: str, decision: str, outcome: str
) -> None:
    await asked(page, api)
    await page.get_by_label("Number").fill("99")
    await page.get_by_role("button", name=button).click()
    await heading(page, outcome)
    assert [(answer.decision, answer.number) for answer in api.answers] == [(decision, None)]


async def test_a_wrong_number_ends_the_request(page: Page, api: DeviceApi) -> None:
    await asked(page, api)
    await page.get_by_label("Number").fill("24")
    await page.keyboard.press("Enter")
    await heading(page, "Wrong number")
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("heading", name="Northbridge")).to_be_visible()


async def test_half_a_number_is_not_sent(page: Page, api: DeviceApi) -> None:
    await asked(page, api)
    await page.get_by_label("Number").fill("4")
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_text("Enter the 2 digits of the number.")).to_be_visible()
    assert api.answers == []


@pytest.mark.parametrize(
    ("says", "outcome"), [("judging", "Answer sent"), ("challengeEnded", "This request has ended")]
)
async def test_what_happened_is_said(page: Page, api: DeviceApi, says: str, outcome: str) -> None:
    await asked(page, api)
    api.says = says
    await page.get_by_label("Number").fill(NUMBER)
    await page.get_by_role("button", name="Approve").click()
    await heading(page, outcome)


async def test_a_request_expires_while_it_is_looked_at(page: Page, api: DeviceApi) -> None:
    await asked(page, api, seconds=3)
    await heading(page, "This request has expired")


async def test_a_request_that_others_ended_says_so(page: Page, api: DeviceApi) -> None:
    await asked(page, api)
    api.requests = []
    await heading(page, "This request has ended")


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


async def test_a_request_waits_while_another_account_is_added(page: Page, api: DeviceApi) -> None:
    await add_account(page, api)
    await to_ways(page)
    api.requests = [request_in()]
    await expect(page.get_by_role("alert").get_by_text("A sign-in waits for your answer.")).to_be_visible()
    await heading(page, "Work or school account")
    await page.get_by_role("button", name="Show").click()
    await heading(page, "Approve sign-in?")


async def test_removal_asks_once(page: Page, api: DeviceApi) -> None:
    await add_account(page, api)
    await page.get_by_role("button", name="Remove alex@northbridge.example").click()
    dialog = page.get_by_role("dialog", name="Remove this account?")
    await dialog.get_by_role("button", name="Keep").click()
    await expect(page.get_by_role("heading", name="Northbridge")).to_be_visible()
    await page.get_by_role("button", name="Remove alex@northbridge.example").click()
    await dialog.get_by_role("button", name="Remove account").click()
    await heading(page, "No accounts yet")
    await page.reload()
    await heading(page, "No accounts yet")


async def test_an_account_that_the_service_forgot_says_so(page: Page, api: DeviceApi) -> None:
    await add_account(page, api)
    api.key = None
    await page.reload()
    await expect(page.get_by_text("isn't connected with the account any more")).to_be_visible()


async def test_every_view_is_accessible_and_fits(page: Page, api: DeviceApi) -> None:
    await page.goto(f"{api.origin}{APP}")
    await heading(page, "No accounts yet")
    await looks_right(page, "start")
    for place, name in [
        ("#add", "Add account"),
        ("#work", "Work or school account"),
        ("#enter", "Enter code manually"),
    ]:
        await page.goto(f"{api.origin}{APP}{place}")
        await heading(page, name)
        await looks_right(page, place)
    await page.get_by_role("button", name="Add", exact=True).click()
    await looks_right(page, "errors")
    await add_by_link(page, api)
    await looks_right(page, "added")
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Customize and control").click()
    await looks_right(page, "accounts and menu")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Remove alex@northbridge.example").click()
    await looks_right(page, "removal")
    await page.keyboard.press("Escape")
    api.requests = [request_in()]
    await heading(page, "Approve sign-in?")
    await looks_right(page, "request")
    await page.get_by_role("button", name="Deny").click()
    await heading(page, "Denied")
    await looks_right(page, "outcome")


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


async def test_a_change_is_told_and_can_be_said_to_be_somebody_elses(page: Page, api: DeviceApi) -> None:
    changed = "Passkey was added on 24 November 2026, 12:00 UTC."
    api.notices = [{"noticeId": "n-1", "text": changed, "happenedAt": "2026-11-24T12:00:00Z", "canReport": True}]
    await add_account(page, api)
    await expect(page.get_by_text(changed)).to_be_visible()
    await looks_right(page, "change")
    await page.get_by_role("button", name="This wasn't me").click()
    await expect(page.get_by_text("Thank you for telling us.").first).to_be_visible()
    await expect(page.get_by_role("button", name="This wasn't me")).to_be_hidden()
    assert api.reported == ["n-1"]


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
        message = {"origin": api.origin, "registrationId": await registered, "data": "{}"}
        await tools.send("ServiceWorker.deliverPushMessage", message)
        await tools.send("ServiceWorker.deliverPushMessage", message | {"data": '{"noticeId": "n-1"}'})

        assert await page.evaluate(NOTIFIED, "Approve sign-in?")
        assert await page.evaluate(NOTIFIED, "Your security info changed")
        await context.set_offline(True)
        await page.reload()
        await heading(page, "No accounts yet")


ACTIVATED = """async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== "activated")
        await new Promise((resolve) => active.addEventListener("statechange", resolve, { once: true })) }"""
NOTIFIED = """async (wanted) => {
    const registration = await navigator.serviceWorker.ready;
    for (let tries = 0; tries < 600; tries += 1) {
        const shown = await registration.getNotifications();
        if (shown.some(({ title }) => title === wanted)) return true;
        await new Promise((resolve) => setTimeout(resolve, 50)) }
    return false }"""


def note_registration(news: dict[str, list[dict[str, str]]], registered: asyncio.Future[str]) -> None:
    """The id of the first registration that the browser tells of."""
    for one in news["registrations"]:
        if not registered.done():
            registered.set_result(one["registrationId"])


def base32(secret: bytes) -> str:
    """As pyotp takes a secret."""
    return b32encode(secret).decode()
