"""A page that states of other pages are copied to, to be looked at where axe and Playwright's own scripts are loaded
already, and compiled: loading them anew took more than what they do."""

from typing import Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

SHEETS: Final = "[...document.querySelectorAll('link[rel=stylesheet]')].map(({ href }) => href)"
COPIED: Final = f"""() => {{ const copy = document.documentElement.cloneNode(true), typed = "input, textarea, option";
    const now = document.querySelectorAll(typed);
    copy.querySelectorAll(typed).forEach((one, at) => {{
        if (now[at].matches("[type=checkbox], [type=radio]")) one.toggleAttribute("checked", now[at].checked);
        else if (now[at].matches("option")) one.toggleAttribute("selected", now[at].selected);
        else if (now[at].matches("textarea")) one.textContent = now[at].value;
        else if (now[at].value !== now[at].defaultValue) one.setAttribute("value", now[at].value) }});
    copy.querySelectorAll("script, noscript").forEach((one) => one.remove());
    return [copy.outerHTML, {SHEETS}] }}"""
"""What a person sees of the page, what was typed and chosen included; scripts have run already."""
LAID: Final = f"""([html, sheets]) => {{ const root = document.documentElement;
    if ({SHEETS}.join() !== sheets.join()) return false;
    const laid = new DOMParser().parseFromString(html, "text/html");
    for (const {{ name }} of [...root.attributes]) root.removeAttribute(name);
    for (const {{ name, value }} of laid.documentElement.attributes) root.setAttribute(name, value);
    document.head.querySelectorAll(":scope > :not([rel=stylesheet])").forEach((one) => one.remove());
    laid.head.querySelectorAll("[rel=stylesheet]").forEach((one) => one.remove());
    document.head.append(...laid.head.children);
    document.body.replaceWith(document.importNode(laid.body, true));
    return true }}"""
"""The copy in the place of the one before; not where it looks another way, by another stylesheet."""


class Bench:
    """`page` is where copies are laid, in whatever size and colours a test wants to see them."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address

    async def lay(self, shown: Page) -> None:
        """The page as it is now. Who lays a page of another look has axe loaded anew."""
        copy = await shown.evaluate(COPIED)
        if self.page.url == self._address and await self.page.evaluate(LAID, copy):
            return
        await self.page.goto(self._address)
        await self.page.evaluate(AXE_SCRIPT)
        assert await self.page.evaluate(LAID, copy), "the bench has other stylesheets than the page"
