"""Every page in Chromium: accessible, readable at any size, and alive where a script runs."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, expect

from services.enrollment.wizard.rendering import FieldError, View
from services.enrollment.wizard.texts import LIVE
from tests.support.browser import Answer, Scheme, chromium, opened
from tests.support.pages import MASKED, NOW, code_view, phone_view, sample_views

EVENTS = "/security-info/setup/events"
VIEWS = sample_views()
NARROWEST = 360
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
FAILED = f"We couldn't reach {MASKED}. Check the number, or use a different one."

FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, .button, .back, .text-link, input, select")]
    .filter((element) => element.offsetParent && element.type !== "hidden" && element.offsetHeight < 44)
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
    return {EVENTS: Answer(f"event: challenge\ndata: {json.dumps(state | changes)}\n\n", "text/event-stream")}


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


@pytest.mark.parametrize("name", ["prompt", "phone", "code", "success", "cancel"])
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
        (VIEWS["phone"], "heading", "Phone"),
        (VIEWS["code-error"], "textbox", "Code"),
        (VIEWS["phone-error"], "textbox", "Phone number"),
    ],
)
async def test_reading_begins_at_the_heading_or_at_the_field_in_error(
    browser: Browser, view: View, role: str, label: str
) -> None:
    async with opened(browser, view, answers=stream()) as page:
        place = page.get_by_role("heading" if role == "heading" else "textbox", name=label, exact=True)
        await expect(place).to_be_focused()


async def test_without_scripts_everything_can_be_pressed(browser: Browser) -> None:
    async with opened(browser, VIEWS["code"], scripts=False) as page:
        await expect(page.get_by_role("button", name="Resend")).to_be_enabled()
        await expect(page.get_by_role("button", name="Next")).to_be_enabled()
        await expect(page.get_by_text("This page works until 09:45 UTC")).to_be_visible()
        await expect(page.get_by_role("button", name="Stay")).to_be_hidden()


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
