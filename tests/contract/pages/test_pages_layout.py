"""Where things stand on a small screen and at twice the text size, and that nothing moves while a page is looked at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from services.enrollment.methods.authenticator_app import words as app_words
from services.enrollment.methods.phone import words as phone_words
from services.enrollment.proofs.sent_code.words import CHANNELS
from tests.support.web.browser import Stage, staged
from tests.support.web.sample_frame import NOW
from tests.support.web.sample_pages import code_view, scan_view
from tests.support.web.staged_pages import NARROWEST, PICTURES, VIEWS, WIDEST, activation, stream

pytestmark = pytest.mark.asyncio(loop_scope="session")

TWICE: Final = "() => document.documentElement.style.setProperty('font-size', '200%')"
PLACES: Final = """() => [...document.querySelectorAll("h2, p, button, a, input, .actions")]
    .filter((one) => one.checkVisibility() && !one.classList.contains("visually-hidden"))
    .map((one) => [one.tagName, one.name ?? "", Math.round(one.getBoundingClientRect().top)])"""
FIRST: Final = """() => [...document.querySelectorAll("a, button, input:not([type=hidden])")]
    .find((one) => one.checkVisibility()).textContent"""
SHIFT: Final = """() => new Promise((told) => {
    let shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach(({ value, hadRecentInput }) => {
        if (!hadRecentInput) shift += value })).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => told(shift), 150) })"""
"""Cumulative Layout Shift of all that happened until now."""
ARRIVED: Final = {"state": "delivered", "text": "The message with your 6-digit code arrived at +44 •••• ••01."}
FAILED: Final = {"state": "failed", "text": "We couldn't reach +44 •••• ••01.", "later": None}
ENDS: Final = ("verified", "denied", "expired", "failed", "cancelled")
NEWS: Final = (
    *((name, stream()) for name in ("code", "code-by-email", "call", "try")),
    *((name, stream(status=end)) for name in ("code", "call", "try") for end in ENDS),
    *(("code", stream(delivery=known)) for known in (ARRIVED, FAILED)),
    ("code", stream(checking=True)),
    ("call", stream(delivery=FAILED)),
    ("try", stream(status="denied", failure="numberMismatch")),
    ("try", stream(status="denied", reported=True)),
    ("scan", activation()),
    ("scan", activation(connected=True, deviceName="Phone")),
    ("scan", activation(expired=True)),
)
SIZES: Final = ((WIDEST, False), (NARROWEST, False), (NARROWEST, True))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on_a_phone(browser: Browser) -> AsyncIterator[Stage]:
    """A finger instead of a mouse."""
    context = await browser.new_context(has_touch=True, is_mobile=True, viewport={"width": NARROWEST, "height": 740})
    async with staged(context) as made:
        yield made
    await context.close()


@asynccontextmanager
async def _timed(browser: Browser) -> AsyncIterator[Stage]:
    """A stage whose time passes as a test says, from that of the sample pages on."""
    context = await browser.new_context()
    try:
        async with staged(context) as made:
            await made.page.clock.install(time=NOW)
            yield made
    finally:
        await context.close()


@pytest.mark.parametrize(
    ("width", "twice", "stepper"),
    [(WIDEST, False, True), (NARROWEST, False, False), (NARROWEST, True, False), (480, True, False)],
)
async def test_where_there_is_no_room_for_all_steps_one_line_says_where_one_is(
    pages: Stage, width: int, twice: bool, stepper: bool
) -> None:
    page = await pages.show(VIEWS["scan"], width=width, answers=stream())
    if twice:
        await page.evaluate(TWICE)
    await expect(page.locator(".steps")).to_be_visible(visible=stepper)
    await expect(page.get_by_text("Step 3 of 5: Scan")).to_be_visible(visible=not stepper)


async def test_the_heading_is_on_the_first_screen_at_twice_the_text_size(pages: Stage) -> None:
    view = scan_view()
    view = replace(view, frame=replace(view.frame, person="alex@northbridge.example"))
    page = await pages.show(view, width=NARROWEST, answers=stream())
    await page.evaluate(TWICE)
    box = await page.get_by_role("heading", name="Scan the QR code").bounding_box()
    assert box
    assert box["y"] + box["height"] < 740


@pytest.mark.parametrize(
    ("name", "button"),
    [("scan", "Open the authenticator on this device"), ("software-scan", "Open in an app on this device")],
)
async def test_on_a_phone_the_app_is_opened_before_there_is_a_picture_to_scan(
    on_a_phone: Stage, pages: Stage, name: str, button: str
) -> None:
    for at, first in ((on_a_phone, True), (pages, False)):
        page = await at.show(VIEWS[name], width=NARROWEST, answers=stream() | PICTURES)
        opens = await page.get_by_role("button", name=button).bounding_box()
        picture = await page.locator("img.qr").bounding_box()
        assert opens
        assert picture
        assert (opens["y"] < picture["y"]) is first
    page = await on_a_phone.show(VIEWS["download"], width=NARROWEST, answers=PICTURES)
    await expect(page.locator("img.qr")).to_be_hidden()
    await expect(page.get_by_role("link", name="Download now")).to_be_visible()
    assert await on_a_phone.findings() == []


@pytest.mark.parametrize(("width", "twice"), SIZES)
@pytest.mark.parametrize(
    ("name", "label", "said"),
    [
        ("code-ways", "Resend", CHANNELS["sms"].again_now),
        ("call", "Call again", phone_words.CALL.again_now),
        ("try-has-codes", "Send again", app_words.APPROVAL.again_now),
    ],
)
async def test_what_can_be_asked_for_again_is_announced_and_nothing_moves(
    browser: Browser, name: str, label: str, said: str, width: int, twice: bool
) -> None:
    async with _timed(browser) as timed:
        page = await timed.show(VIEWS[name], width=width, answers=stream())
        if twice:
            await page.evaluate(TWICE)
        again = page.get_by_role("button", name=label)
        await expect(again).to_have_attribute("aria-disabled", "true")
        await page.clock.run_for(2_000)
        before = await page.evaluate(PLACES)
        for _ in range(90):
            if await again.get_attribute("aria-disabled") != "true":
                break
            await page.clock.run_for(1_000)
        await expect(again).not_to_have_attribute("aria-disabled", "true")
        assert await page.evaluate(PLACES) == before
        status = page.locator("[data-resend-said]")
        await expect(status).to_have_text(said)
        await page.clock.run_for(12_000)
        await expect(status).to_have_text("")


@pytest.mark.parametrize(("width", "twice"), SIZES)
async def test_once_no_more_can_be_sent_its_place_says_so(pages: Stage, width: int, twice: bool) -> None:
    page = await pages.show(VIEWS["code-ways"], width=width)
    if twice:
        await page.evaluate(TWICE)
    following = page.get_by_role("button", name="Next")
    before = await following.bounding_box()
    page = await pages.show(VIEWS["code-ways"], width=width, answers=stream(sendsLeft=0))
    if twice:
        await page.evaluate(TWICE)
    await expect(page.get_by_text(CHANNELS["sms"].none_left)).to_be_visible()
    await expect(page.get_by_role("button", name="Resend")).to_be_hidden()
    after = await following.bounding_box()
    assert before
    assert after
    if not twice:
        assert abs(after["y"] - before["y"]) < 25


@pytest.mark.parametrize(("name", "reason"), [("try", app_words.APPROVAL.first), ("call", phone_words.CALL.first)])
async def test_why_next_is_grey_stands_beside_it(pages: Stage, name: str, reason: str) -> None:
    page = await pages.show(VIEWS[name], width=NARROWEST, answers=stream())
    following = page.get_by_role("button", name="Next")
    await expect(following).to_have_attribute("aria-disabled", "true")
    await expect(following).to_have_accessible_description(reason)
    await expect(page.locator(".why")).to_be_visible()
    page = await pages.show(VIEWS[name], width=NARROWEST, answers=stream(status="verified"))
    await expect(page.locator(".why")).to_be_hidden()
    page = await pages.show(VIEWS[name], width=NARROWEST)
    await expect(following).not_to_have_attribute("aria-disabled", "true")
    await expect(page.locator(".why")).to_be_hidden()


@pytest.mark.parametrize(("name", "icon"), [("try-denied", "stop"), ("try-wrong-number", "alert")])
async def test_a_denial_has_a_sign_of_its_own_and_stands_left(pages: Stage, name: str, icon: str) -> None:
    page = await pages.show(VIEWS[name], width=NARROWEST)
    sign = page.locator(".stage .emblem:visible")
    await expect(sign.locator("circle")).to_have_count(1 if icon == "stop" else 0)
    heading, shown = await page.locator("h2").bounding_box(), await page.locator("[data-headline]").bounding_box()
    emblem = await sign.bounding_box()
    assert heading
    assert shown
    assert emblem
    assert heading["x"] == shown["x"] == emblem["x"]
    assert await page.locator("[data-headline]").evaluate("(one) => getComputedStyle(one).textAlign") == "start"


async def test_methods_are_cards_and_a_single_one_is_no_choice(pages: Stage) -> None:
    page = await pages.show(VIEWS["add"], width=NARROWEST)
    cards = page.locator(".method-card")
    await expect(cards).to_have_count(2)
    await expect(cards.locator("svg")).to_have_count(2)
    passkey = page.get_by_role("radio", name="Passkey")
    await expect(passkey).to_have_accessible_description(
        "Recommended Sign in with your face, your fingerprint or the PIN of your device."
    )
    await cards.last.click()
    await expect(page.get_by_role("radio", name="Office phone")).to_be_checked()
    page = await pages.show(VIEWS["add-one"], width=NARROWEST)
    await expect(page.get_by_role("radio")).to_have_count(0)
    await expect(page.get_by_text("Office phone")).to_be_visible()
    assert await page.locator("[name=method]").input_value() == "phone.office"


async def test_an_address_breaks_before_its_at_sign_and_only_there(pages: Stage) -> None:
    page = await pages.show(VIEWS["phone"], width=NARROWEST)
    lines = """() => { const text = document.querySelector(".person span"), range = document.createRange();
        const seen = []; let top = null;
        for (const node of text.childNodes) for (let at = 0; at < (node.length ?? 0); at++) {
            range.setStart(node, at); range.setEnd(node, at + 1);
            const now = Math.round(range.getBoundingClientRect().top);
            if (now !== top) seen.push(""), (top = now);
            seen[seen.length - 1] += node.data[at];
        }
        return seen }"""
    assert await page.evaluate(lines) == ["alexandra.longname+fresh-person-of-a-test", "@northbridge.example"]


async def test_stay_is_the_first_thing_that_a_keyboard_reaches(pages: Stage) -> None:
    view = code_view()
    page = await pages.show(replace(view, frame=replace(view.frame, session_ends_at=NOW + timedelta(minutes=1))))
    await expect(page.get_by_role("button", name="Stay")).to_be_visible()
    assert await page.evaluate(FIRST) == "Stay"


@pytest.mark.parametrize("action", ["Delete", "Rename", "Change", "Set as default"])
async def test_what_a_menu_does_names_the_method(pages: Stage, action: str) -> None:
    page = await pages.show(VIEWS["manage"])
    await page.locator("summary").filter(has_text="My work phone").click()
    named = f"{action} My work phone Phone +44 •••• ••0142"
    await expect(page.get_by_role("link", name=named).or_(page.get_by_role("button", name=named))).to_be_visible()


async def test_the_secret_behind_a_picture_is_there_without_a_press(pages: Stage) -> None:
    page = await pages.show(VIEWS["software-scan"], answers=PICTURES)
    await expect(page.get_by_role("definition").filter(has_text="JBSW")).to_be_visible()


async def test_help_on_success_is_a_list_of_its_own(pages: Stage) -> None:
    page = await pages.show(VIEWS["success"], width=WIDEST)
    boxes = [
        await link.bounding_box() for link in await page.get_by_role("list", name="Help").get_by_role("link").all()
    ]
    assert len({box["x"] for box in boxes if box}) == 1
    assert all(box and box["height"] >= 44 for box in boxes)


@pytest.mark.parametrize("width", [WIDEST, NARROWEST])
async def test_news_shift_nothing(pages: Stage, width: int) -> None:
    """As browsers count it: https://web.dev/articles/cls."""
    shifts = []
    for name, news in NEWS:
        page = await pages.show(VIEWS[name], width=width, answers=news)
        shifts.append((name, await page.evaluate(SHIFT)))
    assert shifts == [(name, 0) for name, _ in NEWS]


async def test_places_are_kept_until_the_screen_has_another_width(pages: Stage) -> None:
    """A phone's keyboard changes its height alone."""
    page = await pages.show(VIEWS["scan"], width=NARROWEST, answers=activation(connected=True, deviceName="Phone"))
    kept = page.locator(".left, .held")
    await expect(kept).not_to_have_count(0)
    number = await kept.count()
    await page.set_viewport_size({"width": NARROWEST, "height": 400})
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    await expect(kept).to_have_count(number)
    await page.set_viewport_size({"width": WIDEST, "height": 800})
    await expect(kept).to_have_count(0)
