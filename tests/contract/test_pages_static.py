"""Every page in Chromium: accessible, readable at any size, and alive where a script runs."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Literal

import pytest
import pytest_asyncio
import zxingcpp
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, Page, Route, expect

from services.enrollment.wizard.qr import qr_picture
from services.enrollment.wizard.rendering import FieldError, View
from services.enrollment.wizard.texts import LIVE
from tests.support.browser import Answer, Scheme, chromium, opened
from tests.support.pages import (
    ACTIVATION_LINK,
    ACTIVATION_URL,
    DEVICE,
    MASKED,
    NOW,
    QR_CODES,
    code_view,
    phone_view,
    sample_views,
    try_view,
)

EVENTS = "/security-info/setup/events"
VIEWS = sample_views()
PICTURES = {path: Answer(qr_picture(content), "image/svg+xml") for path, content in QR_CODES.items()}
NARROWEST = 360
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
FAILED = f"We couldn't reach {MASKED}. Check the number, or use a different one."

FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, .button, .back, .text-link, input, select")]
    .filter((element) => element.offsetParent && element.type !== "hidden")
    .filter((element) => (element.closest("label") ?? element).offsetHeight < 44)
    .map((element) => element.outerHTML)"""
FOCUSED = "() => document.activeElement.matches('a, button, input, select') ? document.activeElement.outerHTML : null"
RING = """() => { const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 }"""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


def stream(**changes: object) -> dict[str, Answer]:
    """What the service streams about the challenge: one change."""
    state = {
        "status": "pending",
        "delivery": {"state": "sent", "text": f"We sent a 6-digit code to {MASKED}."},
        "attemptsLeft": 5,
        "checking": False,
        "resendAt": (NOW + timedelta(seconds=30)).isoformat(),
        "sendsLeft": 4,
    }
    return _told("challenge", state | changes)


def activation(**changes: object) -> dict[str, Answer]:
    """What the service streams about the app that is being connected: one change."""
    return _told("activation", {"connected": False, "deviceName": None, "expired": False} | changes)


def _told(kind: str, state: dict[str, object]) -> dict[str, Answer]:
    return PICTURES | {EVENTS: Answer(f"event: {kind}\ndata: {json.dumps(state)}\n\n", "text/event-stream")}


async def findings(page: Page) -> str:
    """What axe-core finds, readable."""
    results = await Axe().run(page, options={"resultTypes": ["violations"]})
    return results.generate_report() if results.violations_count else ""


@pytest.mark.parametrize("name", VIEWS)
async def test_every_page_is_accessible_and_fits(browser: Browser, name: str) -> None:
    async with opened(browser, VIEWS[name], answers=stream()) as page:
        for width in (1280, NARROWEST):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate(FITS)
            assert await page.evaluate(SMALL_TARGETS) == []
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme)
                assert await findings(page) == ""


@pytest.mark.parametrize("accent", ["#ffd400", "#000000"])
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_any_colour_of_an_organisation_is_readable(browser: Browser, accent: str, scheme: Scheme) -> None:
    async with opened(browser, VIEWS["code"], scheme=scheme, accent=accent, answers=stream()) as page:
        assert await findings(page) == ""


async def test_text_at_twice_its_size_fits(browser: Browser) -> None:
    for name, view in VIEWS.items():
        async with opened(browser, view, width=NARROWEST, answers=stream()) as page:
            await page.evaluate("() => document.documentElement.style.setProperty('font-size', '200%')")
            assert await page.evaluate(FITS), name


KEYBOARD = ("prompt", "download", "setup", "scan", "scan-manual", "scan-expired", "try", "try-approved", "try-denied")


@pytest.mark.parametrize("name", [*KEYBOARD, "app-code", "app-done", "phone", "code", "success", "cancel"])
async def test_each_control_is_reached_by_keyboard_with_a_ring(browser: Browser, name: str) -> None:
    async with opened(browser, VIEWS[name], answers=stream()) as page:
        controls = await page.locator("a:visible, button:visible, input:visible, select:visible").count()
        seen = set()
        for _ in range(controls + 2):
            await page.keyboard.press("Tab")
            focused = await page.evaluate(FOCUSED)
            if focused:
                assert await page.evaluate(RING), focused
                seen.add(focused)
        assert len(seen) == controls


@pytest.mark.parametrize(
    ("view", "role", "label"),
    [
        (VIEWS["prompt"], "heading", "More information required"),
        (VIEWS["download"], "heading", "Authenticator app"),
        (VIEWS["setup"], "heading", "Set up your account"),
        (VIEWS["scan"], "heading", "Scan the QR code"),
        (VIEWS["try"], "heading", "Let's try it out"),
        (VIEWS["app-code-error"], "textbox", "Code"),
        (VIEWS["choose-error"], "radio", "Authenticator app"),
        (VIEWS["phone"], "heading", "Phone"),
        (VIEWS["code-error"], "textbox", "Code"),
        (VIEWS["phone-error"], "textbox", "Phone number"),
    ],
)
async def test_reading_begins_at_the_heading_or_at_the_field_in_error(
    browser: Browser, view: View, role: Literal["heading", "textbox", "radio"], label: str
) -> None:
    async with opened(browser, view, answers=stream()) as page:
        place = page.get_by_role(role, name=label, exact=True)
        await expect(place).to_be_focused()


async def test_without_scripts_everything_can_be_pressed(browser: Browser) -> None:
    async with opened(browser, VIEWS["code"], scripts=False) as page:
        await expect(page.get_by_role("button", name="Resend")).to_be_enabled()
        await expect(page.get_by_role("button", name="Next")).to_be_enabled()
        await expect(page.get_by_text("This page works until 09:45 UTC")).to_be_visible()
        await expect(page.get_by_role("button", name="Stay")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, NARROWEST])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["download", "scan"])
async def test_a_camera_reads_the_picture_from_the_page(
    browser: Browser, name: str, scheme: Scheme, width: int
) -> None:
    async with opened(browser, VIEWS[name], width=width, scheme=scheme, answers=activation()) as page:
        picture = page.locator("img.qr")
        seen = zxingcpp.read_barcodes(Image.open(BytesIO(await picture.screenshot())))
        address = await picture.get_attribute("src")
        assert [code.text for code in seen] == [QR_CODES[address or ""]]
        assert await picture.get_attribute("alt")


async def test_a_method_is_chosen_by_keyboard(browser: Browser) -> None:
    async with opened(browser, VIEWS["choose"]) as page:
        await page.get_by_role("radio", name="Authenticator app").focus()
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("radio", name="Phone")).to_be_checked()
        assert await page.evaluate(RING)


async def test_without_scripts_the_app_is_connected_and_tried(browser: Browser) -> None:
    async with opened(browser, VIEWS["scan-manual"], scripts=False, answers=PICTURES) as page:
        await expect(page.get_by_text("314159265")).to_be_visible()
        await expect(page.get_by_text(ACTIVATION_URL)).to_be_visible()
        await expect(page.get_by_role("button", name="Copy code")).to_be_hidden()
        await expect(page.get_by_role("button", name="Next")).to_be_enabled()
    async with opened(browser, VIEWS["try"], scripts=False) as page:
        await expect(page.get_by_role("button", name="Next")).to_be_enabled()
        await expect(page.get_by_role("button", name="Send again")).to_be_enabled()
        await expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    async with opened(browser, VIEWS["try-denied"], scripts=False) as page:
        await expect(page.get_by_role("button", name="Try again")).to_be_enabled()
        await expect(page.get_by_role("button", name="Report suspicious activity")).to_be_enabled()


@pytest.mark.parametrize("name", ["scan", "scan-unheard", "scan-manual"])
async def test_an_app_that_connects_is_announced_and_changes_no_page(browser: Browser, name: str) -> None:
    async with opened(browser, VIEWS[name], answers=activation(connected=True, deviceName=DEVICE)) as page:
        said = page.get_by_role("status").filter(has_text="Your app is connected. Select Next.")
        await expect(said).to_be_visible()
        await expect(page.get_by_text(DEVICE)).to_be_visible()
        await expect(page.locator("img.qr, .typed")).to_be_hidden()
        await expect(page.get_by_role("button", name="Next")).to_be_enabled()
        await expect(page.get_by_role("heading", name="Scan the QR code")).to_be_focused()
        assert not (await page.title()).startswith("Error")
        assert await findings(page) == ""


async def test_an_expired_picture_goes_and_a_new_one_is_made_on_purpose(browser: Browser) -> None:
    async with opened(browser, VIEWS["scan"], answers=activation(expired=True)) as page:
        await expect(page.get_by_role("status").filter(has_text="This QR code has expired")).to_be_visible()
        await expect(page.locator("img.qr")).to_be_hidden()
        await expect(page.get_by_role("button", name="Next")).to_be_hidden()
        assert (await page.title()).startswith("Error: ")
        async with page.expect_request("**/security-info/setup") as asked:
            await page.get_by_role("button", name="New QR code").click()
        assert "action=renew" in ((await asked.value).post_data or "")


@pytest.mark.parametrize(
    ("label", "said", "copied"),
    [("Copy code", LIVE.copied, "314159265"), ("Copy URL", LIVE.copied_url, ACTIVATION_URL)],
)
async def test_code_and_url_are_copied(browser: Browser, label: str, said: str, copied: str) -> None:
    async with opened(browser, VIEWS["scan-manual"], answers=activation()) as page:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.get_by_role("button", name=label).click()
        await expect(page.get_by_role("status").filter(has_text=said)).to_be_attached()
        assert await page.evaluate("() => navigator.clipboard.readText()") == copied


async def test_the_app_on_this_device_opens_like_a_button(browser: Browser) -> None:
    async with opened(browser, VIEWS["scan"], answers=activation()) as page:
        await page.get_by_role("button", name="Open the authenticator on this device").focus()
        async with page.context.expect_page() as app:
            await page.keyboard.press("Space")
        assert (await app.value).url == ACTIVATION_LINK


async def test_next_waits_for_the_approval_and_says_so(browser: Browser) -> None:
    async with opened(browser, VIEWS["try"], answers=stream()) as page:
        await expect(page.get_by_role("status").filter(has_text="Waiting for your approval…")).to_be_visible()
        following = page.get_by_role("button", name="Next")
        await expect(following).to_have_attribute("aria-disabled", "true")
        await following.click(force=True)
        await expect(page.get_by_role("status").filter(has_text=LIVE.first_approve)).to_be_attached()
        assert page.url.endswith("/page")


async def test_next_is_the_check_where_nothing_can_be_heard(browser: Browser) -> None:
    async with opened(browser, VIEWS["try"]) as page:
        await expect(page.get_by_role("button", name="Next")).not_to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize("name", ["try", "try-unheard", "try-open-app"])
async def test_an_approval_is_announced_and_changes_no_page(browser: Browser, name: str) -> None:
    async with opened(browser, VIEWS[name], answers=stream(status="verified")) as page:
        await expect(page.get_by_role("status").filter(has_text="Approved. Select Next.")).to_be_visible()
        following = page.get_by_role("button", name="Next")
        await expect(following).not_to_have_attribute("aria-disabled", "true")
        await expect(page.get_by_text("42", exact=True)).to_be_hidden()
        await expect(page.get_by_role("heading", name="Let's try it out")).to_be_focused()
        assert page.url.endswith("/page")
        assert not (await page.title()).startswith("Error")
        assert await findings(page) == ""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "denied"}, "You denied the request"),
        ({"status": "expired"}, "No answer"),
        ({"status": "denied", "failure": "numberMismatch"}, "Wrong number"),
        ({"status": "failed"}, "That didn't work"),
    ],
)
async def test_a_request_that_was_not_approved_is_told_with_what_can_be_done(
    browser: Browser, changes: dict[str, str], told: str
) -> None:
    async with opened(browser, VIEWS["try"], answers=stream(**changes)) as page:
        await expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()
        await expect(page.get_by_role("button", name="Try again")).to_be_visible()
        await expect(page.get_by_role("button", name="Report suspicious activity")).to_be_visible()
        await expect(page.get_by_role("button", name="Next")).to_be_hidden()
        await expect(page.get_by_text("42", exact=True)).to_be_hidden()
        assert (await page.title()).startswith("Error: ")
        assert await findings(page) == ""


async def test_a_request_that_was_replaced_leads_to_the_new_one(browser: Browser) -> None:
    async with opened(browser, VIEWS["try"], answers=stream(status="cancelled")) as page:
        await expect(page.get_by_role("status").filter(has_text="A new request was sent")).to_be_visible()
        await expect(page.get_by_role("link", name="Go on")).to_be_visible()


async def test_another_request_is_sent_when_its_time_has_come(browser: Browser) -> None:
    async with opened(browser, VIEWS["try"], answers=stream()) as page:
        again = page.get_by_role("button", name="Send again")
        await expect(again).to_have_attribute("aria-disabled", "true")
        await again.click(force=True)
        await expect(page.get_by_text("You can ask for another request in")).to_be_attached()
    ready = replace(try_view(), send_again_at=NOW - timedelta(seconds=1))
    async with opened(browser, ready, answers=stream()) as page:
        async with page.expect_request("**/security-info/setup") as asked:
            await page.get_by_role("button", name="Send again").click()
        assert "action=again" in ((await asked.value).post_data or "")


async def test_delivery_is_told_live(browser: Browser) -> None:
    arrived = f"The message with your 6-digit code arrived at {MASKED}."
    answers = stream(delivery={"state": "delivered", "text": arrived})
    async with opened(browser, VIEWS["code"], answers=answers) as page:
        await expect(page.get_by_role("status").filter(has_text=arrived)).to_be_visible()
        await expect(page.locator("[data-delivery]")).to_have_attribute("data-state", "delivered")


async def test_a_state_change_moves_nothing(browser: Browser) -> None:
    async with opened(browser, VIEWS["code"]) as page:
        before = await page.get_by_label("Code").bounding_box()
    async with opened(browser, VIEWS["code"], answers=stream(delivery={"state": "failed", "text": FAILED})) as page:
        await expect(page.get_by_text("We couldn't reach")).to_be_visible()
        assert await page.get_by_label("Code").bounding_box() == before


async def test_resend_counts_down_by_the_servers_clock_and_says_why_not(browser: Browser) -> None:
    async with opened(browser, VIEWS["code"], answers=stream()) as page:
        resend = page.get_by_role("button", name="Resend")
        await expect(resend).to_have_attribute("aria-disabled", "true")
        await expect(page.get_by_text("Available in")).to_be_visible()
        assert await page.locator("[data-resend-wait]").evaluate("(e) => !e.closest('[aria-live], [role=status]')")
        await resend.click(force=True)
        await expect(page.get_by_text("You can ask for another message in")).to_be_attached()


async def test_resend_opens_when_its_time_has_come(browser: Browser) -> None:
    answers = stream(resendAt=(NOW - timedelta(seconds=1)).isoformat())
    async with opened(browser, VIEWS["code"], answers=answers) as page:
        await expect(page.get_by_role("button", name="Resend")).not_to_have_attribute("aria-disabled", "true")


async def test_a_proof_in_another_tab_is_told_and_changes_no_page(browser: Browser) -> None:
    async with opened(browser, VIEWS["code"], answers=stream(status="verified")) as page:
        await expect(page.get_by_text(LIVE.elsewhere)).to_be_visible()
        await expect(page.get_by_role("link", name="Go on")).to_be_visible()
        await expect(page.get_by_label("Code")).to_be_hidden()
        assert await findings(page) == ""


async def test_a_code_that_died_offers_to_start_again(browser: Browser) -> None:
    async with opened(browser, VIEWS["code"], answers=stream(status="expired")) as page:
        await expect(page.get_by_text("We can send you a new one")).to_be_visible()
        await expect(page.get_by_role("link", name="Start again")).to_be_visible()
        assert await findings(page) == ""


async def test_a_late_verdict_is_told(browser: Browser) -> None:
    async with opened(browser, VIEWS["code-checking"], answers=stream(attemptsLeft=1)) as page:
        await expect(page.get_by_text("Check the newest message; 1 try left.")).to_be_visible()


async def test_a_form_is_sent_once_and_says_that_it_is_under_way(browser: Browser) -> None:
    async with opened(browser, VIEWS["code"], answers=stream()) as page:
        sent: list[str] = []

        async def note(route: Route) -> None:
            sent.append(route.request.post_data or "")
            await route.fulfill(status=204)

        await page.route("**/security-info/setup", note)
        await page.get_by_label("Code").fill("123 456")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name=LIVE.checking)).to_have_attribute("aria-disabled", "true")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name=LIVE.checking).click(force=True)
        await expect(page.get_by_role("status").filter(has_text=LIVE.checking)).to_be_attached()
        assert len(sent) == 1
        assert "action=next" in sent[0]
        assert "code=123+456" in sent[0]


async def test_the_end_of_the_session_is_announced_and_put_off(browser: Browser) -> None:
    later = (NOW + timedelta(minutes=17)).isoformat()
    answers = {"/security-info/stay": Answer(json.dumps({"sessionEndsAt": later}), "application/json")}
    phone = phone_view()
    soon = replace(phone, frame=replace(phone.frame, session_ends_at=NOW + timedelta(minutes=2)))
    async with opened(browser, soon, width=NARROWEST, answers=answers) as page:
        await expect(page.get_by_role("alert").get_by_text(LIVE.session_soon)).to_be_visible()
        assert await findings(page) == ""
        await page.get_by_role("button", name="Stay").click()
        await expect(page.get_by_role("button", name="Stay")).to_be_hidden()
        await expect(page.get_by_role("status").filter(has_text=LIVE.stayed)).to_be_attached()


async def test_an_ended_session_says_so(browser: Browser) -> None:
    phone = phone_view()
    over = replace(phone, frame=replace(phone.frame, session_ends_at=NOW))
    async with opened(browser, over) as page:
        await expect(page.get_by_role("alert").get_by_text(LIVE.session_over)).to_be_visible()
        await expect(page.get_by_role("link", name="Go back")).to_be_visible()


async def test_a_script_in_a_value_does_not_run(browser: Browser) -> None:
    view = code_view(FieldError("code", "<img src=x onerror=alert(1)>"))
    async with opened(browser, view, answers=stream()) as page:
        await expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
