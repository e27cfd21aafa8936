"""Sample pages in Chromium, with the real headers and static files, from a server that has nothing else."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from fastapi import FastAPI, Response
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from services.enrollment.i18n import SOURCE, read_in
from services.enrollment.web.assets import mount_static
from services.enrollment.web.rendering import Pages, View
from services.kit.config.tenants import Branding
from services.kit.http.headers import security_headers
from services.kit.http.problem import install_problem_handlers
from tests.support.serving import serving
from tests.support.web.looks.bench import Bench
from tests.support.web.looks.gallery import EMPTY, Gallery

CHROMIUM = "/usr/bin/chromium"
HEADLESS_SHELL = "/usr/bin/chromium-headless-shell"
"""The same engine without the window that Chromium's headless mode draws around each page: half the work."""
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
PAGES = Pages()
AXE_RUN = """(rules) => axe.run(document, {resultTypes: ["violations"], ...(rules ? {runOnly: rules} : {})})
    .then(({violations}) => violations.map(({id, nodes}) => [id, ...nodes.map(({html}) => html)].join("\\n")))"""
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
BROKEN_ADDRESSES = """() => { const broken = [], nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) for (const found of nodes.currentNode.data.matchAll(/@[\\w.-]+/g)) {
        const part = document.createRange();
        part.setStart(nodes.currentNode, found.index);
        part.setEnd(nodes.currentNode, found.index + found[0].length);
        if (part.getClientRects().length > 1) broken.push(found[0]); }
    return broken }"""
"""Those that go on in another line anywhere but before their "@"."""
CONTROLS = "a, button, input, select, summary"
RINGED = """() => { const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 }"""
NOTED = f"""() => {{ const seen = [...document.querySelectorAll("{CONTROLS}")]
    .filter((element) => element.checkVisibility() && element.type !== "hidden" && element.tabIndex >= 0);
    const radios = new Set(seen.filter(({{type}}) => type === "radio").map(({{name}}) => name));
    window.reached ??= addEventListener("focusin", ({{ target }}) => {{
        if (target.matches("{CONTROLS}")) reached.push([target.outerHTML, ({RINGED})()]) }}) ?? [];
    reached.length = 0;
    return seen.filter(({{type}}) => type !== "radio").length + radios.size }}"""
"""How many controls there are, of radio buttons a group being one. What is reached from now on is noted."""
PLATFORM_AUTHENTICATOR: Final[dict[str, Any]] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""One of the browser's own, by the DevTools protocol (domain WebAuthn), that says yes at once."""
ACCENT = "#0f5f6b"
POLICY: Final = "Content-Security-Policy"
SCRIPTS: Final = re.compile(r"<script\b.*?</script>")


def headless() -> str:
    """The program that tests run."""
    return HEADLESS_SHELL if Path(HEADLESS_SHELL).exists() else CHROMIUM


@dataclass(frozen=True)
class Answer:
    """What an address other than a page or a static file answers."""

    body: str | bytes
    media_type: str


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=headless(), args=[*FLAGS])
        try:
            yield browser
        finally:
            await browser.close()


class Stage:
    """One page of one browser that shows view after view: much faster than a new one for each.

    `complaints` are what the browser wrote to its console about the current view.
    """

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._origin = origin
        self._view: View | None = None
        self._language = SOURCE
        self._answers: Mapping[str, Answer] = {}
        self._bench: Bench | None = None
        self._hung: Mapping[str, View] = {}
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def show(
        self,
        view: View,
        *,
        width: int = 1280,
        scheme: Scheme = "light",
        answers: Mapping[str, Answer] | None = None,
        language: str = SOURCE,
    ) -> Page:
        """The view as a page; `answers` by path stand for what the service would say."""
        self._view, self._answers = view, answers or {}
        self._language = language
        self.complaints.clear()
        await self.page.set_viewport_size({"width": width, "height": 800})
        await self.page.emulate_media(color_scheme=scheme)
        await self.page.goto(f"{self._origin}/page")
        return self.page

    async def findings(self, *rules: str) -> list[str]:
        """What axe-core finds on the page as it is now. It is loaded here, once a page: most do without."""
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        return await findings(self.page, *rules)

    async def bench(self) -> Bench:
        """Beside the page, for copies of it."""
        if self._bench is None:
            self._bench = Bench(await self.page.context.new_page(), f"{self._origin}/bench")
        return self._bench

    async def gallery(self, views: Mapping[str, View], answers: Mapping[str, Answer]) -> Gallery:
        """Of these views, in the place of the page."""
        self._hung, self._answers = views, answers
        await self.page.set_viewport_size({"width": 1280, "height": 800})
        return Gallery(self.page, f"{self._origin}/gallery")

    def answer(self, path: str) -> Response:
        """The page, or what the service would say at that path."""
        headers = security_headers("http://127.0.0.1:8010")
        if path == "/page" and self._view:
            read_in(self._language)
            return Response(PAGES.render(self._view), media_type="text/html", headers=headers)
        if path == "/bench" and self._view:
            return Response(SCRIPTS.sub("", PAGES.render(self._view)), media_type="text/html")
        if path.startswith("/hung/"):
            _, _, language, name = path.split("/")
            read_in(language)
            del headers["X-Frame-Options"]
            headers[POLICY] = headers[POLICY].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
            return Response(PAGES.render(self._hung[name]), media_type="text/html", headers=headers)
        if path == "/gallery":
            return Response(EMPTY, media_type="text/html")
        given = self._answers.get(path)
        return Response(given.body, media_type=given.media_type) if given else Response(status_code=404)

    def _note(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)


async def findings(page: Page, *rules: str) -> list[str]:
    """What axe-core, which is on the page, finds there, readable; with rules, those alone."""
    found: list[str] = await page.evaluate(AXE_RUN, list(rules) or None)
    return found


async def assert_reached_by_keyboard(page: Page) -> None:
    """By Tab from where reading begins, each with a ring."""
    stops = await page.evaluate(NOTED)
    for _ in range(stops + 2):
        await page.keyboard.press("Tab")
    reached = await page.evaluate("() => reached")
    assert [html for html, is_ringed in reached if not is_ringed] == []
    assert len({html for html, _ in reached}) == stops


@asynccontextmanager
async def stage(
    browser: Browser, *, scripts: bool = True, scale: float = 1, accent: str = ACCENT
) -> AsyncIterator[Stage]:
    """A stage for views, in central Europe. `scale` is how many pixels of a screenshot make one of the page. What waits
    does not breathe there: it takes a processor to draw it anew all the time."""
    context = await browser.new_context(
        java_script_enabled=scripts,
        timezone_id="Europe/Berlin",
        locale="en-GB",
        accept_downloads=True,
        reduced_motion="reduce",
        device_scale_factor=scale,
    )
    try:
        async with staged(context, accent) as made:
            yield made
    finally:
        await context.close()


@asynccontextmanager
async def staged(context: BrowserContext, accent: str = ACCENT) -> AsyncIterator[Stage]:
    """A stage in a context. A real server costs two thirds of what a route does, with which a browser keeps nothing."""
    app = FastAPI(openapi_url=None)
    install_problem_handlers(app)
    mount_static(app, {"northbridge": Branding(accent_color=accent)})
    async with serving(app) as port:
        made = Stage(await context.new_page(), f"http://localhost:{port}")

        @app.api_route("/{path:path}", methods=["GET", "POST"])
        async def answer(path: str) -> Response:
            return made.answer(f"/{path}")

        yield made
