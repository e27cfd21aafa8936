"""A person puts off what is missing, as far as policy allows; and is asked after a while whether all is still right."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from schemas.enrollment import EnrollmentSkipped
from tests.e2e.conftest import Person
from tests.support.people.api import Platform, Somebody, done
from tests.support.people.journey import World, browser_page, sign_in
from tests.support.people.methods import ANSWERS
from tests.support.servers.replicas import replica_later
from tests.support.services.records import lifecycle_of

pytestmark = pytest.mark.timeout(180)

HALF_A_YEAR = timedelta(days=180, minutes=1)


def skip(page: Page, left: int) -> None:
    """At the prompt: put it off, and read so at Northbridge, which checks the result and asks for the outcome."""
    page.get_by_role("button", name=f"Skip for now ({left} of 3 left, required on ").click()
    expect(page.get_by_role("heading", name="You skipped the set-up for now")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()


def test_three_skips_and_then_there_is_no_way_around(stack: LocalStack, world: World, kim: Person) -> None:
    with browser_page() as page:
        for left in (3, 2, 1):
            sign_in(page, world, kim.name)
            skip(page, left)
        sign_in(page, world, kim.name)
        expect(page.get_by_text("You can't put this off any more.")).to_be_visible()
        expect(page.get_by_role("button", name="Skip for now")).to_have_count(0)
    told = [envelope.event for envelope in lifecycle_of(stack, kim.user)]
    assert [event.skips_left for event in told if isinstance(event, EnrollmentSkipped)] == [2, 1, 0]


def test_a_closed_browser_counts_as_a_skip(world: World, kim: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, kim.name)
    with browser_page(scripts=False) as page:
        sign_in(page, world, kim.name)
        skip(page, 2)


def test_after_half_a_year_one_click_says_that_all_is_still_right(stack: LocalStack, world: World) -> None:
    person = complete_person(stack)
    assert person.sign_in("everyone")["decision"] == "none"
    with replica_later(stack, HALF_A_YEAR) as later, browser_page() as page:
        late = Somebody(Platform(stack, offset=HALF_A_YEAR, origin=later), person.id)
        reconfirm(page, late, world, later)
        expect(page.get_by_role("list", name="Your methods").get_by_role("listitem")).to_have_count(2)
        page.get_by_role("button", name="Change something").click()
        expect(page.get_by_role("heading", name="Verify it's you", level=1)).to_be_visible()
        asked = reconfirm(page, late, world, later, amr=["pwd", "mfa"])
        page.get_by_role("button", name="Change something").click()
        expect(page.get_by_role("heading", name="My security info", level=1)).to_be_visible()
        page.get_by_role("button", name="Back to “Are these still right?”").click()
        page.get_by_role("button", name="Looks good").click()
        page.wait_for_url(f"{world.northbridge}/**")
        outcome = done(late.platform.call("GET", f"/v1.0/interrupts/{asked}"), 200)
        assert (outcome["status"], outcome["methods"]) == ("completed", ["securityQuestions", "recoveryCodes"])
        assert late.sign_in("everyone")["decision"] == "none"


def complete_person(stack: LocalStack) -> Somebody:
    """Somebody with two methods."""
    person = Platform(stack).person("everyone")
    answers = [{"questionId": question, "answer": answer} for question, answer in ANSWERS.items()]
    person.register("securityQuestions", answers=answers)
    person.register("recoveryCodes")
    return person


def reconfirm(page: Page, person: Somebody, world: World, origin: str, **fields: object) -> str:
    """Sign in, and see the question; the id of the interrupt."""
    asked = person.sign_in("everyone", **fields)
    assert asked["decision"] == "reconfirm"
    page.goto(asked["url"].replace(world.public, origin))
    expect(page.get_by_role("heading", name="Are these still right?")).to_be_visible()
    return str(asked["id"])
