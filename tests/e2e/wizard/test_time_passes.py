"""What a person sees when time has passed. Nobody sleeps: a second replica of enrollment lives later than the first."""

import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.api import Platform, Somebody, done, refused
from tests.support.people.device import TestDevice
from tests.support.people.journey import (
    World,
    browser_page,
    code_from_text,
    enter_code,
    give_number,
    link_on,
    number_on,
    sign_in,
    texts,
    to_qr_code,
)
from tests.support.people.methods import ANSWERS
from tests.support.people.operator import interrupt
from tests.support.servers.replicas import READY_WITHIN, replica_later
from tests.support.servers.stack import local_stack

pytestmark = pytest.mark.timeout(240)

A_MESSAGE_A_NUMBER_MS = 10_500
"""A number gets one message in 10 s, by the notifier's clock, which is nobody's to shift here."""


SIX_MINUTES = timedelta(minutes=6)
"""More than a code, a request or a ticket lives, and less than a session does."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, kafka_url: str) -> Iterator[LocalStack]:
    """One of its own: what lives later ends the sessions that are over then, of whoever is in them."""
    with local_stack(tmp_path_factory.mktemp("later"), SECURITY_INFO_KAFKA_URL=kafka_url) as whole:
        whole.up()
        yield whole


@pytest.fixture(scope="module")
def later(stack: LocalStack) -> Iterator[str]:
    """The origin of a replica that lives six minutes later."""
    with replica_later(stack, SIX_MINUTES) as origin:
        yield origin


def test_an_expired_code_is_explained_and_a_new_one_can_be_had(later: str, world: World, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, person.number)
        code_from_text(world, person.number)
        page.goto(f"{later}/security-info/setup")
        expect(page.get_by_label("Code", exact=True)).not_to_be_visible()
        page.get_by_role("button", name="Send a new code").click()
        expect(page.get_by_label("Code", exact=True)).to_be_visible()


def test_a_code_typed_after_its_end_is_refused_in_words(later: str, world: World, person: Person) -> None:
    with browser_page(scripts=False) as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, person.number)
        code = code_from_text(world, person.number)
        page.route(
            f"{world.public}/security-info/setup",
            lambda route: route.continue_(url=f"{later}/security-info/setup"),
        )
        enter_code(page, code)
        expect(page.get_by_text("That code has expired. We can send you a new one.")).to_be_visible()


def test_a_session_that_ended_says_so_and_leads_back(stack: LocalStack, world: World, person: Person) -> None:
    with replica_later(stack, timedelta(minutes=16)) as later, browser_page(scripts=False) as page:
        sign_in(page, world, person.name)
        page.goto(f"{later}/security-info/setup")
        expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
        expect(page.get_by_text("Sign in again; what you set up is kept.")).to_be_visible()
        page.get_by_role("link", name="Back to the application").click()
        page.wait_for_url(f"{world.northbridge}/**")


def test_a_ticket_that_is_too_old_says_so(stack: LocalStack, later: str, world: World) -> None:
    url = interrupt(stack, world).json()["url"]
    answer = httpx.get(url.replace(world.public, later), follow_redirects=False, timeout=20)
    assert answer.status_code == 410
    assert "This link can&#39;t be used any more" in answer.text


def test_resend_repeats_the_same_code_once_the_wait_is_over(stack: LocalStack, world: World, person: Person) -> None:
    with replica_later(stack, timedelta(seconds=40)) as later, browser_page(scripts=False) as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, person.number)
        code = code_from_text(world, person.number)
        page.get_by_role("button", name="Resend").click()
        expect(page.get_by_text("You can ask for another message in")).to_be_visible()
        page.wait_for_timeout(A_MESSAGE_A_NUMBER_MS)
        page.route(
            f"{world.public}/security-info/setup",
            lambda route: route.continue_(url=f"{later}/security-info/setup"),
        )
        page.get_by_role("button", name="Resend").click()
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        deadline = time.monotonic() + READY_WITHIN
        while len(texts(world, person.number)) < 2 and time.monotonic() < deadline:
            page.wait_for_timeout(100)
        bodies = {message["body"] for message in texts(world, person.number)}
    assert len(texts(world, person.number)) == 2
    assert len(bodies) == 1
    assert next(iter(bodies)).endswith(f"#{code}")


def test_an_answer_after_the_end_of_a_request_is_refused_and_the_page_says_so(
    later: str, world: World, alex: Person
) -> None:
    with browser_page() as page:
        to_qr_code(page, world, alex.name)
        device = TestDevice(world.public)
        assert device.activate_by_link(link_on(page)).status_code == 201
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_role("heading", name="Let's try it out")).to_be_visible()
        request, number = device.next_request(), number_on(page)
        answer = device.later(SIX_MINUTES, at=later).answer(request, "approve", number)
        assert (answer.status_code, answer.json()["code"]) == (409, "challengeEnded")
        page.goto(f"{later}/security-info/setup")
        expect(page.get_by_text("No answer").first).to_be_visible()
        expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_an_expired_qr_code_is_replaced_on_purpose_and_not_by_a_refresh(
    stack: LocalStack, world: World, alex: Person
) -> None:
    with replica_later(stack, timedelta(minutes=11)) as later, browser_page(scripts=False) as page:
        to_qr_code(page, world, alex.name)
        link = link_on(page)
        for _ in range(2):
            page.goto(f"{later}/security-info/setup")
            expect(page.get_by_text("This QR code has expired").first).to_be_visible()
        late = TestDevice(world.public).later(timedelta(minutes=11), at=later)
        refused = late.activate_by_link(link.replace(quote(world.public, safe=""), quote(later, safe="")))
        assert (refused.status_code, refused.json()["code"]) == (410, "activationExpired")
        page.get_by_role("button", name="New QR code").click()
        expect(page.get_by_text("Waiting for your app").first).to_be_visible()
        assert link_on(page) != link


HALF_A_YEAR = timedelta(days=180, minutes=1)


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


def test_a_pass_that_is_out_of_its_time_is_refused(stack: LocalStack) -> None:
    other = Platform(stack).person("everyone")
    made = done(other.call("POST", "temporaryAccessPassMethods", {"lifetimeInMinutes": 10}), 201)
    ahead = timedelta(minutes=11)
    with replica_later(stack, ahead) as later:
        late = Somebody(Platform(stack, offset=ahead, origin=later), other.id)
        assert refused(late.ask(methodId=made["id"])) == (422, "codeExpired")
        (listed,) = done(late.call("GET", "temporaryAccessPassMethods"), 200)["value"]
        assert not listed["isUsable"]
