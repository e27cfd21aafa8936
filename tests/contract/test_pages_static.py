"""Every page in Chromium: accessible, readable at any size, and alive where a script runs."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, CDPSession, Page, Route, expect

from services.enrollment.methods.authenticator_app import words as app_words
from services.enrollment.methods.passkey.words import OUTCOMES
from services.enrollment.methods.phone import words as phone_words
from services.enrollment.methods.recovery_codes import words as recovery_words
from services.enrollment.methods.software_oath import words as software_words
from services.enrollment.web.qr import qr_picture
from services.enrollment.web.views import FieldError
from services.enrollment.web.words import LIVE
from tests.support.browser import Answer, Scheme, Stage, chromium, stage
from tests.support.pages import (
    ACTIVATION_LINK,
    ACTIVATION_URL,
    CODES,
    DEVICE,
    MASKED,
    NOW,
    OTP_SECRET,
    QR_CODES,
    SETUP,
    code_view,
    phone_view,
    sample_views,
    try_view,
)

EVENTS = "/security-info/setup/events"
VIEWS = sample_views()
PICTURES = {path: Answer(qr_picture(content), "image/svg+xml") for path, content in QR_CODES.items()}
WIDEST, NARROWEST = 1280, 360
LOOKS: tuple[tuple[int, Scheme], ...] = ((WIDEST, "light"), (NARROWEST, "dark"))
FAILED = f"We couldn't reach {MASKED}. Check the number, or use a different one."

FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
TWICE = "() => document.documentElement.style.setProperty('font-size', '200%')"
TARGETS = "button, .button, .back, .text-link, .item, input, select, summary"
SMALL_TARGETS = f"""() => [...document.querySelectorAll("{TARGETS}")]
    .filter((element) => element.offsetParent && element.type !== "hidden")
    .filter((element) => (element.closest("label") ?? element).offsetHeight < 44)
    .map((element) => element.outerHTML)"""
FOCUSABLE = "a, button, input, select, summary"
FOCUSED = f"() => document.activeElement.matches('{FOCUSABLE}') ? document.activeElement.outerHTML : null"
RING = """() => { const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 }"""
START = """() => { const start = document.activeElement;
    const about = [start, start.closest("fieldset")].map((element) => element?.getAttribute("aria-describedby"));
    return [start.tagName, about.join(" ").split(" ")] }"""
STOPS = """() => { const seen = [...document.querySelectorAll("a, button, input, select, summary")]
    .filter((element) => element.checkVisibility() && element.type !== "hidden");
    const radios = new Set(seen.filter(({type}) => type === "radio").map(({name}) => name));
    return seen.filter(({type}) => type !== "radio").length + radios.size }"""
MAKE_PASSKEY = """() => navigator.credentials.create({publicKey: {
    rp: {name: "Northbridge", id: "localhost"}, challenge: new Uint8Array(16),
    user: {id: new Uint8Array(8), name: "alexandra", displayName: "Alexandra"},
    pubKeyCredParams: [-7, -257].map((alg) => ({type: "public-key", alg})),
    authenticatorSelection: {residentKey: "required", userVerification: "required"}}}).then(() => true)"""
PRINTED = """() => [...document.querySelectorAll("body *")]
    .filter((element) => element.children.length === 0 && element.textContent.trim() && element.checkVisibility())
    .filter((element) => element.offsetWidth > 1)
    .map((element) => element.textContent)"""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages(browser: Browser) -> AsyncIterator[Stage]:
    async with stage(browser) as staged:
        yield staged


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare(browser: Browser) -> AsyncIterator[Stage]:
    """Pages without scripts."""
    async with stage(browser, scripts=False) as staged:
        yield staged


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


@pytest.mark.parametrize("name", VIEWS)
async def test_every_page_is_accessible_fits_and_begins_at_its_heading_or_error(pages: Stage, name: str) -> None:
    view = VIEWS[name]
    width, scheme = LOOKS[list(VIEWS).index(name) % len(LOOKS)]
    page = await pages.show(view, width=width, scheme=scheme, answers=stream())
    assert await pages.findings() == []
    assert (await page.title()).startswith("Error: ") == bool(view.error)
    tag, about = await page.evaluate(START)
    if isinstance(view.error, FieldError) and not getattr(view, "ended", False) and name != "delete-required":
        assert f"{view.error.field}-error" in about
    else:
        assert tag in {"H1", "H2"}
    await page.set_viewport_size({"width": NARROWEST, "height": 800})
    assert await page.evaluate(FITS)
    assert await page.evaluate(SMALL_TARGETS) == []
    await page.evaluate(TWICE)
    assert await page.evaluate(FITS)
    assert pages.complaints == []


@pytest.mark.parametrize(("accent", "scheme"), [("#ffd400", "light"), ("#000000", "dark")])
async def test_any_colour_of_an_organisation_is_readable(pages: Stage, accent: str, scheme: Scheme) -> None:
    await pages.show(VIEWS["code"], scheme=scheme, accent=accent, answers=stream())
    assert await pages.findings() == []


KEYBOARD = ("prompt", "download", "scan-manual", "scan-expired", "try", "try-denied", "phone-ways", "code-ways", "call")
LIKEWISE = ("software-scan", "questions", "passkey", "recovery-codes", "manage", "delete", "cancel", "help-install")
FOR_ADMINISTRATORS = ("operations", "operations-closed", "reports")


@pytest.mark.parametrize("name", [*KEYBOARD, *LIKEWISE, *FOR_ADMINISTRATORS])
async def test_each_control_is_reached_by_keyboard_with_a_ring(pages: Stage, name: str) -> None:
    page = await pages.show(VIEWS[name], answers=stream())
    stops = await page.evaluate(STOPS)
    seen = set()
    for _ in range(stops + 2):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(FOCUSED)
        if focused:
            assert await page.evaluate(RING), focused
            seen.add(focused)
    assert len(seen) == stops


async def test_without_scripts_everything_can_be_pressed(bare: Stage) -> None:
    page = await bare.show(VIEWS["code"])
    await expect(page.get_by_role("button", name="Resend")).to_be_enabled()
    await expect(page.get_by_role("button", name="Next")).to_be_enabled()
    await expect(page.get_by_text("This page works until 09:45 UTC")).to_be_visible()
    await expect(page.get_by_role("button", name="Stay")).to_be_hidden()


async def test_without_scripts_the_app_is_connected_and_tried(bare: Stage) -> None:
    page = await bare.show(VIEWS["scan-manual"], answers=PICTURES)
    await expect(page.get_by_text("314159265")).to_be_visible()
    await expect(page.get_by_text(ACTIVATION_URL)).to_be_visible()
    await expect(page.get_by_role("button", name="Copy code")).to_be_hidden()
    await expect(page.get_by_role("button", name="Next")).to_be_enabled()
    page = await bare.show(VIEWS["try"])
    await expect(page.get_by_role("button", name="Next")).to_be_enabled()
    await expect(page.get_by_role("button", name="Send again")).to_be_enabled()
    await expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    page = await bare.show(VIEWS["try-denied"])
    await expect(page.get_by_role("button", name="Try again")).to_be_enabled()
    await expect(page.get_by_role("button", name="Report suspicious activity")).to_be_enabled()


async def test_without_scripts_further_methods_work_but_passkeys_say_why_not(bare: Stage) -> None:
    page = await bare.show(VIEWS["call"])
    await expect(page.get_by_role("button", name="Next")).to_be_enabled()
    await expect(page.get_by_role("button", name="Call again")).to_be_enabled()
    page = await bare.show(VIEWS["software-scan"], answers=PICTURES)
    await page.get_by_text("Can't scan the QR code").click()
    await expect(page.locator(".secret")).to_contain_text(OTP_SECRET[:4])
    page = await bare.show(VIEWS["recovery-codes"])
    await expect(page.get_by_text(CODES[9])).to_be_visible()
    await expect(page.get_by_role("button", name="Download")).to_be_hidden()
    page = await bare.show(VIEWS["passkey"])
    await expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    await expect(page.get_by_role("button", name="Create a passkey")).to_be_hidden()
    page = await bare.show(VIEWS["manage"])
    await page.get_by_text("Manage My work phone").click()
    await expect(page.get_by_role("button", name="Set as default")).to_be_visible()
    await expect(page.get_by_role("link", name="Delete")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("download", NARROWEST, "dark"),
        ("scan", WIDEST, "light"),
        ("scan", NARROWEST, "dark"),
        ("software-scan", WIDEST, "dark"),
    ],
)
async def test_a_camera_reads_the_picture_from_the_page(pages: Stage, name: str, scheme: Scheme, width: int) -> None:
    page = await pages.show(VIEWS[name], width=width, scheme=scheme, answers=activation())
    picture = page.locator("img.qr")
    seen = zxingcpp.read_barcodes(Image.open(BytesIO(await picture.screenshot())))
    address = await picture.get_attribute("src")
    assert [code.text for code in seen] == [QR_CODES[address or ""]]
    assert await picture.get_attribute("alt")


async def test_a_method_is_chosen_by_keyboard(pages: Stage) -> None:
    page = await pages.show(VIEWS["choose"])
    await page.get_by_role("radio", name="Authenticator app").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="Phone")).to_be_checked()
    assert await page.evaluate(RING)


@pytest.mark.parametrize("name", ["scan", "scan-unheard", "scan-manual"])
async def test_an_app_that_connects_is_announced_and_changes_no_page(pages: Stage, name: str) -> None:
    page = await pages.show(VIEWS[name], answers=activation(connected=True, deviceName=DEVICE))
    said = page.get_by_role("status").filter(has_text="Your app is connected. Select Next.")
    await expect(said).to_be_visible()
    await expect(page.get_by_text(DEVICE)).to_be_visible()
    await expect(page.locator("img.qr, .typed")).to_be_hidden()
    await expect(page.get_by_role("button", name="Next")).to_be_enabled()
    await expect(page.get_by_role("heading", name="Scan the QR code")).to_be_focused()
    assert not (await page.title()).startswith("Error")


async def test_an_expired_picture_goes_and_a_new_one_is_made_on_purpose(pages: Stage) -> None:
    page = await pages.show(VIEWS["scan"], answers=activation(expired=True))
    await expect(page.get_by_role("status").filter(has_text="This QR code has expired")).to_be_visible()
    await expect(page.locator("img.qr")).to_be_hidden()
    await expect(page.get_by_role("button", name="Next")).to_be_hidden()
    assert (await page.title()).startswith("Error: ")
    assert (await _sent(page, "New QR code"))["action"] == ["renew"]


@pytest.mark.parametrize(
    ("name", "label", "said", "copied"),
    [
        ("scan-manual", "Copy code", app_words.CONNECTING.copied, "314159265"),
        ("scan-manual", "Copy URL", app_words.CONNECTING.copied_url, ACTIVATION_URL),
        ("software-scan", "Copy secret", software_words.COPIED, OTP_SECRET),
        ("recovery-codes", "Copy", recovery_words.COPIED, "\n".join(CODES)),
    ],
)
async def test_what_has_to_be_typed_elsewhere_is_copied(
    pages: Stage, name: str, label: str, said: str, copied: str
) -> None:
    page = await pages.show(VIEWS[name], answers=activation())
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.evaluate("() => document.querySelectorAll('details').forEach((one) => one.open = true)")
    await page.get_by_role("button", name=label, exact=True).click()
    await expect(page.get_by_role("status").filter(has_text=said)).to_be_attached()
    assert await page.evaluate("() => navigator.clipboard.readText()") == copied


async def test_the_app_on_this_device_opens_like_a_button(pages: Stage) -> None:
    page = await pages.show(VIEWS["scan"], answers=activation())
    await page.get_by_role("button", name="Open the authenticator on this device").focus()
    async with page.context.expect_page() as opened:
        await page.keyboard.press("Space")
    app = await opened.value
    assert app.url == ACTIVATION_LINK
    await app.close()


@pytest.mark.parametrize(
    ("name", "waits", "first"),
    [
        ("try", "Waiting for your approval…", app_words.APPROVAL.first),
        ("call", "Waiting for your answer…", phone_words.CALL.first),
    ],
)
async def test_next_waits_for_the_approval_and_says_so(pages: Stage, name: str, waits: str, first: str) -> None:
    page = await pages.show(VIEWS[name], answers=stream())
    await expect(page.get_by_role("status").filter(has_text=waits)).to_be_visible()
    following = page.get_by_role("button", name="Next")
    await expect(following).to_have_attribute("aria-disabled", "true")
    await following.click(force=True)
    await expect(page.get_by_role("status").filter(has_text=first)).to_be_attached()
    assert page.url.endswith("/page")


async def test_next_is_the_check_where_nothing_can_be_heard(pages: Stage) -> None:
    page = await pages.show(VIEWS["try"])
    await expect(page.get_by_role("button", name="Next")).not_to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize(
    ("name", "said", "heading"),
    [
        ("try-unheard", "Approved. Select Next.", "Let's try it out"),
        ("try-open-app", "Approved. Select Next.", "Let's try it out"),
        ("call-unheard", "Confirmed. Select Next.", "Answer the call"),
    ],
)
async def test_an_approval_is_announced_and_changes_no_page(pages: Stage, name: str, said: str, heading: str) -> None:
    page = await pages.show(VIEWS[name], answers=stream(status="verified"))
    await expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()
    following = page.get_by_role("button", name="Next")
    await expect(following).not_to_have_attribute("aria-disabled", "true")
    await expect(page.get_by_text("42", exact=True)).to_be_hidden()
    await expect(page.get_by_role("heading", name=heading)).to_be_focused()
    assert page.url.endswith("/page")
    assert not (await page.title()).startswith("Error")
    assert await pages.findings() == []


@pytest.mark.parametrize("name", ["recovery-codes-keeping", "questions-keeping"])
async def test_what_is_kept_after_the_wait_leads_on_by_itself(pages: Stage, name: str) -> None:
    page = await pages.show(VIEWS[name], answers=stream())
    await expect(page.get_by_role("status").filter(has_text="The page goes on by itself")).to_be_visible()
    await expect(page.get_by_role("button", name="Next")).to_have_count(0)
    saved = {SETUP: Answer("<p>Saved</p>", "text/html")}
    page = await pages.show(VIEWS[name], answers=stream(status="verified") | saved)
    await expect(page.get_by_text("Saved")).to_be_visible()


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
    pages: Stage, changes: dict[str, str], told: str
) -> None:
    page = await pages.show(VIEWS["try"], answers=stream(**changes))
    await expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(page.get_by_role("button", name="Report suspicious activity")).to_be_visible()
    await expect(page.get_by_role("button", name="Next")).to_be_hidden()
    await expect(page.get_by_text("42", exact=True)).to_be_hidden()
    assert (await page.title()).startswith("Error: ")


@pytest.mark.parametrize(
    ("name", "changes", "told", "way_on"),
    [
        ("call", {"status": "denied", "failure": "callReported"}, "You reported the call", "Start again"),
        ("call", {"delivery": {"state": "failed", "text": FAILED}}, FAILED, "Call again"),
        ("prove-call", {"status": "expired"}, "No answer", "Call again"),
    ],
)
async def test_a_call_that_was_not_confirmed_is_told_with_what_can_be_done(
    pages: Stage, name: str, changes: dict[str, object], told: str, way_on: str
) -> None:
    page = await pages.show(VIEWS[name], answers=stream(**changes))
    await expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()
    await expect(page.get_by_role("button", name=way_on).or_(page.get_by_role("link", name=way_on))).to_be_visible()
    await expect(page.get_by_role("button", name="Next")).to_be_hidden()
    assert (await page.title()).startswith("Error: ")


async def test_what_becomes_of_a_call_is_told_live(pages: Stage) -> None:
    answered = "You answered. Press # to confirm that it's you."
    page = await pages.show(VIEWS["call"], answers=stream(delivery={"state": "delivered", "text": answered}))
    await expect(page.get_by_role("status").filter(has_text=answered)).to_be_visible()


async def test_a_request_that_was_replaced_leads_to_the_new_one(pages: Stage) -> None:
    page = await pages.show(VIEWS["try"], answers=stream(status="cancelled"))
    await expect(page.get_by_role("status").filter(has_text="A new request was sent")).to_be_visible()
    await expect(page.get_by_role("link", name="Go on")).to_be_visible()


async def test_another_request_is_sent_when_its_time_has_come(pages: Stage) -> None:
    page = await pages.show(VIEWS["try"], answers=stream())
    again = page.get_by_role("button", name="Send again")
    await expect(again).to_have_attribute("aria-disabled", "true")
    await again.click(force=True)
    await expect(page.get_by_text("You can ask for another request in")).to_be_attached()
    page = await pages.show(replace(try_view(), send_again_at=NOW - timedelta(seconds=1)), answers=stream())
    assert (await _sent(page, "Send again"))["action"] == ["again"]


async def test_delivery_is_told_live(pages: Stage) -> None:
    arrived = f"The message with your 6-digit code arrived at {MASKED}."
    page = await pages.show(VIEWS["code"], answers=stream(delivery={"state": "delivered", "text": arrived}))
    await expect(page.get_by_role("status").filter(has_text=arrived)).to_be_visible()
    await expect(page.locator("[data-delivery]")).to_have_attribute("data-state", "delivered")


async def test_a_state_change_moves_nothing(pages: Stage) -> None:
    page = await pages.show(VIEWS["code"])
    before = await page.get_by_label("Code").bounding_box()
    page = await pages.show(VIEWS["code"], answers=stream(delivery={"state": "failed", "text": FAILED}))
    await expect(page.get_by_text("We couldn't reach")).to_be_visible()
    assert await page.get_by_label("Code").bounding_box() == before


async def test_resend_counts_down_by_the_servers_clock_and_says_why_not(pages: Stage) -> None:
    page = await pages.show(VIEWS["code"], answers=stream())
    resend = page.get_by_role("button", name="Resend")
    await expect(resend).to_have_attribute("aria-disabled", "true")
    await expect(page.get_by_text("Available in")).to_be_visible()
    assert await page.locator("[data-resend-wait]").evaluate("(e) => !e.closest('[aria-live], [role=status]')")
    await resend.click(force=True)
    await expect(page.get_by_text("You can ask for another message in")).to_be_attached()


async def test_resend_opens_when_its_time_has_come(pages: Stage) -> None:
    page = await pages.show(VIEWS["code"], answers=stream(resendAt=(NOW - timedelta(seconds=1)).isoformat()))
    await expect(page.get_by_role("button", name="Resend")).not_to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize(("name", "label"), [("code", "Code"), ("prove-recovery", "Recovery code")])
async def test_a_proof_in_another_tab_is_told_and_changes_no_page(pages: Stage, name: str, label: str) -> None:
    page = await pages.show(VIEWS[name], answers=stream(status="verified"))
    await expect(page.get_by_text(LIVE.elsewhere)).to_be_visible()
    await expect(page.get_by_role("link", name="Go on")).to_be_visible()
    await expect(page.get_by_role("textbox", name=label)).to_be_hidden()
    assert await pages.findings() == []


async def test_a_code_that_died_offers_to_start_again(pages: Stage) -> None:
    page = await pages.show(VIEWS["code"], answers=stream(status="expired"))
    await expect(page.get_by_text("We can send you a new one")).to_be_visible()
    await expect(page.get_by_role("link", name="Start again")).to_be_visible()
    page = await pages.show(VIEWS["prove-code"], answers=stream(status="expired"))
    assert (await _sent(page, "Send a new code"))["action"] == ["again"]


async def test_a_late_verdict_is_told(pages: Stage) -> None:
    page = await pages.show(VIEWS["code-checking"], answers=stream(attemptsLeft=1))
    await expect(page.get_by_text("Check the newest message; 1 try left.")).to_be_visible()


async def test_a_form_is_sent_once_and_says_that_it_is_under_way(pages: Stage) -> None:
    page = await pages.show(VIEWS["code"], answers=stream())
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
    await page.unroute("**/security-info/setup")
    assert len(sent) == 1
    assert "action=next" in sent[0]
    assert "code=123+456" in sent[0]


@pytest.mark.parametrize("has_helpers", [True, False])
@pytest.mark.parametrize(
    ("name", "label", "part"),
    [("passkey", "Create a passkey", "attestationObject"), ("prove-passkey", "Use a passkey", "signature")],
)
async def test_a_passkey_is_made_and_used_in_any_browser(
    pages: Stage, name: str, label: str, part: str, *, has_helpers: bool
) -> None:
    page = await pages.show(VIEWS[name])
    devtools = await _authenticator(page)
    if name == "prove-passkey":
        await page.evaluate(MAKE_PASSKEY)
    if not has_helpers:
        await page.evaluate(
            """() => { for (const name of ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"])
                PublicKeyCredential[name] = undefined;
                PublicKeyCredential.prototype.toJSON = undefined }"""
        )
    form = await _sent(page, label)
    credential = json.loads(form["credential"][0])
    assert (credential["type"], credential["rawId"]) == ("public-key", credential["id"])
    assert credential["response"][part]
    assert form["challenge"] == ["0193a000-challenge"]
    await devtools.send("WebAuthn.disable")
    await devtools.detach()


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [
        ("passkey", "NotAllowedError", "cancelled"),
        ("passkey-error", "InvalidStateError", "exists"),
        ("prove-passkey", "SecurityError", "failed"),
    ],
)
async def test_what_the_browser_did_not_do_is_told_in_words(pages: Stage, name: str, error: str, told: str) -> None:
    page = await pages.show(VIEWS[name])
    await page.evaluate(
        """(name) => { CredentialsContainer.prototype.create = CredentialsContainer.prototype.get =
            () => Promise.reject(new DOMException("", name)) }""",
        error,
    )
    start = page.locator("button.primary")
    await start.click()
    await expect(page.get_by_role("status").filter(has_text=OUTCOMES[told])).to_be_visible()
    await expect(start).not_to_have_attribute("aria-disabled", "true")
    await expect(page.locator("#credential-error")).to_have_count(0)
    assert page.url.endswith("/page")


async def test_a_browser_without_passkeys_says_so(pages: Stage) -> None:
    unable = "export const canUsePasskeys = () => false; export const runCeremony = null;"
    page = await pages.show(VIEWS["passkey"], answers={"/static/credentials.js": Answer(unable, "text/javascript")})
    await expect(page.get_by_role("status").filter(has_text=OUTCOMES["unsupported"])).to_be_visible()
    await expect(page.get_by_role("button", name="Create a passkey")).to_be_hidden()
    await expect(page.get_by_role("link", name="I want to set up a different method")).to_be_visible()


async def test_recovery_codes_are_kept_as_a_file_and_on_paper(pages: Stage, tmp_path: Path) -> None:
    page = await pages.show(VIEWS["recovery-codes"])
    async with page.expect_download() as kept:
        await page.get_by_role("button", name="Download").click()
    file = await kept.value
    assert file.suggested_filename == "recovery-codes.txt"
    await file.save_as(tmp_path / "codes.txt")
    assert (tmp_path / "codes.txt").read_text().split() == list(CODES)
    await page.evaluate("() => { window.print = () => document.body.dataset.printed = 'yes' }")
    await page.get_by_role("button", name="Print").click()
    await expect(page.locator("body")).to_have_attribute("data-printed", "yes")
    await page.emulate_media(media="print")
    assert await page.evaluate(PRINTED) == ["Recovery codes, Northbridge", *CODES]
    await page.emulate_media(media="screen")
    assert pages.complaints == []


async def test_the_menu_of_a_method_opens_and_closes_by_keyboard_and_elsewhere(pages: Stage) -> None:
    page = await pages.show(VIEWS["manage"], width=NARROWEST, scheme="dark")
    menu = page.locator("summary").filter(has_text="My work phone")
    rename = page.get_by_role("link", name="Rename")
    await menu.press("Enter")
    await expect(rename).to_be_visible()
    assert await pages.findings() == []
    await page.evaluate(TWICE)
    assert await page.evaluate(FITS)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Change")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(rename).to_be_hidden()
    await expect(menu).to_be_focused()
    await menu.click()
    await page.locator("summary").filter(has_text="Recovery codes").click()
    await expect(rename).to_have_count(1)
    await page.get_by_role("heading", name="My security info").click()
    await expect(rename).to_be_hidden()


async def test_without_scripts_the_reports_are_tables_whose_address_is_the_choice(bare: Stage) -> None:
    page = await bare.show(VIEWS["reports"], width=NARROWEST)
    table = page.get_by_role("table").first
    await expect(table.get_by_role("rowheader", name="Scan the QR code")).to_be_visible()
    await expect(table.get_by_role("row", name="Scan the QR code")).to_contain_text("12 cancelled")
    await page.get_by_label("When").select_option("Last 7 days")
    async with page.expect_request("**/operations/reports*") as asked:
        await page.get_by_role("button", name="Show").click()
    assert (await asked.value).url.endswith("/operations/reports?days=7&decision=register")


async def test_times_are_those_of_the_clock_on_the_wall(pages: Stage, bare: Stage) -> None:
    page = await bare.show(VIEWS["activity"])
    await expect(page.get_by_text("24 November 2026, 09:30 UTC")).to_be_visible()
    page = await pages.show(VIEWS["activity"])
    await expect(page.locator("time").first).to_contain_text("10:30")


async def test_the_end_of_the_session_is_announced_and_put_off(pages: Stage) -> None:
    later = (NOW + timedelta(minutes=17)).isoformat()
    answers = {"/security-info/stay": Answer(json.dumps({"sessionEndsAt": later}), "application/json")}
    phone = phone_view()
    soon = replace(phone, frame=replace(phone.frame, session_ends_at=NOW + timedelta(minutes=2)))
    page = await pages.show(soon, width=NARROWEST, answers=answers)
    await expect(page.get_by_role("alert").get_by_text(LIVE.session_soon)).to_be_visible()
    assert await pages.findings() == []
    await page.get_by_role("button", name="Stay").click()
    await expect(page.get_by_role("button", name="Stay")).to_be_hidden()
    await expect(page.get_by_role("status").filter(has_text=LIVE.stayed)).to_be_attached()


async def test_an_ended_session_says_so(pages: Stage) -> None:
    phone = phone_view()
    page = await pages.show(replace(phone, frame=replace(phone.frame, session_ends_at=NOW)))
    await expect(page.get_by_role("alert").get_by_text(LIVE.session_over)).to_be_visible()
    await expect(page.get_by_role("link", name="Go back")).to_be_visible()


async def test_a_script_in_a_value_does_not_run(pages: Stage) -> None:
    view = code_view(FieldError("code", "<img src=x onerror=alert(1)>"))
    page = await pages.show(view, answers=stream())
    await expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()


async def _sent(page: Page, label: str) -> dict[str, list[str]]:
    """Press a button and give the form that it sends."""
    async with page.expect_request("**/security-info/setup") as asked:
        await page.get_by_role("button", name=label).click()
    return parse_qs((await asked.value).post_data or "")


async def _authenticator(page: Page) -> CDPSession:
    """A platform authenticator that says yes; it goes when it is detached."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools
