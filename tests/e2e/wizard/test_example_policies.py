"""Each example policy, applied to a running stack and walked in a browser from the prompt to Success."""

import json
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from deploy.local.stack import LocalStack
from services.cli.program import app
from tests.support.people.api import POLICY, Platform, Somebody, done, kept_policy, refused
from tests.support.people.journey import World, browser_page, enter_code, number_on, phone_beside
from tests.support.people.methods import (
    arrived,
    calls,
    following,
    save_codes,
    set_up_app,
    set_up_phone,
    virtual_authenticator,
)
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(180)

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "policies"
READ_OUT = re.compile(r"\d(?:, \d){5}")
DIFFERENT = "I want to set up a different method"


@pytest.fixture
def southgate(stack: LocalStack) -> Iterator[Platform]:
    """A tenant whose policies a test may change: afterwards they are as before."""
    platform = Platform(stack, tenant="southgate")
    with kept_policy(platform):
        yield platform


def applied(southgate: Platform, name: str) -> None:
    """An example, by the command line."""
    where = ["--token", southgate.token(), "--url", southgate.stack.url("enrollment")]
    result = CliRunner().invoke(app, ["policy", "apply", str(EXAMPLES / f"{name}.json"), *where])
    assert (result.exit_code, "holds" in result.output) == (0, True), result.output


def changed(southgate: Platform, name: str, **fields: object) -> None:
    """An example with more said about its one group."""
    document = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    (group,) = document["registrationEnforcement"]["groups"]
    group.update(fields)
    done(southgate.call("PATCH", POLICY, document), 200)


def fresh(southgate: Platform) -> Somebody:
    return Somebody(southgate, f"fresh.{secrets.token_hex(6)}")


def asked(person: Somebody, group: str = "everyone", **fields: object) -> dict[str, Any]:
    """What the platform is told when this person signs in."""
    back = f"{person.platform.stack.url('northbridge')}/southgate/return"
    return person.sign_in(group, returnUrl=back, **fields)


def prompted(page: Page, person: Somebody, group: str = "everyone") -> str:
    """At the prompt of an interrupt; its id."""
    interrupt = asked(person, group)
    assert interrupt["decision"] == "register"
    page.goto(interrupt["url"])
    expect(page.get_by_role("heading", name="More information required")).to_be_visible()
    return str(interrupt["id"])


def completed(page: Page, person: Somebody, interrupt: str, *methods: str) -> None:
    """From Success back to the platform, which asks what came of it; the next sign-in is not stopped."""
    expect(page.get_by_role("heading", name="Success")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    page.wait_for_url("**/southgate/return**")
    outcome = done(person.platform.call("GET", f"/v1.0/interrupts/{interrupt}"), 200)
    assert (outcome["status"], set(outcome["methods"])) == ("completed", set(methods))
    assert asked(person)["decision"] == "none"


def test_the_seeds_policy(world: World, southgate: Platform) -> None:
    applied(southgate, "the-seeds")
    person = fresh(southgate)
    with browser_page() as page, phone_beside(page) as phone:
        interrupt = prompted(page, person)
        following(page)
        expect(page.get_by_role("link", name="I want to use a different authenticator app")).to_be_visible()
        expect(page.get_by_role("link", name=DIFFERENT)).to_be_visible()
        set_up_app(page, phone)
        following(page)
        expect(page.get_by_role("link", name=DIFFERENT)).to_have_count(0)
        set_up_phone(page, world, southgate.number())
        page.get_by_role("button", name="Done").click()
        completed(page, person, interrupt, "authenticatorApp", "phone")


def test_text_messages_only(world: World, southgate: Platform) -> None:
    applied(southgate, "sms-only")
    person = fresh(southgate)
    with browser_page(scripts=False) as page:
        interrupt = prompted(page, person)
        following(page)
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name=DIFFERENT)).to_have_count(0)
        set_up_phone(page, world, southgate.number())
        page.get_by_role("button", name="Done").click()
        completed(page, person, interrupt, "phone")


def test_passwordless_with_a_pass_as_the_way_in(southgate: Platform) -> None:
    applied(southgate, "passwordless")
    person = fresh(southgate)
    with browser_page() as page, virtual_authenticator(page):
        interrupt = prompted(page, person)
        following(page)
        expect(page.get_by_role("heading", name="You need a Temporary Access Pass")).to_be_visible()
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", name="You need a Temporary Access Pass")).to_be_visible()
        made = done(person.call("POST", "temporaryAccessPassMethods", {"isUsableOnce": True}), 201)
        page.get_by_role("link", name="Try again").click()
        following(page)
        page.get_by_label("Temporary Access Pass").fill(made["temporaryAccessPass"])
        following(page)
        expect(page.get_by_role("link", name=DIFFERENT)).to_have_count(0)
        page.get_by_role("button", name="Create a passkey").click()
        expect(page.get_by_role("heading", name="Passkey created")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        save_codes(page)
        page.get_by_role("button", name="Done").click()
        completed(page, person, interrupt, "passkey", "recoveryCodes", "temporaryAccessPass")


def test_nobody_without_a_pass_gets_to_the_methods_either(southgate: Platform) -> None:
    applied(southgate, "passwordless")
    with browser_page(scripts=False) as page:
        page.goto(asked(fresh(southgate), intent="manage")["url"])
        expect(page.get_by_role("heading", name="You need a Temporary Access Pass")).to_be_visible()
        page.goto(f"{southgate.stack.url('enrollment')}/security-info/add")
        expect(page.get_by_role("heading", name="You need a Temporary Access Pass")).to_be_visible()
        applied(southgate, "sms-only")
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", name="My security info", level=1)).to_be_visible()


def test_two_methods_for_a_reset(world: World, southgate: Platform) -> None:
    applied(southgate, "two-for-reset")
    person = fresh(southgate)
    address = f"{person.id}@home.example"
    with browser_page() as page, phone_beside(page) as phone:
        interrupt = prompted(page, person)
        following(page)
        set_up_app(page, phone)
        following(page)
        expect(page.get_by_role("heading", name="Email", exact=True)).to_be_visible()
        page.get_by_label("Email address").fill(address)
        following(page)
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        code = re.search(r"\b\d{6}\b", arrived(world, address, "code")["text"])
        assert code
        enter_code(page, code.group())
        expect(page.get_by_role("heading", name="Email verified")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        completed(page, person, interrupt, "authenticatorApp", "email")
    assert person.asked("passwordReset")["proofsRequired"] == 2
    assert refused(person.ask("signIn", methodId=person_method(person, "email")))[1] == "methodNotAllowedByPolicy"


def person_method(person: Somebody, kind: str) -> str:
    return str(next(one["id"] for one in person.methods() if one["type"] == kind))


def test_nist_aal2(world: World, southgate: Platform) -> None:
    applied(southgate, "nist-aal2")
    person, number = fresh(southgate), southgate.number()
    with browser_page() as page, phone_beside(page) as phone:
        interrupt = prompted(page, person)
        following(page)
        set_up_app(page, phone)
        following(page)
        page.get_by_label("Call me").check()
        page.get_by_label("Phone number").fill(number)
        following(page)
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        enter_code(page, awaited(lambda: read_out(world, number), f"nothing was read out at {number}", 30))
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        completed(page, person, interrupt, "authenticatorApp", "phone")
        page.goto(asked(person, intent="manage")["url"])
        expect(page.get_by_role("heading", name="Verify it's you", level=1)).to_be_visible()
        assert len(number_on(page)) == 3
    challenge = person.asked("signIn", methodId=person_method(person, "phone"))
    assert challenge["attemptsLeft"] == 3
    left = datetime.fromisoformat(challenge["expiresAt"]) - datetime.now(UTC)
    assert 9 * 60 < left.total_seconds() <= 10 * 60


def read_out(world: World, number: str) -> str:
    """The code that the newest call reads out; empty as long as there is none."""
    found = READ_OUT.search(json.dumps(calls(world, number)[:1]))
    return found.group().replace(", ", "") if found else ""


def test_a_first_method_may_need_a_second_factor_of_the_platforms(southgate: Platform) -> None:
    changed(southgate, "sms-only", registrationProof="stepUp")
    person = fresh(southgate)
    back = f"{southgate.stack.url('northbridge')}/southgate/return"
    body = {
        "user": {"id": person.id, "userPrincipalName": "fresh@southgate.example", "displayName": "Fresh"},
        "returnUrl": back,
        "authenticatedAt": datetime.now(UTC).isoformat(),
    }
    for intent in ("signIn", "manage"):
        refusal = southgate.call("POST", "/v1.0/interrupts", {**body, "intent": intent})
        assert refused(refusal) == (403, "reauthenticationRequired")
    assert asked(person, amr=["pwd", "mfa"])["decision"] == "register"
    person.with_phone()
    assert asked(person, intent="manage")["decision"] == "manage"


def test_a_policy_that_changes_in_the_middle_of_a_wizard_is_followed_to_its_end(
    world: World, southgate: Platform
) -> None:
    applied(southgate, "the-seeds")
    person = fresh(southgate)
    with browser_page() as page, phone_beside(page) as phone:
        interrupt = prompted(page, person)
        following(page)
        expect(page.get_by_role("heading", name="Authenticator app")).to_be_visible()
        applied(southgate, "sms-only")
        following(page)
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
        set_up_phone(page, world, southgate.number())
        changed(southgate, "two-for-reset", order=["authenticatorApp"])
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("heading", name="Authenticator app")).to_be_visible()
        following(page)
        following(page)
        expect(page.get_by_role("heading", name="Scan the QR code")).to_be_visible()
        applied(southgate, "sms-only")
        page.reload()
        completed(page, person, interrupt, "phone")
        assert phone.url == "about:blank"


def test_a_group_that_is_excluded_from_a_method_is_neither_asked_for_it_nor_lets_it_in(
    world: World, southgate: Platform
) -> None:
    everybody, contractors = ({"targetType": "group", "id": name} for name in ("all_users", "contractors"))
    configurations = [
        {"id": "authenticatorApp", "state": "enabled", "includeTargets": [everybody], "excludeTargets": [contractors]},
        {"id": "phone", "state": "enabled", "includeTargets": [everybody]},
    ]
    groups = [{"id": "everyone", "twoStep": {"number": 1}}, {"id": "contractors", "twoStep": {"number": 1}}]
    enforcement = {"defaultGroup": "everyone", "groups": groups}
    document = {"authenticationMethodConfigurations": configurations, "registrationEnforcement": enforcement}
    done(southgate.call("PATCH", POLICY, document), 200)
    person = fresh(southgate)
    with browser_page(scripts=False) as page:
        prompted(page, fresh(southgate))
        following(page)
        expect(page.get_by_role("heading", name="Authenticator app")).to_be_visible()
    with browser_page(scripts=False) as page:
        prompted(page, person, "contractors")
        following(page)
        expect(page.get_by_role("heading", name="Phone", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name=DIFFERENT)).to_have_count(0)
        set_up_phone(page, world, southgate.number())
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("heading", name="Success")).to_be_visible()
    app_of_theirs = person.call("POST", "registrations", {"type": "authenticatorApp"})
    assert refused(app_of_theirs) == (403, "methodNotAllowedByPolicy")
    assert asked(person, "contractors")["decision"] == "none"
