"""Sample pages in Chromium, with the real headers and static files, and without a server."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, async_playwright

from services.enrollment.wizard.rendering import Pages, View, mount_static
from services.kit.config import Branding
from services.kit.http.headers import security_headers
from services.kit.http.problem import install_problem_handlers

ORIGIN = "http://localhost:8000"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Answer:
    """What an address other than a page or a static file answers."""

    body: str | bytes
    media_type: str


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def opened(
    browser: Browser,
    view: View,
    *,
    width: int = 1280,
    scheme: Scheme = "light",
    scripts: bool = True,
    accent: str = "#0f5f6b",
    answers: Mapping[str, Answer] | None = None,
) -> AsyncIterator[Page]:
    """The view as a page; `answers` by path stand for what the service would say."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts
    )
    try:
        await _serve(context, view, Branding(accent_color=accent), answers or {})
        page = await context.new_page()
        await page.goto(f"{ORIGIN}/page")
        yield page
    finally:
        await context.close()


async def _serve(context: BrowserContext, view: View, branding: Branding, answers: Mapping[str, Answer]) -> None:
    app = FastAPI()
    mount_static(app, {"northbridge": branding})
    install_problem_handlers(app)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)

    async def answer(route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.path == "/page":
            headers = security_headers("http://127.0.0.1:8010")
            await route.fulfill(body=Pages().render(view), content_type="text/html", headers=headers)
        elif parts.path in answers:
            given = answers[parts.path]
            await route.fulfill(body=given.body, content_type=given.media_type)
        else:
            response = await client.get(f"{parts.path}?{parts.query}")
            await route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.content)

    await context.route("**/*", answer)
