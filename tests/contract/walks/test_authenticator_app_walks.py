"""The authenticator app in the wizard: what can go wrong on the way from the QR code to the approval."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from services.cli.program import app
from tests.support.one_process.product import Product
from tests.support.one_process.walks import (
    OPEN_HERE,
    SETUP,
    arrived,
    asked,
    connected,
    number_on,
    to_qr_code,
    typed_on,
)
from tests.support.people.api import Somebody, refused
from tests.support.people.device import TestDevice

pytestmark = pytest.mark.timeout(120)

BY_CODE = "Use a code from the app instead"
BY_APPROVAL = "Approve a request in the app instead"


def test_a_browser_closed_in_each_step_goes_on_where_it_was(product: Product, alex: Somebody) -> None:
    visitor = arrived(product, alex, "staff")
    for heading in ("Authenticator app", "Set up your account", "Scan the QR code"):
        visitor.press("Next")
        assert heading in visitor.open(SETUP).headings
    link = visitor.links[OPEN_HERE]
    assert visitor.open(SETUP).links[OPEN_HERE] == link
    device = connected(product, visitor)
    assert "Your app is connected" in visitor.open(SETUP).text
    visitor.press("Next")
    number = number_on(visitor)
    assert number_on(visitor.open(SETUP)) == number
    assert device.answer(device.next_request(), "approve", number).status_code == 204
    assert "Notification approved" in visitor.shows("now your default method").headings


def test_next_before_the_app_is_connected_says_so(product: Product, alex: Somebody) -> None:
    visitor = to_qr_code(product, alex).press("Next")
    assert "We haven't heard from your app yet" in visitor.text
    assert "/device/v1/a/" in visitor.follow("Can't scan the QR code").text


def test_a_wrong_number_ends_the_request_and_a_new_one_shows_a_new_number(product: Product, alex: Somebody) -> None:
    visitor, device = asked(product, alex)
    wrong = f"{(int(number_on(visitor)) + 1) % 100:02d}"
    assert refused(device.answer(device.next_request(), "approve", wrong)) == (409, "numberMismatch")
    visitor.shows("Try again").press("Try again")
    assert "Waiting for your approval" in visitor.text
    assert device.answer(device.next_request(), "approve", number_on(visitor)).status_code == 204


def test_denied_is_said_and_can_be_tried_again(product: Product, alex: Somebody) -> None:
    visitor, device = asked(product, alex)
    assert device.answer(device.next_request(), "deny").status_code == 204
    visitor.shows("You denied the request")
    assert visitor.has_button("Try again")


def test_a_report_is_told(product: Product, alex: Somebody) -> None:
    _, device = asked(product, alex)
    assert device.answer(device.next_request(), "report").status_code == 204
    assert "SuspiciousActivityReported" in {told.type for told in product.told(alex.id)}


def test_replays_foreign_keys_and_second_devices_are_refused(product: Product, alex: Somebody) -> None:
    visitor = to_qr_code(product, alex)
    link = visitor.links[OPEN_HERE]
    device = connected(product, visitor)
    assert refused(TestDevice(device.origin).activate_by_link(link)) == (410, "activationExpired")
    visitor.press("Next")
    request = device.next_request()
    foreign = TestDevice(device.origin)
    foreign.device_id = device.device_id
    assert refused(foreign.answer(request, "approve", number_on(visitor))) == (401, "deviceSignatureInvalid")
    token = device.signed(request, "approve", number_on(visitor))
    assert device.send(request, token).status_code == 204
    assert device.send(request, token).status_code in {401, 409}


def test_guessing_handle_and_code_ends_after_five(product: Product, alex: Somebody) -> None:
    visitor = to_qr_code(product, alex).follow("Can't scan the QR code")
    origin = product.url("enrollment")
    unknown = TestDevice(origin).activate(f"{origin}/device/v1/a/00000000", "123456789")
    assert refused(unknown) == (422, "activationCodeInvalid")
    found = re.search(rf"{origin}/device/v1/a/\w+", visitor.text)
    assert found
    assert re.fullmatch(r"\d{9}", typed_on(visitor))
    codes = [refused(TestDevice(origin).activate(found[0], "000000000"))[1] for _ in range(6)]
    assert codes == ["activationCodeInvalid"] * 5 + ["activationExpired"]


def test_a_clock_that_is_90_seconds_off_is_told_the_time(product: Product, alex: Somebody) -> None:
    visitor = to_qr_code(product, alex)
    device = TestDevice(product.url("enrollment"), clock_off=timedelta(seconds=90))
    answer = device.activate_by_link(visitor.links[OPEN_HERE])
    assert refused(answer) == (401, "clockSkew")
    assert answer.headers["Date"]


def test_a_code_from_the_app_does_instead_of_an_approval_and_only_once(product: Product, alex: Somebody) -> None:
    visitor, device = asked(product, alex)
    visitor.press(BY_CODE)
    assert "Enter the code from your app" in visitor.headings
    visitor.press("Next", code=f"{(int(device.code()) + 500_000) % 1_000_000:06d}")
    assert "That code isn't right" in visitor.text
    visitor.press(BY_APPROVAL)
    assert "Let's try it out" in visitor.headings
    used = device.code()
    visitor.press(BY_CODE).press("Next", code=used)
    assert "Notification approved" in visitor.headings
    (app_of_theirs,) = alex.methods()
    again = alex.asked("signIn", methodId=app_of_theirs["id"], byCode=True)
    assert refused(alex.answer(again, {"code": used})) == (422, "codeIncorrect")


def test_an_app_connected_by_typing_has_no_codes_to_offer(product: Product, alex: Somebody) -> None:
    visitor = to_qr_code(product, alex)
    values = parse_qs(urlsplit(visitor.links[OPEN_HERE]).fragment.partition("?")[2])
    assert TestDevice(product.url("enrollment")).activate(values["url"][0], values["code"][0]).status_code == 201
    visitor.press("Next")
    assert "Let's try it out" in visitor.headings
    assert not visitor.has_button(BY_CODE)


def test_the_headless_app_speaks_the_same_protocol(product: Product, alex: Somebody, tmp_path: Path) -> None:
    visitor = to_qr_code(product, alex)
    values = parse_qs(urlsplit(visitor.links[OPEN_HERE]).fragment.partition("?")[2])
    home = ("--home", str(tmp_path / "app.json"))

    def says(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["authenticator", *arguments, *home])
        assert result.exit_code == 0, result.output
        return result.output.strip()

    given = [f"--{name}={values[name][0]}" for name in ("url", "code", "secret")]
    assert "connected to" in says("activate", *given)
    visitor.press("Next")
    assert says("watch", "--approve", "--number", number_on(visitor)) == "approved"
    visitor.shows("Notification approved")
    assert re.fullmatch(r"\d{6}", says("code"))
