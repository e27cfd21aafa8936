"""An administrator sees how people get through the wizard; nobody else does, and nobody with a password alone."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person, fresh
from tests.support.people.api import SCOPES, Platform, Somebody, policies_of, refused
from tests.support.people.journey import OPERATIONS, World, at_operations, browser_page, phone_beside, sign_in, walk
from tests.support.people.methods import following, set_up_app, set_up_phone
from tests.support.servers.turns import alone_with
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(240)

WIZARD = "/operations/reports?days=7&decision=register"
ADMINISTRATOR = f"{SCOPES} admin"
COUNTED = re.compile(r"\b(\d+) \(\d+%\)")


@pytest.fixture
def admin(stack: LocalStack) -> Iterator[Person]:
    """A fresh administrator: the app is required."""
    yield from fresh("admin", stack)


def reached(page: Page, world: World, step: str) -> int:
    """How many reached a step of the wizard, as the report says."""
    page.goto(f"{world.public}{WIZARD}")
    expect(page.get_by_role("heading", name="Reports", level=1)).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=step, exact=True))
    found = COUNTED.search(row.inner_text()) if row.count() else None
    return int(found.group(1)) if found else 0


def administers(person: Somebody, **fields: object) -> str:
    """The platform asks for the pages for administrators; their address."""
    asked = person.sign_in("administrators", intent="administer", **fields)
    assert asked["decision"] == "administer"
    return str(asked["url"])


def test_an_administrator_sees_a_walk_appear_step_by_step(world: World, admin: Person, person: Person) -> None:
    with alone_with(OPERATIONS), browser_page() as page, phone_beside(page) as phone:
        sign_in(page, world, admin.name)
        following(page)
        set_up_app(page, phone)
        following(page)
        page.get_by_role("button", name="Done").click()
        page.get_by_role("link", name="Operations").click()
        at_operations(page, phone)
        expect(page.get_by_text(f"You are signed in as {admin.name}, an administrator of Northbridge.")).to_be_visible()
        page.get_by_role("link", name="Reports").click()
        before = reached(page, world, "Phone verified")

        with phone_beside(page) as other:
            walk(other, world, person.name, person.number)
        awaited(lambda: reached(page, world, "Phone verified") > before or None, "the walk is not in the report", 30)
        expect(page.get_by_role("row", name="Scan the QR code").first).to_be_visible()
        expect(page.get_by_text("Complete: all that policy requires")).to_be_visible()
        page.get_by_label("Who").select_option("Operations")
        page.get_by_role("button", name="Show").click()
        expect(page).to_have_url(f"{world.public}/operations/reports?days=7&decision=administer")
        expect(page.get_by_text("1 under way")).to_be_visible()

        page.goto(f"{world.public}/security-info/add")
        expect(page.get_by_role("heading", name="Operations", level=1)).to_be_visible()
        page.get_by_role("link", name="Not you?").click()
        expect(page.get_by_role("heading", name="Leave Operations?")).to_be_visible()
        page.get_by_role("link", name="Stay in Operations").click()
        page.get_by_role("button", name="Back to Northbridge").click()
        page.wait_for_url(f"{world.northbridge}/**")


def test_an_administrator_with_a_password_alone_sets_up_a_method_first(
    stack: LocalStack, world: World, admin: Person
) -> None:
    platform = Platform(stack, scope=ADMINISTRATOR)
    with browser_page(scripts=False) as page:
        page.goto(administers(Somebody(platform, admin.user)))
        expect(page.get_by_role("heading", name="Set up a method first")).to_be_visible()
        answer = page.goto(f"{world.public}{WIZARD}")
        assert answer
        assert answer.status == 403
        expect(page.get_by_role("table")).to_have_count(0)
        page.get_by_role("button", name="Set up a method").click()
        page.get_by_label("Phone", exact=True).check()
        following(page)
        set_up_phone(page, world, admin.number)
        page.get_by_role("button", name="Done").click()
        page.get_by_role("button", name="Back to Operations").click()
        expect(page.get_by_role("heading", name="Operations", level=1)).to_be_visible()


def test_others_get_no_link_no_session_and_no_page(stack: LocalStack, world: World, person: Person) -> None:
    with browser_page() as page:
        walk(page, world, person.name, person.number)
        expect(page.get_by_role("link", name="My security info")).to_be_visible()
        expect(page.get_by_role("link", name="Operations")).to_have_count(0)
        page.goto(f"{world.northbridge}/operations")
        expect(page).to_have_url(f"{world.northbridge}/home")
        page.goto(f"{world.northbridge}/my-security-info")
        for path in ("/operations", WIZARD):
            answer = page.goto(f"{world.public}{path}")
            assert answer
            assert answer.status == 403
            expect(page.get_by_role("heading", name="This page is for administrators")).to_be_visible()
    with browser_page() as page:
        page.goto(f"{world.public}/operations")
        expect(page.get_by_role("heading", name="Sign in to see this page")).to_be_visible()
    platform = Platform(stack)
    question = {
        "user": {"id": person.user, "userPrincipalName": person.name, "displayName": "Sam", "groups": ["frontline"]},
        "returnUrl": f"{world.northbridge}/return",
        "authenticatedAt": platform.now().isoformat(),
        "intent": "administer",
    }
    assert refused(platform.call("POST", "/v1.0/interrupts", question)) == (403, "scopeMissing")


def test_an_administrator_sees_the_numbers_of_their_own_organisation_alone(stack: LocalStack, world: World) -> None:
    """People walk in ours meanwhile, for other tests; in theirs nobody does."""
    here, there = Platform(stack, scope=ADMINISTRATOR), Platform(stack, "southgate", scope=ADMINISTRATOR)
    back = {"returnUrl": f"{world.northbridge}/southgate/", "amr": ["pwd", "mfa"]}
    with (
        alone_with(policies_of("southgate")),
        browser_page() as ours,
        phone_beside(ours) as theirs,
        phone_beside(ours) as other,
    ):
        ours.goto(administers(Somebody(here, "ada.1"), amr=["pwd", "mfa"]))
        theirs.goto(administers(Somebody(there, "ada.1"), **back))
        expect(theirs.get_by_text("an administrator of Southgate.")).to_be_visible()
        first, foreign = (reached(page, world, "More information required") for page in (ours, theirs))
        other.goto(Somebody(here, f"sam.{secrets.token_hex(5)}").sign_in("frontline")["url"])
        awaited(
            lambda: reached(ours, world, "More information required") > first or None,
            "the walk is not in the report",
            30,
        )
        assert reached(theirs, world, "More information required") == foreign
