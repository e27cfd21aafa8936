"""Pages as a person walks them, in one process: the real routes, handlers and verifier over documents in memory. What
is found wrong in a journey is tested here, unless the browser itself is the point."""

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from schemas.enrollment import UnusualActivityNoticed
from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.i18n import SOURCE, nearest, translations
from services.kit.crypto.codes import totp_code
from services.kit.crypto.sealing import decode
from services.kit.decision import Change
from tests.attack.scene import (
    answered,
    interrupted,
    with_app,
    with_phone,
    with_software,
)
from tests.contract.test_help_desk import found
from tests.support.in_memory.people import World, with_three
from tests.support.people.numbers import fresh_number
from tests.support.waiting import until
from tests.support.web.walking import Walker

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]


async def test_a_method_comes_back_after_a_proof_that_is_asked_for_there(world: World) -> None:
    user, secret = await with_three(world)
    phone = next(method for method in await world.methods(user) if method["type"] == "phone")
    managing = await world.signed_in(user, intent="manage")
    await managing.open(f"/security-info/methods/{phone['id']}/delete")
    await managing.press("Delete")
    assert "Phone was deleted. You can restore it until" in managing.page.text

    again = await world.signed_in(user, intent="manage")
    await again.press("Restore Phone")
    assert "To restore Phone, verify yourself with another method." in again.page.text
    await again.follow("Back to my security info")
    assert "Methods that can come back" in again.page.text
    await again.press("Restore Phone")
    await again.press("Next", method=await world.id_of(user, "softwareOath"))
    world.lab.clock.advance(timedelta(seconds=60))
    await again.press("Next", code=totp_code(secret, world.lab.clock.now()))
    assert "Phone was restored. It can be used again." in again.page.text
    assert "Phone was brought back" not in again.page.text, "what one did oneself is no news"
    assert "Methods that can come back" not in again.page.text


async def test_after_the_last_try_the_page_says_nothing_of_the_message(world: World) -> None:
    user = await world.person()
    walker = await world.signed_in(user, amr=["pwd"])
    await walker.press("Next")
    await walker.follow("I want to set up a different method")
    await walker.press("Next", method="phone")
    await walker.press("Next", region="GB", number=fresh_number())
    assert "We are sending a 6-digit code" in walker.page.text
    for guess in range(5):
        await walker.press("Next", code=f"00000{guess}")
    assert "Too many wrong codes. Ask for a new one, or use a different number." in walker.page.text
    assert "6-digit code" not in walker.page.text


async def test_who_comes_back_to_a_passkey_gets_one_that_can_be_made(world: World) -> None:
    user = await world.person()
    walker = await world.signed_in(user, amr=["pwd"])
    await walker.press("Next")
    for method in ("passkey", "phone", "passkey"):
        await walker.follow("I want to set up a different method")
        await walker.press("Next", method=method)
    (asked,) = {value for form in walker.page.forms for name, value in form.fields if name == "challenge"}
    stored = await world.lab.components.deps.challenges.get(asked)
    assert stored is not None
    assert stored.state.status == "pending"


async def test_of_security_questions_all_that_is_wrong_is_said_where_it_is(world: World) -> None:
    """And what was right need not be typed again."""
    user = await world.person()
    await with_software(world.target, user)
    walker = await world.signed_in(user, intent="manage")
    await walker.follow("Add sign-in method")
    await walker.press("Next", method="securityQuestions")
    await walker.press("Next", question=["", "first-pet", "first-pet"], answer=["Lisbon", "Rex", "ab"])
    assert "Choose a question." in walker.field("question-1")
    assert "You chose this question already." in walker.field("question-3")
    assert "too short" in walker.field("answer-3")
    assert 'id="question-2"' in walker.html
    assert 'id="question-2-error"' not in walker.html
    assert 'value="Lisbon"' in walker.html
    chosen = ["first-car", "first-pet", "first-film"]
    await walker.press("Next", question=chosen, answer=["Lisbon", "Rex", "Vertigo"])
    assert "Security questions saved" in walker.page.text


async def test_methods_to_verify_with_are_what_they_say(world: World) -> None:
    user = await world.person()
    number = await with_phone(world.target, user)
    await with_software(world.target, user)
    app = await with_app(world.target, user)
    await answered(world.target, app, "approve", number=await world.number_of(app))
    walker = await world.signed_in(user, intent="manage", amr=["pwd"])
    await walker.press("Use a code from the app instead")
    assert "Open the app on Test phone and type the code" in walker.page.text
    await walker.press("Use a different method")
    for says in (
        "Authenticator app (Test phone) Approve a request in the app on Test phone.",
        f"Phone Get a code by text message at +44 •••• ••{number[-4:]}.",
        "Other authenticator app Type the code that your app shows.",
    ):
        assert says in walker.page.text


async def to_phone(world: World, **fields: Any) -> Walker:
    """Somebody who sets up a phone."""
    walker = await world.signed_in(await world.person(), group="frontline", amr=["pwd"], **fields)
    return await walker.press("Next")


async def test_what_is_wrong_with_a_number_is_said_as_a_person_sees_it(world: World) -> None:
    walker = await to_phone(world)
    await walker.press("Next", region="GB", number=" ")
    assert walker.field("number") == "Enter your phone number."
    await walker.press("Next", region="GB", number="0033 1 42 68 53 00")
    assert walker.field("number") == "Is this a number in France? Then choose France under “Country or region”."


async def test_a_code_that_is_over_leads_to_a_new_one(world: World) -> None:
    number = fresh_number()
    walker = await to_phone(world)
    await walker.press("Next", region="GB", number=number)
    first = await world.target.texted(number)
    world.lab.clock.advance(timedelta(minutes=6))
    await walker.open("/security-info/setup")
    assert "This code can't be used any more. We can send you a new one." in walker.page.text
    assert "valid for" not in walker.page.text
    await walker.press("Send a new code")
    await until(lambda: world.lab._code(number) != first)
    await walker.press("Next", code=await world.target.texted(number))
    assert "Phone verified" in walker.page.text
    await walker.press("Done")
    assert "Success" in walker.page.text
    assert not walker.has_button("Cancel and return")


async def test_a_change_is_no_addition_and_an_address_at_work_is_asked_about(world: World) -> None:
    user, secret = await with_three(world)
    managing = await world.signed_in(user, intent="manage", amr=["pwd"])
    await managing.press("Next", method=await world.id_of(user, "softwareOath"))
    world.lab.clock.advance(timedelta(seconds=60))
    await managing.press("Next", code=totp_code(secret, world.lab.clock.now()))
    await managing.press("Change")
    assert "You are changing +44 •••• ••" in managing.page.text
    await managing.follow("Back to my security info")
    await managing.follow("Add sign-in method")
    await managing.press("Next", method="email")
    address = f"{user}@northbridge.example"
    await managing.press("Next", address=address)
    assert "This looks like an address of Northbridge." in managing.page.text
    await managing.press("Next", address=address)
    assert "Enter the code" in managing.page.text


async def test_who_has_no_session_is_not_told_that_it_ended(world: World) -> None:
    stranger = await world.walker().open("/security-info")
    assert (stranger.status, "Sign in to see this page" in stranger.page.text) == (410, True)


async def test_help_leads_to_the_reset(world: World) -> None:
    reader = await world.walker().open("/help/cant-sign-in?tenant=northbridge")
    assert reader.page.links["Reset it at Northbridge"].endswith("/reset-password")


@pytest.mark.parametrize("path", ["/", "/nowhere"])
async def test_an_address_at_which_there_is_nothing_is_a_page_for_people(world: World, path: str) -> None:
    typed = await world.target.call("GET", path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (typed.status_code, typed.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in typed.text
    called = await world.target.call("GET", path)
    assert called.headers["content-type"] == "application/problem+json"


async def test_of_an_entry_the_person_says_that_it_was_not_them(world: World) -> None:
    user, secret = await with_three(world)
    reader = await world.signed_in(user, intent="manage", amr=["pwd"])
    await reader.press("Next", method=await world.id_of(user, "softwareOath"))
    world.lab.clock.advance(timedelta(seconds=60))
    await reader.press("Next", code=totp_code(secret, world.lab.clock.now()))
    await reader.follow("Your recent activity")
    assert reader.page.text.count("You opened My security info.") == 2  # the sentence, and its "This wasn't me"
    assert "In this browser" in reader.page.text
    await reader.follow(next(label for label in reader.page.links if "wasn't me: You added Phone" in label))
    assert "The method can't be used until you restore it" in reader.page.text
    await reader.press("This wasn't me")
    assert "Thank you for telling us" in reader.page.text
    states = {method["type"]: method["state"] for method in await world.methods(user)}
    assert (states["phone"], states["softwareOath"]) == ("suspended", "active")
    assert "Your session has ended" in (await reader.open("/security-info")).page.text


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


async def in_germany(world: World, user: str) -> None:
    """As if a proxy had said so of all sessions of the person."""

    def placed(account: Account) -> Change[Account]:
        browsers = tuple(
            known.model_copy(update={"places": dict.fromkeys(known.sessions, "DE")}) for known in account.browsers
        )
        return Change(account.model_copy(update={"browsers": browsers}))

    await world.lab.components.deps.accounts.change(account_id("northbridge", user), placed)


async def test_the_activity_says_which_browser_and_which_country_and_nothing_else_does(world: World) -> None:
    user, _ = await with_three(world)
    reader = world.walker()
    reader.agent = WINDOWS
    with capture_logs() as lines:
        await world.signed_in(user, intent="manage", browser=reader)
        await reader.follow("Your recent activity")
        assert "In this browser Firefox on Windows" in reader.page.text
        await in_germany(world, user)
        assert "Firefox on Windows, Germany" in (await reader.open(reader.address)).page.text
    told = [envelope.event.model_dump_json() for envelope in world.lab.log.told if envelope.subject == user]
    assert "Firefox" not in str(told) + str(lines)

    reader.accepts = "de"
    await world.signed_in(user, intent="manage", browser=reader)
    await in_germany(world, user)
    await reader.open("/security-info/activity")
    assert "Deutschland" in reader.page.text

    desk = await found(world, user)
    assert "Firefox on Windows, Germany" in desk.page.text


@pytest.mark.parametrize(
    ("locale", "organisation", "guess"),
    [("en-IE", "AT", "IE"), ("en", "AT", "AT"), ("de", None, "DE"), ("ja", None, "JP"), ("sv", None, "GB")],
)
async def test_the_first_guess_of_a_country_is_the_persons_then_the_organisations(
    world: World, monkeypatch: pytest.MonkeyPatch, locale: str, organisation: str | None, guess: str
) -> None:
    config = world.lab.components.deps.config
    own = config.tenant("northbridge")
    monkeypatch.setitem(config.tenants, "northbridge", own.model_copy(update={"region": organisation}))
    walker = await world.signed_in(await world.person(), group="frontline", amr=["pwd"], locale=locale)
    await walker.press(str(translations(nearest(locale) or SOURCE).gettext("Next")))
    assert f'<option value="{guess}" selected>' in walker.html


async def test_of_a_visit_the_person_says_that_it_was_not_them(world: World) -> None:
    """Nothing of theirs changed; whoever it was is out, and the organisation hears of it."""
    user = await world.person()
    await with_software(world.target, user)
    intruder = await world.signed_in(user, intent="manage")
    await intruder.open("/security-info")
    reader = await world.signed_in(user, intent="manage")
    await reader.open("/security-info/activity")
    links = reader.html.count("/security-info/activity/not-me?entry=")
    assert links == reader.page.text.count(" UTC") - 1  # each entry has its moment, and the foot one more
    await reader.follow("This wasn't me: You opened My security info.")
    assert "Everybody who is signed in here as you is signed out" in reader.page.text
    assert "The method can't be used" not in reader.page.text
    await reader.press("This wasn't me")
    assert "Thank you for telling us" in reader.page.text
    assert "Your session has ended" in (await intruder.open("/security-info")).page.text
    assert {method["state"] for method in await world.methods(user)} == {"active"}
    noticed = [one.event for one in world.lab.log.told if one.subject == user]
    assert [event.kind for event in noticed if isinstance(event, UnusualActivityNoticed)] == ["newBrowser", "notMe"]
    again = await world.signed_in(user, intent="manage")
    await again.open("/security-info/activity")
    assert "You said of something that it wasn't you." in again.page.text
    assert not any("You said of something" in label for label in again.page.links)


async def test_an_erased_person_is_in_no_session_any_more(world: World) -> None:
    """Whoever is in one, or holds a link to one (OWASP ASVS 5.0, 7.4.2); and nobody who comes anew meets them there."""
    user = await world.person()
    await with_software(world.target, user)
    inside = await world.signed_in(user, intent="manage")
    assert "My security info" in inside.page.headings
    unused = (await interrupted(world.target, user, intent="manage"))["url"]
    form = inside.page
    answer = await world.target.call("DELETE", f"/v1.0/users/{user}", token=world.target.token())
    assert answer.status_code == 202
    assert (await inside.open("/security-info")).status == 410
    assert (await world.walker().open(unused)).status == 410
    await interrupted(world.target, user, intent="manage")
    assert (await inside.open("/security-info")).status == 410
    inside.page = form
    await inside.press("Back to Northbridge")
    assert (inside.status, await world.methods(user)) == (410, [])


async def test_tickets_and_the_secrets_of_sessions_are_as_long_as_they_are_said_to_be(world: World) -> None:
    """256 bits each (OWASP ASVS 5.0, 7.2.3; NIST SP 800-63B-4, 5.1.1), and others each time."""
    user, _ = await with_three(world)
    links, held = [], []
    for _time in range(2):
        links.append((await interrupted(world.target, user, intent="manage"))["url"])
        asked = {"purpose": "stepUp", "returnUrl": world.target.returns["northbridge"]}
        links.append((await world.target.done("POST", f"/v1.0/users/{user}/challenges", asked))["url"])
        walker = world.walker()
        for link in links[-2:]:
            await walker.open(link)
        held += [walker.cookies[name].partition(".")[2] for name in ("security-info", "security-info-verification")]
    tickets = [link.partition("ticket=")[2] for link in links]
    assert {len(decode(one)) for one in (*tickets, *held)} == {32}
    assert len({*tickets, *held}) == 8
