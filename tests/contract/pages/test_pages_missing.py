""" "Didn't get it?" opens by itself while a page is open."""

from dataclasses import replace

import pytest
from playwright.async_api import expect

from services.enrollment.web.views import Told
from tests.support.web.browser import Stage
from tests.support.web.sample_pages import code_view
from tests.support.web.staged_pages import VIEWS, stream

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("name", ["code", "code-by-email", "prove-code", "call", "prove-call"])
async def test_what_helps_opens_by_itself_and_moves_nothing(pages: Stage, name: str) -> None:
    sent = {"state": "sent", "text": "We sent it.", "later": None, "helpIn": 0.2}
    page = await pages.show(VIEWS[name], answers=stream(delivery=sent | {"helpIn": 600}))
    missing, following = page.locator("[data-missing]"), page.get_by_role("button", name="Next")
    await expect(page.locator("[data-delivery-text], [data-detail]")).to_have_text("We sent it.")
    await expect(missing).to_have_js_property("open", False)
    before = await following.bounding_box()
    page = await pages.show(VIEWS[name], answers=stream(delivery=sent))
    await expect(missing).to_have_js_property("open", True)
    await expect(page.get_by_role("status").filter(has_text="What helps is at the end of this page.")).to_be_attached()
    assert await following.bounding_box() == before
    assert await pages.findings() == []


async def test_what_helps_stays_closed_where_the_person_closed_it(pages: Stage) -> None:
    """Also where more is heard of the message."""
    sent = {"state": "sent", "text": "We sent it.", "later": None, "helpIn": 0}
    open_already = replace(code_view(), delivery=Told("sent", "We sent it.", help_in=0))
    page = await pages.show(open_already)
    missing = page.locator("[data-missing]")
    await expect(missing).to_have_js_property("open", True)
    await missing.locator("summary").click()
    await expect(missing).to_have_js_property("open", False)
    page = await pages.show(open_already, answers=stream(delivery=sent | {"text": "We sent it to you."}))
    await missing.locator("summary").click()
    await expect(page.get_by_text("We sent it to you.")).to_be_visible()
    await expect(missing).to_have_js_property("open", False)


async def test_what_arrived_opens_nothing(pages: Stage) -> None:
    due = replace(code_view(), delivery=Told("sent", "We sent it.", help_in=600))
    arrived = {"state": "delivered", "text": "It arrived.", "later": None, "helpIn": None}
    page = await pages.show(due, answers=stream(delivery=arrived))
    await expect(page.get_by_text("It arrived.")).to_be_visible()
    await expect(page.locator("[data-missing]")).to_have_js_property("open", False)
