"""Each method by the API, from registration to first use; what is refused; what is told."""

import base64
import json

import pytest

from tests.support.builders.passkeys import SoftwarePasskey
from tests.support.people.api import (
    Platform,
    Somebody,
    done,
    events_of,
    proof_of,
    refused,
    require_no_secrets,
)
from tests.support.people.app_codes import earlier_code, shown_code

pytestmark = pytest.mark.timeout(180)


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
