"""The integration guide is followed from an empty folder, beside the running stack."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.guide import EXAMPLES, commands, variables
from tests.support.people.journey import World, browser_page, code_from_text, enter_code, give_number

pytestmark = pytest.mark.timeout(180)

REFUSED = "This result is not the answer to this sign-in."
SCRIPTS = {words[1]: words for words in commands() if words[0].endswith("/python")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with the two scripts."""
    empty = tmp_path_factory.mktemp("platform")
    for name in SCRIPTS:
        shutil.copy(EXAMPLES / name, empty)
    return empty


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


@pytest.fixture(scope="module")
def platform(folder: Path, stack: LocalStack) -> Iterator[str]:
    """The example platform's address; started once, because each start makes a new key."""
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


def cancel(page: Page) -> None:
    """From the prompt back to the platform."""
    page.get_by_role("button", name="Cancel and return").click()


def brought(page: Page) -> dict[str, str]:
    """What the product sent to the platform with the browser."""
    return dict(parse_qsl(urlsplit(page.url).query))


def test_the_example_takes_a_result_once_and_none_that_another_key_signed(platform: str, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, platform, person.user)
        cancel(page)
        expect(page.get_by_text(f"Checked for {person.user}: cancelled with no method.")).to_be_visible()
        back = brought(page)
        page.reload()
        expect(page.get_by_text(REFUSED)).to_be_visible()

        genuine = jws.extract_compact(back["result"].encode())
        claims = json.loads(genuine.payload) | {"jti": "never seen"}
        forged = jwt.encode(dict(genuine.headers()), claims, ECKey.generate_key("P-256"))
        page.goto(f"{platform}/return?{urlencode(back | {'result': forged})}")
        expect(page.get_by_text(REFUSED)).to_be_visible()


def test_the_example_takes_a_result_from_its_own_browser_and_for_its_own_sign_in_alone(
    platform: str, person: Person
) -> None:
    with browser_page() as page:
        sign_in(page, platform, person.user)
        expect(page.get_by_role("heading", name="More information required")).to_be_visible()
        page.context.clear_cookies(name="state")
        cancel(page)
        expect(page.get_by_text("This browser did not start this sign-in.")).to_be_visible()
        unused = brought(page)

        sign_in(page, platform, person.user)
        expect(page.get_by_role("heading", name="More information required")).to_be_visible()
        (state,) = [str(one.get("value")) for one in page.context.cookies(platform) if one.get("name") == "state"]
        page.goto(f"{platform}/return?{urlencode(unused | {'state': state})}")
        expect(page.get_by_text(REFUSED)).to_be_visible()


def test_the_example_says_what_it_was_refused(platform: str) -> None:
    with browser_page() as page:
        sign_in(page, platform, "sam@northbridge.example")
        expect(page.get_by_text("Security Info refused, or did not answer: Client error '400")).to_be_visible()
