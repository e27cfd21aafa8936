"""alex sets up the authenticator app and then a phone: the seed's whole path, and what can go wrong on it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.device import TestDevice
from tests.support.people.journey import (
    World,
    approve_in_app,
    browser_page,
    link_on,
    number_on,
    phone_beside,
    sign_in,
    to_qr_code,
    walk_with_app,
)
from tests.support.people.operator import command, events_of
from tests.support.services.records import lifecycle_of

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser of the computer."""
    with browser_page() as page:
        yield page


def picture_on(page: Page) -> str:
    """What a camera reads in the QR code on the page."""
    picture = page.get_by_role("img", name=re.compile("QR code that connects"))
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.screenshot())))
    return found.text


def connected(page: Page, world: World) -> TestDevice:
    """A device that has scanned the code on the page."""
    device = TestDevice(world.public)
    answer = device.activate_by_link(link_on(page))
    assert answer.status_code == 201, answer.text
    return device


def try_it_out(page: Page) -> None:
    """From the QR code, scanned, to the request."""
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Let's try it out")).to_be_visible()


def test_the_seeds_whole_path_on_a_computer_and_a_phone(
    stack: LocalStack, page: Page, world: World, alex: Person
) -> None:
    with phone_beside(page) as phone:
        walk_with_app(page, phone, world, alex.name, alex.number, read=picture_on)
    types = {str(event["type"]) for event in events_of(stack, alex.user)}
    assert types >= {"PushSent", "PushApproved", "MethodVerified", "MethodRegistered", "EnrollmentCompleted"}


def test_the_app_is_connected_by_typed_code_and_url(page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    page.get_by_role("link", name="Can't scan the QR code").click()
    url = page.locator("dd.address").inner_text().strip()
    code = page.locator("dd[data-value]").get_attribute("data-value")
    with phone_beside(page) as phone:
        phone.goto(link_on(page).partition("#")[0])
        phone.get_by_role("button", name="Customize and control").click()
        phone.get_by_role("menuitem", name="Add account").click()
        phone.get_by_role("button", name="Work or school account").click()
        phone.get_by_role("button", name="Enter code manually").click()
        phone.get_by_label("Code", exact=True).fill(code or "")
        phone.get_by_label("URL", exact=True).fill(url)
        phone.get_by_role("button", name="Add", exact=True).click()
        expect(phone.get_by_role("heading", name="Account added")).to_be_visible()
        try_it_out(page)
        approve_in_app(phone, number_on(page))
    expect(page.get_by_text("Approved. Select Next.").first).to_be_visible()


def test_the_headless_app_speaks_the_same_protocol(
    stack: LocalStack, page: Page, world: World, alex: Person, tmp_path: Path
) -> None:
    to_qr_code(page, world, alex.name)
    values = parse_qs(urlsplit(link_on(page)).fragment.partition("?")[2])
    home = ("--home", str(tmp_path / "app.json"))
    given = [f"--{name}={values[name][0]}" for name in ("url", "code", "secret")]
    assert "connected to" in command(stack, "authenticator", "activate", *given, *home)
    try_it_out(page)
    answered = command(stack, "authenticator", "watch", "--approve", "--number", number_on(page), *home)
    assert answered.strip() == "approved"
    expect(page.get_by_text("Approved. Select Next.").first).to_be_visible()
    assert re.fullmatch(r"\d{6}", command(stack, "authenticator", "code", *home).strip())


def test_a_browser_closed_in_each_step_goes_on_where_it_was(world: World, alex: Person) -> None:
    with browser_page() as first:
        page = first
        sign_in(page, world, alex.name)
        for heading in ("Authenticator app", "Set up your account", "Scan the QR code"):
            page.get_by_role("button", name="Next").click()
            expect(page.get_by_role("heading", name=heading)).to_be_visible()
            page = reopened(page, world)
            expect(page.get_by_role("heading", name=heading)).to_be_visible()
        device = connected(page, world)
        page = reopened(page, world)
        expect(page.get_by_text("Your app is connected").first).to_be_visible()
        try_it_out(page)
        number = number_on(page)
        page = reopened(page, world)
        assert number_on(page) == number
        assert device.answer(device.next_request(), "approve", number).status_code == 204
        page = reopened(page, world)
        expect(page.get_by_role("heading", name=re.compile("Notification approved|Let's try it out"))).to_be_visible()


def reopened(page: Page, world: World) -> Page:
    """The same cookies in a new page, the old one closed: a browser that was closed and opened again."""
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(f"{world.public}/security-info/setup")
    return again


def test_a_refresh_shows_the_same_code_and_the_same_number(page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    link = link_on(page)
    page.reload()
    assert link_on(page) == link
    connected(page, world)
    try_it_out(page)
    number = number_on(page)
    page.reload()
    assert number_on(page) == number


def test_next_before_the_app_is_connected_says_so(world: World, alex: Person) -> None:
    with browser_page(scripts=False) as page:
        to_qr_code(page, world, alex.name)
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text("We haven't heard from your app yet")).to_be_visible()
        page.get_by_role("link", name="Can't scan the QR code").click()
        expect(page.get_by_text("/device/v1/a/").first).to_be_visible()


def test_a_wrong_number_ends_the_request_and_a_new_one_shows_a_new_number(
    page: Page, world: World, alex: Person
) -> None:
    to_qr_code(page, world, alex.name)
    device = connected(page, world)
    try_it_out(page)
    number = number_on(page)
    wrong = f"{(int(number) + 1) % 100:02d}"
    answer = device.answer(device.next_request(), "approve", wrong)
    assert (answer.status_code, answer.json()["code"]) == (409, "numberMismatch")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(re.compile("Waiting for your approval")).first).to_be_visible()
    assert device.answer(device.next_request(), "approve", number_on(page)).status_code == 204


def test_denied_is_said_and_can_be_tried_again(page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    device = connected(page, world)
    try_it_out(page)
    assert device.answer(device.next_request(), "deny").status_code == 204
    expect(page.get_by_text("You denied the request").first).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_report_is_told(stack: LocalStack, page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    device = connected(page, world)
    try_it_out(page)
    assert device.answer(device.next_request(), "report").status_code == 204
    assert "SuspiciousActivityReported" in {told.type for told in lifecycle_of(stack, alex.user)}


def test_replays_foreign_keys_and_second_devices_are_refused(page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    link = link_on(page)
    device = connected(page, world)
    second = TestDevice(world.public).activate_by_link(link)
    assert (second.status_code, second.json()["code"]) == (410, "activationExpired")
    try_it_out(page)
    request = device.next_request()
    foreign = TestDevice(world.public)
    foreign.device_id = device.device_id
    answer = foreign.answer(request, "approve", number_on(page))
    assert (answer.status_code, answer.json()["code"]) == (401, "deviceSignatureInvalid")
    token = device.signed(request, "approve", number_on(page))
    assert device.send(request, token).status_code == 204
    assert device.send(request, token).status_code in {401, 409}


def test_guessing_handle_and_code_ends_after_five(page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    page.get_by_role("link", name="Can't scan the QR code").click()
    unknown = TestDevice(world.public).activate(f"{world.public}/device/v1/a/00000000", "123456789")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "activationCodeInvalid")
    url = page.get_by_text("/device/v1/a/").first.inner_text().strip()
    codes = [TestDevice(world.public).activate(url, "000000000") for _ in range(6)]
    assert [one.json()["code"] for one in codes] == ["activationCodeInvalid"] * 5 + ["activationExpired"]


def test_a_clock_that_is_90_seconds_off_is_told_the_time(page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    answer = TestDevice(world.public, clock_off=timedelta(seconds=90)).activate_by_link(link_on(page))
    assert (answer.status_code, answer.json()["code"]) == (401, "clockSkew")
    assert answer.headers["Date"]


def test_a_code_from_the_app_does_instead_of_an_approval_and_only_once(page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    device = connected(page, world)
    try_it_out(page)
    page.get_by_role("button", name="Use a code from the app instead").click()
    expect(page.get_by_role("heading", name="Enter the code from your app")).to_be_visible()
    wrong = f"{(int(device.code()) + 500_000) % 1_000_000:06d}"
    type_code(page, wrong)
    expect(page.get_by_text("That code isn't right").first).to_be_visible()
    page.get_by_role("button", name="Approve a request in the app instead").click()
    expect(page.get_by_role("heading", name="Let's try it out")).to_be_visible()
    page.get_by_role("button", name="Use a code from the app instead").click()
    type_code(page, device.code())
    expect(page.get_by_role("heading", name="Notification approved")).to_be_visible()


def test_an_app_connected_by_typing_has_no_codes_to_offer(page: Page, world: World, alex: Person) -> None:
    to_qr_code(page, world, alex.name)
    values = parse_qs(urlsplit(link_on(page)).fragment.partition("?")[2])
    assert TestDevice(world.public).activate(values["url"][0], values["code"][0]).status_code == 201
    try_it_out(page)
    expect(page.get_by_role("button", name="Use a code from the app instead")).to_have_count(0)


def type_code(page: Page, code: str) -> None:
    """Type a one-time code and go on."""
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Next").click()
