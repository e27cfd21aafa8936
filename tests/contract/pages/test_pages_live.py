"""What pages tell while they are open, where a script runs."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from playwright.async_api import Route, expect

from schemas.enrollment import Destination
from schemas.notification import SIM_SIGNALS, DeliveryFailureReason, RefusalReason
from services.enrollment.challenges.domain.challenge import Delivery
from services.enrollment.methods.authenticator_app import words as app_words
from services.enrollment.methods.phone import words as phone_words
from services.enrollment.proofs.sent_code.failures import failure_of
from services.enrollment.proofs.sent_code.words import MAILED, READ_OUT, TEXTED
from services.enrollment.web.views import Told
from services.enrollment.web.words import LIVE
from tests.support.web.browser import PAGES, Answer, Stage
from tests.support.web.sample_frame import DEVICE, MASKED, NOW, SETUP
from tests.support.web.sample_pages import code_view, phone_view, try_view
from tests.support.web.staged_pages import NARROWEST, VIEWS, activation, sent_form, stream
from tests.unit.enrollment.builders import texted

pytestmark = pytest.mark.asyncio(loop_scope="session")

FAILED = f"We couldn't reach {MASKED}. Check the number, or use a different one."


TOPS = """(pages) => pages.map((html) => {
    const text = new DOMParser().parseFromString(html, "text/html").querySelector("[data-delivery-text]");
    document.querySelector("[data-delivery-text]").replaceChildren(...text.childNodes);
    return document.querySelector("input[name=code]").getBoundingClientRect().top })"""
"""Where the field stands with what each of these pages says of the message; loading them all takes seconds."""


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
    assert (await sent_form(page, "New QR code"))["action"] == ["renew"]


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
        ({"status": "denied", "reported": False}, "You denied the request"),
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


async def test_a_report_in_the_app_is_told_and_is_no_error(pages: Stage) -> None:
    page = await pages.show(replace(try_view(), suspends=True), answers=stream(status="denied", reported=True))
    await expect(page.get_by_role("status").filter(has_text="You reported the request")).to_be_visible()
    await expect(page.get_by_text("can't be used until you restore it")).to_be_visible()
    await expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    assert not (await page.title()).startswith("Error: ")


async def test_a_request_that_was_replaced_leads_to_the_new_one(pages: Stage) -> None:
    page = await pages.show(VIEWS["try"], answers=stream(status="cancelled", superseded=True))
    await expect(page.get_by_role("status").filter(has_text="A newer request took its place")).to_be_visible()
    await expect(page.get_by_role("link", name="Go on")).to_be_visible()


@pytest.mark.parametrize(
    ("view", "said", "onward"),
    [("try", "This request was cancelled", "Try again"), ("call", "This call was cancelled", "Start again")],
)
async def test_what_was_cancelled_and_not_replaced_is_said_so(pages: Stage, view: str, said: str, onward: str) -> None:
    """Its method was removed, for instance."""
    cancelled = stream(status="cancelled", superseded=False, delivery={"state": "sent", "text": ""})
    page = await pages.show(VIEWS[view], answers=cancelled)
    await expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()
    await expect(page.get_by_text("took its place")).to_be_hidden()
    await expect(page.get_by_role("link", name="Go on")).to_be_hidden()
    await expect(page.get_by_role("button", name=onward).or_(page.get_by_role("link", name=onward))).to_be_visible()


async def test_another_request_is_sent_when_its_time_has_come(pages: Stage) -> None:
    page = await pages.show(VIEWS["try"], answers=stream())
    again = page.get_by_role("button", name="Send again")
    await expect(again).to_have_attribute("aria-disabled", "true")
    await again.click(force=True)
    await expect(page.get_by_text("You can ask for another request in")).to_be_attached()
    page = await pages.show(replace(try_view(), send_again_at=NOW - timedelta(seconds=1)), answers=stream())
    assert (await sent_form(page, "Send again"))["action"] == ["again"]


async def test_delivery_is_told_live(pages: Stage) -> None:
    arrived = f"The message with your 6-digit code arrived at {MASKED}."
    page = await pages.show(VIEWS["code"], answers=stream(delivery={"state": "delivered", "text": arrived}))
    await expect(page.get_by_role("status").filter(has_text=arrived)).to_be_visible()
    await expect(page.locator("[data-delivery]")).to_have_attribute("data-state", "delivered")


async def test_nothing_is_said_to_be_valid_of_what_did_not_arrive(pages: Stage) -> None:
    page = await pages.show(VIEWS["code"], answers=stream(delivery={"state": "failed", "text": FAILED, "later": None}))
    await expect(page.get_by_text("We couldn't reach")).to_be_visible()
    await expect(page.get_by_text("valid for")).to_be_hidden()


async def test_what_stays_without_news_is_told_after_a_while(pages: Stage) -> None:
    later = {"state": "unknown", "text": "We haven't heard that it arrived.", "seconds": 0.2}
    sent = {"state": "sent", "text": "We sent it.", "later": later}
    page = await pages.show(VIEWS["code"], answers=stream(delivery=sent))
    await expect(page.get_by_role("status").filter(has_text="We haven't heard that it arrived.")).to_be_visible()
    await expect(page.locator("[data-delivery]")).to_have_attribute("data-state", "unknown")
    page = await pages.show(VIEWS["call"], answers=stream(delivery=sent))
    await expect(page.get_by_role("status").filter(has_text="We haven't heard that it arrived.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, NARROWEST])
async def test_a_state_change_moves_nothing(pages: Stage, width: int) -> None:
    """Whatever becomes of a message, the field stays where it is."""
    known = [said for texts in (TEXTED, MAILED, READ_OUT) for said in texts.values()]
    texts = {text for said in known for text in (said.text, said.later) if text}
    to = Destination(sealed="k1.sealed", masked=MASKED)
    for reason in (*get_args(DeliveryFailureReason), *get_args(RefusalReason)):
        failed = Delivery(state="failed", requested_at=NOW, detail=reason)
        texts |= {failure_of(texted(destination=to, delivery=failed, channel=one)) for one in ("sms", "voice", "email")}
    for signal in SIM_SIGNALS:
        failed = Delivery(state="failed", requested_at=NOW, detail="phoneNumberNotAllowed", signal=signal)
        texts |= {failure_of(texted(destination=to, delivery=failed, channel=one)) for one in ("sms", "voice")}
    told = [text.format(where=MASKED, digits=6) for text in sorted(texts)]
    views = [replace(code_view(), delivery=Told("sent", text)) for text in told]
    page = await pages.show(views[0], width=width)
    tops = await page.evaluate(TOPS, [PAGES.render(view) for view in views])
    assert len(tops) == len(told) > 20
    assert len(set(tops)) == 1, dict(zip(told, tops, strict=True))


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


@pytest.mark.parametrize("name", ["code", "prove-code"])
async def test_a_code_that_died_leads_to_a_new_one(pages: Stage, name: str) -> None:
    page = await pages.show(VIEWS[name], answers=stream(status="expired"))
    await expect(page.get_by_text("We can send you a new one")).to_be_visible()
    assert (await sent_form(page, "Send a new code"))["action"] == ["again"]


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
