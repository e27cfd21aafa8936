"""What a person puts off, and help for whoever has no session."""

import httpx
import pytest

from schemas.enrollment import EnrollmentSkipped
from tests.support.one_process.product import Product
from tests.support.one_process.walks import arrived
from tests.support.people.api import Somebody

pytestmark = pytest.mark.timeout(120)

HELP_DESK = "ask the desk by the main gate, or call 020 7946 0000"


def skip_of(left: int) -> str:
    """How the button begins that puts it off."""
    return f"Skip for now ({left} of 3 left, required on "


def test_three_skips_and_then_there_is_no_way_around(product: Product, kim: Somebody) -> None:
    for left in (3, 2, 1):
        visitor = arrived(product, kim, "everyone")
        (label,) = [one.label for one in visitor.walker.page.buttons if one.label.startswith("Skip for now")]
        assert label.startswith(skip_of(left))
        visitor.press(label)
        assert visitor.address.startswith(product.url("northbridge"))
    visitor = arrived(product, kim, "everyone")
    assert "You can't put this off any more." in visitor.text
    assert "Skip for now" not in visitor.text
    told = [envelope.event for envelope in product.told(kim.id)]
    assert [event.skips_left for event in told if isinstance(event, EnrollmentSkipped)] == [2, 1, 0]


def test_a_closed_browser_counts_as_a_skip(product: Product, kim: Somebody) -> None:
    arrived(product, kim, "everyone")
    assert skip_of(2) in arrived(product, kim, "everyone").text


def test_help_outlives_the_session_and_leads_back_to_the_application(product: Product, sam: Somebody) -> None:
    visitor = arrived(product, sam, "frontline").press("Cancel and return")
    visitor.open(f"{product.url('enrollment')}/help/sign-in")
    assert 'alt="Northbridge"' in visitor.html
    assert sam.id not in visitor.html
    visitor.follow("Back to the application")
    assert visitor.address.startswith(product.url("northbridge"))


def test_somebody_without_a_session_finds_help_and_an_ended_session_leads_to_it(product: Product) -> None:
    origin = product.url("enrollment")
    ended = httpx.get(f"{origin}/security-info/start", params={"ticket": "x" * 32})
    assert ended.status_code == 410
    assert 'href="/help/sign-in"' in ended.text
    assert httpx.get(f"{origin}/help/sign-in").status_code == 200
    assert httpx.get(f"{origin}/help/").status_code in {200, 307}
    missing = httpx.get(f"{origin}/help/nothing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_the_help_says_what_is_safer_than_a_phone(product: Product) -> None:
    """OWASP ASVS 5.0, 6.6.1: people are told of the risk of texts and calls."""
    told = product.visitor().open("/help/phone").text
    assert "An authenticator app or a passkey is safer" in told
    assert "whoever takes over your number gets your codes" in told


def test_somebody_without_a_session_finds_the_help_desk_of_the_organisation_that_linked_here(
    product: Product,
) -> None:
    visitor = product.visitor().open("/help/cant-sign-in?tenant=southgate")
    assert 'alt="Southgate"' in visitor.html
    assert HELP_DESK in visitor.text
    related = next(label for label, to in visitor.links.items() if "/help/" in to and "tenant=southgate" in to)
    assert HELP_DESK in visitor.follow(related).text
    assert HELP_DESK not in visitor.open("/help/cant-sign-in?tenant=nobody").text


def test_a_logo_can_look_like_itself_and_do_nothing(product: Product) -> None:
    branding = f"{product.url('enrollment')}/static/branding"
    logo = httpx.get(f"{branding}/southgate.svg")
    assert (logo.status_code, logo.headers["content-type"]) == (200, "image/svg+xml")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert logo.headers["x-content-type-options"] == "nosniff"
    for path in ("config.yaml", "..%2fconfig.yaml", "southgate.png"):
        assert httpx.get(f"{branding}/{path}").status_code == 404
