"""What a screen reader is told in every state of every journey, as text in `trees/`.

`test_pages_static.py` compares each page of the product on a small screen, `test_authenticator_app.py` the app's views;
here are pages that say more on a large screen, and Northbridge's. After a change that is meant, `TREES=write` and these
three files write the trees anew; their difference is what is to be read.
"""

import pytest
from playwright.async_api import Browser

from tests.support.web.browser import Stage, assert_reached_by_keyboard
from tests.support.web.demo_pages import PAGES, show
from tests.support.web.staged_pages import PICTURES, VIEWS, WIDEST, stream
from tests.support.web.trees import FOLDER, JOURNEYS, assert_told_as_before, trees_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("name", "folded"),
    [("scan", ""), ("code-ways", "Didn't get it?"), ("call", "Didn't get a call?"), ("manage", "My work phone")],
)
async def test_on_a_large_screen_steps_menus_and_what_is_folded_are_told(pages: Stage, name: str, folded: str) -> None:
    page = await pages.show(VIEWS[name], width=WIDEST, answers=stream() | PICTURES)
    if folded:
        await page.locator("summary").filter(has_text=folded).click()
    await assert_told_as_before(page, name, "large-screen")


async def test_a_reset_and_a_sign_in_at_the_platform_are_told_and_walked_by_keyboard(browser: Browser) -> None:
    page = await browser.new_page()
    for name in PAGES:
        await show(page, name, width=WIDEST)
        await assert_told_as_before(page, name, "platform")
        await assert_reached_by_keyboard(page)
    await page.close()


async def test_each_state_belongs_to_one_journey() -> None:
    assert sorted(state for states in JOURNEYS.values() for state in states) == sorted(VIEWS)


@pytest.mark.parametrize("journey", JOURNEYS)
async def test_each_tree_is_of_a_state(journey: str) -> None:
    assert tuple(trees_in(FOLDER / f"{journey}.txt")) == JOURNEYS[journey]
