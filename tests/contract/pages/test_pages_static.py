"""Every page in Chromium: accessible, readable at any size, usable by keyboard and without scripts."""

from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, expect

from services.enrollment.methods.authenticator_app import words as app_words
from services.enrollment.methods.recovery_codes import words as recovery_words
from services.enrollment.methods.software_oath import words as software_words
from services.enrollment.web.views import FieldError
from tests.support.web.browser import (
    BROKEN_ADDRESSES,
    FITS,
    RINGED,
    Scheme,
    Stage,
    assert_reached_by_keyboard,
    findings,
    stage,
)
from tests.support.web.sample_frame import ACTIVATION_LINK, ACTIVATION_URL, CODES, FRAME, OTP_SECRET, QR_CODES
from tests.support.web.sample_pages import code_view
from tests.support.web.staged_pages import NARROWEST, PICTURES, VIEWS, WIDEST, activation, stream
from tests.support.web.trees import assert_told_as_before

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOKS: tuple[tuple[int, Scheme], ...] = ((WIDEST, "light"), (NARROWEST, "dark"))
OTHER: dict[Scheme, Scheme] = {"light": "dark", "dark": "light"}
"""A scheme changes colours alone, and larger text needs less contrast: all rules are asked once, of the larger text."""


TWICE = "() => document.documentElement.style.setProperty('font-size', '200%')"


TARGETS = "button, .button, .back, .text-link, .item, input, select, summary"


SMALL_TARGETS = f"""() => [...document.querySelectorAll("{TARGETS}")]
    .filter((element) => element.offsetParent && element.type !== "hidden")
    .filter((element) => (element.closest("label") ?? element).offsetHeight < 44)
    .map((element) => element.outerHTML)"""


START = """() => { const start = document.activeElement;
    const about = [start, start.closest("fieldset")].map((element) => element?.getAttribute("aria-describedby"));
    return [start.tagName, about.join(" ").split(" ")] }"""


PRINTED = """() => [...document.querySelectorAll("body *")]
    .filter((element) => element.children.length === 0 && element.textContent.trim() && element.checkVisibility())
    .filter((element) => element.offsetWidth > 1)
    .map((element) => element.textContent)"""


OF_NO_FIELD = {"delete-required", "prove-questions-error"}
"""Errors that are about the page: an alert says them."""


BY_KEYBOARD = """
    prompt download setup scan-manual scan-expired try try-denied app-code app-done choose phone-ways code-ways call
    hardware-token hardware-token-code email software software-scan questions passkey recovery recovery-codes
    success cancel ended
    prove-choose prove-recovery prove-questions manage confirm add rename delete new-phone activity not-me
    help help-install
    operations operations-closed reports messages desk desk-person desk-act desk-pass
"""
"""One of each kind of page at least."""
WALKED = BY_KEYBOARD.split()

FACTS = f"""() => {{ const twice = document.documentElement.style, at = {{ broken: ({BROKEN_ADDRESSES})(),
        small: ({SMALL_TARGETS})(), fits: ({FITS})() }};
    twice.setProperty("font-size", "200%");
    at.fitsTwice = ({FITS})();
    twice.removeProperty("font-size");
    return at }}"""
RIGHT = {"broken": [], "small": [], "fits": True, "fitsTwice": True}


@pytest.mark.parametrize("name", VIEWS)
async def test_every_page_is_accessible_fits_begins_where_it_should_and_is_told_as_before(
    pages: Stage, name: str
) -> None:
    """All of one load: facts and the keyboard of the page itself, what is told and what axe finds of its copy."""
    view = VIEWS[name]
    width, scheme = LOOKS[list(VIEWS).index(name) % len(LOOKS)]
    page = await pages.show(view, width=width, scheme=scheme, answers=stream())
    assert (await page.title()).startswith("Error: ") == bool(view.error)
    tag, about = await page.evaluate(START)
    if isinstance(view.error, FieldError) and not getattr(view, "ended", False) and name not in OF_NO_FIELD:
        assert f"{view.error.field}-error" in about
    else:
        assert tag in {"H1", "H2"}
    await page.set_viewport_size({"width": NARROWEST, "height": 800})
    assert await page.evaluate(FACTS) == RIGHT
    await _is_told_and_accessible(pages, name, width, scheme)
    if name in WALKED:
        await page.set_viewport_size({"width": WIDEST, "height": 800})
        await assert_reached_by_keyboard(page)
    assert pages.complaints == []


async def _is_told_and_accessible(pages: Stage, name: str, width: int, scheme: Scheme) -> None:
    """Told on a small screen; colours in both schemes, and all else once, with the larger text."""
    bench = await pages.bench()
    copy = bench.page
    await copy.set_viewport_size({"width": NARROWEST, "height": 800})
    await bench.lay(pages.page)
    await assert_told_as_before(copy, name, anew=lambda: bench.lay(pages.page))
    await copy.set_viewport_size({"width": width, "height": 800})
    await copy.emulate_media(color_scheme=scheme)
    assert await findings(copy, "color-contrast") == []
    await copy.emulate_media(color_scheme=OTHER[scheme])
    await copy.evaluate(TWICE)
    assert await findings(copy) == []


@pytest.mark.parametrize(("accent", "scheme"), [("#ffd400", "light"), ("#000000", "dark")])
async def test_any_colour_of_an_organisation_is_readable(browser: Browser, accent: str, scheme: Scheme) -> None:
    async with stage(browser, accent=accent) as coloured:
        await coloured.show(VIEWS["code"], scheme=scheme, answers=stream())
        assert await coloured.findings() == []


async def test_each_kind_of_page_is_walked_by_keyboard() -> None:
    walked = {VIEWS[name].template for name in WALKED}
    assert walked == {view.template for view in VIEWS.values()}


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
    seen = zxingcpp.read_barcodes(
        Image.open(BytesIO(await picture.screenshot())), zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    address = await picture.get_attribute("src")
    assert [code.text for code in seen] == [QR_CODES[address or ""]]
    assert await picture.get_attribute("alt")


async def test_a_method_is_chosen_by_keyboard(pages: Stage) -> None:
    page = await pages.show(VIEWS["choose"])
    await page.get_by_role("radio", name="Authenticator app").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="Phone")).to_be_checked()
    assert await page.evaluate(RINGED)


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
    there = f"{ACTIVATION_LINK.partition('#')[0]}*"
    await page.context.route(there, lambda route: route.fulfill(body="The app."))
    async with page.context.expect_page() as opened:
        await page.keyboard.press("Space")
    app = await opened.value
    assert app.url == ACTIVATION_LINK
    await app.close()
    await page.context.unroute(there)


async def test_recovery_codes_are_kept_as_a_file_and_on_paper(pages: Stage, tmp_path: Path) -> None:
    page = await pages.show(VIEWS["recovery-codes"])
    async with page.expect_download() as kept:
        await page.get_by_role("button", name="Download").click()
    file = await kept.value
    assert file.suggested_filename == "recovery-codes.txt"
    await file.save_as(tmp_path / "codes.txt")
    written = [
        "Recovery codes, Northbridge",
        f"Account: {FRAME.person}",
        "Made on 24 November 2026. Each code works once.",
    ]
    assert (tmp_path / "codes.txt").read_text().splitlines() == [*written, "", *CODES]
    await page.evaluate("() => { window.print = () => document.body.dataset.printed = 'yes' }")
    await page.get_by_role("button", name="Print").click()
    await expect(page.locator("body")).to_have_attribute("data-printed", "yes")
    await page.emulate_media(media="print")
    assert await page.evaluate(PRINTED) == [*written, *CODES]
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


async def test_a_script_in_a_value_does_not_run(pages: Stage) -> None:
    view = code_view(FieldError("code", "<img src=x onerror=alert(1)>"))
    page = await pages.show(view, answers=stream())
    await expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
