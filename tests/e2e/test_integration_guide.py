"""The integration guide is followed from an empty folder, beside the running stack."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.guide import EXAMPLES, commands, variables
from tests.support.journey import World, browser_page, code_from_text, enter_code, give_number

pytestmark = pytest.mark.timeout(180)

SCRIPTS = {words[1]: words for words in commands() if words[0].endswith("/python")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with the two scripts."""
    for name in SCRIPTS:
        shutil.copy(EXAMPLES / name, tmp_path)
    return tmp_path


@contextmanager
def running(script: str, folder: Path, stack: LocalStack) -> Iterator[Path]:
    """A script as the guide starts it, with the variables that the guide names; yields the file with its output."""
    given = {name: value for name, value in stack.settings().items() if name in variables()}
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **given}
    output = folder / f"{script}.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *SCRIPTS[script][1:]], cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield output
        finally:
            process.terminate()
            process.wait(10)


def await_that(holds: Callable[[], bool], what: str, within: float = 30.0) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether the platform is up."""
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def platform(folder: Path, stack: LocalStack) -> Iterator[str]:
    """The example platform's address."""
    url = stack.url("example")
    with running("identity_platform.py", folder, stack) as log:
        await_that(lambda: answers(url), log.read_text())
        yield url


def sign_in(page: Page, platform: str, user: str) -> None:
    """At the example platform."""
    page.goto(platform)
    page.get_by_label("User name").fill(user)
    page.get_by_role("button", name="Sign in", exact=True).click()


def set_up_phone(page: Page, world: World, person: Person) -> None:
    """From the prompt to the last button."""
    page.get_by_role("button", name="Next").click()
    give_number(page, person.number)
    enter_code(page, code_from_text(world, person.number))
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Success")).to_be_visible()
    page.get_by_role("button", name="Done").click()


def printed(log: Path, user: str) -> list[str]:
    """The types of the events about a user, as the consumer printed them."""
    lines = [line.split() for line in log.read_text("utf-8").splitlines()]
    return [words[2] for words in lines if words[0] == user]


def test_a_platform_made_by_the_guide_gets_its_answer_and_the_events(
    stack: LocalStack, world: World, platform: str, folder: Path, person: Person
) -> None:
    with ExitStack() as open_things:
        events = open_things.enter_context(running("events.py", folder, stack))
        page = open_things.enter_context(browser_page())
        sign_in(page, platform, person.user)
        set_up_phone(page, world, person)
        expect(page.get_by_text(f"Checked for {person.user}: completed with phone.")).to_be_visible()

        sign_in(page, platform, person.user)
        expect(page.get_by_text(f"{person.user} has nothing to set up.")).to_be_visible()
        await_that(lambda: "EnrollmentCompleted" in printed(events, person.user), events.read_text("utf-8"))
    types = printed(events, person.user)
    assert types[0] == "EnrollmentStarted"
    assert types.count("MethodRegistered") == types.count("EnrollmentCompleted") == 1


def test_the_example_takes_a_result_once_and_from_its_own_browser_alone(
    world: World, platform: str, person: Person
) -> None:
    with browser_page() as page:
        sign_in(page, platform, person.user)
        page.get_by_role("button", name="Cancel and return").click()
        expect(page.get_by_text(f"Checked for {person.user}: cancelled with no method.")).to_be_visible()
        address = page.url
        page.reload()
        expect(page.get_by_text("This result is not the answer to this sign-in.")).to_be_visible()
    assert httpx.get(address, timeout=10).status_code == 400


def test_the_example_refuses_a_result_that_nobody_signed(world: World, platform: str, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, platform, person.user)
        expect(page.get_by_role("heading", name="More information required")).to_be_visible()
        (cookie,) = [one for one in page.context.cookies(platform) if one.get("name") == "state"]
        forged = "eyJhbGciOiJub25lIn0.e30."
        page.goto(f"{platform}/return?state={cookie.get('value')}&result={forged}")
        expect(page.get_by_text("This result is not the answer to this sign-in.")).to_be_visible()
