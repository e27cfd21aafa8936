"""A code from a text fills itself in, where the browser offers that."""

import json
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect

from services.enrollment.web.views import FieldError
from tests.support.web.browser import stage
from tests.support.web.sample_pages import code_view
from tests.support.web.staged_pages import VIEWS, stream

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFERS = """(outcome) => {
  window.OTPCredential = class {};
  window.asked = [];
  navigator.credentials.get = async (options) => {
    window.asked.push(options.otp.transport);
    if (outcome === null) throw new DOMException("no", "AbortError");
    return { code: outcome };
  };
}"""


async def offering(page: Page, code: str | None) -> None:
    await page.add_init_script(f"({OFFERS})({json.dumps(code)})")


async def test_a_code_from_a_text_fills_itself_in_and_is_not_sent_by_itself(browser: Browser) -> None:
    async with stage(browser) as staged:
        await offering(staged.page, "012345")
        page = await staged.show(VIEWS["code"], answers=stream())
        await expect(page.get_by_label("Code")).to_have_value("012345")
        assert await page.evaluate("asked") == [["sms"]]
        assert page.url.endswith("/page")


@pytest.mark.parametrize("name", ["code-by-call", "code-by-email"])
async def test_what_comes_otherwise_waits_for_no_text(browser: Browser, name: str) -> None:
    async with stage(browser) as staged:
        await offering(staged.page, "012345")
        page = await staged.show(VIEWS[name], answers=stream())
        await expect(page.get_by_role("button", name="Next")).to_be_visible()
        await page.wait_for_load_state("load")
        assert await page.evaluate("asked") == []
        await expect(page.get_by_label("Code")).to_have_value("")


async def test_who_refuses_types_the_code(browser: Browser) -> None:
    async with stage(browser) as staged:
        await offering(staged.page, None)
        wrong = replace(code_view(), error=FieldError("code", "That code isn't right."))
        page = await staged.show(wrong, answers=stream())
        await page.wait_for_function("asked.length === 1")
        await page.get_by_label("Code").fill("123456")
        assert staged.complaints == []


async def test_a_field_of_a_code_says_what_it_is(browser: Browser) -> None:
    """For the keyboards of phones, which know codes from texts and mails by themselves."""
    async with stage(browser, scripts=False) as staged:
        for name in ("code", "code-by-email", "prove-code"):
            page = await staged.show(VIEWS[name])
            await expect(page.get_by_label("Code")).to_have_attribute("autocomplete", "one-time-code")
            await expect(page.get_by_label("Code")).to_have_attribute("inputmode", "numeric")
