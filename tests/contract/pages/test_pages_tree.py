"""What a screen reader is told on the usual way through the setup: the accessibility tree (roles, names,
order) as Playwright reads it in Chromium, compared as text.

After a change that is meant, `TREES=write .venv/bin/python -m pytest tests/contract/pages/test_pages_tree.py` writes
the file anew; its difference is what is to be read.
"""

import os
import re
from pathlib import Path
from typing import Final

import pytest

from tests.support.web.browser import Stage
from tests.support.web.staged_pages import NARROWEST, PICTURES, VIEWS, WIDEST, browser, pages, stream

__all__ = ["browser", "pages"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

FILE: Final = Path(__file__).parent / "journey.txt"
COUNTDOWN: Final = re.compile(r"Available in \d+ (second|minute)s?")
JOURNEY: Final = (
    ("prompt", WIDEST),
    ("download", WIDEST),
    ("setup", WIDEST),
    ("scan", WIDEST),
    ("scan", NARROWEST),
    ("scan-manual", WIDEST),
    ("try", WIDEST),
    ("try-denied", WIDEST),
    ("app-done", WIDEST),
    ("choose", WIDEST),
    ("phone-ways", NARROWEST),
    ("code-ways", WIDEST),
    ("code-error", WIDEST),
    ("call", WIDEST),
    ("success", WIDEST),
    ("manage", WIDEST),
    ("delete", WIDEST),
)


async def test_a_screen_reader_is_told_what_it_was_told_before(pages: Stage) -> None:
    told = []
    for name, width in JOURNEY:
        page = await pages.show(VIEWS[name], width=width, answers=stream() | PICTURES)
        tree = await page.locator("body").aria_snapshot()
        told.append(f"# {name}, {width} px\n{COUNTDOWN.sub('Available in …', tree)}\n")
    written = "\n".join(told)
    if os.environ.get("TREES") == "write":
        FILE.write_text(written, "utf-8")
    assert written.split("\n") == FILE.read_text("utf-8").split("\n")
