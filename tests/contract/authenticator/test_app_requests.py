"""Requests in the app: approved with their number, denied, reported, over, and the newest of them."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.support.web.app import add_account, add_by_link, asked, heading, to_ways
from tests.support.web.authenticator import NUMBER, DeviceApi, request_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_request_is_approved_with_its_number(page: Page, api: DeviceApi) -> None:
    await asked(page, api)
    await expect(page.locator(".request")).to_have_css("border-top-color", "rgb(15, 95, 107)")
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


async def test_a_request_is_denied_without_a_number_and_then_reported(page: Page, api: DeviceApi) -> None:
    await asked(page, api)
    await page.get_by_label("Number").fill("99")
    await page.get_by_role("button", name="Deny").click()
    await heading(page, "Denied")
    await expect(page.locator("[data-emblem] .icon:visible")).to_have_class("icon stop")
    await page.get_by_role("button", name="Report now").click()
    await page.get_by_role("dialog").get_by_role("button", name="Report", exact=True).click()
    await heading(page, "Reported")
    assert [(answer.decision, answer.number) for answer in api.answers] == [("deny", None), ("report", None)]


@pytest.mark.parametrize(
    ("purpose", "follows"), [("registration", "the app is not set up"), ("signIn", "can't be used for your account")]
)
async def test_a_report_is_asked_for_once_and_says_what_follows(
    page: Page, api: DeviceApi, purpose: str, follows: str
) -> None:
    await add_by_link(page, api)
    api.requests = [request_in() | {"purpose": purpose}]
    report = page.get_by_role("button", name="Report suspicious activity")
    await report.click()
    dialog = page.get_by_role("dialog", name="Report this request?")
    await expect(dialog).to_contain_text(follows)
    await dialog.get_by_role("button", name="Go back").click()
    assert api.answers == []
    await report.click()
    await dialog.get_by_role("button", name="Report", exact=True).click()
    await heading(page, "Reported")
    await expect(page.locator("[data-emblem] .icon:visible")).to_have_class("icon check")
    assert [answer.decision for answer in api.answers] == ["report"]


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


async def test_the_newest_request_is_shown(page: Page, api: DeviceApi) -> None:
    """Also where the one before still waits, as it does on a page that was left, and where it was looked at when it
    ended."""
    await asked(page, api)
    await page.get_by_label("Number").fill("1")
    api.requests = [request_in(challenge_id="challenge-2"), *api.requests]
    await expect(page.get_by_label("Number")).to_have_value("")
    api.requests = []
    await heading(page, "This request has ended")
    api.requests = [request_in(challenge_id="challenge-3")]
    await page.get_by_label("Number").fill(NUMBER)
    await page.get_by_role("button", name="Approve").click()
    await heading(page, "Approved")
    assert [answer.challenge_id for answer in api.answers] == ["challenge-3"]


async def test_a_request_waits_while_another_account_is_added(page: Page, api: DeviceApi) -> None:
    await add_account(page, api)
    await to_ways(page)
    api.requests = [request_in()]
    await expect(page.get_by_role("alert").get_by_text("A sign-in waits for your answer.")).to_be_visible()
    await heading(page, "Work or school account")
    await page.get_by_role("button", name="Show").click()
    await heading(page, "Approve sign-in?")
