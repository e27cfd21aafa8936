"""Many pages at once, each in a frame of one page that a browser loads: half of what it takes to load each by itself.

A frame is a screen of its own, as wide as it; the page's scripts run, and its policy holds but for who may frame it.
"""

from collections.abc import Sequence
from typing import Any, Final

from playwright.async_api import Page

MANY: Final = 20
EMPTY: Final = "<!doctype html><title>Gallery</title><style>iframe { visibility: hidden }</style><body>"
"""Frames that are not painted lay out their pages all the same."""
HANG: Final = """([places, width]) => {
    document.body.replaceChildren();
    return Promise.all(places.map((src) => new Promise((onload) => document.body.append(
        Object.assign(document.createElement("iframe"), { src, width, height: 800, onload }))))).then(() => true) }"""
ASK: Final = """async (width) => {{
    const frames = [...document.querySelectorAll("iframe")], shown = () => new Promise(requestAnimationFrame);
    for (const frame of frames) frame.width = width;
    await shown().then(shown);
    return frames.map(({{ contentWindow }}) => {{
        const {{ document }} = contentWindow;
        if (contentWindow.innerWidth !== width) throw new Error("a frame has another width");
        return ({question})() }}) }}"""


class Gallery:
    """Shown on a page of the place whose pages it frames."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._address = address

    async def ask(
        self, names: Sequence[str], language: str, questions: Sequence[tuple[int, str]]
    ) -> dict[str, list[Any]]:
        """What each page answers, read in that language: to each question, a function of JavaScript, on a screen of
        that width. What a question changes stays so for the next one."""
        await self._page.goto(self._address)
        told: dict[str, list[Any]] = {}
        for at in range(0, len(names), MANY):
            some = names[at : at + MANY]
            await self._page.evaluate(HANG, [[f"/hung/{language}/{name}" for name in some], questions[0][0]])
            answers = [await self._page.evaluate(ASK.format(question=asked), width) for width, asked in questions]
            told |= {name: list(each) for name, *each in zip(some, *answers, strict=True)}
        return told
