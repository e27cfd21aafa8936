"""The app on a phone, by the API: connected, asked, told, and not bombed."""

from contextlib import ExitStack
from datetime import timedelta

import httpx
import pytest

from services.cli.demo_token import LIFE
from tests.support.people.api import Platform, Somebody, done, events_of, refused, require_no_secrets
from tests.support.people.device import TestDevice
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(180)


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
