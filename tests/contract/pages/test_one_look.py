"""One look in the product, its app and Northbridge: colours, logo, what went wrong, and where reading begins."""

import re
from pathlib import Path
from typing import Final

import pytest
import yaml
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Locator, Page, expect

from deploy.demo.pages import SHARED
from services.enrollment.web.assets import tenant_colours
from services.kit.config.tenants import Branding
from tests.support.web.browser import AXE_RUN, Scheme
from tests.support.web.demo_pages import PAGES, show

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENROLLMENT: Final = Path("services/enrollment")
STYLES: Final = (
    ENROLLMENT / "web/static/app.css",
    ENROLLMENT / "authenticator/static/app.css",
    SHARED / "static/base.css",
)
"""Of the product, of the app, of Northbridge and the handset."""

SEEN: Final = {
    str(file): file.read_text("utf-8")
    for folder in (ENROLLMENT, SHARED)
    for file in folder.rglob("*.*")
    if file.suffix in {".html", ".js", ".css"} and "node_modules" not in file.parts
}
OTHER_WAYS: Final = re.compile(r"field-error|notice bad|notice\.bad|\.wrong\b \{|class=\"wrong")

ERROR: Final = """() => { const error = document.querySelector(".error");
    const of = (style) => ["color", "backgroundColor", "padding", "gap", "borderLeft", "borderRadius", "fontWeight",
        "lineHeight", "content", "width", "height"].map((name) => style[name]);
    return [...of(getComputedStyle(error)).slice(0, 8), ...of(getComputedStyle(error, "::before"))] }"""

SMALL: Final = """() => [...document.querySelectorAll("a, button, input:not([type=hidden])")]
    .filter((one) => one.checkVisibility() && (one.closest("label") ?? one).offsetHeight < 44)
    .map((one) => one.outerHTML)"""

ACCENTS: Final = re.compile(r"--(accent|on-accent|accent-text): ?(#[0-9a-f]{6})")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_went_wrong_looks_the_same_everywhere(browser: Browser, scheme: Scheme) -> None:
    seen = set()
    context = await browser.new_context(color_scheme=scheme)
    page = await context.new_page()
    for file in STYLES:
        body = '<div style="width: 20rem"><p class="error">That isn\'t right.</p></div>'
        await page.set_content(f"<style>{file.read_text('utf-8')}</style>{body}")
        seen.add(tuple(await page.evaluate(ERROR)))
    await context.close()
    assert len(seen) == 1


async def test_there_is_no_second_way_to_look_wrong() -> None:
    assert len(SEEN) > 60
    assert [name for name, text in SEEN.items() if OTHER_WAYS.search(text)] == []


async def test_northbridge_has_the_colours_and_the_logo_that_the_product_shows_for_it() -> None:
    config = yaml.safe_load((SHARED / "config.yaml").read_text("utf-8"))
    branding = Branding.model_validate(config["tenants"]["northbridge"]["branding"])
    assert ACCENTS.findall((SHARED / "static/base.css").read_text("utf-8")) == ACCENTS.findall(
        tenant_colours(Branding(accent_color=branding.accent_color))
    )
    assert branding.logo
    assert branding.logo in (SHARED / "northbridge/templates/layout.html").read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in PAGES if name != "on-the-line"])
async def test_northbridge_begins_at_what_is_wrong_or_at_its_heading(browser: Browser, name: str) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.add_init_script(AXE_SCRIPT)
    await show(page, name, width=360, scheme="dark")
    await expect(await _start(page)).to_be_focused()
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate(AXE_RUN) == []
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def _start(page: Page) -> Locator:
    for start in ("[aria-invalid=true]", "#error", "h1"):
        if await page.locator(start).count():
            return page.locator(start)
    raise AssertionError("nowhere to begin")


async def test_one_way_that_is_left_is_no_choice(browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await show(page, "reset-method-one", width=1280)
    await expect(page.get_by_role("radio")).to_have_count(0)
    await expect(page.get_by_text("Get a code at")).to_be_visible()
    await context.close()


@pytest.mark.parametrize("height", [620, 760])
async def test_the_keypad_is_whole_in_the_window_that_the_demo_opens(browser: Browser, height: int) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await show(page, "on-the-line", width=380, height=height)
    for name in ("1", "#", "Hang up"):
        box = await page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
        assert box["height"] >= 44
    await context.close()
