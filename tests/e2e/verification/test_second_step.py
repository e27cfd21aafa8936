"""Two-step verification at the demo's platform: nobody who has a method gets in with a password alone."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.api import Platform, Somebody
from tests.support.people.journey import (
    World,
    approve_in_app,
    browser_page,
    number_on,
    phone_beside,
    to_second_step,
    walk_with_app,
)
from tests.support.people.methods import (
    begin,
    leave,
    make_passkey,
    virtual_authenticator,
)

pytestmark = pytest.mark.timeout(180)


def named(stack: LocalStack, name: str = "kim", group: str = "everyone") -> tuple[Somebody, str]:
    """Somebody whom the product knows, and the user name at Northbridge."""
    mark = secrets.token_hex(5)
    return Platform(stack).person(group, f"{name}.{mark}"), f"{name}+{mark}@northbridge.example"


def signed_in(page: Page, world: World, user_name: str) -> None:
    """At home, in two steps."""
    page.wait_for_url(f"{world.northbridge}/home")
    expect(page.get_by_text(f"You are signed in as {user_name}, in two steps.")).to_be_visible()


def not_signed_in(page: Page, world: World) -> None:
    """Neither home nor security info opens."""
    for path in ("home", "my-security-info"):
        page.goto(f"{world.northbridge}/{path}")
        expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def sign_out(page: Page) -> None:
    """Back to the sign-in page."""
    page.get_by_role("button", name="Sign out").click()


def test_two_methods_at_the_first_sign_in_and_an_approval_at_the_second(world: World, alex: Person) -> None:
    with browser_page() as page, phone_beside(page) as phone:
        walk_with_app(page, phone, world, alex.name, alex.number)
        expect(page.get_by_text(f"You are signed in as {alex.name}.")).to_be_visible()
        sign_out(page)
        to_second_step(page, world, alex.name)
        tab = page.context.new_page()
        not_signed_in(tab, world)
        phone.get_by_role("button", name="Show").click()
        approve_in_app(phone, number_on(page))
        signed_in(page, world, alex.name)


def test_a_passkey(world: World, kim: Person) -> None:
    with browser_page() as page, virtual_authenticator(page):
        begin(page, world, kim.name, "Passkey")
        make_passkey(page)
        leave(page, world)
        sign_out(page)
        to_second_step(page, world, kim.name)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="More information required")).to_be_visible()


def test_who_cancels_or_denies_is_not_signed_in_and_can_try_again(stack: LocalStack, world: World) -> None:
    person, user_name = named(stack)
    _, device = person.with_app()
    with browser_page() as page:
        to_second_step(page, world, user_name)
        page.get_by_role("button", name="Cancel and return").click()
        expect(page.get_by_role("heading", name="You cancelled the second step")).to_be_visible()
        expect(page.get_by_role("link", name="Can't sign in?")).to_be_visible()
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", name="Verify it's you", level=1)).to_be_visible()
        assert device.answer(device.next_request(), "deny").status_code == 204
        expect(page.get_by_text("You denied the request").first).to_be_visible()
        page.get_by_role("button", name="Cancel and return").click()
        expect(page.get_by_role("heading", name="The request was denied")).to_be_visible()
        not_signed_in(page, world)
