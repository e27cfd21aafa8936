"""The pages for administrators: who gets there, by what, and whose numbers they see."""

import re
import secrets

import pytest

from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import TWO_STEPS, to_code
from tests.support.people.api import SCOPES, Platform, Somebody, refused
from tests.support.people.numbers import fresh_number
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(120)

OPERATIONS = "/operations"
WIZARD = "/operations/reports?days=7&decision=register"
ADMINISTRATOR = f"{SCOPES} admin"
PROMPT = "More information required"


def administers(person: Somebody, **fields: object) -> str:
    """The platform asks for the pages for administrators; their address."""
    asked = person.sign_in("administrators", intent="administer", **fields)
    assert asked["decision"] == "administer"
    return str(asked["url"])


def reached(product: Product, visitor: Visitor, step: str) -> int:
    """How many reached a step of the wizard, as the report says."""
    visitor.open(f"{product.url('enrollment')}{WIZARD}")
    assert visitor.headings[0] == "Reports"
    found = re.search(rf"{step}\D*(\d+) \(\d+%\)", visitor.text)
    return int(found[1]) if found else 0


def test_an_administrator_with_a_password_alone_sets_up_a_method_first(product: Product) -> None:
    admin = Somebody(Platform(product, scope=ADMINISTRATOR), f"admin.{secrets.token_hex(5)}")
    visitor = product.visitor().open(administers(admin))
    assert "Set up a method first" in visitor.headings
    visitor.open(f"{product.url('enrollment')}{WIZARD}")
    assert (visitor.walker.status, "<table" in visitor.html) == (403, False)
    number = fresh_number()
    visitor.press("Set up a method").press("Next", method="phone.mobile")
    to_code(visitor, number).press("Next", code=admin.texted(number)).press("Done").press("Back to Operations")
    assert visitor.headings[0] == "Operations"


def test_others_get_no_link_no_session_and_no_page(product: Product, platform: Platform) -> None:
    northbridge, public, number = product.url("northbridge"), product.url("enrollment"), fresh_number()
    mark = secrets.token_hex(5)
    sam = Somebody(platform, f"sam.{mark}")
    visitor = product.visitor().open(northbridge)
    visitor.press("Sign in", userName=f"sam+{mark}@northbridge.example", password="demo")
    to_code(visitor, number).press("Next", code=sam.texted(number)).press("Done").press("Done")
    assert ("My security info" in visitor.links, "Operations" in visitor.links) == (True, False)
    assert visitor.open(f"{northbridge}{OPERATIONS}").address == f"{northbridge}/home"
    visitor.open(f"{northbridge}/my-security-info")
    for path in (OPERATIONS, WIZARD):
        visitor.open(f"{public}{path}")
        assert (visitor.walker.status, visitor.headings) == (403, ["This page is for administrators"])
    assert "Sign in to see this page" in product.visitor().open(f"{public}{OPERATIONS}").headings
    question = {
        "user": {"id": sam.id, "userPrincipalName": sam.id, "displayName": "Sam", "groups": ["frontline"]},
        "returnUrl": f"{northbridge}/return",
        "authenticatedAt": platform.now().isoformat(),
        "intent": "administer",
    }
    assert refused(platform.call("POST", "/v1.0/interrupts", question)) == (403, "scopeMissing")


def test_an_administrator_sees_the_numbers_of_their_own_organisation_alone(product: Product) -> None:
    here, there = Platform(product, scope=ADMINISTRATOR), Platform(product, "southgate", scope=ADMINISTRATOR)
    back = f"{product.url('northbridge')}/southgate/return"
    ours = product.visitor().open(administers(Somebody(here, "ada.1"), amr=list(TWO_STEPS)))
    theirs = product.visitor().open(administers(Somebody(there, "ada.1"), amr=list(TWO_STEPS), returnUrl=back))
    assert "an administrator of Southgate." in theirs.text
    first, foreign = reached(product, ours, PROMPT), reached(product, theirs, PROMPT)
    product.visitor().open(Somebody(here, f"sam.{secrets.token_hex(5)}").sign_in("frontline")["url"])
    awaited(lambda: reached(product, ours, PROMPT) > first or None, "the walk is not in the report")
    assert reached(product, theirs, PROMPT) == foreign
