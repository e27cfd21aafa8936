"""Example policies, applied to a running stack and walked in a browser from the prompt to Success."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.support.people.api import Platform, Somebody, done, kept_policy
from tests.support.people.examples import applied
from tests.support.people.journey import World, browser_page, phone_beside
from tests.support.people.methods import (
    following,
    make_passkey,
    save_codes,
    set_up_app,
    set_up_phone,
    virtual_authenticator,
)

pytestmark = pytest.mark.timeout(180)

DIFFERENT = "I want to set up a different method"


@pytest.fixture
def southgate(stack: LocalStack) -> Iterator[Platform]:
    """A tenant whose policies a test may change: afterwards they are as before."""
    platform = Platform(stack, tenant="southgate")
    with kept_policy(platform):
        yield platform


def fresh(southgate: Platform) -> Somebody:
    return Somebody(southgate, f"fresh.{secrets.token_hex(6)}")


def asked(person: Somebody, group: str = "everyone", **fields: object) -> dict[str, Any]:
    """What the platform is told when this person signs in."""
    back = f"{person.platform.stack.url('northbridge')}/southgate/return"
    return person.sign_in(group, returnUrl=back, **fields)


def prompted(page: Page, person: Somebody, group: str = "everyone") -> str:
    """At the prompt of an interrupt; its id."""
    interrupt = asked(person, group)
    assert interrupt["decision"] == "register"
    page.goto(interrupt["url"])
    expect(page.get_by_role("heading", name="More information required")).to_be_visible()
    return str(interrupt["id"])


def completed(page: Page, person: Somebody, interrupt: str, *methods: str) -> None:
    """From Success back to the platform, which asks what came of it; the next sign-in is not stopped."""
    expect(page.get_by_role("heading", name="Success")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    page.wait_for_url("**/southgate/return**")
    outcome = done(person.platform.call("GET", f"/v1.0/interrupts/{interrupt}"), 200)
    assert (outcome["status"], set(outcome["methods"])) == ("completed", set(methods))
    assert asked(person)["decision"] == "none"


def test_the_seeds_policy(world: World, southgate: Platform) -> None:
    applied(southgate, "the-seeds")
    person = fresh(southgate)
    with browser_page() as page, phone_beside(page) as phone:
        interrupt = prompted(page, person)
        following(page)
        expect(page.get_by_role("link", name="I want to use a different authenticator app")).to_be_visible()
        expect(page.get_by_role("link", name=DIFFERENT)).to_be_visible()
        set_up_app(page, phone)
        following(page)
        expect(page.get_by_role("link", name=DIFFERENT)).to_have_count(0)
        set_up_phone(page, world, southgate.number())
        page.get_by_role("button", name="Done").click()
        completed(page, person, interrupt, "authenticatorApp", "phone")


def test_passwordless_with_a_pass_as_the_way_in(southgate: Platform) -> None:
    applied(southgate, "passwordless")
    person = fresh(southgate)
    with browser_page() as page, virtual_authenticator(page):
        interrupt = prompted(page, person)
        following(page)
        expect(page.get_by_role("heading", name="You need a Temporary Access Pass")).to_be_visible()
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", name="You need a Temporary Access Pass")).to_be_visible()
        made = done(person.call("POST", "temporaryAccessPassMethods", {"isUsableOnce": True}), 201)
        page.get_by_role("link", name="Try again").click()
        following(page)
        page.get_by_label("Temporary Access Pass").fill(made["temporaryAccessPass"])
        following(page)
        expect(page.get_by_role("link", name=DIFFERENT)).to_have_count(0)
        make_passkey(page)
        page.get_by_role("button", name="Done").click()
        save_codes(page)
        page.get_by_role("button", name="Done").click()
        completed(page, person, interrupt, "passkey", "recoveryCodes", "temporaryAccessPass")
