"""Which language a page, a message and a notice speak, in one process."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.enrollment.accounts.domain.account import account_id
from services.enrollment.proofs.sent_code.words import SLOW
from tests.attack.scene import interrupted, with_software
from tests.support.in_memory.people import World
from tests.support.people.numbers import fresh_number
from tests.support.waiting import until
from tests.support.web.pseudo import speak_few
from tests.support.web.walking import Walker

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]

LANGUAGE = re.compile(r'<html lang="(\w+)" dir="(\w+)">')
GERMAN = {
    "More information required": "Weitere Angaben nötig",
    "There is nothing here": "Hier ist nichts",
    "Your session has ended": "Ihre Sitzung ist beendet",
    "Sign in to see this page": "Melden Sie sich an",
    "Something went wrong on our side": "Bei uns ist etwas schiefgegangen",
    "Verify it's you": "Bestätigen Sie, dass Sie es sind",
    "We are sending a {digits}-digit code to {where}.": "Wir senden „{digits} Ziffern“ an {where}.",
    SLOW: "Das dauert länger als sonst.",
    "Install the authenticator app": "Die Authenticator-App installieren",
}


@pytest.fixture(autouse=True)
def _few_german_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    speak_few(monkeypatch, de=GERMAN)


def language_of(walker: Walker) -> str:
    found = LANGUAGE.search(walker.html)
    assert found, walker.html[:200]
    return found[1]


async def profile_language(world: World, user: str) -> str:
    """What messages and notices to a person speak."""
    stored = await world.lab.components.deps.accounts.get(account_id("northbridge", user))
    assert stored is not None
    return stored.state.profile.locale


async def get(world: World, path: str, accepts: str, **headers: str) -> httpx.Response:
    world.target.http.cookies.clear()
    given = {"Accept-Language": accepts, "Accept": "text/html", **headers}
    return await world.target.http.get(path, headers=given, follow_redirects=False)


async def test_the_platforms_language_wins_over_the_browsers(world: World) -> None:
    user = await world.person()
    walker = await world.signed_in(user, amr=["pwd"], browser=world.walker("de"), locale="fr-CA")
    assert language_of(walker) == "fr"
    assert await profile_language(world, user) == "fr-CA"


async def test_without_one_the_browsers_is_taken_and_kept(world: World) -> None:
    user = await world.person()
    walker = await world.signed_in(user, group="frontline", amr=["pwd"], browser=world.walker("de-AT, en;q=0.5"))
    assert language_of(walker) == "de"
    assert "Weitere Angaben nötig" in walker.page.headings
    walker.accepts = "ja"
    assert language_of(await walker.open("/security-info/setup")) == "de"
    assert await profile_language(world, user) == "de"


async def test_messages_and_notices_speak_it(world: World) -> None:
    user = await world.person()
    known: dict[str, object] = {
        "id": user,
        "userPrincipalName": f"{user}@home.example",
        "displayName": user,
        "groups": ["everyone"],
    }
    known |= {"emails": [f"{user}@home.example"]}
    walker = await world.signed_in(user, amr=["pwd"], browser=world.walker("de"), user=known)
    await walker.press("Next")
    await walker.follow("I want to set up a different method")
    await walker.press("Next", method="phone")
    await walker.press("Next", region="GB", number=fresh_number())
    await with_software(world.target, user)

    def spoken() -> set[tuple[str, str]]:
        told: list[Any] = [one.event for one in world.lab.log.told if one.subject == user]
        return {(type(event).__name__, event.locale) for event in told if hasattr(event, "locale")}

    await until(lambda: len(spoken()) > 1)
    assert spoken() == {("MethodRequested", "de"), ("NoticeRequested", "de")}


async def test_what_a_page_hears_while_it_is_open_speaks_it(world: World) -> None:
    """Read once the challenge is over, so that the stream ends."""
    walker = await world.signed_in(await world.person(), group="frontline", amr=["pwd"], browser=world.walker("de"))
    await walker.press("Next")
    await walker.press("Next", region="GB", number=fresh_number())
    found = re.search(r'data-events="([^"]+)"', walker.html)
    assert found
    assert "Wir senden „6 Ziffern“ an" in walker.page.text
    walker.accepts = "ja"
    world.lab.clock.advance(timedelta(minutes=6))
    heard = (await walker.open(found[1])).html
    told = json.loads(heard.partition("data: ")[2].partition("\n")[0])
    assert told["status"] == "expired"
    assert told["delivery"]["text"] == GERMAN[SLOW]


async def test_a_platform_that_names_none_later_does_not_take_it_back(world: World) -> None:
    user = await world.person()
    await world.signed_in(user, amr=["pwd"], locale="de")
    await interrupted(world.target, user)
    assert await profile_language(world, user) == "de"
    again = await world.signed_in(user, amr=["pwd"])
    assert language_of(again) == "de"


async def test_a_hosted_verification_speaks_the_persons(world: World) -> None:
    user = await world.person()
    await with_software(world.target, user)
    await world.signed_in(user, locale="de")
    body = {"purpose": "signIn", "returnUrl": world.target.returns["northbridge"]}
    asked = await world.target.done("POST", f"/v1.0/users/{user}/challenges", body)
    walker = await world.walker("ja").open(asked["url"])
    assert language_of(walker) == "de"
    assert "Bestätigen Sie, dass Sie es sind" in walker.page.headings


@pytest.mark.parametrize(("said", "expected"), [(None, "de"), ("en-GB", "en")])
async def test_a_hosted_verification_of_whom_no_language_is_known_follows_the_browser(
    world: World, said: str | None, expected: str
) -> None:
    """Who was registered by the platform was on no page before."""
    user = await world.person()
    await interrupted(world.target, user, locale=said)
    await with_software(world.target, user)
    body = {"purpose": "signIn", "returnUrl": world.target.returns["northbridge"]}
    asked = await world.target.done("POST", f"/v1.0/users/{user}/challenges", body)
    walker = await world.walker("de").open(asked["url"])
    assert language_of(walker) == expected


@pytest.mark.parametrize(
    ("accepts", "expected"),
    [
        ("de", "de"),
        ("DE-ch", "de"),
        ("it, de;q=0.3, en;q=0.2", "de"),
        ("en;q=0.4, de;q=0.8", "de"),
        ("de;q=0, ja;q=0.1", "ja"),
        ("*", "en"),
        ("*, de;q=0.5", "de"),
        ("it", "en"),
        ("", "en"),
        (";q=,,;;q=1, de;q=x, =;q=0.9", "en"),
        ("de;q=1;level=2", "en"),
        ("de;q=nan", "en"),
        ("de-" + "x" * 4000, "de"),
        ("xx," * 2000 + "de", "de"),
    ],
)
async def test_a_page_without_a_session_follows_the_browser(world: World, accepts: str, expected: str) -> None:
    answer = await get(world, "/help/install-authenticator", accepts)
    assert answer.status_code == 200
    found = LANGUAGE.search(answer.text)
    assert found
    assert found[1] == expected
    assert ("Die Authenticator-App installieren" in answer.text) == (expected == "de")


async def test_arabic_is_read_from_the_right(world: World) -> None:
    assert '<html lang="ar" dir="rtl">' in (await get(world, "/help", "ar-EG")).text


@pytest.mark.parametrize("path", ["/help", "/help/none", "/security-info", "/no-such-page", "/verify"])
async def test_what_depends_on_the_browser_is_kept_by_no_cache(world: World, path: str) -> None:
    assert (await get(world, path, "de")).headers["cache-control"] == "no-store"


async def test_static_files_are_the_same_in_each_language(world: World) -> None:
    german, english = await get(world, "/static/page.js", "de"), await get(world, "/static/page.js", "en")
    assert (german.content, german.headers["etag"]) == (english.content, english.headers["etag"])
    assert "vary" not in german.headers


async def test_the_api_is_english(world: World) -> None:
    german = await get(world, "/v1.0/users/nobody/authentication/methods", "de")
    english = await get(world, "/v1.0/users/nobody/authentication/methods", "en")
    leave_out = {"traceId"}
    said = [{name: value for name, value in one.json().items() if name not in leave_out} for one in (german, english)]
    assert said[0] == said[1]


async def test_operations_are_english(world: World) -> None:
    user = await world.person()
    await with_software(world.target, user)
    walker = await world.signed_in(
        user, browser=world.walker("de"), intent="administer", locale="de", rights=frozenset({"admin"})
    )
    assert language_of(await walker.open("/operations")) == "en"


@pytest.mark.parametrize(
    ("path", "said"),
    [("/no-such-page", "Hier ist nichts"), ("/security-info", "Melden Sie sich an")],
)
async def test_what_is_not_there_is_said_in_the_browsers_language(world: World, path: str, said: str) -> None:
    answer = await get(world, path, "de")
    assert said in answer.text
    assert '<html lang="de"' in answer.text


async def test_an_ended_session_is_said_in_its_own_language(world: World) -> None:
    walker = await world.signed_in(await world.person(), amr=["pwd"], locale="de")
    walker.accepts = "ja"
    await walker.open("/security-info/cancel")
    await walker.press("Cancel and return")
    assert "Ihre Sitzung ist beendet" in (await walker.open(f"{walker.origin}/security-info/setup")).page.headings
    assert language_of(walker) == "de"


async def test_our_own_failure_is_said_in_the_sessions_language(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    walker = await world.signed_in(await world.person(), amr=["pwd"], locale="de")
    walker.accepts = "ja"

    async def broken(*_: object) -> None:
        raise RuntimeError("broken for this test")

    monkeypatch.setattr("services.enrollment.sessions.handlers.progress.follow_policy", broken)
    assert "Bei uns ist etwas schiefgegangen" in (await walker.open("/security-info/setup")).page.headings
    assert walker.status == 500
    assert language_of(walker) == "de"
