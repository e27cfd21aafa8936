"""The authenticator app in the reader's language."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from services.enrollment.i18n import read_in
from tests.support.web.app import APP, WIDTH, heading, looks_right
from tests.support.web.authenticator import CODE, NUMBER, DeviceApi, request_in
from tests.support.web.browser import BROKEN_ADDRESSES
from tests.support.web.pseudo import speak_pseudo, unmarked

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def page_in(browser: Browser, locale: str) -> AsyncIterator[Page]:
    """A page of a browser whose person reads that language."""
    context = await browser.new_context(
        viewport={"width": WIDTH, "height": 760}, locale=locale, service_workers="block", reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    yield await context.new_page()
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def german(browser: Browser) -> AsyncIterator[Page]:
    async with page_in(browser, "de-AT") as page:
        yield page


async def test_every_word_of_the_app_is_in_the_catalogues(api: DeviceApi, monkeypatch: pytest.MonkeyPatch) -> None:
    speak_pseudo(monkeypatch)
    read_in("de")
    async with httpx.AsyncClient(base_url=api.origin, headers={"Accept-Language": "de"}) as client:
        page, worker, manifest = [(await client.get(APP + place)) for place in ("", "/sw.js", "/manifest.webmanifest")]
    assert unmarked(page.text) == []
    assert "⟦Approve sign-in?⟧" in worker.text.encode().decode("unicode_escape")
    assert manifest.json()["description"].startswith("⟦")


@pytest.mark.parametrize("place", ["", "/sw.js", "/manifest.webmanifest"])
async def test_what_is_kept_of_it_is_kept_for_a_language(api: DeviceApi, place: str) -> None:
    async with httpx.AsyncClient(base_url=api.origin) as client:
        told = {
            language: await client.get(APP + place, headers={"Accept-Language": language})
            for language in ("en", "de", "ar", "xx")
        }
    assert {answer.headers["vary"] for answer in told.values()} == {"Accept-Language"}
    assert len({answer.text for answer in told.values()}) == 3
    assert told["xx"].text == told["en"].text


async def test_the_manifest_says_its_language(api: DeviceApi) -> None:
    async with httpx.AsyncClient(base_url=api.origin, headers={"Accept-Language": "ar"}) as client:
        manifest = (await client.get(f"{APP}/manifest.webmanifest")).json()
    assert (manifest["lang"], manifest["dir"]) == ("ar", "rtl")
    assert "لمرة واحدة" in manifest["description"]


async def test_in_german_an_account_is_added_and_a_request_approved(german: Page, api: DeviceApi) -> None:
    await german.goto(f"{api.origin}{APP}#enter")
    await heading(german, "Code von Hand eingeben")
    await german.get_by_role("button", name="Hinzufügen").click()
    await expect(german.get_by_text("Der Code hat 9 Ziffern.")).to_be_visible()
    await expect(german).to_have_title("Fehler: Code von Hand eingeben – Authenticator")
    await german.get_by_label("Code").fill(CODE)
    await german.get_by_label("URL").fill("https://elsewhere.example/device/v1/a/7K3MPQ2X")
    await german.get_by_role("button", name="Hinzufügen").click()
    await expect(german.get_by_text("Diese App arbeitet nur mit localhost")).to_be_visible()
    await german.goto(api.link)
    await heading(german, "Dieses Konto hinzufügen?")
    await german.get_by_role("button", name="Konto hinzufügen").click()
    await heading(german, "Konto hinzugefügt")
    assert api.activation
    assert api.activation.device_name.startswith("Chrome auf ")
    await german.get_by_role("button", name="Fertig").click()
    await expect(german.get_by_text("Einmalcode", exact=True)).to_be_visible()
    await expect(german.locator("[data-left-said]")).to_have_text(re.compile(r"^Neuer Code in \d+ Sekunden?$"))
    api.requests = [request_in()]
    await heading(german, "Anmeldung genehmigen?")
    await expect(german.get_by_label("Zahl")).to_have_accessible_description(re.compile("^Geben Sie die 2 Ziffern ein"))
    await expect(german.get_by_text(re.compile(r"^noch \d+ s$"))).to_be_visible()
    await german.get_by_label("Zahl").fill(NUMBER)
    await german.get_by_role("button", name="Genehmigen").click()
    await heading(german, "Genehmigt")


async def test_in_german_a_request_is_denied_and_reported(german: Page, api: DeviceApi) -> None:
    await german.goto(api.link)
    await german.get_by_role("button", name="Konto hinzufügen").click()
    api.requests = [request_in()]
    await german.get_by_role("button", name="Ablehnen").click()
    await heading(german, "Abgelehnt")
    await german.get_by_role("button", name="Jetzt melden").click()
    dialog = german.get_by_role("dialog", name="Diese Anfrage melden?")
    await expect(dialog).to_contain_text("Northbridge wird benachrichtigt")
    await dialog.get_by_role("button", name="Melden", exact=True).click()
    await heading(german, "Gemeldet")
    await expect(german.get_by_text("Northbridge wurde benachrichtigt")).to_be_visible()


BROKEN_NAMES: Final = """() => [...document.querySelectorAll("dt")].map((name) => {
    const words = document.createRange();
    words.selectNodeContents(name);
    return [name.textContent.trim(), words.getClientRects().length] }).filter(([, lines]) => lines > 1)"""
"""Names of facts that go on in a second line: each is one word."""


@pytest.mark.parametrize(("locale", "direction"), [("ar-EG", "rtl"), ("fr", "ltr"), ("es", "ltr")])
async def test_a_request_has_its_words_whole(browser: Browser, api: DeviceApi, locale: str, direction: str) -> None:
    async with page_in(browser, locale) as page:
        await page.set_viewport_size({"width": 360, "height": 760})
        await page.goto(api.link)
        await expect(page.locator("html")).to_have_attribute("dir", direction)
        await page.locator(".primary").click()
        await expect(page.locator("[data-view=added]")).to_be_visible()
        api.requests = [request_in()]
        await expect(page.locator("[data-view=request]")).to_be_visible()
        assert await page.evaluate(BROKEN_NAMES) == []
        assert await page.evaluate(BROKEN_ADDRESSES) == []


@pytest.mark.parametrize(("locale", "direction"), [("ar-EG", "rtl"), ("de", "ltr"), ("fr", "ltr")])
async def test_every_view_is_accessible_and_fits(browser: Browser, api: DeviceApi, locale: str, direction: str) -> None:
    async with page_in(browser, locale) as page:
        await page.goto(f"{api.origin}{APP}")
        await expect(page.locator("html")).to_have_attribute("dir", direction)
        await looks_right(page, "start")
        for place in ("#add", "#work", "#enter"):
            await page.goto(f"{api.origin}{APP}{place}")
            await looks_right(page, place)
        await page.locator(".primary").click()
        await looks_right(page, "errors")
        await page.goto(api.link)
        await looks_right(page, "confirm")
        await page.locator(".primary").click()
        await _shown(page, "added")
        await page.locator(".primary").click()
        await _shown(page, "accounts")
        code = page.locator("[data-code]")
        await expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
        assert await code.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
        api.requests = [request_in()]
        await _shown(page, "request")
        await expect(page.locator("[data-when]")).to_have_text(re.compile("[0-9]"))
        await page.locator("[data-decision=deny]").click()
        await _shown(page, "outcome")


async def _shown(page: Page, view: str) -> None:
    await expect(page.locator(f"[data-view={view}]")).to_be_visible()
    await looks_right(page, view)
