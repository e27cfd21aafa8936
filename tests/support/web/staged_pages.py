"""Every page on a stage in Chromium, with a script or without, and what a page hears while it is open."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest_asyncio
from playwright.async_api import Browser, Page

from services.enrollment.web.qr import qr_picture
from tests.support.web.browser import Answer, Stage, chromium, stage
from tests.support.web.pages import sample_views
from tests.support.web.sample_frame import MASKED, NOW, QR_CODES

EVENTS = "/security-info/setup/events"


VIEWS = sample_views()


PICTURES = {path: Answer(qr_picture(content), "image/svg+xml") for path, content in QR_CODES.items()}


WIDEST, NARROWEST = 1280, 360


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all files of a worker, so that their tests share its event loop: starting one takes 1.5 s of CPU."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(browser: Browser) -> AsyncIterator[Stage]:
    async with stage(browser) as staged:
        yield staged


@pytest_asyncio.fixture(scope="module", loop_scope="session")
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


async def sent_form(page: Page, label: str) -> dict[str, list[str]]:
    """Press a button and give the form that it sends."""
    async with page.expect_request("**/security-info/setup") as asked:
        await page.get_by_role("button", name=label).click()
    return parse_qs((await asked.value).post_data or "")
