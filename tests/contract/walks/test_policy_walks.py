"""Example policies, applied by the command line and walked from the prompt to Success; and policies that change."""

import json
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import DIFFERENT, connected, number_on, to_code, world_of
from tests.support.people.api import POLICY, Platform, Somebody, done, refused, restored_policy
from tests.support.people.examples import EXAMPLES, applied
from tests.support.people.methods import calls
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(120)

READ_OUT = re.compile(r"\d(?:, \d){5}")
NEEDS_A_PASS = "You need a Temporary Access Pass"


@pytest.fixture
def southgate(product: Product) -> Iterator[Platform]:
    """A tenant whose policies are as before when a test has ended."""
    platform = Platform(product, tenant="southgate")
    with restored_policy(platform):
        yield platform


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


def prompted(product: Product, person: Somebody, group: str = "everyone") -> tuple[Visitor, str]:
    """At the prompt of an interrupt, and its id."""
    interrupt = asked(person, group)
    assert interrupt["decision"] == "register"
    visitor = product.visitor().open(interrupt["url"])
    assert "More information required" in visitor.headings
    return visitor, str(interrupt["id"])


def with_app(product: Product, visitor: Visitor) -> Visitor:
    """From "Authenticator app" past "Notification approved"."""
    visitor.press("Next").press("Next")
    device = connected(product, visitor)
    visitor.press("Next")
    assert device.answer(device.next_request(), "approve", number_on(visitor)).status_code == 204
    return visitor.shows("Notification approved").press("Next")


def with_phone(visitor: Visitor, person: Somebody) -> Visitor:
    """From "Phone" past "Phone verified"."""
    number = person.platform.number()
    to_code(visitor, number).press("Next", code=person.texted(number))
    assert "Phone verified" in visitor.headings
    return visitor.press("Done")


def completed(visitor: Visitor, person: Somebody, interrupt: str, *methods: str) -> None:
    """From Success back to the platform, which asks what came of it; the next sign-in is not stopped."""
    assert "Success" in visitor.headings
    visitor.press("Done")
    assert "/southgate/return" in visitor.address
    outcome = done(person.platform.call("GET", f"/v1.0/interrupts/{interrupt}"), 200)
    assert (outcome["status"], set(outcome["methods"])) == ("completed", set(methods))
    assert asked(person)["decision"] == "none"


def test_text_messages_only(product: Product, southgate: Platform) -> None:
    applied(southgate, "sms-only")
    person = fresh(southgate)
    visitor, interrupt = prompted(product, person)
    visitor.press("Next")
    assert ("Phone" in visitor.headings, DIFFERENT in visitor.links) == (True, False)
    completed(with_phone(visitor, person), person, interrupt, "phone")


def test_nobody_without_a_pass_gets_to_the_methods_either(product: Product, southgate: Platform) -> None:
    applied(southgate, "passwordless")
    visitor = product.visitor().open(asked(fresh(southgate), intent="manage")["url"])
    assert NEEDS_A_PASS in visitor.headings
    assert NEEDS_A_PASS in visitor.open("/security-info/add").headings
    applied(southgate, "sms-only")
    assert "My security info" in visitor.follow("Try again").headings


def test_two_methods_for_a_reset(product: Product, southgate: Platform) -> None:
    applied(southgate, "two-for-reset")
    person = fresh(southgate)
    address = f"{person.id}@home.example"
    visitor, interrupt = prompted(product, person)
    with_app(product, visitor.press("Next"))
    assert "Email" in visitor.headings
    visitor.press("Next", address=address).press("Next", code=person.mailed(address))
    assert "Email verified" in visitor.headings
    completed(visitor.press("Done"), person, interrupt, "authenticatorApp", "email")
    assert person.asked("passwordReset")["proofsRequired"] == 2
    assert refused(person.ask("signIn", methodId=method_of(person, "email")))[1] == "methodNotAllowedByPolicy"


def method_of(person: Somebody, kind: str) -> str:
    return str(next(one["id"] for one in person.methods() if one["type"] == kind))


def test_nist_aal2(product: Product, southgate: Platform) -> None:
    applied(southgate, "nist-aal2")
    person, number = fresh(southgate), southgate.number()
    visitor, interrupt = prompted(product, person)
    with_app(product, visitor.press("Next"))
    visitor.press("Next", region="GB", number=number, delivery="voice")
    assert "Enter the code" in visitor.headings
    visitor.press("Next", code=awaited(lambda: read_out(product, number), f"nothing was read out at {number}"))
    assert "Phone verified" in visitor.headings
    completed(visitor.press("Done"), person, interrupt, "authenticatorApp", "phone")
    visitor.open(asked(person, intent="manage")["url"])
    assert "Verify it's you" in visitor.headings
    assert len(number_on(visitor)) == 3
    challenge = person.asked("signIn", methodId=method_of(person, "phone"))
    assert challenge["attemptsLeft"] == 3
    left = datetime.fromisoformat(challenge["expiresAt"]) - datetime.now(UTC)
    assert 9 * 60 < left.total_seconds() <= 10 * 60


def read_out(product: Product, number: str) -> str:
    """The code that the newest call reads out; empty as long as there is none."""
    world = world_of(product)
    found = READ_OUT.search(json.dumps(calls(world, number)[:1]))
    return found.group().replace(", ", "") if found else ""


def test_a_first_method_may_need_a_second_factor_of_the_platforms(southgate: Platform) -> None:
    changed(southgate, "sms-only", registrationProof="stepUp")
    person = fresh(southgate)
    body = {
        "user": {"id": person.id, "userPrincipalName": "fresh@southgate.example", "displayName": "Fresh"},
        "returnUrl": f"{southgate.stack.url('northbridge')}/southgate/return",
        "authenticatedAt": datetime.now(UTC).isoformat(),
    }
    for intent in ("signIn", "manage"):
        refusal = southgate.call("POST", "/v1.0/interrupts", {**body, "intent": intent})
        assert refused(refusal) == (403, "reauthenticationRequired")
    assert asked(person, amr=["pwd", "mfa"])["decision"] == "register"
    person.with_phone()
    assert asked(person, intent="manage")["decision"] == "manage"


def test_a_policy_that_changes_in_the_middle_of_a_wizard_is_followed_to_its_end(
    product: Product, southgate: Platform
) -> None:
    applied(southgate, "the-seeds")
    person, number = fresh(southgate), southgate.number()
    visitor, interrupt = prompted(product, person)
    assert "Authenticator app" in visitor.press("Next").headings
    applied(southgate, "sms-only")
    assert "Phone" in visitor.press("Next").headings
    to_code(visitor, number).press("Next", code=person.texted(number))
    assert "Phone verified" in visitor.headings
    changed(southgate, "two-for-reset", order=["authenticatorApp"])
    assert "Authenticator app" in visitor.press("Done").headings
    assert "Scan the QR code" in visitor.press("Next").press("Next").headings
    applied(southgate, "sms-only")
    completed(visitor.open("/security-info/setup"), person, interrupt, "phone")


def test_a_group_that_is_excluded_from_a_method_is_neither_asked_for_it_nor_lets_it_in(
    product: Product, southgate: Platform
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
    assert "Authenticator app" in prompted(product, fresh(southgate))[0].press("Next").headings
    person = fresh(southgate)
    visitor, _ = prompted(product, person, "contractors")
    visitor.press("Next")
    assert ("Phone" in visitor.headings, DIFFERENT in visitor.links) == (True, False)
    assert "Success" in with_phone(visitor, person).headings
    app_of_theirs = person.call("POST", "registrations", {"type": "authenticatorApp"})
    assert refused(app_of_theirs) == (403, "methodNotAllowedByPolicy")
    assert asked(person, "contractors")["decision"] == "none"
