"""The authenticator app in Chromium: what it keeps, what it signs, what it says."""

import re
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.async_api import Page, expect

from services.enrollment.authenticator.pages import shell
from tests.support.web.app import APP, add_account, add_by_link, base32, heading, looks_right, to_ways
from tests.support.web.authenticator import CODE, SECRET, DeviceApi, request_in
from tests.support.web.browser import assert_reached_by_keyboard
from tests.support.web.trees import assert_told_as_before

pytestmark = pytest.mark.asyncio(loop_scope="session")

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


async def test_every_view_is_accessible_fits_and_is_told_as_before(page: Page, api: DeviceApi) -> None:
    await page.goto(f"{api.origin}{APP}")
    await heading(page, "No accounts yet")
    await _is_in_order(page, "start")
    for place, name in [
        ("#add", "Add account"),
        ("#work", "Work or school account"),
        ("#enter", "Enter code manually"),
    ]:
        await page.goto(f"{api.origin}{APP}{place}")
        await heading(page, name)
        await _is_in_order(page, place.removeprefix("#"))
    await page.get_by_role("button", name="Add", exact=True).click()
    await _is_in_order(page, "errors")
    await add_by_link(page, api)
    await _is_in_order(page, "added")
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Customize and control").click()
    await _is_in_order(page, "accounts and menu")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Remove alex@northbridge.example").click()
    await _is_in_order(page, "removal")
    await page.keyboard.press("Escape")
    api.requests = [request_in()]
    await heading(page, "Approve sign-in?")
    await _is_in_order(page, "request")
    await page.get_by_role("button", name="Deny").click()
    await heading(page, "Denied")
    await _is_in_order(page, "outcome")


async def _is_in_order(page: Page, name: str) -> None:
    await looks_right(page, name)
    await assert_told_as_before(page, name, "authenticator-app")
    if not await page.locator("dialog, [role=menu]:visible").count():
        await assert_reached_by_keyboard(page)


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
