"""The providers of texts fail while somebody waits for a code: what comes, by whom, and what the page says."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

import httpx
import pytest
from playwright.sync_api import expect

from schemas.base import Event
from schemas.enrollment import MethodRequested
from schemas.notification import CodeSent, DeliveryFailed
from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import SETUP, arrived, texts_at, to_code
from tests.support.people.api import Somebody
from tests.support.people.journey import browser_page, enter_code, give_number
from tests.support.people.numbers import fresh_number
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(120)

Fail = Callable[[str, str], None]
Said = TypeVar("Said", bound=Event)
IN_TIME = timedelta(seconds=6)
"""From a failure until the text is there by the next provider; `tests/bench/messages/failover.py` measures."""
RESTED = timedelta(minutes=2)
"""No breaker rests for longer than a minute."""
PATIENCE = timedelta(seconds=46)


@pytest.fixture
def fail(product: Product) -> Iterator[Fail]:
    """Switches a provider of the handset to a mode; afterwards all work, and nobody rests any more."""

    def switch(provider: str, mode: str) -> None:
        httpx.put(f"{product.url('handset')}/api/faults", json={"provider": provider, "mode": mode}).raise_for_status()

    yield switch
    for provider in ("twilio-a", "twilio-b"):
        switch(provider, "ok")
    product.advance(RESTED)


def waits_for_a_code(product: Product, somebody: Somebody) -> tuple[Visitor, str]:
    number = fresh_number()
    return to_code(arrived(product, somebody, "frontline"), number), number


def require_second_in_time(product: Product, somebody: Somebody, number: str, *, repeated: bool = False) -> None:
    """One text, by the second provider, and soon; `repeated` where nobody knows what the first one did."""

    def told(kind: type[Said]) -> list[Said]:
        return [one.event for one in product.told(somebody.id) if isinstance(one.event, kind)]

    awaited(lambda: bool(told(CodeSent)), "nobody was told that it was sent")
    (asked,), (sent,) = told(MethodRequested), told(CodeSent)
    assert (sent.provider, sent.repeated) == ("twilio-b", repeated)
    assert sent.sent_at - asked.requested_at < IN_TIME
    assert len(texts_at(product, number)) == 1


@pytest.mark.parametrize("mode", ["error", "throttle"])
def test_the_text_arrives_by_the_second_provider_and_the_page_says_so(
    product: Product, sam: Somebody, fail: Fail, mode: str
) -> None:
    fail("twilio-a", mode)
    visitor, number = waits_for_a_code(product, sam)
    code = sam.texted(number)
    require_second_in_time(product, sam, number)
    visitor.shows("arrived at")
    assert "Phone verified" in visitor.press("Next", code=code).headings


def test_in_a_browser_it_is_told_live_that_the_second_provider_brought_it(
    product: Product, sam: Somebody, fail: Fail
) -> None:
    """While the first one hangs, and without a page that is loaded anew."""
    fail("twilio-a", "hang")
    number = fresh_number()
    with browser_page() as page:
        page.goto(sam.sign_in("frontline")["url"])
        page.get_by_role("button", name="Next").click()
        give_number(page, number)
        told = page.locator("[data-delivery-text]")
        expect(told).to_contain_text("We are sending a 6-digit code")
        page.evaluate("window.isTheSame = true")
        expect(told).to_contain_text("arrived at", timeout=15_000)
        assert page.evaluate("window.isTheSame")
        require_second_in_time(product, sam, number, repeated=True)
        enter_code(page, sam.texted(number))
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()


def test_with_both_down_the_page_offers_another_way_within_the_patience(
    product: Product, sam: Somebody, fail: Fail
) -> None:
    """A call, which another provider makes."""
    for provider in ("twilio-a", "twilio-b"):
        fail(provider, "error")
    visitor, number = waits_for_a_code(product, sam)
    assert "We are sending a 6-digit code" in visitor.text
    product.advance(PATIENCE)
    assert "your message hasn't gone out yet" in visitor.open(SETUP).text
    assert "data-missing" in visitor.html
    assert " open>" in visitor.html.partition("data-missing ")[2].partition("\n")[0]
    assert visitor.has_button("Call me instead")
    assert "You can send it again, have us call you instead or use a different number." in visitor.text
    assert texts_at(product, number) == []
    assert "Answer the call" in visitor.press("Call me instead").headings


def test_a_number_that_is_no_good_is_told_and_nobody_else_is_tried(product: Product, sam: Somebody, fail: Fail) -> None:
    fail("twilio-a", "reject")
    visitor, number = waits_for_a_code(product, sam)
    visitor.shows("We couldn't reach")
    assert "Check the number, or use a different one." in visitor.text
    assert texts_at(product, number) == []
    awaited(lambda: _failures(product, sam) == ["twilio-a"], "nobody was told that it failed")


def _failures(product: Product, somebody: Somebody) -> list[str | None]:
    events = [envelope.event for envelope in product.told(somebody.id)]
    return [event.provider for event in events if isinstance(event, DeliveryFailed)]
