"""alex sets up the authenticator app and then a phone: the seed's whole path, and the app connected by typing."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.journey import (
    World,
    approve_in_app,
    browser_page,
    link_on,
    number_on,
    phone_beside,
    to_qr_code,
    walk_with_app,
)
from tests.support.people.operator import events_of

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser of the computer."""
    with browser_page() as page:
        yield page


def picture_on(page: Page) -> str:
    """What a camera reads in the QR code on the page."""
    picture = page.get_by_role("img", name=re.compile("QR code that connects"))
    shown = Image.open(BytesIO(picture.screenshot()))
    # Not all formats: in the squares of one QR code in 2,500 it sees the bars of another.
    (found,) = zxingcpp.read_barcodes(shown, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return found.text


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
