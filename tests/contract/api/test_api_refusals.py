"""What the API refuses, whom it leaves alone, and what happens at once."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.people.api import QUESTIONS, Platform, Somebody, done, refused

pytestmark = pytest.mark.timeout(180)


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
