"""Methods on file, by the API: named, changed, deleted, brought back; and the policies that say what may be."""

import json
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from typer.testing import CliRunner, Result

from services.cli.program import app
from tests.support.one_process.product import Product
from tests.support.people.api import Platform, Somebody, done, refused

pytestmark = pytest.mark.timeout(180)


POLICY = "/v1.0/policies/authenticationMethodsPolicy"


def test_another_number_is_another_binding_under_the_same_id(platform: Platform, other: Somebody) -> None:
    old, new = platform.number(), platform.number()
    begun = other.with_phone(old)
    same = other.call("PATCH", f"methods/{begun['methodId']}", {"phoneNumber": old})
    assert refused(same) == (409, "methodAlreadyRegistered")
    changed = done(other.call("PATCH", f"methods/{begun['methodId']}", {"phoneNumber": new}), 202)
    assert changed["methodId"] == begun["methodId"]
    assert [one["displayName"][-4:] for one in other.methods()] == [old[-4:]]
    other.prove(changed["challenge"], code=other.texted(new))
    assert [(one["id"], one["displayName"][-4:]) for one in other.methods()] == [(begun["methodId"], new[-4:])]
    restored = other.call("POST", f"methods/{begun['methodId']}/restore")
    assert restored.status_code == 204
    assert [one["displayName"][-4:] for one in other.methods()] == [old[-4:]]


def test_methods_are_named_paged_made_default_deleted_and_brought_back(platform: Platform, other: Somebody) -> None:
    other.with_software()
    phone = other.with_phone()["methodId"]
    app = other.with_app()[0]["methodId"]
    named = done(other.call("PATCH", f"methods/{phone}", {"displayName": "My own"}), 200)
    assert (named["displayName"], named["isDefault"]) == ("My own", False)
    assert other.call("PUT", "defaultMethod", {"methodId": phone}).status_code == 204
    pages, path = [], f"/v1.0/users/{other.id}/authentication/methods?$top=1"
    while path:
        page = done(platform.call("GET", path), 200)
        pages.append([one["type"] for one in page["value"]])
        path = page.get("@odata.nextLink", "").removeprefix(platform.stack.url("enrollment"))
    assert pages == [["softwareOath"], ["phone"], ["authenticatorApp"]]

    assert other.call("DELETE", f"methods/{app}").status_code == 204
    assert refused(other.call("DELETE", f"methods/{app}")) == (404, "unknownMethod")
    assert other.call("POST", f"methods/{app}/restore").status_code == 204
    assert {one["id"]: one["isDefault"] for one in other.methods()}[phone]


def test_what_policy_requires_stays_and_what_it_forbids_does_not_come(platform: Platform) -> None:
    somebody = platform.person("frontline")
    phone = somebody.with_phone()["methodId"]
    assert refused(somebody.call("DELETE", f"methods/{phone}")) == (409, "lastRequiredMethod")
    assert refused(somebody.call("POST", "registrations", {"type": "passkey"})) == (403, "methodNotAllowedByPolicy")


@pytest.fixture
def southgate(product: Product) -> Platform:
    """A tenant whose policies nobody else changes meanwhile."""
    return Platform(product, tenant="southgate")


def test_a_policy_change_holds_at_once_and_can_be_taken_back(southgate: Platform, tmp_path: Path) -> None:
    somebody = Somebody(southgate, "taylor")
    email = {"type": "email", "emailAddress": "taylor@home.example"}
    before = done(southgate.call("GET", POLICY), 200)
    change = {"id": "email", "state": "enabled", "includeTargets": [{"targetType": "group", "id": "all_users"}]}
    (tmp_path / "more.yaml").write_text(json.dumps({"authenticationMethodConfigurations": [change]}))
    (tmp_path / "before.json").write_text(json.dumps(before))

    def apply(name: str) -> Result:
        where = ["--token", southgate.token(), "--url", southgate.stack.url("enrollment")]
        return CliRunner().invoke(app, ["policy", "apply", str(tmp_path / name), *where])

    assert refused(somebody.call("POST", "registrations", email)) == (403, "methodNotAllowedByPolicy")
    applied = apply("more.yaml")
    assert (applied.exit_code, "holds" in applied.output, "telephonyOnly" in applied.output) == (0, True, True)
    done(somebody.call("POST", "registrations", email), 201)
    stale = southgate.call("PATCH", POLICY, {}, If_Match=f'"{before["policyVersion"]}"')
    assert refused(stale) == (412, "policyVersionMismatch")
    disabled = {"authenticationMethodConfigurations": [{"id": "phone", "state": "disabled"}]}
    impossible = southgate.call("PATCH", POLICY, disabled)
    assert refused(impossible) == (422, "policyUnsatisfiable")
    assert "requiredNotEnabled" in {one["code"] for one in impossible.json()["findings"]}
    assert refused(southgate.call("PATCH", POLICY, {"surprise": 1})) == (400, "requestMalformed")
    assert apply("before.json").exit_code == 0
    after = done(southgate.call("GET", POLICY), 200)
    for part in ("authenticationMethodConfigurations", "registrationEnforcement"):
        assert after[part] == before[part]
    assert refused(Platform(southgate.stack, scope="policies.read").call("PATCH", POLICY, {})) == (403, "scopeMissing")


def test_report_and_interrupt_agree_on_who_is_complete(platform: Platform) -> None:
    somebody = platform.person("staff")
    path = "/v1.0/reports/authenticationMethods/userRegistrationDetails"
    named = {"$filter": f"userPrincipalName eq '{somebody.id}@northbridge.example'"}

    def reported(of: Platform = platform) -> list[dict[str, object]]:
        value: list[dict[str, object]] = done(of.call("GET", f"{path}?{urlencode(named)}"), 200)["value"]
        return value

    (fresh,) = reported()
    assert (fresh["id"], fresh["isMfaRegistered"], fresh["isComplete"]) == (somebody.id, False, False)
    somebody.with_phone()
    (half,) = reported()
    assert (half["isMfaCapable"], half["isComplete"], half["methodsRegistered"]) == (True, False, ["phone"])
    somebody.with_app()
    (complete,) = reported()
    assert (complete["isComplete"], complete["defaultMfaMethod"]) == (True, "authenticatorApp")
    assert somebody.sign_in("staff")["decision"] == "none"
    assert reported(Platform(platform.stack, tenant="southgate")) == []
    first = done(platform.call("GET", f"{path}?{urlencode({'$filter': 'isComplete eq true', '$top': 1})}"), 200)
    assert [one["isComplete"] for one in first["value"]] == [True]
    assert refused(platform.call("GET", f"{path}?{urlencode({'$filter': 'isComplete'})}")) == (400, "requestMalformed")
    assert refused(Platform(platform.stack, scope="methods.read").call("GET", path)) == (403, "scopeMissing")


def test_graphs_shapes(platform: Platform, other: Somebody) -> None:
    mobile = "3179e48a-750b-4051-897c-87b9720928f7"
    number, new = platform.number(), platform.number()
    spaced = f"{number[:3]} {number[3:]}"
    assert refused(other.call("GET", f"phoneMethods/{mobile}")) == (404, "unknownMethod")
    made = done(other.call("POST", "phoneMethods", {"phoneNumber": spaced, "phoneType": "mobile"}), 201)
    assert (made["id"], made["phoneType"], made["phoneNumber"][-4:]) == (mobile, "mobile", number[-4:])
    other.prove(made["challenge"], code=other.texted(number))
    read = done(other.call("GET", f"phoneMethods/{mobile}"), 200)
    assert done(other.call("GET", "phoneMethods"), 200)["value"] == [read]
    changed = done(other.call("PATCH", f"phoneMethods/{mobile}", {"phoneNumber": new, "phoneType": "mobile"}), 202)
    other.prove(changed["challenge"], code=other.texted(new))
    assert done(other.call("GET", f"phoneMethods/{mobile}"), 200)["phoneNumber"][-4:] == new[-4:]
    assert refused(other.call("DELETE", f"phoneMethods/{mobile}")) == (409, "lastRequiredMethod")
    other.with_software()
    other.with_app()
    assert other.call("DELETE", f"phoneMethods/{mobile}").status_code == 204
    assert done(other.call("GET", "phoneMethods"), 200)["value"] == []


def test_an_erased_person_is_unknown_and_begins_anew(product: Product, platform: Platform) -> None:
    somebody = Somebody(platform, f"erased.{time.time_ns()}")
    before = somebody.with_phone()
    challenge = somebody.asked(methodId=before["methodId"])
    assert platform.call("DELETE", f"/v1.0/users/{somebody.id}").status_code == 202
    assert refused(platform.call("DELETE", f"/v1.0/users/{somebody.id}")) == (404, "unknownUser")
    assert refused(somebody.call("GET", "methods")) == (404, "unknownUser")
    assert refused(somebody.call("GET", f"registrations/{before['id']}")) == (404, "unknownUser")
    assert refused(platform.call("GET", f"/v1.0/challenges/{challenge['id']}")) == (404, "unknownChallenge")

    again = somebody.register("recoveryCodes")
    assert [one["id"] for one in somebody.methods()] == [again["methodId"]]
    somebody.prove(somebody.asked(methodId=again["methodId"]), code=again["codes"][0])
    product.require_equal_records(somebody.id)
