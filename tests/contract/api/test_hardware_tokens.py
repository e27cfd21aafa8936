"""Hardware tokens by the API: the stock, whose each is, its first code, its daily use, back into step, and its end."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.program import app
from services.kit.crypto.codes import hotp_code, totp_code, totp_step
from tests.support.builders.token_files import csv_text
from tests.support.people.api import DEVICES, TOKEN_SECRET, Platform, Somebody, done, proof_of, refused
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def person(other: Somebody) -> Somebody:
    """Somebody who may register everything."""
    return other


def counted(*counters: int, digits: int = 6) -> str:
    """What a token with a button shows."""
    return " ".join(hotp_code(TOKEN_SECRET, counter, digits) for counter in counters)


def shown(ahead: int) -> str:
    """What a token shows whose clock is so many steps ahead."""
    return hotp_code(TOKEN_SECRET, totp_step(datetime.now(UTC)) + ahead)


def status_of(platform: Platform, token: dict[str, object]) -> str:
    """How far a token of the stock is."""
    return str(done(platform.call("GET", f"{DEVICES}/{token['id']}"), 200)["status"])


def becomes(platform: Platform, token: dict[str, object], status: str) -> None:
    """Wait until the stock has heard of it."""
    awaited(lambda: status if status_of(platform, token) == status else None, f"never {status}", 30)


def test_a_token_with_a_clock_is_claimed_by_its_number_proven_and_used(platform: Platform, person: Somebody) -> None:
    begun, token = person.with_token()
    assert begun["challenge"]["method"]["displayName"] == f"Token •••• {token['serialNumber'][-4:]}"
    becomes(platform, token, "activated")
    (method,) = done(person.call("GET", "hardwareOathMethods"), 200)["value"]
    assert method["device"]["serialNumber"] == token["serialNumber"]
    assert method["device"]["assignedTo"] == {"id": person.id}

    challenge = person.asked("signIn", methodId=begun["methodId"])
    proven = person.prove(challenge, code=totp_code(TOKEN_SECRET, datetime.now(UTC) + timedelta(seconds=30)))
    assert proof_of(proven, platform)["amr"] == ["otp"]


def test_a_clock_that_went_astray_is_found_again_by_two_codes_in_a_row(person: Somebody) -> None:
    begun, _ = person.with_token()
    challenge = person.asked("passwordReset", methodId=begun["methodId"])
    assert refused(person.answer(challenge, {"code": shown(60)})) == (422, "codeIncorrect")
    person.prove(challenge, code=f"{shown(60)} {shown(61)}")
    again = person.asked("signIn", methodId=begun["methodId"])
    person.prove(again, code=shown(62))


def test_a_token_with_a_button_moves_its_counter_and_finds_it_again(platform: Platform, person: Somebody) -> None:
    token = platform.hardware_token(counter=7, digits=8)
    begun = person.register("hardwareOath", serialNumber=token["serialNumber"].lower())
    assert refused(person.answer(begun["challenge"], {"code": "123456"})) == (422, "codeMalformed")
    person.prove(begun["challenge"], code=counted(8, digits=8))
    challenge = person.asked("signIn", methodId=begun["methodId"])
    assert refused(person.answer(challenge, {"code": counted(8, digits=8)})) == (422, "codeIncorrect")
    assert refused(person.answer(challenge, {"code": counted(500, digits=8)})) == (422, "codeIncorrect")
    person.prove(challenge, code=counted(500, 501, digits=8))
    again = person.asked("stepUp", methodId=begun["methodId"])
    person.prove(again, code=counted(503, digits=8))


def test_a_token_is_one_persons_at_a_time(platform: Platform, person: Somebody) -> None:
    other, token = platform.person("everyone"), platform.hardware_token()
    number, wanted = token["serialNumber"], {"type": "hardwareOath", "serialNumber": token["serialNumber"]}
    assert refused(person.call("POST", "registrations", wanted | {"serialNumber": "nobody's"}))[0] == 404
    begun = person.register("hardwareOath", serialNumber=number)
    assert refused(other.call("POST", "registrations", wanted)) == (404, "unknownHardwareToken")
    person.prove(begun["challenge"], code=totp_code(TOKEN_SECRET, datetime.now(UTC)))
    becomes(platform, token, "activated")
    assert refused(other.call("POST", "registrations", wanted)) == (404, "unknownHardwareToken")
    assert refused(platform.call("DELETE", f"{DEVICES}/{token['id']}")) == (409, "hardwareTokenInUse")
    elsewhere = Platform(platform.stack, tenant="southgate")
    assert refused(elsewhere.call("GET", f"{DEVICES}/{token['id']}")) == (404, "unknownHardwareToken")

    person.with_software()
    person.register("recoveryCodes")
    assert person.call("DELETE", f"hardwareOathMethods/{begun['methodId']}").status_code == 204
    becomes(platform, token, "withdrawn")
    assert refused(other.call("POST", "registrations", wanted)) == (404, "unknownHardwareToken")
    platform.hardware_token(serialNumber=number)
    assert other.register("hardwareOath", serialNumber=number)["state"] == "pending"


def test_the_platform_assigns_a_token_and_nobody_else_can_claim_it(platform: Platform, person: Somebody) -> None:
    token = platform.hardware_token()
    assigned = done(person.call("POST", "hardwareOathMethods", {"device": {"id": token["id"]}}), 201)
    assert assigned["device"]["status"] == "assigned"
    other = platform.person("everyone")
    wanted = {"device": {"id": token["id"]}}
    assert refused(other.call("POST", "hardwareOathMethods", wanted)) == (409, "hardwareTokenInUse")
    person.prove(assigned["challenge"], code=totp_code(TOKEN_SECRET, datetime.now(UTC)))
    assert done(person.call("GET", f"hardwareOathMethods/{assigned['id']}"), 200)["id"] == assigned["id"]


def test_what_is_described_wrongly_is_named_and_nothing_is_taken(platform: Platform) -> None:
    mark = str(time.time_ns())
    good = {"serialNumber": mark, "secretKey": TOKEN_SECRET.hex()}
    several = {"value": [good, {"serialNumber": f"{mark}-2", "secretKey": "?"}]}
    answer = platform.call("POST", DEVICES, several)
    assert refused(answer) == (422, "hardwareTokensInvalid")
    (finding,) = answer.json()["findings"]
    assert (finding["place"], finding["serialNumber"]) == ("token 2", f"{mark}-2")
    assert mark not in json.dumps(done(platform.call("GET", DEVICES), 200))
    taken = done(platform.call("POST", DEVICES, {"value": [good]}), 201)["value"]
    assert done(platform.call("POST", DEVICES, {"value": [good]}), 201)["value"] == taken
    other = good | {"secretKey": TOKEN_SECRET[::-1].hex()}
    assert refused(platform.call("POST", DEVICES, other)) == (422, "hardwareTokensInvalid")
    assert TOKEN_SECRET.hex() not in json.dumps(taken)


def test_a_file_is_imported_by_the_command_line(platform: Platform, person: Somebody, tmp_path: Path) -> None:
    mark = str(time.time_ns())
    file = tmp_path / "tokens.csv"
    file.write_bytes(csv_text(*(f",{mark}-{number},{TOKEN_SECRET.hex()},30,Contoso,T" for number in range(150))))
    origin = platform.stack.url("enrollment")

    def imported() -> tuple[int, str]:
        arguments = ["tokens", "import", str(file), "--token", platform.token(), "--url", origin]
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.output

    assert imported() == (0, "150 tokens in the stock\n")
    assert imported()[0] == 0
    begun = person.register("hardwareOath", serialNumber=f"{mark} 149")
    person.prove(begun["challenge"], code=totp_code(TOKEN_SECRET, datetime.now(UTC)))
    file.write_bytes(csv_text(f",{mark}-200,{TOKEN_SECRET.hex()},30,,", f",{mark}-201,?,30,,"))
    code, said = imported()
    assert code == 1
    assert f"line 3, token {mark}-201: the secret cannot be read" in said
    wanted = {"type": "hardwareOath", "serialNumber": f"{mark}-200"}
    assert refused(person.call("POST", "registrations", wanted)) == (404, "unknownHardwareToken")
