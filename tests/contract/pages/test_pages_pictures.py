"""How pages look: sixty states, on a large and on a small screen, light and dark, compared with the pictures that were
accepted.

After a change that is meant, `PICTURES=write .venv/bin/python -m pytest tests/contract/pages/test_pages_pictures.py`
writes them anew; look at those that `git status` names. What differs lies in `.local/pictures` as it is now.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser

from tests.support.web.browser import Scheme, Stage, stage
from tests.support.web.looks import pictures
from tests.support.web.sample_frame import NOW
from tests.support.web.staged_pages import NARROWEST, PICTURES, VIEWS, WIDEST, stream

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOLDER: Final = Path(__file__).parent / "pictures"
FOUND: Final = Path(__file__).parents[3] / ".local" / "pictures"
LOOKS: Final[tuple[tuple[int, Scheme], ...]] = (
    (WIDEST, "light"),
    (WIDEST, "dark"),
    (NARROWEST, "light"),
    (NARROWEST, "dark"),
)
NAMES: Final = """
    prompt prompt-skip prompt-used-up prompt-own-words
    download setup scan scan-manual scan-connected scan-expired try try-approved try-denied try-wrong-number app-done
    choose choose-error phone phone-error phone-office
    code code-error code-delivered code-failed code-ended code-exhausted code-by-email code-by-whatsapp
    call call-confirmed call-failed done
    email email-error software software-scan hardware-token hardware-token-code app-code
    passkey questions questions-error recovery recovery-codes
    success confirm
    prove-choose prove-try prove-code prove-recovery prove-questions
    manage manage-notice add rename delete activity not-me cancel problem
"""
STATES: Final = NAMES.split()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def still(browser: Browser) -> AsyncIterator[Stage]:
    """A stage on which no time passes."""
    async with stage(browser, scale=pictures.SCALE) as staged:
        await staged.page.clock.set_fixed_time(NOW)
        yield staged


async def _picture(still: Stage, name: str) -> Image.Image:
    page = await still.show(VIEWS[name], answers=stream() | PICTURES)
    shots = []
    for width, scheme in LOOKS:
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme=scheme)
        shots.append(await page.screenshot(full_page=True, animations="disabled"))
    return pictures.small(shots)


@pytest.mark.parametrize("name", STATES)
async def test_a_page_looks_as_it_did(still: Stage, name: str) -> None:
    now, path = await _picture(still, name), FOLDER / f"{name}.png"
    if os.environ.get("PICTURES") == "write":
        pictures.save(now, path)
    differing = pictures.changed(Image.open(path), now)
    if differing > pictures.FEW:
        pictures.save(now, FOUND / path.name)
    assert differing <= pictures.FEW, f"{differing} pixels differ: compare {path} and {FOUND / path.name}"


async def test_each_picture_is_of_a_state() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == set(STATES)
    assert len(STATES) == 60
