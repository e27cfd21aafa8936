"""An organisation speaks in its own words, under its own name, with its own logo: Southgate, beside Northbridge."""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.support.people.api import Platform, Somebody, policies_of
from tests.support.people.journey import World, browser_page, code_from_text, give_number, texts
from tests.support.people.methods import arrived, following
from tests.support.servers.turns import alone_with

pytestmark = pytest.mark.timeout(180)

REASON = "Since October, every account at Southgate has a second lock."
HELP_DESK = "ask the desk by the main gate, or call 020 7946 0000"
LOADED = "(picture) => picture.complete && picture.naturalWidth > 0"


@pytest.fixture(autouse=True)
def as_configured() -> Iterator[None]:
    """Southgate's policies are those of the configuration."""
    with alone_with(policies_of("southgate")):
        yield


def with_logo(page: Page) -> None:
    """The organisation's picture is there, and is one."""
    logo = page.get_by_role("img", name="Southgate")
    expect(logo).to_be_visible()
    assert logo.evaluate(LOADED)


def test_prompt_help_and_messages_are_the_organisations_own(stack: LocalStack, world: World) -> None:
    platform = Platform(stack, "southgate")
    person, number = Somebody(platform, f"sam.{secrets.token_hex(5)}"), platform.number()
    address = f"{person.id}@southgate.example"
    user = {"id": person.id, "userPrincipalName": address, "displayName": "Sam", "emails": [address]}
    asked = person.sign_in("frontline", user=user, returnUrl=f"{world.northbridge}/southgate/")
    with browser_page(scripts=False, width=360) as page:
        page.goto(asked["url"])
        with_logo(page)
        expect(page.get_by_text(REASON)).to_be_visible()
        page.goto(f"{world.public}/help/cant-sign-in")
        with_logo(page)
        expect(page.get_by_text(HELP_DESK)).to_be_visible()
        page.goto(f"{world.public}/operations")
        with_logo(page)
        page.get_by_role("link", name="Go on where you were").click()
        following(page)
        give_number(page, number)
        page.get_by_label("Code", exact=True).fill(code_from_text(world, number))
        following(page)
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
    (text,) = texts(world, number)
    assert text["from"] == "SOUTHGATE"
    assert "is your Southgate Stores code" in text["body"]
    mail = arrived(world, address, "A sign-in method was added")
    assert mail["from"] == "accounts@southgate.example"
    assert mail["subject"] == "A sign-in method was added: your Southgate Stores account"
