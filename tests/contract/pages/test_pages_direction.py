"""Pages from right to left, and in other languages: nothing has to be moved sideways, and numbers stay as they are."""

from typing import Any, Final

import pytest
import pytest_asyncio

from services.enrollment.i18n import LANGUAGES, SOURCE
from tests.support.web.browser import Stage
from tests.support.web.sample_frame import MASKED
from tests.support.web.staged_pages import NARROWEST, PICTURES, VIEWS, WIDEST, stream

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADMINISTRATORS: Final = frozenset(
    name for name, view in VIEWS.items() if view.template.startswith(("operations/", "people/"))
)
"""Pages for administrators are English."""
TRANSLATED: Final = sorted(VIEWS.keys() - ADMINISTRATORS)
FITS: Final = """() => { const { scrollWidth, clientWidth } = document.documentElement;
    const beyond = [...document.body.querySelectorAll("*")].filter((one) => one.checkVisibility())
        .filter((one) => !one.matches(".visually-hidden, .visually-hidden *, option, .menu ul *"))
        .filter((one) => { const { left, right, width } = one.getBoundingClientRect();
            return width > 1 && (left < -1 || right > clientWidth + 1) });
    return scrollWidth <= clientWidth ? beyond.map((one) => one.outerHTML.slice(0, 120)) : ["the page"] }"""
AT: Final = """() => {{ document.documentElement.style.setProperty('font-size', '{size}');
    return [document.documentElement.dir, ({fits})()] }}"""
SIZES: Final = tuple((width, size) for width in (NARROWEST, WIDEST) for size in ("100%", "200%"))
DIRECTIONS: Final = "(all) => [...new Set(all.map((one) => getComputedStyle(one).direction))]"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def in_arabic(pages: Stage) -> dict[str, list[Any]]:
    """Of each page the direction and what is beyond its edge, at each of `SIZES`."""
    gallery = await pages.gallery(VIEWS, stream() | PICTURES)
    asked = [(width, AT.format(size=size, fits=FITS)) for width, size in SIZES]
    return await gallery.ask(TRANSLATED, "ar", asked)


@pytest.mark.parametrize("name", TRANSLATED)
async def test_nothing_has_to_be_moved_sideways(in_arabic: dict[str, list[Any]], name: str) -> None:
    assert dict(zip(SIZES, in_arabic[name], strict=True)) == {size: ["rtl", []] for size in SIZES}


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each not in {SOURCE, "ar"}])
async def test_nothing_has_to_be_moved_sideways_in_another_language(pages: Stage, language: str) -> None:
    """One state of each page, on a small screen: the words of some languages are much longer."""
    one_each = {VIEWS[name].template: name for name in TRANSLATED}
    gallery = await pages.gallery(VIEWS, stream() | PICTURES)
    found = await gallery.ask([*one_each.values()], language, [(NARROWEST, FITS)])
    assert len(found) == len(one_each)
    assert {name: beyond for name, (beyond,) in found.items() if beyond} == {}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("code", "input.code"),
        ("phone", "input[type=tel]"),
        ("phone-office", "input[name=extension]"),
        ("email", "input[type=email]"),
        ("hardware-token", "input[name=serialNumber]"),
        ("scan-manual", ".digits, .address"),
        ("software-scan", ".secret, .address"),
        ("recovery-codes", ".codes code"),
        ("try", ".number"),
    ],
)
async def test_codes_numbers_and_addresses_are_read_from_the_left(pages: Stage, name: str, read: str) -> None:
    page = await pages.show(VIEWS[name], width=NARROWEST, answers=stream() | PICTURES, language="ar")
    assert await page.locator(read).evaluate_all(DIRECTIONS) == ["ltr"]


async def test_a_masked_number_is_read_from_the_left(pages: Stage) -> None:
    """Its first character stands left of its last one; without a letter in it, that is not so by itself."""
    page = await pages.show(VIEWS["success"], width=NARROWEST, language="ar")
    places = """(masked) => { const [last] = [...document.querySelectorAll(".together")]
            .filter(({ textContent }) => textContent === masked);
        const range = document.createRange(), at = (place) => { range.setStart(last.firstChild, place);
            range.setEnd(last.firstChild, place + 1); return range.getBoundingClientRect().left };
        return at(0) < at(masked.length - 1) }"""
    assert await page.evaluate(places, MASKED)


async def test_the_way_back_points_where_one_came_from(pages: Stage) -> None:
    page = await pages.show(VIEWS["phone"], width=NARROWEST, language="ar")
    arrow = page.locator(".back .icon")
    assert await arrow.evaluate("(one) => getComputedStyle(one).scale") == "-1 1"
    page = await pages.show(VIEWS["phone"], width=NARROWEST)
    assert await arrow.evaluate("(one) => getComputedStyle(one).scale") == "none"
