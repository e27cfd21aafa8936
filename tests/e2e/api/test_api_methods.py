"""Each method by the API of a running stack, from registration to first use; what is refused; what is told."""

import base64
import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from typer.testing import CliRunner, Result

from deploy.local.stack import LocalStack
from services.cli.demo_token import LIFE
from services.cli.program import app
from services.kit.clock import SystemClock
from services.kit.crypto.key_files import rotated
from services.kit.crypto.keyring import PURPOSES
from tests.support.builders.passkeys import SoftwarePasskey
from tests.support.people.api import Platform, Somebody, done, events_of, policies_of, proof_of, refused
from tests.support.people.app_codes import earlier_code, shown_code
from tests.support.people.device import TestDevice
from tests.support.servers.replicas import replica, replica_later
from tests.support.servers.turns import alone_with
from tests.support.services.records import require_equal_records
from tests.support.waiting import awaited

POLICY = "/v1.0/policies/authenticationMethodsPolicy"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def platform(stack: LocalStack) -> Platform:
    """Northbridge, with all scopes of this API."""
    return Platform(stack)


@pytest.fixture(scope="module")
def person(platform: Platform) -> Somebody:
    """Somebody who may register everything; each test adds what it needs."""
    return platform.person("everyone")


@pytest.fixture
def other(platform: Platform) -> Somebody:
    """Somebody else, with nothing registered."""
    return platform.person("everyone")


@pytest.fixture(autouse=True, scope="module")
def _records_agree(stack: LocalStack, person: Somebody) -> Iterator[None]:
    """Whatever the tests did to the person: the events tell what the database holds."""
    yield
    require_equal_records(stack, person.id)


def test_phone_by_text(platform: Platform, other: Somebody) -> None:
    number = platform.number()
    begun = other.register("phone", phoneNumber=number, phoneType="mobile", delivery="sms")
    assert begun["state"] == "pending"
    assert begun["challenge"]["method"]["displayName"].endswith(number[-4:])
    assert number not in json.dumps(begun)
    assert other.methods() == []
    code = other.texted(number)

    wrong = other.answer(begun["challenge"], {"code": f"{(int(code) + 1) % 1_000_000:06d}"})
    assert refused(wrong) == (422, "codeIncorrect")
    assert wrong.json()["attemptsLeft"] == 4
    other.prove(begun["challenge"], code=code)
    assert refused(other.answer(begun["challenge"], {"code": code})) == (409, "challengeEnded")

    assert other.registration(begun["id"])["state"] == "completed"
    (method,) = other.methods()
    assert (method["id"], method["state"], method["isDefault"]) == (begun["methodId"], "active", True)
    assert method["lastUsedDateTime"] is None
    again = other.call("POST", "registrations", {"type": "phone", "phoneNumber": number})
    assert refused(again) == (409, "methodAlreadyRegistered")
    second = other.call("POST", "registrations", {"type": "phone", "phoneNumber": "+447700900999"})
    assert refused(second) == (409, "methodLimitReached")
    require_equal_records(platform.stack, other.id)


def test_phone_by_call(platform: Platform, other: Somebody) -> None:
    number = platform.number()
    before = {"type": "phone", "phoneNumber": number, "phoneType": "alternateMobile", "delivery": "voice"}
    assert refused(other.call("POST", "registrations", before)) == (403, "methodNotAllowedByPolicy")
    begun = other.register("phone", phoneNumber=number, phoneType="mobile", delivery="voice")
    with events_of(platform, begun["challenge"]) as told:
        other.presses(number, "#")
        assert list(told)[-1]["status"] == "verified"
    challenge = other.asked(methodId=begun["methodId"])
    assert refused(other.answer(challenge, {"code": "123456"})) == (400, "requestMalformed")

    office, extension = platform.number(), " x123"
    begun = other.register("phone", phoneNumber=office + extension, phoneType="office")
    with events_of(platform, begun["challenge"]) as told:
        other.presses(office, "0#")
        assert list(told)[-1]["status"] == "denied"
    assert other.registration(begun["id"])["state"] == "failed"
    assert [one["type"] for one in other.methods()] == ["phone"]
    require_equal_records(platform.stack, other.id)


def test_email(platform: Platform, other: Somebody) -> None:
    address = f"{other.id}@home.example"
    begun = other.with_email(address)
    assert address not in json.dumps(other.methods())
    same = other.call("POST", "registrations", {"type": "email", "emailAddress": address.upper()})
    assert refused(same) == (409, "methodAlreadyRegistered")
    second = other.call("POST", "registrations", {"type": "email", "emailAddress": "another@home.example"})
    assert refused(second) == (409, "methodLimitReached")
    graph = "emailMethods/3ddfcfc8-9383-446f-83cc-3ab9be4be18f"
    new = f"new.{address}"
    changed = done(other.call("PATCH", graph, {"emailAddress": new}), 202)
    other.prove(changed["challenge"], code=other.mailed(new))
    assert done(other.call("GET", graph), 200)["emailAddress"] == "n•••@home.example"
    reset = other.asked("passwordReset", methodId=begun["methodId"])
    assert reset["method"]["displayName"] == "n•••@home.example"
    require_equal_records(platform.stack, other.id)


QUESTIONS = ("first-pet", "first-car", "first-film")


def require_no_secrets(platform: Platform, person: Somebody, begun: dict[str, Any]) -> None:
    """Who may only read follows a registration; what the method is set up with is for who may set it up."""
    reader = Somebody(Platform(platform.stack, scope="methods.read"), person.id).registration(begun["id"])
    assert reader.keys() == {"id", "type", "methodId", "state", "challenge"}
    assert reader["state"] == "pending"
    writer = Somebody(Platform(platform.stack, scope="methods.write"), person.id).registration(begun["id"])
    assert writer == begun


def test_a_proof_tells_the_platform_that_asked_and_no_other(platform: Platform, person: Somebody) -> None:
    begun = person.register("softwareOath")
    secret = base64.b32decode(begun["secret"])
    assert begun["otpauthUri"].startswith("otpauth://totp/Northbridge:")
    assert person.registration(begun["id"])["secret"] == begun["secret"]
    require_no_secrets(platform, person, begun)
    used = earlier_code(secret)
    person.prove(begun["challenge"], code=used)
    assert "secret" not in person.registration(begun["id"])

    challenge = person.asked("signIn", methodId=begun["methodId"], context={"appName": "Payroll"})
    assert refused(person.answer(challenge, {"code": used})) == (422, "codeIncorrect")
    with events_of(platform, challenge) as told:
        assert next(told)["status"] == "pending"
        person.prove(challenge, code=shown_code(secret))
        last = list(told)[-1]
    assert last["status"] == "verified"
    claims = proof_of(last, platform)
    expected = {
        "iss": platform.stack.url("enrollment"),
        "aud": "northbridge",
        "sub": person.id,
        "tid": "northbridge",
        "purpose": "signIn",
        "challengeId": challenge["id"],
        "amr": ["otp"],
    }
    assert expected.items() <= claims.items()
    assert int(str(claims["exp"])) - int(str(claims["iat"])) <= 120
    read = done(platform.call("GET", f"/v1.0/challenges/{challenge['id']}"), 200)
    assert proof_of(read, platform)["jti"] == claims["jti"]

    foreign = Platform(platform.stack, tenant="southgate")
    assert refused(foreign.call("GET", f"/v1.0/challenges/{challenge['id']}")) == (404, "unknownChallenge")
    assert refused(Somebody(foreign, person.id).call("GET", "methods")) == (404, "unknownUser")
    reader = Platform(platform.stack, scope="methods.read")
    assert refused(reader.call("GET", f"/v1.0/challenges/{challenge['id']}")) == (403, "scopeMissing")


def test_authenticator_app(platform: Platform, person: Somebody) -> None:
    begun = person.register("authenticatorApp", displayName="Work phone")
    assert begun["challenge"] is None
    assert begun["activationUrl"].endswith(begun["activationHandle"])
    assert begun["activationCode"] in begun["qrContent"]
    require_no_secrets(platform, person, begun)
    registered, device = person.with_app()
    methods = {one["id"]: one for one in person.methods()}
    assert methods[registered["methodId"]]["type"] == "authenticatorApp"
    assert person.registration(begun["id"])["challenge"] is None

    challenge = person.asked("signIn", methodId=registered["methodId"], context={"appName": "Payroll"})
    assert device.next_request()["appName"] == "Payroll"
    assert refused(person.answer(challenge, {"code": "123456"})) == (400, "requestMalformed")
    person.approve(device, challenge)
    read = done(platform.call("GET", f"/v1.0/challenges/{challenge['id']}"), 200)
    assert (read["status"], "numberMatch" in read) == ("verified", False)

    by_code = person.asked("signIn", methodId=registered["methodId"], byCode=True)
    person.prove(by_code, code=device.code())

    denied = person.asked("signIn", methodId=registered["methodId"])
    assert device.answer(device.next_request(), "deny").status_code == 204
    assert done(platform.call("GET", f"/v1.0/challenges/{denied['id']}"), 200)["status"] == "denied"


def test_who_has_no_address_is_told_by_a_text(platform: Platform, other: Somebody) -> None:
    number = platform.number()
    begun = other.register("phone", phoneNumber=number, phoneType="mobile", delivery="sms")
    other.prove(begun["challenge"], code=other.texted(number))
    codes = other.register("recoveryCodes")["methodId"]
    text = other.told(number, "recovery codes added to your account")
    link = text.rpartition("Not you? ")[2]
    assert text.isascii()
    assert (link.startswith(f"{platform.stack.url('enrollment')}/security-info/not-me?token="), len(text) <= 160) == (
        True,
        True,
    )

    answer = httpx.post(link.partition("?")[0], data={"token": link.partition("token=")[2]}, timeout=20)
    assert answer.status_code == 200
    states = {one["id"]: one["state"] for one in other.methods()}
    assert (states[codes], states[begun["methodId"]]) == ("suspended", "active")
    require_equal_records(platform.stack, other.id)


def test_who_has_neither_address_nor_phone_is_told_by_the_app(platform: Platform, other: Somebody) -> None:
    _, device = other.with_app()
    codes = other.register("recoveryCodes")["methodId"]
    (notice,) = awaited(device.notices, "the app was told of nothing", 20)
    assert notice["text"].startswith("Recovery codes (10 codes) was added on")
    path = f"/device/v1/notices/{notice['noticeId']}/not-me"

    assert refused(device.call("POST", path, signed_for="GET")) == (401, "deviceSignatureInvalid")
    assert device.call("POST", path).status_code == 204
    assert refused(device.call("POST", path)) == (410, "noticeExpired")

    assert {one["id"]: one["state"] for one in other.methods()}[codes] == "suspended"
    assert [one["canReport"] for one in device.notices() if one["noticeId"] == notice["noticeId"]] == [False]


def test_with_the_password_alone_nobody_bombs_a_device(other: Somebody) -> None:
    app, device = other.with_app()
    other.with_software()
    answers = [other.ask("signIn", methodId=app["methodId"]) for _ in range(20)]
    assert [answer.status_code for answer in answers] == [201] * 2 + [429] * 18
    assert refused(answers[-1]) == (429, "sendLimitReached")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 31
    assert [one["challengeId"] for one in device.requests().json()] == [answers[1].json()["id"]]
    assert other.asked("signIn")["method"]["type"] == "softwareOath"
    other.prove(other.asked("signIn", methodId=app["methodId"], byCode=True), code=device.code())
    other.approve(device, other.asked("signIn", methodId=app["methodId"]))


def test_streams_end_with_what_they_were_opened_by(platform: Platform, other: Somebody) -> None:
    other.with_software()
    other.register("recoveryCodes")
    app, device = other.with_app()
    with ExitStack() as streams:
        opened = [streams.enter_context(device.following()) for _ in range(5)]
        assert list(opened[0]) == [[]]
        challenge = other.asked("signIn", methodId=app["methodId"])
        told = [[one["challengeId"] for one in next(lists, [])] for lists in 2 * opened[1:]]
        assert told == [[]] * 4 + [[challenge["id"]]] * 4
        leaving = Platform(platform.stack, offset=timedelta(seconds=5) - LIFE)
        with events_of(leaving, challenge) as changes:
            assert [change["status"] for change in changes] == ["pending"]
        assert other.call("DELETE", f"methods/{app['methodId']}").status_code == 204
        assert [lists for lists in opened[1:] if list(lists) not in ([], [[]])] == []
    assert refused(device.requests()) == (401, "deviceSignatureInvalid")


def test_a_connected_app_is_pending_until_it_has_approved(person: Somebody) -> None:
    begun = person.register("authenticatorApp", displayName="Work phone")
    device = connected(person, begun)
    states = {one["id"]: one["state"] for one in person.methods()}
    assert states[begun["methodId"]] == "pending"
    person.approve(device, person.registration(begun["id"])["challenge"])
    named = {one["id"]: (one["state"], one["displayName"]) for one in person.methods()}
    assert named[begun["methodId"]] == ("active", "Work phone")


def connected(person: Somebody, begun: dict[str, str]) -> TestDevice:
    device = TestDevice(person.platform.stack.url("enrollment"))
    assert device.activate_by_link(begun["qrContent"]).status_code == 201
    return device


def test_security_questions(platform: Platform, person: Somebody) -> None:
    offered = done(platform.call("GET", "/v1.0/policies/securityQuestions"), 200)["value"]
    assert {"first-badge", "first-pet"} <= {one["id"] for one in offered}
    answers = [
        {"questionId": "first-badge", "answer": "Bright blue"},
        {"questionId": "first-pet", "answer": "Bramble"},
        {"questionId": "first-car", "answer": "a red Beetle"},
    ]
    for changed, code in [
        ({"answer": "ab"}, "answerTooShort"),
        ({"answer": "a" * 41}, "answerTooLong"),
        ({"answer": " BRAMBLE "}, "answersNotDistinct"),
        ({"questionId": "nobody-asks"}, "questionUnknown"),
    ]:
        bad = person.call(
            "POST", "registrations", {"type": "securityQuestions", "answers": [answers[0] | changed, *answers[1:]]}
        )
        assert refused(bad) == (422, code)
    begun = person.register("securityQuestions", answers=answers)
    assert (begun["state"], begun["challenge"]) == ("completed", None)
    again = person.call("POST", "registrations", {"type": "securityQuestions", "answers": answers})
    assert refused(again) == (409, "methodAlreadyRegistered")

    challenge = person.asked("passwordReset", methodId=begun["methodId"])
    known = {one["questionId"]: one["answer"] for one in answers}
    given = [{"questionId": one["id"], "answer": known[one["id"]].upper()} for one in challenge["questions"]]
    assert refused(person.answer(challenge, {"answers": given[:-1]})) == (400, "requestMalformed")
    wrong = person.answer(challenge, {"answers": [given[0] | {"answer": "something"}, *given[1:]]})
    assert refused(wrong) == (422, "codeIncorrect")
    person.prove(challenge, answers=given)


def test_passkey(platform: Platform, person: Somebody) -> None:
    origin = platform.stack.url("enrollment")
    begun = person.register("passkey")
    options = begun["publicKeyOptions"]
    stranger = SoftwarePasskey(options["rp"]["id"], "https://evil.example")
    elsewhere = person.answer(begun["challenge"], {"credential": json.loads(stranger.create(options["challenge"]))})
    assert refused(elsewhere) == (422, "credentialInvalid")
    passkey = SoftwarePasskey(options["rp"]["id"], origin)
    person.prove(begun["challenge"], credential=json.loads(passkey.create(options["challenge"])))

    challenge = person.asked("signIn", methodId=begun["methodId"])
    asked = challenge["publicKeyOptions"]
    assert [one["id"] for one in asked["allowCredentials"]] == [passkey.id]
    verified = person.prove(challenge, credential=json.loads(passkey.get(asked["challenge"])))
    assert proof_of(verified, platform)["acr"] == "phr"

    again = person.register("passkey")
    same = passkey.create(again["publicKeyOptions"]["challenge"])
    assert refused(person.answer(again["challenge"], {"credential": json.loads(same)})) == (
        409,
        "methodAlreadyRegistered",
    )


def test_recovery_codes_are_shown_once_good_once_and_replaced(person: Somebody) -> None:
    first = person.register("recoveryCodes")
    assert len(set(first["codes"])) == 10
    assert {len(code) for code in first["codes"]} == {19}
    assert "codes" not in person.registration(first["id"])
    challenge = person.asked(methodId=first["methodId"])
    person.prove(challenge, code=first["codes"][0].lower().replace("-", " "))
    used = person.asked(methodId=first["methodId"])
    assert refused(person.answer(used, {"code": first["codes"][0]})) == (422, "codeUsed")
    second = person.register("recoveryCodes")
    assert refused(person.ask(methodId=first["methodId"])) == (404, "unknownMethod")
    person.prove(person.asked(methodId=second["methodId"]), code=second["codes"][9])


def test_temporary_access_pass(platform: Platform, person: Somebody) -> None:
    for minutes in (9, 43_201):
        bad = person.call("POST", "temporaryAccessPassMethods", {"lifetimeInMinutes": minutes})
        assert refused(bad) == (400, "requestMalformed")
    made = done(person.call("POST", "temporaryAccessPassMethods", {"lifetimeInMinutes": 10, "isUsableOnce": True}), 201)
    assert (made["lifetimeInMinutes"], made["isUsableOnce"], made["isUsable"]) == (10, True, True)
    (listed,) = done(person.call("GET", "temporaryAccessPassMethods"), 200)["value"]
    assert (listed["id"], "temporaryAccessPass" in listed) == (made["id"], False)
    best = person.asked("signIn")
    assert best["method"]["type"] == "temporaryAccessPass"
    person.prove(best, code=made["temporaryAccessPass"])
    assert refused(person.ask(methodId=made["id"])) == (422, "codeUsed")
    assert person.call("DELETE", f"temporaryAccessPassMethods/{made['id']}").status_code == 204
    assert done(person.call("GET", "temporaryAccessPassMethods"), 200)["value"] == []


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
    require_equal_records(platform.stack, other.id)


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
    require_equal_records(platform.stack, other.id)


def test_what_policy_requires_stays_and_what_it_forbids_does_not_come(platform: Platform) -> None:
    somebody = platform.person("frontline")
    phone = somebody.with_phone()["methodId"]
    assert refused(somebody.call("DELETE", f"methods/{phone}")) == (409, "lastRequiredMethod")
    assert refused(somebody.call("POST", "registrations", {"type": "passkey"})) == (403, "methodNotAllowedByPolicy")


@pytest.fixture
def southgate(stack: LocalStack) -> Iterator[Platform]:
    """A tenant whose policies nobody else changes meanwhile."""
    with alone_with(policies_of("southgate")):
        yield Platform(stack, tenant="southgate")


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


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"type": "phone", "phoneNumber": "12345"}, 422, "phoneNumberInvalid"),
        ({"type": "phone", "phoneNumber": "+1 900 555 0123"}, 422, "phoneNumberNotAllowed"),
        ({"type": "phone", "phoneNumber": "+44 7700900142 x12"}, 422, "phoneNumberInvalid"),
        (
            {"type": "phone", "phoneNumber": "+447700900142", "phoneType": "alternateMobile", "delivery": "sms"},
            403,
            "methodNotAllowedByPolicy",
        ),
        ({"type": "email", "emailAddress": "nobody"}, 422, "emailInvalid"),
        ({"type": "carrierPigeon"}, 400, "requestMalformed"),
        ({"type": "softwareOath", "surprise": 1}, 400, "requestMalformed"),
    ],
)
def test_bad_registrations(person: Somebody, body: dict[str, object], status: int, code: str) -> None:
    assert refused(person.call("POST", "registrations", body)) == (status, code)


def test_nobody_else_is_touched(platform: Platform, person: Somebody, other: Somebody) -> None:
    begun = other.register("softwareOath")
    assert refused(person.call("GET", f"registrations/{begun['id']}")) == (404, "unknownRegistration")
    codes = other.with_software()[0]["methodId"]
    for call in (
        person.call("DELETE", f"methods/{codes}"),
        person.call("PATCH", f"methods/{codes}", {"displayName": "mine"}),
        person.call("PUT", "defaultMethod", {"methodId": codes}),
        person.ask(methodId=codes),
    ):
        assert refused(call) == (404, "unknownMethod")
    nobody = Somebody(platform, "nobody.at.all")
    for call in (nobody.call("GET", "methods"), nobody.ask(), nobody.call("POST", "temporaryAccessPassMethods", {})):
        assert refused(call) == (404, "unknownUser")
    reader = Somebody(Platform(platform.stack, scope="methods.read"), other.id)
    assert refused(reader.call("POST", "registrations", {"type": "passkey"})) == (403, "scopeMissing")
    assert refused(reader.ask()) == (403, "scopeMissing")


def test_a_new_challenge_ends_the_open_one_and_waiting_can_be_left(platform: Platform, other: Somebody) -> None:
    phone = other.with_phone()
    assert refused(other.ask("flattery")) == (400, "requestMalformed")
    assert refused(other.ask(returnUrl="http://127.0.0.1:1/")) == (403, "returnUrlNotAllowed")
    other.with_software()
    first = other.asked(methodId=phone["methodId"])
    assert [one["type"] for one in first["alternatives"]] == ["softwareOath"]
    assert refused(platform.call("POST", f"/v1.0/challenges/{first['id']}/resend", {})) == (429, "resendTooSoon")
    second = other.asked(methodId=phone["methodId"])
    assert done(platform.call("GET", f"/v1.0/challenges/{first['id']}"), 200)["status"] == "cancelled"
    left = other.answer(second, {"code": "000000"}, Prefer="wait=0")
    assert left.status_code in {202, 422}
    assert platform.call("POST", f"/v1.0/challenges/{second['id']}/cancel").status_code == 204
    assert refused(other.answer(second, {"code": "000000"})) == (409, "challengeEnded")


def test_five_wrong_codes_end_a_challenge_and_ten_pause_the_method(other: Somebody) -> None:
    method = other.with_software()[0]["methodId"]
    for _ in range(2):
        challenge = other.asked(methodId=method)
        codes = [other.answer(challenge, {"code": f"00000{digit}"}) for digit in range(5)]
        assert [refused(one)[1] for one in codes] == ["codeIncorrect"] * 4 + ["attemptsExhausted"]
    paused = other.ask(methodId=method)
    assert refused(paused) == (423, "methodCoolingDown")
    assert 50 <= int(paused.headers["Retry-After"]) <= 61
    assert other.ask("passwordReset", methodId=method).status_code == 201


def test_calls_at_once_and_calls_again_make_one_method(platform: Platform, other: Somebody) -> None:
    body = {
        "type": "securityQuestions",
        "answers": [{"questionId": name, "answer": name} for name in ("first-pet", "first-car", "first-film")],
    }
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: other.call("POST", "registrations", body), range(2)))
    assert sorted(one.status_code for one in both) == [201, 409]
    assert len(other.methods()) == 1

    first = other.call("POST", "registrations", {"type": "softwareOath"}, Idempotency_Key="again")
    again = other.call("POST", "registrations", {"type": "softwareOath"}, Idempotency_Key="again")
    assert done(first, 201) == done(again, 201)
    conflict = other.call("POST", "registrations", {"type": "passkey"}, Idempotency_Key="again")
    assert refused(conflict) == (409, "idempotencyConflict")

    numbers = [platform.number(), platform.number()]
    begun = [other.register("phone", phoneNumber=number) for number in numbers]
    codes = [other.texted(number) for number in numbers]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda one, code: other.answer(one["challenge"], {"code": code}), begun, codes))
    assert sorted(one.status_code for one in both) == [200, 409]
    assert sorted(other.registration(one["id"])["state"] for one in begun) == ["completed", "failed"]
    assert [one["type"] for one in other.methods()].count("phone") == 1
    require_equal_records(platform.stack, other.id)


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


def test_an_erased_person_is_unknown_and_begins_anew(platform: Platform) -> None:
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
    require_equal_records(platform.stack, somebody.id)


def test_a_pass_that_is_out_of_its_time_is_refused(stack: LocalStack, other: Somebody) -> None:
    made = done(other.call("POST", "temporaryAccessPassMethods", {"lifetimeInMinutes": 10}), 201)
    ahead = timedelta(minutes=11)
    with replica_later(stack, ahead) as later:
        late = Somebody(Platform(stack, offset=ahead, origin=later), other.id)
        assert refused(late.ask(methodId=made["id"])) == (422, "codeExpired")
        (listed,) = done(late.call("GET", "temporaryAccessPassMethods"), 200)["value"]
        assert not listed["isUsable"]


def test_what_is_too_long_is_refused_and_nothing_fails(platform: Platform, other: Somebody) -> None:
    def asked_questions(answers: list[str]) -> httpx.Response:
        given = [{"questionId": one, "answer": text} for one, text in zip(QUESTIONS, answers, strict=True)]
        return other.call("POST", "registrations", {"type": "securityQuestions", "answers": given})

    assert refused(asked_questions(["a" * 41, "Rex", "a blue Beetle"])) == (422, "answerTooLong")
    assert refused(asked_questions(["\U0001f600" * 256] * 3)) == (422, "answerTooLong")
    assert refused(asked_questions(["a" * 257, "Rex", "a blue Beetle"])) == (400, "requestMalformed")
    longest = ["\U0001f600" * 39 + end + "\x1c" * 216 for end in "abc"]
    kept = done(asked_questions(longest), 201)
    other.with_software()
    reset = other.asked("passwordReset", methodId=kept["methodId"])
    asked = [question["id"] for question in reset["questions"]]
    too_long = {"answers": [{"questionId": one, "answer": "a" * 41} for one in asked]}
    assert refused(other.answer(reset, too_long)) == (422, "answerTooLong")
    assert done(platform.call("GET", f"/v1.0/challenges/{reset['id']}"), 200)["attemptsLeft"] == 5
    right = [{"questionId": one, "answer": longest[QUESTIONS.index(one)]} for one in asked]
    other.prove(reset, answers=right)

    passkey = other.register("passkey")["challenge"]
    large = {"id": "aWQ", "response": {"attestationObject": "A" * 55_000}}
    assert refused(other.answer(passkey, {"credential": large})) == (422, "credentialInvalid")
    address = f"{platform.stack.url('enrollment')}/v1.0/challenges/{passkey['id']}/answer"
    headers = {"Authorization": f"Bearer {platform.token()}", "Content-Type": "application/json"}
    for depth in range(850, 1000, 5):
        nested = '{"credential":{"id":' + "[" * depth + "]" * depth + "}}"
        status = platform.http.post(address, content=nested, headers=headers).status_code
        assert status in {400, 422}, depth

    address = "sam@" + ".".join(["d" * 60] * 3) + ".example"
    begun = other.register("email", emailAddress=address)
    assert len(begun["challenge"]["method"]["displayName"]) <= 128
    named = {"id": other.id, "userPrincipalName": address, "displayName": "Somebody", "emails": [address]}
    other.sign_in("everyone", user=named)


def test_replicas_with_the_old_and_the_new_signing_key_stand_for_each_others_proofs(
    stack: LocalStack, other: Somebody, tmp_path: Path
) -> None:
    """A rolling restart, half way: this replica has the new file, all others have the old one."""
    made = done(other.call("POST", "temporaryAccessPassMethods", {}), 201)
    keys = Path(shutil.copytree(stack.home / "keys", tmp_path / "keys"))
    files = {name: json.loads((keys / f"{name}.json").read_text("utf-8")) for name in PURPOSES}
    turned = rotated(files, "signing", SystemClock().now(), timedelta(hours=24))
    (keys / "enrollment.json").write_text(json.dumps(turned["enrollment"]))
    with replica(stack, "enrollment", SECURITY_INFO_KEYRING=str(keys / "enrollment.json")) as restarted:
        origins = (stack.url("enrollment"), restarted)
        challenge = other.asked(methodId=made["id"])
        verified = done(other.answer(challenge, {"code": made["temporaryAccessPass"]}, Prefer="wait=10"), 200)
        again = Platform(stack, origin=restarted).call("GET", f"/v1.0/challenges/{challenge['id']}")
        published = [httpx.get(f"{origin}/.well-known/jwks.json") for origin in origins]

    assert [len(jwks.json()["keys"]) for jwks in published] == [1, 2]
    assert {jwks.headers["cache-control"] for jwks in published} == {"public, max-age=600"}
    for proof in (verified["proof"], done(again, 200)["proof"]):
        for jwks in published:
            claims = jwt.decode(proof, KeySet.import_key_set(jwks.json()), algorithms=["ES256"]).claims
            assert claims["challengeId"] == challenge["id"]
