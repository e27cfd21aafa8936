"""Forgot my password at the demo's platform: proofs by the API, and no word about whether anybody has that name."""

import re
import secrets
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.support.people.api import Platform, Somebody
from tests.support.people.journey import (
    World,
    browser_page,
    code_from_text,
    enter_code,
    enter_password,
    let_rest,
    phone_beside,
    to_second_step,
)
from tests.support.people.methods import arrived, following

pytestmark = pytest.mark.timeout(240)

START = "/reset-password"
NEW = "correct horse battery"
RUNS = 10
AT_ONCE = 4
AT_MOST = 0.15
"""How far two medians may be apart,"""
NOTHING = 0.02
"""or that many seconds: what is read from memory takes a few thousandths."""
LOOKS = 3
"""On a busy machine two medians can lie apart by chance; what an attacker could use does so each time."""
NEW_EACH_TIME = frozenset({"date", "set-cookie", "content-length"})


def named(stack: LocalStack, name: str = "alex", group: str = "staff") -> tuple[Somebody, str]:
    """Somebody whom the product knows, and the user name at Northbridge."""
    mark = secrets.token_hex(5)
    return Platform(stack).person(group, f"{name}.{mark}"), f"{name}+{mark}@northbridge.example"


def begin(page: Page, world: World, user_name: str) -> None:
    """From the sign-in page to the question for a proof."""
    page.goto(world.northbridge)
    page.get_by_role("link", name="Forgot my password").click()
    expect(page.get_by_role("heading", name="Reset your password")).to_be_visible()
    page.get_by_label("User name").fill(user_name)
    following(page)
    expect(page.get_by_text(f"If the password of {user_name} can be reset")).to_be_visible()


def set_password(page: Page, password: str = NEW) -> None:
    """From "New password" to the end. Where a proof was judged after its page had come again, that page says so."""
    proven = page.get_by_text("You have proven that it’s you. Select Next.")
    new_password = page.get_by_role("heading", name="New password")
    expect(new_password.or_(proven)).to_be_visible()
    if proven.is_visible():
        following(page)
    expect(page.get_by_role("heading", name="New password")).to_be_visible()
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("Type it again").fill(password)
    page.get_by_role("button", name="Change password").click()


def changed(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()


def test_one_proof_a_new_password_a_mail_and_nobody_else_stays_signed_in(stack: LocalStack, world: World) -> None:
    person, user_name = named(stack, "sam", "frontline")
    with browser_page() as page:
        enter_password(page, world, user_name)
        expect(page.get_by_role("heading", name="More information required")).to_be_visible()
        number = person.platform.number()
        person.with_phone(number)
        let_rest(world, number)
        with phone_beside(page) as other:
            begin(other, world, user_name)
            enter_code(other, code_from_text(world, number))
            set_password(other, "seven77")
            expect(other.get_by_text("Use at least 8 characters.")).to_be_visible()
            set_password(other, user_name)
            expect(other.get_by_text("Your user name can't be your password.")).to_be_visible()
            set_password(other)
            changed(other)
            other.goto(f"{world.northbridge}/reset-password/new")
            expect(other.get_by_role("heading", name="This reset has ended")).to_be_visible()
            enter_password(other, world, user_name, "demo")
            expect(other.get_by_text("don’t match")).to_be_visible()
            to_second_step(other, world, user_name, NEW)
        page.goto(f"{world.northbridge}/home")
        expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    told = arrived(world, user_name, "was changed")
    assert (told["subject"], told["from"]) == ("Your password was changed", "no-reply@northbridge.example")


def test_an_approval_with_the_number_of_the_page(stack: LocalStack, world: World) -> None:
    person, user_name = named(stack)
    _, device = person.with_app()
    with browser_page(width=360) as page:
        begin(page, world, user_name)
        number = page.locator("strong.match").inner_text()
        page.reload()
        assert page.locator("strong.match").inner_text() == number
        following(page)
        expect(page.get_by_text("We haven’t heard from your device yet.")).to_be_visible()
        assert device.answer(device.next_request(), "approve", number).status_code == 204
        expect(page.get_by_text("You have proven that it’s you. Select Next.")).to_be_visible()
        following(page)
        set_password(page)
        changed(page)


def shown(answer: httpx.Response, user_name: str) -> tuple[int, dict[str, str], str]:
    """What an answer says, but for the user name, the number to match, and what is new each time."""
    headers = {name: value for name, value in answer.headers.items() if name not in NEW_EACH_TIME}
    text = re.sub(r'<strong class="match">\d+</strong>', "", answer.text.replace(user_name, ""))
    return answer.status_code, headers, text


def test_a_person_and_nobody_are_told_the_same_in_the_same_time(stack: LocalStack, world: World) -> None:
    apart = compared(stack, world)
    for _ in range(LOOKS - 1):
        if apart:
            apart &= compared(stack, world)
    assert not apart


def compared(stack: LocalStack, world: World) -> set[int]:
    """The steps that took a person another time than nobody. Asserts that both were told the same."""
    person, user_name = named(stack)
    person.with_software()
    people = (user_name, f"nobody+{secrets.token_hex(5)}@northbridge.example")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        walks = list(pool.map(lambda name: walked(world, name), people * RUNS))
    told = [[shown(answer, people[turn % 2]) for answer, _ in walk] for turn, walk in enumerate(walks)]
    assert [status for status, _, _ in told[0]] == [303, 200, 422, 200, 200, 303]
    assert all(one == told[0] for one in told)
    known, unknown = ([statistics.median(took) for took in seconds(walks[turn::2])] for turn in (0, 1))
    return {step for step, took in enumerate(known) if took != pytest.approx(unknown[step], rel=AT_MOST, abs=NOTHING)}


def seconds(walks: list[list[tuple[httpx.Response, float]]]) -> list[list[float]]:
    """What each step took in all walks."""
    return [[took for _, took in step] for step in zip(*walks, strict=True)]


def walked(world: World, user_name: str) -> list[tuple[httpx.Response, float]]:
    """Everything that can be seen of a reset without a proof, each with the seconds that it took."""
    with httpx.Client(base_url=world.northbridge, timeout=20) as browser:
        steps = (
            lambda: browser.post(START, data={"userName": user_name}),
            lambda: browser.get(f"{START}/proof"),
            lambda: browser.post(f"{START}/proof", data={"code": "000000"}),
            lambda: browser.get(f"{START}/state"),
            lambda: browser.get(f"{START}/method"),
            lambda: browser.post(f"{START}/method", data={"method": "questions"}),
        )
        return [timed(step) for step in steps]


def timed(call: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    return call(), time.monotonic() - began
